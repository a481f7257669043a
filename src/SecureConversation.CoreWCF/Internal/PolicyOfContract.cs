using System.Collections.Immutable;
using System.Xml.Linq;
using SecureConversation.Policy;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>The policy of an element for a contract, in the lists of CoreWCF.</summary>
internal static class PolicyOfContract
{
    public static void Add(MessageSecurityBindingElement element, MetadataExporter exporter, PolicyConversionContext context)
    {
        var encoder = context.BindingElements.Find<MessageEncodingBindingElement>();
        var version = Translation.ToEngine(encoder?.MessageVersion ?? MessageVersion.Default);
        var operations = context.Contract.Operations.ToDictionary(operation => operation.Name, StringComparer.Ordinal);
        var exported = PolicyExporter.Export(element.Settings, version, ContractProtection.Of(operations.Values),
            operations.Values.Select(Describe), new PolicyExportOptions
            {
                PolicyVersion = IsVersion15(exporter)
                    ? SecureConversation.Policy.PolicyVersion.Policy15
                    : SecureConversation.Policy.PolicyVersion.Policy12,
                IncludeTrust = element.ExportsTrust,
                // The encoder writes it.
                IncludeAddressing = false,
            },
            context.BindingElements.Find<ReliableSessionBindingElement>()?.Settings);
        Add(exported.Binding, context.GetBindingAssertions());
        if (exported.Binding.Any(assertion => assertion.Name.LocalName == "TransportBinding"))
        {
            LeaveTransportBindingToUs(context.BindingElements);
        }

        foreach (var of in exported.Operations)
        {
            var operation = operations[of.Operation.Name];
            Add(of.Tokens, context.GetOperationBindingAssertions(operation));
            Add(of.Input, context, operation, MessageDirection.Input);
            Add(of.Output, context, operation, MessageDirection.Output);
            foreach (var fault in operation.Faults)
            {
                if (of.Faults.TryGetValue(fault.Name, out var assertions))
                {
                    Add(assertions, context.GetFaultBindingAssertions(fault));
                }
            }
        }
    }

    // The transport of CoreWCF, which comes after, writes a TransportBinding of its own, unless elements of security are there and the
    // last of them is none of the transport. The collection is a copy for this export.
    private static void LeaveTransportBindingToUs(BindingElementCollection elements)
    {
        elements.Add(new global::CoreWCF.Channels.TransportSecurityBindingElement());
        elements.Add(new global::CoreWCF.Channels.SymmetricSecurityBindingElement());
    }

    private static bool IsVersion15(MetadataExporter exporter) =>
        exporter is WsdlExporter wsdl && wsdl.PolicyVersion == global::CoreWCF.Description.PolicyVersion.Policy15;

    private static ContractOperation Describe(OperationDescription operation) => new()
    {
        Name = operation.Name,
        Action = ActionOf(operation, MessageDirection.Input) ?? "",
        ReplyAction = ActionOf(operation, MessageDirection.Output),
        Faults = [.. operation.Faults.Select(fault => new ContractFault { Name = fault.Name, Action = fault.Action })],
    };

    private static string? ActionOf(OperationDescription operation, MessageDirection direction) => Message(operation, direction)?.Action;

    private static MessageDescription? Message(OperationDescription operation, MessageDirection direction) =>
        operation.Messages.FirstOrDefault(message => message.Direction == direction);

    private static void Add(ImmutableArray<XElement> assertions, PolicyConversionContext context, OperationDescription operation,
        MessageDirection direction)
    {
        if (Message(operation, direction) is { } message)
        {
            Add(assertions, context.GetMessageBindingAssertions(message));
        }
    }

    private static void Add(ImmutableArray<XElement> assertions, PolicyAssertionCollection to)
    {
        foreach (var assertion in assertions)
        {
            to.Add(ExportedPolicies.ToXmlElement(assertion));
        }
    }
}
