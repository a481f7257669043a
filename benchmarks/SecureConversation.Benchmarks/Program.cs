using BenchmarkDotNet.Running;
using SecureConversation.Benchmarks;

// `quick` prints the costs of one message without the harness: for a look while working, not for claims.
if (args is ["quick"])
{
    QuickLook.Run();
    return;
}

BenchmarkSwitcher.FromAssembly(typeof(Conversation).Assembly).Run(args);
