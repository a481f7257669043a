using System.Diagnostics;
using SecureConversation.Binding;

namespace SecureConversation.Benchmarks.Performance;

/// <summary>`cores`: messages for a second with one thread to as many as there are cores, and what 10,000 idle sessions do to the thread pool.</summary>
internal static class CoresCommand
{
    private const int Rounds = 5;
    private const int Idle = 10_000;
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(700);

    public static async Task<int> RunAsync(string results)
    {
        using var conversation = new Conversation(Conversation.SecureSession(SecurityAlgorithmSuite.Basic256));
        Throughput(conversation, results);
        await IdleAsync(conversation, results);
        return 0;
    }

    private static void Throughput(Conversation conversation, string results)
    {
        var table = new ResultTable("cores", "Messages of 1 KB for a second, secured and verified, each thread with a session of its own",
            ["threads", "messages/s", "× one thread", "× of one session"]);
        var most = Environment.ProcessorCount;
        var sessions = Enumerable.Range(0, most).Select(_ => conversation.Open()).ToArray();
        var own = Enumerable.Range(0, most).Select(_ => new List<double>()).ToArray();
        var shared = new List<double>();
        for (var round = -1; round < Rounds; round++)
        {
            var rates = Enumerable.Range(1, most).Select(threads => PerSecond(conversation, sessions[..threads])).ToArray();
            var together = PerSecond(conversation, [.. Enumerable.Repeat(sessions[0], most)]);
            if (round >= 0)
            {
                for (var i = 0; i < most; i++)
                {
                    own[i].Add(rates[i]);
                }

                shared.Add(together / rates[0]);
            }
        }

        for (var i = 0; i < most; i++)
        {
            table.Add($"{i + 1}", Series.Median(own[i]), Series.Median(own[i].Zip(own[0], (many, one) => many / one)), i == most - 1 ? Series.Median(shared) : null);
        }

        table.Finish(results);
    }

    private static double PerSecond(Conversation conversation, ClientSession[] sessions)
    {
        var envelope = Conversation.Envelope(1024);
        var watch = Stopwatch.StartNew();
        var counts = new long[sessions.Length];
        var threads = sessions.Select((session, index) => new Thread(() =>
        {
            for (; watch.Elapsed < Turn; counts[index]++)
            {
                using var request = session.Secure(envelope);
                using var accepted = conversation.Accept(request.Envelope);
                _ = accepted.Request.Envelope.Length;
            }
        })).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        return counts.Sum() / watch.Elapsed.TotalSeconds;
    }

    private static async Task IdleAsync(Conversation conversation, string results)
    {
        var table = new ResultTable("idle", "The thread pool beside idle sessions: threads, timers, and the longest of 200 waits of a work item in ms",
            ["idle sessions", "pool threads", "active timers", "longest wait ms"]);
        await ProbeAsync("0");
        var envelope = Conversation.Envelope(100);
        var open = new List<ClientSession>();
        for (var i = 0; i < Idle; i++)
        {
            var session = conversation.Open();
            open.Add(session);
            using var request = session.Secure(envelope);
            conversation.Accept(request.Envelope).Dispose();
        }

        await ProbeAsync($"{Idle:#,##0}");
        open.ForEach(session => session.Dispose());
        table.Finish(results);

        async Task ProbeAsync(string name)
        {
            var longest = TimeSpan.Zero;
            for (var i = 0; i < 200; i++)
            {
                var start = Stopwatch.GetTimestamp();
                var waited = await Task.Run(() => Stopwatch.GetElapsedTime(start));
                longest = waited > longest ? waited : longest;
            }

            table.Add(name, ThreadPool.ThreadCount, Timer.ActiveCount, longest.TotalMilliseconds);
        }
    }
}
