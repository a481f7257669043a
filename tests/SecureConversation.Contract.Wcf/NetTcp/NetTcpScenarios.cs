namespace SecureConversation.Contract.Wcf.NetTcp;

/// <summary>Which scenarios of the contract make sense over net.tcp, and why the others do not.</summary>
public static class NetTcpScenarios
{
    public const string Single = "messages over net.tcp are offered within sessions";
    public const string OfHttp = "the binding is one of HTTP: NetTcpBinding has tests of its own";
    public const string OtherVersion = "the binary encoding of net.tcp has SOAP 1.2 with WS-Addressing 1.0";
    public const string Streamed = "sessions of net.tcp have whole messages";

    /// <summary>The names of those that run.</summary>
    public static TheoryData<string> Running => [.. Names.Where(name => WhyNot(name) is null)];

    public static IReadOnlyList<string> Names { get; } = [.. Scenarios.Names.Select(row => row.Data)];

    /// <summary>Why a scenario does not run; null for one that does.</summary>
    public static string? WhyNot(string name) => Scenarios.Get(name) switch
    {
        { InSession: false } => Single,
        { DropIn: not null } => OfHttp,
        { MessageVersion: not "Soap12WSAddressing10" } => OtherVersion,
        { IsStreamed: true } => Streamed,
        _ => null,
    };
}
