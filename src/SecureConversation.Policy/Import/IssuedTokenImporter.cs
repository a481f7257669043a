using System.Collections.Immutable;
using System.Globalization;
using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Policy.Assertions;
using SecureConversation.Policy.Wsp;

namespace SecureConversation.Policy.Import;

/// <summary>Reads sp:IssuedToken (WS-SecurityPolicy 1.2 section 5.4.2).</summary>
internal sealed class IssuedTokenImporter(ImportContext context, SpVersion sp)
{
    private static readonly XNamespace Metadata = "http://schemas.xmlsoap.org/ws/2004/09/mex";
    private static readonly XNamespace Claim = "http://schemas.xmlsoap.org/ws/2005/05/identity";

    public IssuedSecurityTokenParameters Read(Assertion token)
    {
        context.RequireAttributes(token.Element, sp.Name("IncludeToken"));
        context.RequireNoText(token.Element);
        var inside = context.Open(token);
        var derived = inside.TakeFlag(sp.Name("RequireDerivedKeys"));
        derived |= sp.IsOasis && inside.TakeFlag(sp.Name("RequireExplicitDerivedKeys"));
        inside.TakeFlag(sp.Name("RequireInternalReference"));
        inside.RefuseLeft();
        var parameters = new IssuedSecurityTokenParameters { RequireDerivedKeys = derived };
        var templates = 0;
        foreach (var child in token.Parameters)
        {
            if (child.Name == sp.Name("Issuer"))
            {
                parameters = Issuer(child, parameters);
            }
            else if (child.Name == sp.Name("RequestSecurityTokenTemplate") && ++templates == 1)
            {
                parameters = Template(child, parameters);
            }
            else
            {
                context.RefuseUnknown(child, token.Name.LocalName);
            }
        }

        return parameters;
    }

    private IssuedSecurityTokenParameters Issuer(XElement issuer, IssuedSecurityTokenParameters parameters)
    {
        var address = issuer.Elements().FirstOrDefault(e => e.Name.LocalName == "Address" && Namespaces.IsAddressing(e.Name.NamespaceName));
        var metadata = issuer.Descendants(Metadata + "MetadataReference").Elements()
            .FirstOrDefault(e => e.Name.LocalName == "Address" && Namespaces.IsAddressing(e.Name.NamespaceName));
        return parameters with { IssuerAddress = Address(address), IssuerMetadataAddress = Address(metadata) };
    }

    private Uri? Address(XElement? address)
    {
        if (address is null || address.Value.Trim().EndsWith("/anonymous", StringComparison.Ordinal))
        {
            return null;
        }

        if (Uri.TryCreate(address.Value.Trim(), UriKind.Absolute, out var uri))
        {
            return uri;
        }

        context.Refuse(address, $"'{Text.Short(address.Value)}' is no absolute URI.", "Correct the address.");
        return null;
    }

    private IssuedSecurityTokenParameters Template(XElement template, IssuedSecurityTokenParameters parameters)
    {
        var additional = ImmutableArray.CreateBuilder<string>();
        foreach (var audience in template.Descendants().Where(e => e.Name.LocalName == "AppliesTo"))
        {
            // The client would get a token for another service, and send it to this one.
            context.Refuse(audience, "the policy of a service says for whom the token is.", "Take it out: the client names the service.");
        }

        foreach (var child in template.Elements())
        {
            var isOfTrust = child.Name.Namespace == sp.TrustNamespace;
            switch (isOfTrust ? child.Name.LocalName : "")
            {
                case "TokenType":
                    parameters = parameters with { TokenType = child.Value.Trim() };
                    break;
                case "KeyType" when KeyType(child) is { } type:
                    parameters = parameters with { KeyType = type };
                    break;
                case "KeySize" when int.TryParse(child.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var size)
                    && size >= 0:
                    parameters = parameters with { KeySize = size };
                    break;
                case "KeyType" or "KeySize":
                    context.Refuse(child, $"'{Text.Short(child.Value)}' is not known.", "Correct the template.");
                    break;
                case "Claims" when Claims(child) is { } claims:
                    parameters = parameters with { ClaimTypeRequirements = claims };
                    break;
                default:
                    // The client sends what it does not know to the issuer as it stands (WS-SecurityPolicy 1.2 section 5.4.2).
                    additional.Add(child.ToString(SaveOptions.DisableFormatting));
                    break;
            }
        }

        return parameters with { AdditionalRequestParameters = additional.ToImmutable() };
    }

    private SecurityKeyType? KeyType(XElement type)
    {
        var prefix = sp.TrustNamespace.NamespaceName + "/";
        return type.Value.Trim() switch
        {
            var text when text == prefix + "SymmetricKey" => SecurityKeyType.SymmetricKey,
            var text when text == prefix + "PublicKey" => SecurityKeyType.AsymmetricKey,
            var text when text == prefix + "Bearer" || text == "http://schemas.xmlsoap.org/ws/2005/05/identity/NoProofKey" =>
                SecurityKeyType.BearerKey,
            _ => null,
        };
    }

    private static ImmutableArray<ClaimTypeRequirement>? Claims(XElement claims)
    {
        if (claims.Elements().Any(e => e.Name != Claim + "ClaimType" || e.Attribute("Uri") is null))
        {
            return null;
        }

        return
        [
            .. claims.Elements().Select(e => new ClaimTypeRequirement
            {
                ClaimType = e.Attribute("Uri")!.Value,
                IsOptional = e.Attribute("Optional")?.Value is "true" or "1",
            }),
        ];
    }
}
