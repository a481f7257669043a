using CoreWCF.Dispatcher;
using SecureConversation.Configuration;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>
/// <c>dataContractSerializer</c> of the behavior of an endpoint, or else of its service. Endpoints may share a contract, so each one sets
/// both values.
/// </summary>
internal sealed class ConfiguredSerializer : IEndpointBehavior
{
    private readonly int _most;
    private readonly bool _ignoresUnknown;

    public ConfiguredSerializer(ConfiguredServiceBehavior service, ConfiguredEndpointBehavior endpoint) =>
        (_most, _ignoresUnknown) = endpoint.MaxItemsInObjectGraph is { } most
            ? (most, endpoint.IgnoreExtensionDataObject)
            : (service.MaxItemsInObjectGraph ?? int.MaxValue, service.IgnoreExtensionDataObject);

    /// <summary>Whether the file says anything; else what attributes and code say stays.</summary>
    public static bool IsSaid(ConfiguredService service) =>
        service.Behavior.MaxItemsInObjectGraph is not null
        || service.Endpoints.Any(endpoint => endpoint.Behavior.MaxItemsInObjectGraph is not null);

    public void AddBindingParameters(ServiceEndpoint endpoint, BindingParameterCollection bindingParameters)
    {
    }

    public void ApplyClientBehavior(ServiceEndpoint endpoint, ClientRuntime clientRuntime)
    {
    }

    public void ApplyDispatchBehavior(ServiceEndpoint endpoint, EndpointDispatcher endpointDispatcher)
    {
        foreach (var serializer in endpoint.Contract.Operations
            .SelectMany(operation => operation.OperationBehaviors.OfType<DataContractSerializerOperationBehavior>()))
        {
            serializer.MaxItemsInObjectGraph = _most;
            serializer.IgnoreExtensionDataObject = _ignoresUnknown;
        }
    }

    public void Validate(ServiceEndpoint endpoint)
    {
    }
}
