using System.Net.Security;
using System.Reflection;
using CoreWCF.Configuration;
using CoreWCF.Description;
using EngineBinding = SecureConversation.Binding;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>What the contracts of an address declare: headers, and levels by <see cref="ProtectionLevelAttribute"/>.</summary>
internal static class ContractProtection
{
    public static EngineBinding.ChannelProtectionRequirements Of(IServiceDispatcher dispatcher)
    {
        var requirements = EngineBinding.ChannelProtectionRequirements.Default;
        foreach (var endpoint in dispatcher.Host.Description.Endpoints.Where(e => e.ListenUri == dispatcher.BaseAddress))
        {
            foreach (var operation in endpoint.Contract.Operations)
            {
                requirements = Apply(requirements, operation, LevelOf(operation));
            }
        }

        return requirements;
    }

    private static EngineBinding.ChannelProtectionRequirements Apply(EngineBinding.ChannelProtectionRequirements requirements, OperationDescription operation, ProtectionLevel level)
    {
        foreach (var message in operation.Messages)
        {
            var isRequest = message.Direction == MessageDirection.Input;
            requirements = isRequest ? requirements.WithRequest(message.Action, level) : requirements.WithReply(message.Action, level);
            if (level != ProtectionLevel.None)
            {
                // As the body, the headers that a message contract declares.
                var direction = isRequest ? EngineBinding.MessageDirection.ClientToService : EngineBinding.MessageDirection.ServiceToClient;
                requirements = message.Headers.Aggregate(requirements, (all, header) => all.WithHeader(direction, message.Action, header.Name, header.Namespace, level));
            }
        }

        return operation.Faults.Aggregate(requirements, (all, fault) => all.WithFault(fault.Action, level));
    }

    private static ProtectionLevel LevelOf(OperationDescription operation)
    {
        var method = operation.SyncMethod ?? operation.TaskMethod ?? operation.BeginMethod;
        // The interface that declares an inherited operation speaks for it.
        var attribute = method?.GetCustomAttribute<ProtectionLevelAttribute>()
            ?? operation.DeclaringContract.ContractType?.GetCustomAttribute<ProtectionLevelAttribute>();
        return attribute?.Level ?? ProtectionLevel.EncryptAndSign;
    }
}
