using System.Net.Security;
using System.Reflection;
using CoreWCF.Configuration;
using CoreWCF.Description;
using Engine = SecureConversation.Binding;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>Reads <see cref="ProtectionLevelAttribute"/> off the contracts of an address.</summary>
internal static class ContractProtection
{
    public static Engine.ChannelProtectionRequirements Of(IServiceDispatcher dispatcher)
    {
        var requirements = Engine.ChannelProtectionRequirements.Default;
        foreach (var endpoint in dispatcher.Host.Description.Endpoints.Where(e => e.ListenUri == dispatcher.BaseAddress))
        {
            foreach (var operation in endpoint.Contract.Operations)
            {
                if (LevelOf(operation) is { } level)
                {
                    requirements = Apply(requirements, operation, level);
                }
            }
        }

        return requirements;
    }

    private static Engine.ChannelProtectionRequirements Apply(Engine.ChannelProtectionRequirements requirements, OperationDescription operation, ProtectionLevel level)
    {
        foreach (var message in operation.Messages)
        {
            requirements = message.Direction == MessageDirection.Input
                ? requirements.WithRequest(message.Action, level)
                : requirements.WithReply(message.Action, level);
        }

        return operation.Faults.Aggregate(requirements, (all, fault) => all.WithFault(fault.Action, level));
    }

    private static ProtectionLevel? LevelOf(OperationDescription operation)
    {
        var method = operation.SyncMethod ?? operation.TaskMethod ?? operation.BeginMethod;
        // The interface that declares an inherited operation speaks for it.
        var attribute = method?.GetCustomAttribute<ProtectionLevelAttribute>()
            ?? operation.DeclaringContract.ContractType?.GetCustomAttribute<ProtectionLevelAttribute>();
        return attribute?.Level;
    }
}
