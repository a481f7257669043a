using SecureConversation.Contract.Sides;

namespace SecureConversation.Contract;

public sealed class AspNetCoreWithHttp : ContractSuite<AspNetCoreSide, HttpSide>;

[Collection(Heavy.Name)]
public sealed class AspNetCoreWithHttpHeavy : HeavySuite<AspNetCoreSide, HttpSide>;
