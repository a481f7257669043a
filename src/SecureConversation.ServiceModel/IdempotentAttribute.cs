using System.ServiceModel.Dispatcher;
using SecureConversation.ServiceModel.Internal;

namespace SecureConversation.ServiceModel;

/// <summary>
/// Says that an operation may be executed twice with the result of once. Where
/// <see cref="MessageSecurityBindingElement.ReopenLostSessions"/> is set, its calls are repeated once, in a new session, when the service
/// answers that it has forgotten the session; without a session, where the service has forgotten what was negotiated with it
/// (NegotiateServiceCredential). That answer comes without security: somebody between client and service can let a call pass, replace the
/// reply by it and have the call executed twice, so nothing else is repeated. For generated contracts see
/// <see cref="IdempotentOperations.MarkIdempotent"/>.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class IdempotentAttribute : Attribute, IOperationBehavior
{
    void IOperationBehavior.AddBindingParameters(OperationDescription operationDescription, BindingParameterCollection bindingParameters)
    {
        var actions = bindingParameters.Find<IdempotentActions>();
        if (actions is null)
        {
            actions = new IdempotentActions();
            bindingParameters.Add(actions);
        }

        actions.Add(operationDescription);
    }

    void IOperationBehavior.ApplyClientBehavior(OperationDescription operationDescription, ClientOperation clientOperation)
    {
    }

    void IOperationBehavior.ApplyDispatchBehavior(OperationDescription operationDescription, DispatchOperation dispatchOperation)
    {
    }

    void IOperationBehavior.Validate(OperationDescription operationDescription)
    {
    }
}

/// <summary>Says which operations may be executed twice, for contracts that do not say it themselves.</summary>
public static class IdempotentOperations
{
    /// <summary>
    /// Marks operations as <see cref="IdempotentAttribute"/> does. Call it before the factory or client opens:
    /// <c>client.Endpoint.MarkIdempotent("GetQuote", "GetStatus")</c>.
    /// </summary>
    /// <param name="endpoint">The endpoint of a channel factory or of a generated client.</param>
    /// <param name="operations">The names of the operations in the contract.</param>
    /// <exception cref="ArgumentException">The contract has no operation of that name.</exception>
    public static void MarkIdempotent(this ServiceEndpoint endpoint, params string[] operations)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(operations);
        foreach (var name in operations)
        {
            var operation = endpoint.Contract.Operations.Find(name) ?? throw new ArgumentException(
                $"The contract {endpoint.Contract.Name} has no operation '{name}'.", nameof(operations));
            operation.OperationBehaviors.Remove(typeof(IdempotentAttribute));
            operation.OperationBehaviors.Add(new IdempotentAttribute());
        }
    }
}
