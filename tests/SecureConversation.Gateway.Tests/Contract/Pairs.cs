using SecureConversation.Contract;
using SecureConversation.Contract.Sides;

namespace SecureConversation.Gateway.Tests.Contract;

/// <summary>A plain client, the gateway, and the service in ASP.NET Core.</summary>
public sealed class AspNetCoreWithGateway : ContractSuite<AspNetCoreSide, GatewayOutwardSide>
{
    protected override string? LeavesOut(string scenario) => Selection.LeavesOut(scenario);
}

/// <summary>The HTTP client, the gateway, and a plain service.</summary>
public sealed class GatewayWithHttp : ContractSuite<GatewayInwardSide, HttpSide>
{
    protected override string? LeavesOut(string scenario) => Selection.LeavesOut(scenario);
}

/// <summary>A plain client, two gateways, and a plain service.</summary>
public sealed class GatewayWithGateway : ContractSuite<GatewayInwardSide, GatewayOutwardSide>
{
    public GatewayWithGateway() => Assert.SkipUnless(Selection.IsAll, Selection.Reason);
}

/// <summary>A scenario that is chosen has to be there.</summary>
public sealed class SelectionTests
{
    [Fact]
    public void ChosenScenarios_AreThoseOfTheSuite() =>
        Assert.Subset(Scenarios.Names.Select(row => row.Data).ToHashSet(), Selection.Chosen.ToHashSet());
}

/// <summary>Which scenarios run. Each client and each service of the suite starts a gateway, so all of them take minutes.</summary>
internal static class Selection
{
    public const string Variable = "SECURECONVERSATION_GATEWAY_CONTRACT";
    public const string Reason = $"all scenarios, and gateway to gateway, run with {Variable}=all";

    public static IReadOnlySet<string> Chosen { get; } = new HashSet<string>
    {
        "MutualCertificate/session", "MutualCertificate/single", "MutualCertificate10/session", "MutualCertificateDuplex/single",
        "Anonymous/session", "UserName/session", "UserName/1.3/single", "SslNegotiation/session", "UserNameForSsl/single",
        "WSHttp/MutualCertificate/session", "WS2007Http/UserNameForSsl/session", "Basic256Sha256/session", "TripleDesSha256Rsa15/single",
        "Lax/session", "EncryptBeforeSign/single", "without derived keys/session", "without timestamp/session", "BasicHttp/single",
        "UserName/Soap11/single", "MutualCertificate/Soap11WSAddressingAugust2004/session", "UserName/Soap12WSAddressingAugust2004/single",
        "UserNameForSsl, in a cookie/session",
    };

    public static bool IsAll => Environment.GetEnvironmentVariable(Variable) == "all";

    public static string? LeavesOut(string scenario) => IsAll || Chosen.Contains(scenario) ? null : Reason;
}
