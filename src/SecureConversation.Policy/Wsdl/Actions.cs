using System.Xml.Linq;
using SecureConversation.Policy.Assertions;

namespace SecureConversation.Policy.Wsdl;

/// <summary>The actions of messages (WS-Addressing 1.0 Metadata section 4.4).</summary>
internal static class Actions
{
    /// <summary>The action of a message of a portType.</summary>
    /// <param name="message">wsdl:input, wsdl:output or wsdl:fault.</param>
    /// <param name="soapAction">The soapAction of the operation; empty where it has none.</param>
    public static string Of(XElement message, string soapAction)
    {
        var explicitly = message.Attribute(Namespaces.Wsam + "Action") ?? message.Attribute(Namespaces.Wsaw + "Action")
            ?? message.Attribute(Namespaces.Addressing10 + "Action") ?? message.Attribute(Namespaces.Addressing2004 + "Action");
        if (explicitly is not null)
        {
            return explicitly.Value.Trim();
        }

        return message.Name.LocalName == "input" && soapAction.Length > 0 ? soapAction : ByPattern(message);
    }

    // [target namespace][delimiter][port type name][delimiter][input|output name], section 4.4.4.
    private static string ByPattern(XElement message)
    {
        var operation = message.Parent!;
        var ns = message.Document?.Root?.Attribute("targetNamespace")?.Value ?? "";
        var delimiter = ns.StartsWith("urn:", StringComparison.OrdinalIgnoreCase) ? ":" : "/";
        var portType = operation.Parent?.Attribute("name")?.Value ?? "";
        var operationName = operation.Attribute("name")?.Value ?? "";
        var name = message.Attribute("name")?.Value;
        var isOneWay = operation.Element(Namespaces.Wsdl + "output") is null;
        var last = message.Name.LocalName switch
        {
            "input" => name ?? operationName + (isOneWay ? "" : "Request"),
            "output" => name ?? operationName + "Response",
            _ => $"{operationName}{delimiter}Fault{delimiter}{name}",
        };
        return $"{(ns.EndsWith(delimiter, StringComparison.Ordinal) ? ns[..^1] : ns)}{delimiter}{portType}{delimiter}{last}";
    }
}
