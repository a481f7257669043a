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

// `hostile [shape]` prints what hostile messages cost their receiver, and fails when a bound is exceeded.
if (args is ["hostile", ..])
{
    return HostileCosts.Run(args.Length > 1 ? args[1] : "");
}

BenchmarkSwitcher.FromAssembly(typeof(Conversation).Assembly).Run(args);
return 0;
