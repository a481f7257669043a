using System.Net.Security;
using System.Reflection;
using System.ServiceModel.Description;
using Engine = SecureConversation.Binding;

namespace SecureConversation.ServiceModel.Internal;

/// <summary>Reads <see cref="ProtectionLevelAttribute"/> off a contract.</summary>
internal static class ContractProtection
{
    public static Engine.ChannelProtectionRequirements Of(ContractDescription contract)
    {
        var requirements = Engine.ChannelProtectionRequirements.Default;
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

    private static Engine.ChannelProtectionRequirements Add(Engine.ChannelProtectionRequirements requirements, MessageDescription message, ProtectionLevel level)
    {
        var isRequest = message.Direction == MessageDirection.Input;
        requirements = isRequest ? requirements.WithRequest(message.Action, level) : requirements.WithReply(message.Action, level);
        if (level == ProtectionLevel.None)
        {
            return requirements;
        }

        var direction = isRequest ? Engine.MessageDirection.ClientToService : Engine.MessageDirection.ServiceToClient;
        return message.Headers.Aggregate(requirements, (r, header) => r.WithHeader(direction, message.Action, header.Name, header.Namespace, level));
    }

    // The interface that declares the method, for an operation that a contract inherits keeps its level.
    private static ProtectionLevel LevelOf(OperationDescription operation)
    {
        MethodInfo?[] methods = [operation.SyncMethod, operation.TaskMethod, operation.BeginMethod];
        return methods.Select(m => m?.GetCustomAttribute<ProtectionLevelAttribute>()).FirstOrDefault(a => a is not null)?.Level
            ?? methods.Select(m => m?.DeclaringType?.GetCustomAttribute<ProtectionLevelAttribute>()).FirstOrDefault(a => a is not null)?.Level
            ?? ProtectionLevel.EncryptAndSign;
    }
}
