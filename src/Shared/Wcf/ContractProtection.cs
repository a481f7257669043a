using System.Net.Security;
using System.Reflection;

namespace SecureConversation.Shared;

/// <summary>
/// What contracts say about the protection of their messages: the attribute for levels, and the headers that they declare. The rules are
/// those of WCF's ChannelProtectionRequirements.CreateFromContract.
/// </summary>
internal static class ContractProtection
{
    private const string Wildcard = "*";

    /// <param name="operations">The operations of the contracts of an address.</param>
    /// <param name="unnamed">The level of operations of which no attribute says one.</param>
    public static EngineBinding.ChannelProtectionRequirements Of(
        IEnumerable<OperationDescription> operations, ProtectionLevel unnamed = ProtectionLevel.EncryptAndSign)
    {
        var requirements = EngineBinding.ChannelProtectionRequirements.Default with { ListsAllMessages = true };
        foreach (var operation in operations)
        {
            var level = LevelOf(operation) ?? unnamed;
            requirements = operation.Messages.Aggregate(requirements, (all, message) => Add(all, message, level));
            requirements = operation.Faults.Aggregate(
                requirements, (all, fault) => all.WithFault(fault.Action, LevelOf(operation, fault) ?? level));
            var reply = operation.Messages.FirstOrDefault(message => message.Direction == MessageDirection.Output);
            var levelOfReply = reply is null ? level : LevelOfBody(reply, LevelOf(reply) ?? level);
            requirements = operation.Messages.Where(message => message.Direction == MessageDirection.Input)
                .Aggregate(requirements, (all, request) => all.WithReplyTo(request.Action, levelOfReply));
            if (operation.Messages.Any(message => message.Action == Wildcard))
            {
                // It takes the actions that have no operation of their own.
                requirements = requirements.WithDefault(level) with { ListsAllMessages = false };
            }
        }

        return requirements;
    }

    private static EngineBinding.ChannelProtectionRequirements Add(
        EngineBinding.ChannelProtectionRequirements requirements, MessageDescription message, ProtectionLevel levelOfOperation)
    {
        var isRequest = message.Direction == MessageDirection.Input;
        var level = LevelOf(message) ?? levelOfOperation;
        var levelOfBody = LevelOfBody(message, level);
        requirements = isRequest
            ? requirements.WithRequest(message.Action, levelOfBody)
            : requirements.WithReply(message.Action, levelOfBody);

        // A header without a level of its own has that of the message.
        var direction = isRequest ? EngineBinding.MessageDirection.ClientToService : EngineBinding.MessageDirection.ServiceToClient;
        return message.Headers.Select(header => (Header: header, Level: LevelOf(header) ?? level))
            .Where(part => part.Level != ProtectionLevel.None)
            .Aggregate(requirements, (all, part) =>
                all.WithHeader(direction, message.Action, part.Header.Name, part.Header.Namespace, part.Level));
    }

    /// <summary>The strongest level of the parts; that of the message where there are none.</summary>
    private static ProtectionLevel LevelOfBody(MessageDescription message, ProtectionLevel levelOfMessage) =>
        message.Body.Parts.Select(part => LevelOf(part) ?? levelOfMessage).DefaultIfEmpty(levelOfMessage).Max();

    /// <summary>
    /// The attribute on the method, else on the interface that declares the method, for inherited operations keep their level.
    /// </summary>
    private static ProtectionLevel? LevelOf(OperationDescription operation) =>
        Methods(operation).Select(method => LevelOn(method)).FirstOrDefault(level => level is not null)
        ?? Methods(operation).Select(method => LevelOn(method.DeclaringType)).FirstOrDefault(level => level is not null);

    private static ProtectionLevel? LevelOf(OperationDescription operation, FaultDescription fault) => fault.DetailType is null
        ? null
        : Methods(operation).Select(method => LevelOn(method, fault.DetailType)).FirstOrDefault(level => level is not null);

    private static ProtectionLevel? LevelOf(MessageDescription message) => LevelOn(message.MessageType);

    private static ProtectionLevel? LevelOf(MessagePartDescription part) => LevelOn(part.MemberInfo);

    private static IEnumerable<MethodInfo> Methods(OperationDescription operation) =>
        new[] { operation.SyncMethod, operation.TaskMethod, operation.BeginMethod }.OfType<MethodInfo>();

    private static ProtectionLevel? LevelOn(MemberInfo? member, Type? fault = null) =>
        member?.GetCustomAttributes<ProtectionLevelAttribute>().FirstOrDefault(attribute => attribute.Fault == fault)?.Level;
}
