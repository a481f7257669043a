using System.Diagnostics;
using System.Globalization;
using SecureConversation.Binding;
using SecureConversation.Testing;

namespace SecureConversation.Benchmarks.Performance;

/// <summary>
/// `scale`: what many live sessions take, and what they do to a message and to the sweep that looks for ended ones. Each number of
/// sessions in a process of its own. Options: --million adds 1,000,000, where the memory is there.
/// </summary>
internal static class ScaleCommand
{
    private const int Million = 1_000_000;

    private static readonly string[] Columns =
        ["live sessions", "managed B each", "resident B each", "message µs", "sweep ms", "sweep B", "ending all ms", "managed MB after", "resident MB after"];

    public static int Run(string[] options, string results)
    {
        if (options is ["one", var count])
        {
            Console.WriteLine(string.Join(' ', Measure(int.Parse(count, CultureInfo.InvariantCulture)).Select(n => n.ToString("R", CultureInfo.InvariantCulture))));
            return 0;
        }

        var table = new ResultTable("scale", "Live sessions of one client in a service, each used once: memory, µs of processor time of a message of 1 KB, "
            + "a sweep that finds nothing, and what is left above the start when all have ended", Columns);
        foreach (var number in options.Contains("--million") ? new[] { 1, 1000, 100_000, Million } : [1, 1000, 100_000])
        {
            if (number == Million && table.Rows[^1].Values[1] * number > GC.GetGCMemoryInfo().TotalAvailableMemoryBytes * 0.6)
            {
                Console.WriteLine("There is not enough memory for 1,000,000 sessions.");
                break;
            }

            var numbers = Children.Run("scale", "one", $"{number}").Split(' ').Select(n => (double?)double.Parse(n, CultureInfo.InvariantCulture)).ToArray();
            table.Add(number.ToString("#,##0", CultureInfo.InvariantCulture), numbers);
        }

        table.Finish(results);
        return 0;
    }

    private static double[] Measure(int count)
    {
        // RSA and chains are what opening costs, and nothing that a session keeps.
        using var client = SessionsCommand.Issue("Client", count > 1000 ? 1024 : 2048);
        using var certificate = SessionsCommand.Issue("localhost", count > 1000 ? 1024 : 2048);
        var clock = new ManualTimeProvider(TimeProvider.System.GetUtcNow());
        using var conversation = new Conversation(Conversation.SecureSession(SecurityAlgorithmSuite.Basic256), client: client, service: certificate,
            clock: clock, areKnown: true);
        var envelope = Conversation.Envelope(1024);
        for (var i = 0; i < 2000; i++)
        {
            Exchange(conversation, conversation.Session!, envelope);
        }

        for (var i = 0; i < 50; i++)
        {
            OpenAndUse(conversation, envelope);
        }

        EndAll(clock);
        using var kept = conversation.Open();
        Exchange(conversation, kept, envelope);
        var (managed, resident) = (Memory.Managed(), Memory.Resident());
        OnAllProcessors(count, () => OpenAndUse(conversation, envelope));
        var (perSession, perSessionResident) = ((Memory.Managed() - managed) / (double)count, (Memory.Resident() - resident) / (double)count);

        // The compiler of the runtime works in the background, and this is a young process where there are few sessions.
        Rounds.Run(() => Exchange(conversation, kept, envelope), 20_000);
        Thread.Sleep(1000);
        var message = Series.Median(Enumerable.Range(0, 7).Select(_ => Rounds.Run(() => Exchange(conversation, kept, envelope), 1000).Microseconds));
        var live = conversation.Service.SessionCount;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var sweep = Longest(() => clock.Advance(TimeSpan.FromMinutes(2)), times: 3);
        allocated = (GC.GetAllocatedBytesForCurrentThread() - allocated) / 3;
        if (live < count || conversation.Service.SessionCount != live)
        {
            throw new InvalidOperationException($"{conversation.Service.SessionCount} of {count} sessions are alive.");
        }

        var ending = Longest(() => EndAll(clock), times: 1);
        return [perSession, perSessionResident, message, sweep, allocated, ending, (Memory.Managed() - managed) / 1048576.0, (Memory.Resident() - resident) / 1048576.0];
    }

    /// <summary>On threads of their own: they wait for the service, which works on threads of the pool.</summary>
    private static void OnAllProcessors(int times, Action action)
    {
        var left = times;
        var threads = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(() =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                action();
            }
        })).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
    }

    private static double Longest(Action action, int times)
    {
        var longest = 0.0;
        for (var i = 0; i < times; i++)
        {
            var watch = Stopwatch.StartNew();
            action();
            longest = Math.Max(longest, watch.Elapsed.TotalMilliseconds);
        }

        return longest;
    }

    /// <summary>The sweep of later than the idle timeout.</summary>
    private static void EndAll(ManualTimeProvider clock) => clock.Advance(TimeSpan.FromMinutes(30));

    private static void OpenAndUse(Conversation conversation, byte[] envelope)
    {
        using var session = conversation.Open();
        Exchange(conversation, session, envelope);
    }

    private static void Exchange(Conversation conversation, ClientSession session, byte[] envelope)
    {
        using var request = session.Secure(envelope);
        using var accepted = conversation.Accept(request.Envelope);
        _ = accepted.Request.Envelope.Length;
    }
}
