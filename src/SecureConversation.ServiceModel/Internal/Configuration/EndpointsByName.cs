using SecureConversation.ServiceModel.Configuration;

namespace SecureConversation.ServiceModel.Internal;

/// <summary>Endpoints of the configuration of the application.</summary>
internal static class EndpointsByName
{
    public static ServiceEndpoint Create<TChannel>(string name, string address)
        where TChannel : class
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(address);
        var endpoint = ClientConfiguration.Default.GetClientEndpoint(name, ConfigurationNameOf<TChannel>());
        return endpoint.ToServiceEndpoint<TChannel>(endpoint.ToEndpointAddress(new Uri(address)));
    }

    public static ServiceEndpoint Create<TChannel>(string name, EndpointAddress? address = null)
        where TChannel : class
    {
        ArgumentNullException.ThrowIfNull(name);
        return ClientConfiguration.Default.GetClientEndpoint(name, ConfigurationNameOf<TChannel>()).ToServiceEndpoint<TChannel>(address);
    }

    private static string ConfigurationNameOf<TChannel>() => ContractDescription.GetContract(typeof(TChannel)).ConfigurationName;
}
