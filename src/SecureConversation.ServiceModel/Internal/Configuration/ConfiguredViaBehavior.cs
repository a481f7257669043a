using System.ServiceModel.Dispatcher;

namespace SecureConversation.ServiceModel.Internal;

/// <summary>Sends requests to another address than the one that they name (<c>clientVia</c>).</summary>
internal sealed class ConfiguredViaBehavior(Uri via) : IEndpointBehavior
{
    public void AddBindingParameters(ServiceEndpoint endpoint, BindingParameterCollection bindingParameters)
    {
    }

    public void ApplyClientBehavior(ServiceEndpoint endpoint, ClientRuntime clientRuntime) => clientRuntime.Via = via;

    public void ApplyDispatchBehavior(ServiceEndpoint endpoint, EndpointDispatcher endpointDispatcher)
    {
    }

    public void Validate(ServiceEndpoint endpoint)
    {
    }
}
