using System.Globalization;
using SecureConversation.Binding;

namespace SecureConversation.Benchmarks.Performance;

/// <summary>`large`: whether the cost of a message grows as it does, and how much memory the largest ones need. Each in a process of its own.</summary>
internal static class LargeCommand
{
    private const int MiB = 1024 * 1024;

    // Buffers are kept for three seconds, and looked for twice in that time.
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);

    private static readonly int[] Sizes = [1024, 16 * 1024, 64 * 1024, 256 * 1024, MiB, 4 * MiB, 16 * MiB, 64 * MiB];

    public static int Run(string[] options, string results)
    {
        if (options is ["one", var bytes, var shape])
        {
            var numbers = Measure(int.Parse(bytes, CultureInfo.InvariantCulture), shape == "records");
            Console.WriteLine(string.Join(' ', numbers.Select(n => n.ToString("R", CultureInfo.InvariantCulture))));
            return 0;
        }

        var table = new ResultTable("large", "Secure and verify one session message: µs of processor time for each KB of the body, the first message of a "
            + "process in ms, peak of resident and allocated bytes over those of the message, large objects of a message, and resident MB that stay "
            + "when no large message came for five seconds. Peaks begin without kept buffers",
            ["message", "secure µs/KB", "verify µs/KB", "first ms", "secure peak", "verify peak", "allocated", "large objects", "MB that stay"]);
        foreach (var records in new[] { false, true })
        {
            foreach (var size in Sizes)
            {
                var numbers = Children.Run("large", "one", $"{size}", records ? "records" : "text").Split(' ').Select(n => double.Parse(n, CultureInfo.InvariantCulture)).ToArray();
                // Beside the memory of a process, a small message is none.
                double? OfLarge(int index) => size >= MiB ? numbers[index] : null;
                table.Add(Name(size, records), numbers[0], numbers[1], numbers[2], OfLarge(3), OfLarge(4), numbers[5], numbers[6], OfLarge(7));
            }
        }

        table.Finish(results);
        return 0;
    }

    public static string Name(int size, bool records) => $"{FloorCommand.Size(size)} {(records ? "records" : "text")}";

    private static double[] Measure(int size, bool records)
    {
        using var conversation = new Conversation(Conversation.SecureSession(SecurityAlgorithmSuite.Basic256));
        var envelope = Conversation.Envelope(size, records);
        var secured = Array.Empty<byte>();
        var first = Rounds.Run(() =>
        {
            using var request = conversation.Secure(envelope);
            secured = request.Envelope.ToArray();
            using var accepted = conversation.Accept(secured);
            _ = accepted.Request.Envelope.Length;
        }, 1);
        var isLarge = size >= MiB;
        Settle(isLarge);
        var before = Memory.Resident();
        var securePeak = Peak(() => conversation.Secure(envelope).Dispose(), isLarge);
        var verifyPeak = Peak(() => Verify(conversation, secured), isLarge);
        Settle(isLarge);
        var stays = (Memory.Resident() - before) / (double)MiB;
        var warmUps = Math.Clamp(16 * MiB / size, 1, 5000);
        Rounds.Run(() => conversation.Secure(envelope).Dispose(), warmUps);
        Rounds.Run(() => Verify(conversation, secured), warmUps);
        var series = Rounds.Measure(3, TimeSpan.FromMilliseconds(200), () => conversation.Secure(envelope).Dispose(), () => Verify(conversation, secured));
        var exchanges = Math.Clamp(16 * MiB / size, 3, 500);
        var large = LargeObjects.During(() =>
        {
            for (var i = 0; i < exchanges; i++)
            {
                conversation.Secure(envelope).Dispose();
                Verify(conversation, secured);
            }
        }) / (double)exchanges;
        return
        [
            series[0].Time * 1024 / size, series[1].Time * 1024 / size, first.Microseconds / 1000, securePeak / secured.Length, verifyPeak / secured.Length,
            (series[0].Allocated + series[1].Allocated) / secured.Length, large, stays,
        ];
    }

    /// <summary>What no message uses for some seconds is given back.</summary>
    private static void Settle(bool isLarge)
    {
        Thread.Sleep(isLarge ? Idle : TimeSpan.Zero);
        Memory.Managed();
    }

    private static double Peak(Action action, bool isLarge)
    {
        Settle(isLarge);
        Memory.ForgetPeak();
        var before = Memory.Resident();
        action();
        return Memory.Peak() - before;
    }

    private static void Verify(Conversation conversation, byte[] secured)
    {
        using var accepted = conversation.Accept(secured);
        _ = accepted.Request.Envelope.Length;
    }
}
