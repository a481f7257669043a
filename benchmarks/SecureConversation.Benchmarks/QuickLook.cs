using System.Diagnostics;
using SecureConversation.Binding;

namespace SecureConversation.Benchmarks;

internal static class QuickLook
{
    public static void Run()
    {
        foreach (var size in new[] { 1024, 16 * 1024, 256 * 1024 })
        {
            using var conversation = new Conversation(Conversation.SecureSession(SecurityAlgorithmSuite.Basic256Sha256));
            var envelope = Conversation.Envelope(size);
            using var request = conversation.Secure(envelope);
            var secured = request.Envelope.ToArray();
            Measure($"secure {size}", () => conversation.Secure(envelope).Dispose());
            Measure($"verify {size}", () => conversation.Receive(secured).Dispose());
        }
    }

    private static void Measure(string name, Action action)
    {
        for (var i = 0; i < 3000; i++)
        {
            action();
        }

        const int Runs = 3000;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < Runs; i++)
        {
            action();
        }

        Console.WriteLine($"{name,16}: {watch.Elapsed.TotalMicroseconds / Runs,8:F1} us {(GC.GetAllocatedBytesForCurrentThread() - allocated) / Runs,8} B");
    }
}
