using SecureConversation.Configuration;
using SecureConversation.ServiceModel.Internal;

namespace SecureConversation.ServiceModel;

/// <summary>Bindings, addresses and endpoints of the .NET WCF client out of those of a configuration file.</summary>
/// <example>
/// <code>
/// var endpoint = ServiceModelConfiguration.Load("app.config").GetClientEndpoint("orders");
/// var client = new OrdersClient(endpoint.ToBinding(), endpoint.ToEndpointAddress());
/// endpoint.ApplyTo(client.Endpoint);
/// </code>
/// </example>
public static class ConfiguredEndpoints
{
    /// <summary>
    /// The binding. WSHttpBinding and WS2007HttpBinding are those of this library; other message security is a
    /// <see cref="CustomBinding"/> with a <see cref="MessageSecurityBindingElement"/>; what the stack offers itself is its own binding.
    /// </summary>
    /// <exception cref="ServiceModelConfigurationException">
    /// The binding has problems, or neither the stack nor this library offers a setting: file, line, why, and what to do.
    /// </exception>
    public static System.ServiceModel.Channels.Binding ToBinding(this ConfiguredBinding binding) => ConfiguredBindings.Create(binding);

    /// <summary>The binding of the endpoint.</summary>
    /// <inheritdoc cref="ToBinding(ConfiguredBinding)" path="/exception"/>
    public static System.ServiceModel.Channels.Binding ToBinding(this ConfiguredClientEndpoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        endpoint.EnsureUsable();
        return ConfiguredBindings.Create(endpoint.Binding!);
    }

    /// <summary>The address with identity and headers.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="address">Another address, with the identity and headers of the file; null for the one of the file.</param>
    /// <exception cref="ServiceModelConfigurationException">
    /// The endpoint has problems or no address, or a kind of identity is not offered.
    /// </exception>
    public static EndpointAddress ToEndpointAddress(this ConfiguredClientEndpoint endpoint, Uri? address = null)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        endpoint.EnsureUsable();
        AddressHeader[] headers = [.. endpoint.Headers.Select(xml => new XmlAddressHeader(xml))];
        return new EndpointAddress(
            address ?? endpoint.Address ?? throw ConfiguredRefusal.Of(endpoint.Location, $"client/endpoint[{endpoint.Name}]",
                "The endpoint has no address.", "Write one into the file, or give it in code."),
            ConfiguredIdentities.Of(endpoint.Identity), headers);
    }

    /// <summary>The endpoint for a contract, with binding, address and behaviors; for the constructors that take one.</summary>
    /// <typeparam name="TChannel">The contract.</typeparam>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="address">Another address; null for the one of the file.</param>
    /// <exception cref="ServiceModelConfigurationException">
    /// The endpoint has problems, or something is not offered or not found.
    /// </exception>
    public static ServiceEndpoint ToServiceEndpoint<TChannel>(this ConfiguredClientEndpoint endpoint, EndpointAddress? address = null)
        where TChannel : class
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        var binding = endpoint.ToBinding();
        ConfiguredBindings.RequireOffered(endpoint.Binding!, binding);
        var contract = ContractDescription.GetContract(typeof(TChannel));
        var made = new ServiceEndpoint(contract, binding, address ?? endpoint.ToEndpointAddress());
        if (endpoint.Name.Length > 0)
        {
            made.Name = endpoint.Name;
        }

        endpoint.ApplyTo(made);
        return made;
    }

    /// <summary>
    /// Applies the behavior of the file to an endpoint of a client or channel factory, before it opens: credentials, <c>clientVia</c>,
    /// <c>callbackDebug</c>, <c>dataContractSerializer</c>.
    /// </summary>
    /// <param name="from">The endpoint of the file.</param>
    /// <param name="endpoint">The endpoint.</param>
    /// <exception cref="ServiceModelConfigurationException">
    /// The endpoint has problems, or a certificate, file or type is not found.
    /// </exception>
    public static void ApplyTo(this ConfiguredClientEndpoint from, ServiceEndpoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(endpoint);
        from.EnsureUsable();
        if (from.Behavior.ClientCredentials is { } credentials)
        {
            ConfiguredCredentials.Apply(credentials, endpoint);
        }

        if (from.Behavior.ClientVia is { } via)
        {
            endpoint.EndpointBehaviors.Add(new ConfiguredViaBehavior(via));
        }

        if (from.Behavior.IncludeExceptionDetailInFaults && !endpoint.EndpointBehaviors.OfType<CallbackDebugBehavior>().Any())
        {
            endpoint.EndpointBehaviors.Add(new CallbackDebugBehavior(includeExceptionDetailInFaults: true));
        }

        if (from.Behavior.MaxItemsInObjectGraph is { } most)
        {
            foreach (var operation in endpoint.Contract.Operations)
            {
                foreach (var serializer in operation.OperationBehaviors.OfType<DataContractSerializerOperationBehavior>())
                {
                    serializer.MaxItemsInObjectGraph = most;
                }
            }
        }
    }
}
