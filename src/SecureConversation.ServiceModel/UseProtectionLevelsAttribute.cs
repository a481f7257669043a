using System.Net.Security;
using System.ServiceModel.Dispatcher;
using SecureConversation.ServiceModel.Internal;

namespace SecureConversation.ServiceModel;

/// <summary>
/// Tells message security about the contract: what its <see cref="ProtectionLevelAttribute"/>s say, and which headers its message contracts
/// have. System.ServiceModel does not tell channels about contracts, so one of these is needed where a contract has either: this attribute
/// on the contract that channels are made for (not one that it derives from), or <see cref="ProtectionLevels.UseProtectionLevels"/> on the
/// endpoint where the contract is shared or generated.
/// </summary>
/// <remarks>
/// Without it bodies are signed and encrypted, a request with a header of a message contract is refused with
/// <see cref="InvalidOperationException"/>, and headers of replies are taken for headers that nobody asked to be signed.
/// </remarks>
[AttributeUsage(AttributeTargets.Interface | AttributeTargets.Class)]
public sealed class UseProtectionLevelsAttribute : Attribute, IContractBehavior
{
    /// <summary>
    /// The level of operations of which no [ProtectionLevel] says one, for contracts that are generated. Default EncryptAndSign.
    /// </summary>
    public ProtectionLevel Level { get; init; } = ProtectionLevel.EncryptAndSign;

    // Under a type of its own, so that a behavior of the application can add other requirements, which win.
    void IContractBehavior.AddBindingParameters(
        ContractDescription contractDescription, ServiceEndpoint endpoint, BindingParameterCollection bindingParameters) =>
        bindingParameters.Add(new ContractRequirements(ContractProtection.Of(contractDescription.Operations, Level)));

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
}

/// <summary>Tells message security about contracts that do not say it themselves.</summary>
public static class ProtectionLevels
{
    /// <summary>
    /// Tells message security about the contract of this endpoint, as <see cref="UseProtectionLevelsAttribute"/> on it does. Call it before
    /// the factory or client opens: <c>factory.Endpoint.UseProtectionLevels()</c>.
    /// </summary>
    /// <param name="endpoint">The endpoint of a channel factory or of a generated client.</param>
    /// <param name="level">The level of operations of which no [ProtectionLevel] says one.</param>
    public static void UseProtectionLevels(this ServiceEndpoint endpoint, ProtectionLevel level = ProtectionLevel.EncryptAndSign)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        endpoint.Contract.ContractBehaviors.Remove(typeof(UseProtectionLevelsAttribute));
        endpoint.Contract.ContractBehaviors.Add(new UseProtectionLevelsAttribute { Level = level });
    }
}
