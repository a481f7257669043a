using StackExchange.Redis;

namespace Farm.Steps;

/// <summary>Under load one process is killed, another one takes its place, and all the time the key of the session is renewed.</summary>
internal static class Failover
{
    public static async Task ShowAsync(Farm farm, Report report)
    {
        var load = await Load.RunAsync(farm);
        await using var redis = await ConnectionMultiplexer.ConnectAsync(farm.Redis.Configuration);
        var placed = (await redis.GetDatabase().SetMembersAsync(OrderService.Orders)).Select(order => (int)order).ToHashSet();
        var lost = load.Sent - load.Answered.Count(answer => answer.Key == answer.Value.Order && placed.Contains(answer.Key));
        report.Claim($"Process B is killed under load by {Load.Callers} callers, and no call is lost", $"{load.Figures}, {lost} lost", lost == 0);
        report.Claim("The process that goes on answers every call that it gets",
            $"{load.FailedAtSurvivor} calls failed at {farm.One.Name}", load.FailedAtSurvivor == 0);
        var sessions = load.Answered.Values.Select(a => a.Session).Distinct().Count();
        var late = load.Answered.Values.Count(a => a.By == farm.Other.Name);
        report.Claim("All of it is one session, also at the process that is started later",
            $"{sessions} session, {load.Opened} handshake, {late} calls at {farm.Other.Name}", sessions == 1 && load.Opened == 1 && late > 0);
        report.Claim("The HTTP client renews the key of that session meanwhile, and no call sees it", $"{load.Renewed} renewals", load.Renewed > 0);
    }
}
