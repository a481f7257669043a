using System.Collections.Immutable;
using System.Xml.Linq;
using SecureConversation.Policy.Assertions;
using SecureConversation.Policy.Import;
using SecureConversation.Policy.Wsp;

namespace SecureConversation.Policy.Wsdl;

/// <summary>An operation of a wsdl:binding with what its portType says of it.</summary>
internal sealed record BindingOperation
{
    public required XElement OfBinding { get; init; }

    public required XElement OfPortType { get; init; }

    public required ContractOperation Contract { get; init; }

    public required ImmutableArray<BindingMessage> Messages { get; init; }

    public static ImmutableArray<BindingOperation> Of(XElement binding, XElement portType)
    {
        var operations = portType.Elements(Namespaces.Wsdl + "operation").ToLookup(Name, StringComparer.Ordinal);
        return
        [
            // An operation without an input is one that the service starts, which nobody calls.
            .. binding.Elements(Namespaces.Wsdl + "operation").Select(operation => Create(operation, operations))
                .OfType<BindingOperation>(),
        ];
    }

    private static BindingOperation? Create(XElement operation, ILookup<string, XElement> operations)
    {
        var name = Name(operation);
        var candidates = operations[name].ToList();
        // Overloaded operations differ in the names of their inputs (WSDL 1.1 section 2.5).
        var input = operation.Element(Namespaces.Wsdl + "input")?.Attribute("name")?.Value;
        var abstracted = candidates.FirstOrDefault(o =>
            input is not null && o.Element(Namespaces.Wsdl + "input")?.Attribute("name")?.Value == input)
            ?? candidates.FirstOrDefault()
            ?? throw Locations.Fail(operation, $"The portType has no operation '{Text.Short(name)}': correct the name.");
        if (abstracted.Element(Namespaces.Wsdl + "input") is null)
        {
            return null;
        }

        var soapAction = operation.Elements()
            .FirstOrDefault(e => e.Name == Namespaces.Soap11Wsdl + "operation" || e.Name == Namespaces.Soap12Wsdl + "operation")
            ?.Attribute("soapAction")?.Value.Trim() ?? "";
        ImmutableArray<BindingMessage> messages = [.. MessagesOf(operation, abstracted, soapAction)];
        return new()
        {
            OfBinding = operation,
            OfPortType = abstracted,
            Messages = messages,
            Contract = new()
            {
                Name = name,
                Action = messages.First(m => m.Kind == MessageKind.Request).Action,
                ReplyAction = messages.FirstOrDefault(m => m.Kind == MessageKind.Reply)?.Action,
                Faults =
                [
                    .. messages.Where(m => m.Kind == MessageKind.Fault)
                        .Select(m => new ContractFault { Name = m.OfPortType.Attribute("name")?.Value ?? "", Action = m.Action }),
                ],
            },
        };
    }

    private static IEnumerable<BindingMessage> MessagesOf(XElement operation, XElement abstracted, string soapAction)
    {
        var input = abstracted.Element(Namespaces.Wsdl + "input")!;
        yield return Message(MessageKind.Request, operation.Element(Namespaces.Wsdl + "input"), input, soapAction);
        if (abstracted.Element(Namespaces.Wsdl + "output") is { } output)
        {
            yield return Message(MessageKind.Reply, operation.Element(Namespaces.Wsdl + "output"), output, soapAction);
        }

        var faults = operation.Elements(Namespaces.Wsdl + "fault").ToLookup(FaultName, StringComparer.Ordinal);
        foreach (var fault in abstracted.Elements(Namespaces.Wsdl + "fault"))
        {
            var own = faults[FaultName(fault)].FirstOrDefault();
            yield return Message(MessageKind.Fault, own, fault, soapAction);
        }
    }

    private static BindingMessage Message(MessageKind kind, XElement? own, XElement abstracted, string soapAction) =>
        new() { Kind = kind, OfBinding = own, OfPortType = abstracted, Action = Actions.Of(abstracted, soapAction) };

    private static string FaultName(XElement fault) => fault.Attribute("name")?.Value ?? "";

    private static string Name(XElement operation) => operation.Attribute("name")?.Value.Trim() ?? "";
}

/// <summary>A message of an operation.</summary>
internal sealed record BindingMessage
{
    public required MessageKind Kind { get; init; }

    /// <summary>In the wsdl:binding; null where that leaves it out.</summary>
    public required XElement? OfBinding { get; init; }

    public required XElement OfPortType { get; init; }

    public required string Action { get; init; }
}
