using SecureConversation.Contract.Sides;
using SecureConversation.Contract.Wcf.CoreWcf;
using SecureConversation.Contract.Wcf.ServiceModel;

namespace SecureConversation.Contract.Wcf;

public sealed class CoreWcfWithServiceModel : ContractSuite<CoreWcfSide, ServiceModelSide>;

public sealed class CoreWcfWithHttp : ContractSuite<CoreWcfSide, HttpSide>;

public sealed class CoreWcfWithServiceModelByEncoding : EncodingSuite<CoreWcfSide, ServiceModelSide>;

public sealed class CoreWcfWithHttpByEncoding : EncodingSuite<CoreWcfSide, HttpSide>;

[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class WcfHeavy
{
    public const string Name = Heavy.Name;
}

[Collection(WcfHeavy.Name)]
public sealed class CoreWcfWithServiceModelHeavy : HeavySuite<CoreWcfSide, ServiceModelSide>;

[Collection(WcfHeavy.Name)]
public sealed class CoreWcfWithHttpHeavy : HeavySuite<CoreWcfSide, HttpSide>;
