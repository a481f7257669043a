using System.Collections.Immutable;
using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Policy.Assertions;
using SecureConversation.Policy.Export;

namespace SecureConversation.Policy;

/// <summary>
/// Writes the policies of a binding as WCF does: its assertions, its order, its places. WS-SecurityPolicy 1.1 or 1.2 by the
/// <see cref="MessageSecurityVersion"/> of the element.
/// </summary>
public static class PolicyExporter
{
    /// <summary>Exports a binding.</summary>
    /// <param name="binding">The binding.</param>
    /// <param name="operations">The operations of the contract.</param>
    /// <param name="options">What to write; null for the defaults.</param>
    /// <exception cref="NotSupportedException">The binding has a setting that no policy can say; the message names it.</exception>
    public static ExportedPolicies Export(
        MessageSecurityBinding binding, IEnumerable<ContractOperation> operations, PolicyExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(binding);
        return Export(binding.Element, binding.MessageVersion, binding.Protection, operations, options, binding.ReliableSession);
    }

    /// <summary>Exports a binding element, also one whose messages are not offered, as a transport binding.</summary>
    /// <param name="element">The security settings.</param>
    /// <param name="version">The versions of SOAP and WS-Addressing.</param>
    /// <param name="protection">What is signed and encrypted.</param>
    /// <param name="operations">The operations of the contract.</param>
    /// <param name="options">What to write; null for the defaults.</param>
    /// <param name="reliableSession">The reliable session above security; null for none.</param>
    /// <exception cref="NotSupportedException">The element has a setting that no policy can say; the message names it.</exception>
    public static ExportedPolicies Export(
        SecurityBindingElement element,
        MessageVersion version,
        ChannelProtectionRequirements protection,
        IEnumerable<ContractOperation> operations,
        PolicyExportOptions? options = null,
        ReliableSessionBindingElement? reliableSession = null)
    {
        ArgumentNullException.ThrowIfNull(element);
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(protection);
        ArgumentNullException.ThrowIfNull(operations);
        options ??= PolicyExportOptions.Default;
        var writer = new SpWriter(SpVersion.Of(element.MessageSecurityVersion), options.PolicyVersion);
        var reliable = reliableSession is null ? null : new ReliableExporter(writer, reliableSession);
        // The transport protects whole messages.
        var parts = element is TransportSecurityBindingElement ? null : new PartsExporter(writer, version, reliable);
        var elements = new ElementExporter(writer, version, options);
        ImmutableArray<ExportedOperation> messages =
        [
            .. operations.Select(operation => Messages(operation, protection, parts) with
            {
                Tokens =
                [
                    .. elements.Supporting(element, element.OperationSupportingTokenParameters.Of(operation.Action),
                        element.OptionalOperationSupportingTokenParameters.Of(operation.Action)).Select(writer.Top),
                ],
            }),
        ];
        var encrypts = messages.SelectMany(All).Any(assertion => assertion.Name.LocalName == "EncryptedParts");
        return new()
        {
            Operations = messages,
            Binding =
            [
                .. reliable is not null ? [writer.Top(reliable.Assertion(IsSession(element)))] : Array.Empty<XElement>(),
                .. elements.Write(element, encrypts).Select(writer.Top),
                .. options.IncludeAddressing && Addressing(version) is { } addressing ? [addressing] : Array.Empty<XElement>(),
            ],
        };
    }

    private static ExportedOperation Messages(ContractOperation operation, ChannelProtectionRequirements protection, PartsExporter? parts)
    {
        if (parts is null)
        {
            return new() { Operation = operation };
        }

        return new()
        {
            Operation = operation,
            Input = Write(operation.Action, MessageDirection.ClientToService),
            Output = operation.ReplyAction is { } reply ? Write(reply, MessageDirection.ServiceToClient) : [],
            Faults = operation.Faults.DistinctBy(f => f.Name).ToImmutableDictionary(
                f => f.Name, f => Write(f.Action, MessageDirection.ServiceToClient)),
        };

        ImmutableArray<XElement> Write(string action, MessageDirection direction) =>
            parts.Write(protection.GetLevel(action, direction), protection.GetHeaders(action, direction));
    }

    private static bool IsSession(SecurityBindingElement element) =>
        element is SymmetricSecurityBindingElement { ProtectionTokenParameters: SecureConversationSecurityTokenParameters }
        || element.GetSupportingTokenParameters().Any(token => token is SecureConversationSecurityTokenParameters);

    private static IEnumerable<XElement> All(ExportedOperation operation) =>
        [.. operation.Input, .. operation.Output, .. operation.Faults.Values.SelectMany(fault => fault)];

    private static XElement? Addressing(MessageVersion version) => version.Addressing switch
    {
        AddressingVersion.WSAddressing10 => new(
            Namespaces.Wsaw + "UsingAddressing", new XAttribute(XNamespace.Xmlns + "wsaw", Namespaces.Wsaw.NamespaceName)),
        AddressingVersion.WSAddressingAugust2004 => new(
            Namespaces.Wsap + "UsingAddressing", new XAttribute(XNamespace.Xmlns + "wsap", Namespaces.Wsap.NamespaceName)),
        _ => null,
    };
}
