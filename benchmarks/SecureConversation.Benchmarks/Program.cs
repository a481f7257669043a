using BenchmarkDotNet.Running;
using SecureConversation.Benchmarks;
using SecureConversation.Benchmarks.Flood;
using SecureConversation.Benchmarks.Performance;
using SecureConversation.Benchmarks.Soak;

// What docs/performance.md is made of: `performance` runs all of it, and each of its parts can be run alone; see PerformanceCommand.
if (args is [var measurement, .. var measurementOptions] && PerformanceCommand.Find(measurement) is { } measure)
{
    return await measure(measurementOptions);
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

// `connections [number]` holds that many unfinished requests open, prints the memory of each, and fails beyond a bound.
if (args is ["connections", ..])
{
    return await OpenConnections.RunAsync(args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 10_000);
}

if (args is [OpenConnections.Service])
{
    await OpenConnections.ServeAsync();
    return 0;
}

// `flood` measures what a well-behaved client keeps of its throughput while somebody floods the service; see FloodCommand.
if (args is ["flood", .. var floodOptions])
{
    return await FloodCommand.RunAsync(floodOptions);
}

// `farm [sessions]` measures what Redis in front costs a message, and what a session takes in memory and in Redis; see FarmCosts.
if (args is ["farm", ..])
{
    await FarmCosts.RunAsync(args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 5_000);
    return 0;
}

// `soak [minutes]` runs honest clients and attackers against two hosts; see SoakCommand.
if (args is ["soak", .. var duration])
{
    return await SoakCommand.RunAsync(duration);
}

BenchmarkSwitcher.FromAssembly(typeof(Conversation).Assembly).Run(args);
return 0;
