using System.Net.Security;
using System.Reflection;

namespace SecureConversation.Shared;

/// <summary>
/// What contracts say about the protection of their messages: the attribute for levels, and the headers that they declare.
/// </summary>
internal static class ContractProtection
{
    private const string Wildcard = "*";

    public static EngineBinding.ChannelProtectionRequirements Of(IEnumerable<OperationDescription> operations)
    {
        var requirements = EngineBinding.ChannelProtectionRequirements.Default with { ListsAllMessages = true };
        foreach (var operation in operations)
        {
            var level = LevelOf(operation);
            requirements = operation.Messages.Aggregate(requirements, (all, message) => Add(all, message, level));
            requirements = operation.Faults.Aggregate(requirements, (all, fault) => all.WithFault(fault.Action, level));
            requirements = operation.Messages.Where(message => message.Direction == MessageDirection.Input)
                .Aggregate(requirements, (all, request) => all.WithReplyTo(request.Action, level));
            if (operation.Messages.Any(message => message.Action == Wildcard))
            {
                // It takes the actions that have no operation of their own.
                requirements = requirements.WithDefault(level) with { ListsAllMessages = false };
            }
        }

        return requirements;
    }

    private static EngineBinding.ChannelProtectionRequirements Add(
        EngineBinding.ChannelProtectionRequirements requirements, MessageDescription message, ProtectionLevel level)
    {
        var isRequest = message.Direction == MessageDirection.Input;
        requirements = isRequest ? requirements.WithRequest(message.Action, level) : requirements.WithReply(message.Action, level);
        if (level == ProtectionLevel.None)
        {
            return requirements;
        }

        // WCF protects the headers that a message contract declares as it does the body.
        var direction = isRequest ? EngineBinding.MessageDirection.ClientToService : EngineBinding.MessageDirection.ServiceToClient;
        return message.Headers.Aggregate(requirements,
            (all, header) => all.WithHeader(direction, message.Action, header.Name, header.Namespace, level));
    }

    /// <summary>
    /// The attribute on the method, else on the interface that declares the method, for inherited operations keep their level, else among
    /// the behaviors of the contract, where the attribute is one.
    /// </summary>
    private static ProtectionLevel LevelOf(OperationDescription operation)
    {
        MethodInfo?[] methods = [operation.SyncMethod, operation.TaskMethod, operation.BeginMethod];
        return methods.Select(m => m?.GetCustomAttribute<ProtectionLevelAttribute>()).FirstOrDefault(a => a is not null)?.Level
            ?? methods.Select(m => m?.DeclaringType?.GetCustomAttribute<ProtectionLevelAttribute>())
                .FirstOrDefault(a => a is not null)?.Level
            ?? operation.DeclaringContract.ContractBehaviors.Cast<object>().OfType<ProtectionLevelAttribute>().FirstOrDefault()?.Level
            ?? ProtectionLevel.EncryptAndSign;
    }
}
