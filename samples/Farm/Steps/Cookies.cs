namespace Farm.Steps;

/// <summary>The same without Redis: the state of a session is in each request, and the processes share nothing but a folder with keys.</summary>
internal static class Cookies
{
    public static async Task ShowAsync(Farm farm, Report report)
    {
        var load = await Load.RunAsync(farm);
        var lost = load.Sent - load.Answered.Count(answer => answer.Key == answer.Value.Order);
        report.Claim($"Cookies, no Redis: process B is killed under load by {Load.Callers} callers, and no call is lost",
            $"{load.Figures}, {lost} lost", lost == 0);
        report.Claim("Cookies, no Redis: the process that goes on answers every call that it gets",
            $"{load.FailedAtSurvivor} calls failed at {farm.One.Name}", load.FailedAtSurvivor == 0);
        var late = load.Answered.Values.Count(a => a.By == farm.Other.Name);
        report.Claim("Cookies, no Redis: all of it is one session, also at the process that is started later",
            $"{load.Opened} handshake, {late} calls at {farm.Other.Name}", load.Opened == 1 && late > 0);
    }
}
