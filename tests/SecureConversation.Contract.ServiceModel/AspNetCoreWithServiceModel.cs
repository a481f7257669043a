using SecureConversation.Contract.Sides;
using SecureConversation.Contract.Wcf.ServiceModel;

namespace SecureConversation.Contract.ServiceModel;

public sealed class AspNetCoreWithServiceModel : ContractSuite<AspNetCoreSide, ServiceModelSide>;

/// <summary>The sequences of the client are those of WCF.</summary>
public sealed class AspNetCoreWithServiceModelReliably : ReliableSuite<AspNetCoreSide, ServiceModelSide>;

/// <summary>The reader and writer of the client are those of WCF.</summary>
public sealed class AspNetCoreWithServiceModelByEncoding : EncodingSuite<AspNetCoreSide, ServiceModelSide>;

[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ServiceModelHeavy
{
    public const string Name = Heavy.Name;
}

[Collection(ServiceModelHeavy.Name)]
public sealed class AspNetCoreWithServiceModelHeavy : HeavySuite<AspNetCoreSide, ServiceModelSide>;
