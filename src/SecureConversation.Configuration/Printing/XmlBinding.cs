using System.Text.Json.Nodes;
using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Configuration.Json;

namespace SecureConversation.Configuration.Printing;

/// <summary>
/// A binding element as the element security of a customBinding in app.config. What WCF cannot say has the words of the README.
/// </summary>
internal static class XmlBinding
{
    /// <summary>The element with everything that differs from what its authenticationMode makes.</summary>
    /// <param name="name">security, secureConversationBootstrap, or issuerSecurity.</param>
    /// <param name="element">The binding element.</param>
    /// <exception cref="ArgumentException">The element has something that XML does not say.</exception>
    public static XElement Security(string name, SecurityBindingElement element)
    {
        if (MissesAToken(element))
        {
            // No factory makes it, and no child says that there is no token.
            var kind = element.GetType().Name;
            var empty = new XElement(name);
            empty.SetAttributeValue("elementType", kind[..kind.IndexOf(nameof(SecurityBindingElement), StringComparison.Ordinal)]);
            return WithDifferences(empty, element, CSharpBinding.Nothing(element));
        }

        var draft = NearestFactory.Of(element);
        if (draft.BootstrapProtection is { } protection && protection != ChannelProtectionRequirements.Default)
        {
            throw new ArgumentException(
                "app.config does not say BootstrapProtectionRequirements: say it in code or in JSON.", nameof(element));
        }

        var xml = new XElement(name, new XAttribute("authenticationMode", draft.Mode!.Value));
        Flag(xml, "requireDerivedKeys", draft.RequireDerivedKeys);
        Flag(xml, "canRenewSecurityContextToken", draft.CanRenewSession);
        if (draft.HasCancellation)
        {
            // The factories have other defaults than the attribute.
            Flag(xml, "requireSecurityContextCancellation",
                draft.RequireCancellation
                    ?? draft.Mode is AuthenticationMode.SecureConversation or AuthenticationMode.SspiNegotiatedOverTransport);
        }

        WithDifferences(xml, element, draft.Create());
        if (draft.HasIssuedToken)
        {
            xml.Add(IssuedToken("issuedTokenParameters", draft.Issued!));
        }

        if (draft.HasSession)
        {
            xml.Add(Security("secureConversationBootstrap", draft.Bootstrap!));
        }

        return xml;
    }

    private static bool MissesAToken(SecurityBindingElement element) =>
        element is SymmetricSecurityBindingElement { ProtectionTokenParameters: null }
        or AsymmetricSecurityBindingElement { InitiatorTokenParameters: null }
        or AsymmetricSecurityBindingElement { RecipientTokenParameters: null };

    private static XElement WithDifferences(XElement xml, SecurityBindingElement element, SecurityBindingElement made)
    {
        if (element.MessageSecurityVersion != MessageSecurityVersion.Default)
        {
            xml.SetAttributeValue("messageSecurityVersion", element.MessageSecurityVersion.Name);
        }

        foreach (var key in ElementKeys.Form.Keys.Where(key => key.Differs(element, made)))
        {
            Add(xml, key, element, made);
        }

        return xml;
    }

    private static void Add(XElement xml, Key<SecurityBindingElement> key, SecurityBindingElement element, SecurityBindingElement made)
    {
        switch (key.Name)
        {
            case nameof(SymmetricSecurityBindingElement.ProtectionTokenParameters):
                xml.Add(Named(key.Name, ((SymmetricSecurityBindingElement)element).ProtectionTokenParameters));
                break;
            case nameof(AsymmetricSecurityBindingElement.InitiatorTokenParameters):
                xml.Add(Named(key.Name, ((AsymmetricSecurityBindingElement)element).InitiatorTokenParameters));
                break;
            case nameof(AsymmetricSecurityBindingElement.RecipientTokenParameters):
                xml.Add(Named(key.Name, ((AsymmetricSecurityBindingElement)element).RecipientTokenParameters));
                break;
            case nameof(SecurityBindingElement.EndpointSupportingTokenParameters):
                xml.Add(Supporting(key.Name, element.EndpointSupportingTokenParameters));
                break;
            case nameof(SecurityBindingElement.OptionalEndpointSupportingTokenParameters):
                xml.Add(Supporting(key.Name, element.OptionalEndpointSupportingTokenParameters));
                break;
            case nameof(SecurityBindingElement.OperationSupportingTokenParameters):
                xml.Add(Operations(key.Name, element.OperationSupportingTokenParameters));
                break;
            case nameof(SecurityBindingElement.OptionalOperationSupportingTokenParameters):
                xml.Add(Operations(key.Name, element.OptionalOperationSupportingTokenParameters));
                break;
            default:
                switch (key.ToJson(element, made))
                {
                    case JsonObject settings:
                        xml.Add(new XElement(Camel(key.Name), settings.Select(s => Attribute(s.Key, s.Value))));
                        break;
                    case var scalar:
                        xml.Add(Attribute(key.Name, scalar));
                        break;
                }

                break;
        }
    }

    private static XElement Supporting(string name, SupportingTokenParameters tokens) => new(Camel(name),
        List(nameof(tokens.Endorsing), tokens.Endorsing), List(nameof(tokens.Signed), tokens.Signed),
        List(nameof(tokens.SignedEncrypted), tokens.SignedEncrypted), List(nameof(tokens.SignedEndorsing), tokens.SignedEndorsing),
        List(nameof(tokens.Encrypted), tokens.Encrypted), List(nameof(tokens.EndorsingEncrypted), tokens.EndorsingEncrypted),
        List(nameof(tokens.SignedEndorsingEncrypted), tokens.SignedEndorsingEncrypted));

    private static XElement Operations(string name, OperationSupportingTokens operations) => new(
        Camel(name), operations.Select(operation =>
        {
            var item = Supporting("add", operation.Value);
            item.SetAttributeValue("action", operation.Key);
            return item;
        }));

    private static XElement? List(string name, IReadOnlyCollection<SecurityTokenParameters> tokens) =>
        tokens.Count == 0 ? null : new XElement(Camel(name), tokens.Select(Token));

    private static XElement? Named(string name, SecurityTokenParameters? token) => token is null ? null : new(Camel(name), Token(token));

    private static XElement Token(SecurityTokenParameters token)
    {
        var name = Camel(token.GetType().Name);
        switch (token)
        {
            case IssuedSecurityTokenParameters issued:
                return IssuedToken(name, issued);
            case SecureConversationSecurityTokenParameters { BootstrapSecurityBindingElement: { } bootstrap } session:
                var xml = Plain(name, session with { BootstrapSecurityBindingElement = null });
                xml.Add(Security("secureConversationBootstrap", bootstrap));
                return xml;
            default:
                return Plain(name, token);
        }
    }

    /// <summary>A token whose settings are all attributes.</summary>
    private static XElement Plain(string name, SecurityTokenParameters token)
    {
        var json = (JsonObject)new TokenForm(isItem: true).ToJson(token, null)!;
        json.Remove(TokenKind.TypeKey);
        return new XElement(name, json.Select(s => Attribute(s.Key, s.Value)));
    }

    private static XElement IssuedToken(string name, IssuedSecurityTokenParameters token)
    {
        var xml = Plain(name, token with
        {
            IssuerAddress = null,
            IssuerMetadataAddress = null,
            IssuerSecurity = null,
            ClaimTypeRequirements = [],
            AdditionalRequestParameters = [],
        });
        if (!token.AdditionalRequestParameters.IsEmpty)
        {
            xml.Add(new XElement("additionalRequestParameters", token.AdditionalRequestParameters.Select(XElement.Parse)));
        }

        if (!token.ClaimTypeRequirements.IsEmpty)
        {
            xml.Add(new XElement("claimTypeRequirements", token.ClaimTypeRequirements.Select(claim =>
                new XElement("add", new XAttribute("claimType", claim.ClaimType),
                    claim.IsOptional ? new XAttribute("isOptional", true) : null))));
        }

        xml.Add(Address("issuer", token.IssuerAddress), Address("issuerMetadata", token.IssuerMetadataAddress));
        if (token.IssuerSecurity is { } security)
        {
            xml.Add(Security("issuerSecurity", security));
        }

        return xml;
    }

    private static XElement? Address(string name, Uri? address) =>
        address is null ? null : new XElement(name, new XAttribute("address", address.OriginalString));

    private static void Flag(XElement xml, string name, bool? value)
    {
        if (value is { } flag)
        {
            xml.SetAttributeValue(name, flag);
        }
    }

    // JSON has texts, numbers and truth values, which XML writes alike.
    private static XAttribute Attribute(string name, JsonNode? value) => value is JsonValue scalar
        ? new XAttribute(Camel(name), scalar.TryGetValue<string>(out var text) ? text : scalar.ToJsonString())
        : throw new ArgumentException($"app.config does not say {name}: say it in code or in JSON.");

    private static string Camel(string name) => name.StartsWith("X509", StringComparison.Ordinal)
        ? $"x509{name[4..]}" : $"{char.ToLowerInvariant(name[0])}{name[1..]}";
}
