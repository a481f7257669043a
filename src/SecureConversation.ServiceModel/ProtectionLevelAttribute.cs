using System.Net.Security;
using System.ServiceModel.Dispatcher;

namespace SecureConversation.ServiceModel;

/// <summary>
/// How messages are protected: WCF's ProtectionLevel of [ServiceContract] on the interface, that of [OperationContract] on a method,
/// which wins. Where it is on neither, bodies are signed and encrypted.
/// </summary>
/// <remarks>
/// Headers of message contracts are protected like the bodies, as in WCF. System.ServiceModel does not tell the channel about contracts, so
/// one with such headers needs the attribute: on itself, or in <see cref="ContractDescription.ContractBehaviors"/> of the endpoint where it
/// is generated. Without it a request with such a header is refused with <see cref="InvalidOperationException"/>, and headers of replies
/// are taken for headers that nobody asked to be signed.
/// </remarks>
/// <param name="level">The level for requests, replies and declared faults.</param>
[AttributeUsage(AttributeTargets.Interface | AttributeTargets.Class | AttributeTargets.Method)]
public sealed class ProtectionLevelAttribute(ProtectionLevel level) : Attribute, IContractBehavior, IOperationBehavior
{
    /// <summary>The level.</summary>
    public ProtectionLevel Level { get; } = level;

    void IContractBehavior.AddBindingParameters(
        ContractDescription contractDescription, ServiceEndpoint endpoint, BindingParameterCollection bindingParameters) =>
        Add(contractDescription, bindingParameters);

    void IContractBehavior.ApplyClientBehavior(
        ContractDescription contractDescription, ServiceEndpoint endpoint, ClientRuntime clientRuntime)
    {
    }

    void IContractBehavior.ApplyDispatchBehavior(
        ContractDescription contractDescription, ServiceEndpoint endpoint, DispatchRuntime dispatchRuntime)
    {
    }

    void IContractBehavior.Validate(ContractDescription contractDescription, ServiceEndpoint endpoint)
    {
    }

    void IOperationBehavior.AddBindingParameters(OperationDescription operationDescription, BindingParameterCollection bindingParameters) =>
        Add(operationDescription.DeclaringContract, bindingParameters);

    void IOperationBehavior.ApplyClientBehavior(OperationDescription operationDescription, ClientOperation clientOperation)
    {
    }

    void IOperationBehavior.ApplyDispatchBehavior(OperationDescription operationDescription, DispatchOperation dispatchOperation)
    {
    }

    void IOperationBehavior.Validate(OperationDescription operationDescription)
    {
    }

    // Where a behavior of the application has added requirements, they stay.
    private static void Add(ContractDescription contract, BindingParameterCollection parameters)
    {
        if (parameters.Find<EngineBinding.ChannelProtectionRequirements>() is null)
        {
            parameters.Add(ContractProtection.Of(contract.Operations));
        }
    }
}
