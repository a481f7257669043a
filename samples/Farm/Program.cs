// Two processes of one service, Redis, and a client that takes turns between them; then the same with cookies and without Redis. Shows what such
// a farm promises, and fails where it does not keep it. `dotnet run --project samples/Farm`; needs redis-server on the PATH.

using Farm;
using Farm.Steps;

if (args is [OrderService.Command, var name, var redis, var keys])
{
    await OrderService.RunAsync(name, redis, keys);
    return 0;
}

var report = new Report();
try
{
    report.Title("Two processes of a service, one Redis, and a client that takes turns between them");
    await using (var farm = await Farm.Farm.StartAsync(hasRedis: true))
    {
        await Sessions.ShowAsync(farm, report);
        await Renewal.ShowAsync(farm, report);
        await Outage.ShowAsync(farm, report);
        await Failover.ShowAsync(farm, report);
    }

    await using var without = await Farm.Farm.StartAsync(hasRedis: false);
    await Cookies.ShowAsync(without, report);
}
catch (Exception e)
{
    report.Failure(e);
}

return report.Finish();
