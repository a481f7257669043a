using System.Net.Security;
using System.Reflection;
using System.ServiceModel.Channels;
using System.ServiceModel.Description;
using System.ServiceModel.Dispatcher;
using EngineBinding = SecureConversation.Binding;

namespace SecureConversation.ServiceModel.Internal;

/// <summary>Reads <see cref="ProtectionLevelAttribute"/> off a contract.</summary>
internal static class ContractProtection
{
    public static EngineBinding.ChannelProtectionRequirements Of(ContractDescription contract)
    {
        var requirements = EngineBinding.ChannelProtectionRequirements.Default;
        foreach (var operation in contract.Operations)
        {
            var level = LevelOf(operation);
            foreach (var message in operation.Messages)
            {
                requirements = Add(requirements, message, level);
            }

            foreach (var fault in operation.Faults)
            {
                requirements = requirements.WithFault(fault.Action, level);
            }
        }

        return requirements;
    }

    /// <summary>
    /// Keeps headers of a message contract that no requirements tell of from leaving in clear: known by their type, for the formatter
    /// of the contract made them. What inspectors and the application add is not protected in WCF either.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is one.</exception>
    public static void RefuseHeaders(MessageHeaders headers)
    {
        if (headers.FirstOrDefault(h => h.GetType().DeclaringType?.Namespace == typeof(IClientMessageFormatter).Namespace) is { } header)
        {
            throw new InvalidOperationException($"The header '{header.Name}' of the message contract would leave unprotected, for System.ServiceModel does not tell message "
                + "security about contracts: put [ProtectionLevel] on the contract, or add a ProtectionLevelAttribute to Endpoint.Contract.ContractBehaviors.");
        }
    }

    private static EngineBinding.ChannelProtectionRequirements Add(EngineBinding.ChannelProtectionRequirements requirements, MessageDescription message, ProtectionLevel level)
    {
        var isRequest = message.Direction == MessageDirection.Input;
        requirements = isRequest ? requirements.WithRequest(message.Action, level) : requirements.WithReply(message.Action, level);
        if (level == ProtectionLevel.None)
        {
            return requirements;
        }

        var direction = isRequest ? EngineBinding.MessageDirection.ClientToService : EngineBinding.MessageDirection.ServiceToClient;
        return message.Headers.Aggregate(requirements, (r, header) => r.WithHeader(direction, message.Action, header.Name, header.Namespace, level));
    }

    // The interface that declares the method, for an operation that a contract inherits keeps its level.
    private static ProtectionLevel LevelOf(OperationDescription operation)
    {
        MethodInfo?[] methods = [operation.SyncMethod, operation.TaskMethod, operation.BeginMethod];
        return methods.Select(m => m?.GetCustomAttribute<ProtectionLevelAttribute>()).FirstOrDefault(a => a is not null)?.Level
            ?? methods.Select(m => m?.DeclaringType?.GetCustomAttribute<ProtectionLevelAttribute>()).FirstOrDefault(a => a is not null)?.Level
            ?? operation.DeclaringContract.ContractBehaviors.OfType<ProtectionLevelAttribute>().FirstOrDefault()?.Level
            ?? ProtectionLevel.EncryptAndSign;
    }
}
