using BenchmarkDotNet.Running;
using SecureConversation.Benchmarks;

// `quick` prints the costs of one message without the harness: for a look while working, not for claims.
if (args is ["quick"])
{
    QuickLook.Run();
    return 0;
}

// `timing` measures whether the time of a refusal tells anything; see TimingCommand.
if (args is ["timing", .. var options])
{
    return await TimingCommand.RunAsync(options);
}

BenchmarkSwitcher.FromAssembly(typeof(Conversation).Assembly).Run(args);
return 0;
