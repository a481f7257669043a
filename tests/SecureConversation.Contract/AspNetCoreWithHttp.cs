using SecureConversation.Contract.Sides;

namespace SecureConversation.Contract;

public sealed class AspNetCoreWithHttp : ContractSuite<AspNetCoreSide, HttpSide>;

[Collection(Heavy.Name)]
public sealed class AspNetCoreWithHttpHeavy : HeavySuite<AspNetCoreSide, HttpSide>;

public sealed class AspNetCoreWithHttpByEncoding : EncodingSuite<AspNetCoreSide, HttpSide>;

public sealed class AspNetCoreWithHttpReliably : ReliableSuite<AspNetCoreSide, HttpSide>;

/// <summary>The same over MTOM.</summary>
public sealed class AspNetCoreWithHttpByMtom : ContractSuite<MtomAspNetCoreSide, MtomHttpSide>
{
    private const string Variable = "SECURECONVERSATION_MTOM_CONTRACT";

    private static readonly HashSet<string> Chosen =
    [
        "MutualCertificate/session", "MutualCertificate/single", "MutualCertificateDuplex/single", "Anonymous/session", "UserName/1.3/single",
        "SslNegotiation/session", "WSHttp/MutualCertificate/session", "EncryptBeforeSign/single", "BasicHttp/single",
        "UserName/Soap11/single", "UserName/Soap12/single", "MutualCertificate/Soap11WSAddressingAugust2004/session",
    ];

    protected override string? LeavesOut(string scenario) =>
        Environment.GetEnvironmentVariable(Variable) == "all" || Chosen.Contains(scenario)
            ? null : $"all scenarios over MTOM run with {Variable}=all";
}
