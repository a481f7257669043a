using SecureConversation.Binding;

namespace SecureConversation.Contract.Sides;

/// <summary>The service in SecureConversation.AspNetCore that speaks MTOM.</summary>
public sealed class MtomAspNetCoreSide : IServiceSide
{
    public Task<IContractService> StartAsync(Scenario scenario) =>
        new AspNetCoreSide().StartAsync(scenario with { Encoding = MessageEncoding.Mtom });
}

/// <summary>The client in SecureConversation.Http that speaks MTOM.</summary>
public sealed class MtomHttpSide : IClientSide
{
    public IContractClient Create(Uri address, Scenario scenario) =>
        new HttpSide().Create(address, scenario with { Encoding = MessageEncoding.Mtom });
}
