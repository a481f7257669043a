using System.Collections.Immutable;
using System.Xml.Linq;
using SecureConversation.Configuration.Schema;

namespace SecureConversation.Configuration.Tests.ServiceModel;

/// <summary>What else a file needs, so that an attribute has its effect: modes, names, a transport.</summary>
internal static class SchemaContext
{
    public static IEnumerable<(string Name, string Value)> Attributes(ImmutableArray<ElementSchema> chain, int index, string? tested)
    {
        var element = chain[index];
        var next = index + 1 < chain.Length ? chain[index + 1].Name : "";
        var isTarget = index == chain.Length - 1;
        var kind = chain.Length > 1 ? chain[1].Name : "";
        foreach (var required in element.Attributes.Where(attribute => attribute.IsRequired))
        {
            yield return (required.Name, Needed(required));
        }

        switch (element.Name)
        {
            case "security" when kind == "customBinding":
            case "issuerSecurity" or "secureConversationBootstrap":
                foreach (var mode in SecurityMode(element.Name, next, isTarget ? tested : null))
                {
                    yield return mode;
                }

                break;
            case "security" when next is "transport":
                yield return ("mode", "Transport");
                break;
            case "security" when next is "message":
                yield return ("mode", kind.StartsWith("basic", StringComparison.Ordinal) ? "TransportWithMessageCredential" : "Message");
                break;
            case "reliableSession" when tested != "enabled" && element.Attributes.Any(attribute => attribute.Name == "enabled"):
                yield return ("enabled", "true");
                break;
            case "endpoint" when tested != "binding":
                yield return ("binding", "wsHttpBinding");
                break;
            case "issuer" when tested == "bindingConfiguration":
                yield return ("binding", "wsHttpBinding");
                break;
            case "authentication" or "sslCertificateAuthentication" when tested == "customCertificateValidatorType":
                yield return ("certificateValidationMode", "Custom");
                break;
            case "userNameAuthentication" when tested == "customUserNamePasswordValidatorType":
                yield return ("userNamePasswordValidationMode", "Custom");
                break;
            case var _ when tested is "keyFileName" or "password":
                yield return ("fileName", "file.pfx");
                break;
            case var _ when tested is not (null or "findValue" or "fileName")
                && element.Attributes.Any(attribute => attribute.Name == "findValue"):
                yield return ("findValue", "needed");
                break;
        }
    }

    /// <summary>Elements that stand after the one of the chain.</summary>
    public static IEnumerable<XElement> Siblings(ImmutableArray<ElementSchema> chain, int index)
    {
        var isCustom = chain.Length > 1 && chain[1].Name == "customBinding" && chain[index].Name == "binding";
        if (isCustom && !(index + 1 < chain.Length && chain[index + 1].Name.EndsWith("Transport", StringComparison.Ordinal)))
        {
            var isStream = index + 1 < chain.Length && chain[index + 1].Name.EndsWith("StreamSecurity", StringComparison.Ordinal);
            yield return new XElement(isStream ? "tcpTransport" : "httpTransport");
        }
    }

    /// <summary>Other sections, which make what is tested reachable.</summary>
    public static IEnumerable<XElement> OtherSections(ElementSchema section)
    {
        if (section.Name == "protocolMapping")
        {
            yield return new XElement("bindings", new XElement("wsHttpBinding", new XElement("binding", new XAttribute("name", "sample"))));
        }
    }

    private static string Needed(AttributeSchema attribute) =>
        attribute.Name == "binding" ? "wsHttpBinding" : attribute.Kind == ValueKind.Address ? "http://needed/" : "needed";

    private static IEnumerable<(string Name, string Value)> SecurityMode(string name, string next, string? tested)
    {
        var kind = next switch
        {
            "secureConversationBootstrap" => "SecureConversation",
            "issuedTokenParameters" => "IssuedTokenForCertificate",
            "protectionTokenParameters" => "elementType Symmetric",
            "initiatorTokenParameters" or "recipientTokenParameters" => "elementType Asymmetric",
            _ => tested switch
            {
                "authenticationMode" or "elementType" => "",
                "canRenewSecurityContextToken" when name != "secureConversationBootstrap" => "SecureConversation",
                "requireSecurityContextCancellation" => "AnonymousForSslNegotiated",
                "requireDerivedKeys" => "UserNameForCertificate",
                _ => "MutualCertificateDuplex",
            },
        };
        if (kind.StartsWith("elementType ", StringComparison.Ordinal))
        {
            yield return ("elementType", kind[12..]);
        }
        else if (kind.Length > 0)
        {
            yield return ("authenticationMode", kind);
        }
    }
}
