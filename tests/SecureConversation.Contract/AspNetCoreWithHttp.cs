using SecureConversation.Contract.Sides;

namespace SecureConversation.Contract;

public sealed class AspNetCoreWithHttp : ContractSuite<AspNetCoreSide, HttpSide>;

[Collection(Heavy.Name)]
public sealed class AspNetCoreWithHttpHeavy : HeavySuite<AspNetCoreSide, HttpSide>;

public sealed class AspNetCoreWithHttpByEncoding : EncodingSuite<AspNetCoreSide, HttpSide>;

/// <summary>The same over MTOM.</summary>
public sealed class AspNetCoreWithHttpByMtom : ContractSuite<MtomAspNetCoreSide, MtomHttpSide>;
