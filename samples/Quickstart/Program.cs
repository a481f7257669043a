using Quickstart;
using Quickstart.Steps;

// A client and a service on real sockets in one process: they authenticate each other, talk in a session and without one,
// are attacked, and end. Each step is checked: the exit code is 0 only when everything went as told.
var report = new Report();
try
{
    var arguments = Arguments.Read(args);
    var calls = arguments.Calls;
    report.Title("WCF message security with secure conversation", $"a client, a service, {calls} calls, and somebody in between");

    using var people = new People();
    Introductions.Tell(report, people);

    await using var service = await OrderService.StartAsync(people);
    var wire = new Wire();
    await using var client = Clients.Connect(service.SessionAddress, Clients.InSession, people.ClientCredentials, wire);

    await Handshake.RunAsync(report, client, service, wire, people);
    await FirstCall.RunAsync(report, client, service, wire, people);
    await SessionState.RunAsync(report, client, service);
    await Comparison.RunAsync(report, client, service, wire, people, calls);
    await ApplicationFault.RunAsync(report, client, wire);
    await Attacks.RunAsync(report, client, service, wire, people);
    await Ending.RunAsync(report, client, service, wire, people);
    Diagnosis.Run(report, wire, people);
    if (arguments.Capture is { } directory)
    {
        Capturing.Write(directory, wire, people);
        report.Say($"{Path.Combine(directory, "quickstart.har")} has all that was on the wire, and service.pfx and client.pfx the keys: secureconversation decode reads them.");
    }

    report.Success();
    return 0;
}
catch (Exception e)
{
    report.Failure(e);
    return 1;
}
