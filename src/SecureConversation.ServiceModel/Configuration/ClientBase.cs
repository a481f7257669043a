using SecureConversation.Configuration;
using SecureConversation.ServiceModel.Internal;

namespace SecureConversation.ServiceModel.Configuration;

/// <summary>
/// The base of generated proxies, with the constructors by endpoint name that WCF on .NET Framework has. They read
/// <see cref="ClientConfiguration.Default"/>. In the generated code write this name in the place of
/// <c>System.ServiceModel.ClientBase</c>; nothing else changes.
/// </summary>
/// <typeparam name="TChannel">The contract.</typeparam>
public abstract class ClientBase<TChannel> : System.ServiceModel.ClientBase<TChannel>
    where TChannel : class
{
    /// <summary>The only endpoint of the contract in the file.</summary>
    /// <exception cref="ServiceModelConfigurationException">
    /// There is none, or several, or it has problems, or something is not offered or not found: file, line, why, and what to do.
    /// </exception>
    protected ClientBase()
        : base(EndpointsByName.Create<TChannel>("*"))
    {
    }

    /// <summary>The endpoint of this name.</summary>
    /// <param name="endpointConfigurationName">The name of the endpoint; <c>*</c> for the only one of the contract.</param>
    /// <inheritdoc cref="ClientBase{TChannel}()" path="/exception"/>
    protected ClientBase(string endpointConfigurationName)
        : base(EndpointsByName.Create<TChannel>(endpointConfigurationName))
    {
    }

    /// <summary>The endpoint of this name at another address, with the identity and headers of the file.</summary>
    /// <param name="endpointConfigurationName">The name of the endpoint.</param>
    /// <param name="remoteAddress">The address.</param>
    /// <inheritdoc cref="ClientBase{TChannel}()" path="/exception"/>
    protected ClientBase(string endpointConfigurationName, string remoteAddress)
        : base(EndpointsByName.Create<TChannel>(endpointConfigurationName, remoteAddress))
    {
    }

    /// <summary>The endpoint of this name at another address. As in WCF, identity and headers are those of the address.</summary>
    /// <param name="endpointConfigurationName">The name of the endpoint.</param>
    /// <param name="remoteAddress">The address.</param>
    /// <inheritdoc cref="ClientBase{TChannel}()" path="/exception"/>
    protected ClientBase(string endpointConfigurationName, EndpointAddress remoteAddress)
        : base(EndpointsByName.Create<TChannel>(endpointConfigurationName, remoteAddress))
    {
    }

    /// <summary>No file is read.</summary>
    /// <param name="binding">The binding.</param>
    /// <param name="remoteAddress">The address.</param>
    protected ClientBase(System.ServiceModel.Channels.Binding binding, EndpointAddress remoteAddress)
        : base(binding, remoteAddress)
    {
    }

    /// <summary>No file is read.</summary>
    /// <param name="endpoint">The endpoint.</param>
    protected ClientBase(ServiceEndpoint endpoint)
        : base(endpoint)
    {
    }
}
