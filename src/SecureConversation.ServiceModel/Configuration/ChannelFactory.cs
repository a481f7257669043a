using SecureConversation.Configuration;
using SecureConversation.ServiceModel.Internal;

namespace SecureConversation.ServiceModel.Configuration;

/// <summary>
/// <see cref="System.ServiceModel.ChannelFactory{TChannel}"/> with the constructors by endpoint name that WCF on .NET Framework has. They
/// read <see cref="ClientConfiguration.Default"/>.
/// </summary>
/// <typeparam name="TChannel">The contract.</typeparam>
public class ChannelFactory<TChannel> : System.ServiceModel.ChannelFactory<TChannel>
    where TChannel : class
{
    /// <summary>The endpoint of this name.</summary>
    /// <param name="endpointConfigurationName">The name of the endpoint; <c>*</c> for the only one of the contract.</param>
    /// <exception cref="ServiceModelConfigurationException">
    /// There is none, or several, or it has problems, or something is not offered or not found: file, line, why, and what to do.
    /// </exception>
    public ChannelFactory(string endpointConfigurationName)
        : base(EndpointsByName.Create<TChannel>(endpointConfigurationName))
    {
    }

    /// <summary>The endpoint of this name at another address. As in WCF, identity and headers are those of the address.</summary>
    /// <param name="endpointConfigurationName">The name of the endpoint.</param>
    /// <param name="remoteAddress">The address; null for that of the file.</param>
    /// <inheritdoc cref="ChannelFactory{TChannel}(string)" path="/exception"/>
    public ChannelFactory(string endpointConfigurationName, EndpointAddress? remoteAddress)
        : base(EndpointsByName.Create<TChannel>(endpointConfigurationName, remoteAddress))
    {
    }

    /// <summary>No file is read.</summary>
    /// <param name="binding">The binding.</param>
    public ChannelFactory(System.ServiceModel.Channels.Binding binding)
        : base(binding)
    {
    }

    /// <summary>No file is read.</summary>
    /// <param name="binding">The binding.</param>
    /// <param name="remoteAddress">The address.</param>
    public ChannelFactory(System.ServiceModel.Channels.Binding binding, EndpointAddress remoteAddress)
        : base(binding, remoteAddress)
    {
    }

    /// <summary>No file is read.</summary>
    /// <param name="binding">The binding.</param>
    /// <param name="remoteAddress">The address.</param>
    public ChannelFactory(System.ServiceModel.Channels.Binding binding, string remoteAddress)
        : base(binding, new EndpointAddress(remoteAddress))
    {
    }

    /// <summary>No file is read.</summary>
    /// <param name="endpoint">The endpoint.</param>
    public ChannelFactory(ServiceEndpoint endpoint)
        : base(endpoint)
    {
    }
}
