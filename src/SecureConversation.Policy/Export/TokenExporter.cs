using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Policy.Assertions;

namespace SecureConversation.Policy.Export;

/// <summary>Writes token assertions as WCF does.</summary>
internal sealed class TokenExporter(SpWriter writer, BootstrapExporter bootstrap)
{
    private static readonly XNamespace Metadata = "http://schemas.xmlsoap.org/ws/2004/09/mex";
    private static readonly XNamespace Claim = "http://schemas.xmlsoap.org/ws/2005/05/identity";

    public XElement Write(SecurityTokenParameters token)
    {
        var element = token switch
        {
            X509SecurityTokenParameters x509 => X509(x509),
            UserNameSecurityTokenParameters userName => UserName(userName),
            RsaSecurityTokenParameters => writer.Sp.IsOasis ? writer.Flag("KeyValueToken") : new(Namespaces.Mssp + "RsaToken"),
            SecureConversationSecurityTokenParameters session => Session(session),
            IssuedSecurityTokenParameters issued => Issued(issued),
            KerberosSecurityTokenParameters => writer.Nested(
                "KerberosToken", Derived(token), writer.Flag("WssGssKerberosV5ApReqToken11")),
            SspiSecurityTokenParameters sspi =>
                writer.Nested("SpnegoContextToken", [Derived(token), .. Context(sspi.RequireCancellation, null)]),
            SslSecurityTokenParameters ssl => writer.Nested(
                Namespaces.Mssp + "SslContextToken",
                [
                    Derived(token),
                    .. Context(
                        ssl.RequireCancellation,
                        ssl.RequireClientCertificate ? new XElement(Namespaces.Mssp + "RequireClientCertificate") : null),
                ]),
            _ => throw new NotSupportedException($"No policy says {token.GetType().Name}."),
        };
        element.SetAttributeValue(writer.Sp.Name("IncludeToken"), writer.Sp.IncludeToken(token.InclusionMode.ToString()));
        return element;
    }

    private XElement? Derived(SecurityTokenParameters token) => writer.Flag("RequireDerivedKeys", token.RequireDerivedKeys);

    private XElement UserName(UserNameSecurityTokenParameters token) => writer.Nested(
        "UsernameToken",
        Derived(token),
        token.PasswordType switch
        {
            UserNamePasswordType.Digest => writer.Flag("HashPassword"),
            UserNamePasswordType.None => writer.Flag("NoPassword"),
            _ => null,
        },
        token.IncludeNonce ? new XElement(Namespaces.Sp13 + "Nonce") : null,
        token.IncludeCreated ? new XElement(Namespaces.Sp13 + "Created") : null,
        // Derived keys are of the profile 1.1 (its section 4).
        writer.Flag(token.RequireDerivedKeys ? "WssUsernameToken11" : "WssUsernameToken10"));

    private XElement X509(X509SecurityTokenParameters token) => writer.Nested(
        "X509Token",
        Derived(token),
        token.X509ReferenceStyle switch
        {
            X509ReferenceStyle.Any => null,
            X509ReferenceStyle.IssuerSerial => writer.Flag("RequireIssuerSerialReference"),
            X509ReferenceStyle.SubjectKeyIdentifier => writer.Flag("RequireKeyIdentifierReference"),
            X509ReferenceStyle.Thumbprint => writer.Flag("RequireThumbprintReference"),
            var other => throw new NotSupportedException(
                $"No policy says X509ReferenceStyle {other}, in WCF neither: choose another, as Thumbprint."),
        },
        writer.Flag("WssX509V3Token10"));

    // 1.2 says of every session that it is not amended, and of one that is not cancelled that it is not renewed.
    private XElement Session(SecureConversationSecurityTokenParameters token)
    {
        if (token.BootstrapProtectionRequirements is { } levels && levels != ChannelProtectionRequirements.Default)
        {
            throw new NotSupportedException("No policy says BootstrapProtectionRequirements: leave them at null.");
        }

        return writer.Nested(
            "SecureConversationToken",
            Derived(token),
            token.RequireCancellation ? null : new XElement(writer.Sp.MustNotSendCancel),
            token.BootstrapSecurityBindingElement is { } element ? bootstrap.Write(element) : null,
            writer.Flag("MustNotSendAmend", writer.Sp.IsOasis),
            writer.Flag("MustNotSendRenew", writer.Sp.IsOasis && (!token.RequireCancellation || !token.CanRenewSession)));
    }

    /// <summary>WCF writes for contexts of 1.2 that nothing may be done with them, whether they have cookies or not.</summary>
    private IEnumerable<XElement?> Context(bool requireCancellation, XElement? client) =>
    [
        writer.Sp.IsOasis || !requireCancellation ? new XElement(writer.Sp.MustNotSendCancel) : null,
        client,
        writer.Flag("MustNotSendAmend", writer.Sp.IsOasis),
        writer.Flag("MustNotSendRenew", writer.Sp.IsOasis),
    ];

    private XElement Issued(IssuedSecurityTokenParameters token)
    {
        var trust = writer.Sp.TrustNamespace;
        var keyType = token.KeyType switch
        {
            SecurityKeyType.SymmetricKey => "SymmetricKey",
            SecurityKeyType.AsymmetricKey => "PublicKey",
            _ when writer.Sp.IsOasis => "Bearer",
            _ => null,
        };
        return new(
            writer.Sp.Name("IssuedToken"),
            Issuer(token),
            new XElement(
                writer.Sp.Name("RequestSecurityTokenTemplate"),
                token.TokenType is { } type ? new XElement(trust + "TokenType", type) : null,
                new XElement(trust + "KeyType", keyType is null ? Claim.NamespaceName + "/NoProofKey" : $"{trust.NamespaceName}/{keyType}"),
                token.KeySize > 0 ? new XElement(trust + "KeySize", token.KeySize) : null,
                token.ClaimTypeRequirements.IsEmpty ? null : new XElement(
                    trust + "Claims",
                    new XAttribute("Dialect", Claim.NamespaceName),
                    token.ClaimTypeRequirements.Select(c => new XElement(
                        Claim + "ClaimType", new XAttribute("Uri", c.ClaimType),
                        c.IsOptional ? new XAttribute("Optional", "true") : null))),
                token.AdditionalRequestParameters.Select(XElement.Parse)),
            new XElement(writer.Wsp + "Policy", Derived(token), writer.Flag("RequireInternalReference")));
    }

    private XElement? Issuer(IssuedSecurityTokenParameters token)
    {
        if (token.IssuerAddress is null && token.IssuerMetadataAddress is null)
        {
            return null;
        }

        var wsa = Namespaces.Addressing10;
        return new(
            writer.Sp.Name("Issuer"),
            new XElement(wsa + "Address", token.IssuerAddress?.OriginalString ?? wsa.NamespaceName + "/anonymous"),
            token.IssuerMetadataAddress is { } metadata
                ? new XElement(
                    wsa + "Metadata",
                    new XElement(
                        Metadata + "Metadata",
                        new XElement(
                            Metadata + "MetadataSection",
                            new XElement(Metadata + "MetadataReference", new XElement(wsa + "Address", metadata.OriginalString)))))
                : null);
    }
}
