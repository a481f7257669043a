using System.Collections.Immutable;
using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Policy.Assertions;

namespace SecureConversation.Policy.Export;

/// <summary>Writes a binding element in the order of WCF: binding assertion, supporting tokens, sp:Wss, sp:Trust.</summary>
internal sealed class ElementExporter(SpWriter writer, MessageVersion version, PolicyExportOptions options)
{
    /// <summary>The assertions.</summary>
    /// <param name="element">The binding element.</param>
    /// <param name="encrypts">Whether any message has encrypted parts. Without them WCF does not write sp:EncryptSignature.</param>
    public IEnumerable<XElement> Write(SecurityBindingElement element, bool encrypts)
    {
        yield return Binding(element, encrypts);
        foreach (var supporting in Supporting(element))
        {
            yield return supporting;
        }

        if (element is not TransportSecurityBindingElement || element.GetSupportingTokenParameters().Any())
        {
            yield return Wss(element);
            if (options.IncludeTrust)
            {
                yield return Trust(element.KeyEntropyMode);
            }
        }
    }

    private TokenExporter Tokens => new(writer, new BootstrapExporter(writer, version, options));

    private XElement Binding(SecurityBindingElement element, bool encrypts)
    {
        var (name, tokens) = element switch
        {
            SymmetricSecurityBindingElement s => ("SymmetricBinding", [Token("ProtectionToken", s.ProtectionTokenParameters)]),
            AsymmetricSecurityBindingElement a => (
                "AsymmetricBinding",
                [Token("InitiatorToken", a.InitiatorTokenParameters), Token("RecipientToken", a.RecipientTokenParameters)]),
            _ => ("TransportBinding", (IEnumerable<XElement>)[writer.Nested("TransportToken", Https())]),
        };
        var isTransport = element is TransportSecurityBindingElement;
        return writer.Nested(
            name,
            [
                .. tokens,
                writer.Nested("AlgorithmSuite", new XElement(SuiteNames.Of(element.DefaultAlgorithmSuite, writer.Sp))),
                writer.Nested("Layout", writer.Flag(Layout(element.SecurityHeaderLayout))),
                writer.Flag("IncludeTimestamp", element.IncludeTimestamp),
                .. isTransport ? [] : Order(element, encrypts),
            ]);
    }

    // The profiles of this library encrypt first. Each is an assertion that no other stack knows, and none takes it for
    // something that it has.
    private IEnumerable<XElement?> Order(SecurityBindingElement element, bool encrypts) =>
    [
        writer.Flag("EncryptBeforeSigning", IsBound(element) || element.MessageProtectionOrder == MessageProtectionOrder.EncryptBeforeSign),
        writer.Flag(
            "EncryptSignature",
            encrypts && !IsBound(element)
                && element.MessageProtectionOrder == MessageProtectionOrder.SignBeforeEncryptAndEncryptSignature),
        IsBound(element) ? new XElement(Namespaces.Own + $"{element.MessageProtectionProfile}") : null,
        writer.Flag("ProtectTokens", element.ProtectTokens),
        writer.Flag("OnlySignEntireHeadersAndBody"),
    ];

    private static bool IsBound(SecurityBindingElement element) => element.MessageProtectionProfile != MessageProtectionProfile.Wcf;

    private XElement Token(string name, SecurityTokenParameters? token) => writer.Nested(
        name, Tokens.Write(token ?? throw new NotSupportedException($"{name}: the element has no such token. Set it.")));

    private XElement Https() => (writer.Sp.IsOasis, options.RequireClientCertificate) switch
    {
        (true, true) => writer.Nested("HttpsToken", writer.Flag("RequireClientCertificate")),
        (true, false) => writer.Flag("HttpsToken"),
        (false, var required) => new(writer.Sp.Name("HttpsToken"), new XAttribute("RequireClientCertificate", required)),
    };

    private IEnumerable<XElement> Supporting(SecurityBindingElement element) => Supporting(
        element, element.EndpointSupportingTokenParameters, element.OptionalEndpointSupportingTokenParameters);

    /// <summary>The supporting tokens of an endpoint, or those that an operation has besides.</summary>
    public IEnumerable<XElement> Supporting(
        SecurityBindingElement element, SupportingTokenParameters required, SupportingTokenParameters optional)
    {
        (string Name, Func<SupportingTokenParameters, ImmutableArray<SecurityTokenParameters>> Of)[] all =
        [
            // 1.1 has no assertion for signed and encrypted tokens: WCF writes both kinds as signed, and who reads it encrypts user names.
            ("SignedSupportingTokens", t => writer.Sp.IsOasis ? t.Signed : t.Signed.AddRange(t.SignedEncrypted)),
            ("SignedEncryptedSupportingTokens", t => writer.Sp.IsOasis ? t.SignedEncrypted : []),
            ("EndorsingSupportingTokens", t => t.Endorsing),
            ("SignedEndorsingSupportingTokens", t => t.SignedEndorsing),
            ("EncryptedSupportingTokens", t => t.Encrypted),
            ("EndorsingEncryptedSupportingTokens", t => t.EndorsingEncrypted),
            ("SignedEndorsingEncryptedSupportingTokens", t => t.SignedEndorsingEncrypted),
        ];
        if (!writer.Sp.IsOasis && element is not TransportSecurityBindingElement
            && required.SignedEncrypted.AddRange(optional.SignedEncrypted).FirstOrDefault(t => t is not UserNameSecurityTokenParameters)
                is { } unsaid)
        {
            // Whoever reads sp:SignedSupportingTokens sends it in clear.
            throw new NotSupportedException(
                $"SignedEncrypted: WS-SecurityPolicy 1.1 cannot say that {unsaid.GetType().Name} is encrypted: choose a "
                    + "MessageSecurityVersion with WSTrust13.");
        }

        foreach (var (name, of) in all)
        {
            var tokens = of(required).AddRange(of(optional));
            if (tokens.IsEmpty)
            {
                continue;
            }

            if (!writer.Sp.IsOasis && name is "EncryptedSupportingTokens" or "EndorsingEncryptedSupportingTokens"
                or "SignedEndorsingEncryptedSupportingTokens")
            {
                throw new NotSupportedException($"WS-SecurityPolicy 1.1 has no sp:{name}: choose a MessageSecurityVersion with WSTrust13.");
            }

            var isEndorsing = name.EndsWith("EndorsingSupportingTokens", StringComparison.Ordinal);
            IEnumerable<XElement?> content =
            [
                .. of(required).Select(Tokens.Write),
                .. of(optional).Select(Optional),
                isEndorsing && SignsTo(element, tokens) ? To() : null,
            ];
            yield return writer.Nested(name, content);
        }
    }

    private XElement Optional(SecurityTokenParameters token)
    {
        var written = Tokens.Write(token);
        written.SetAttributeValue(writer.Wsp + "Optional", "true");
        return written;
    }

    /// <summary>Over a transport a certificate signs wsa:To besides the timestamp, so that its signature fits no other service.</summary>
    private bool SignsTo(SecurityBindingElement element, ImmutableArray<SecurityTokenParameters> tokens) =>
        element is TransportSecurityBindingElement && version.Addressing != AddressingVersion.None
            && tokens.Any(t => t is X509SecurityTokenParameters);

    private XElement To() => new(
        writer.Sp.Name("SignedParts"),
        new XElement(
            writer.Sp.Name("Header"),
            new XAttribute("Name", "To"),
            new XAttribute("Namespace", PartsExporter.AddressingNamespace(version)!.NamespaceName)));

    /// <summary>WCF names the references that the tokens of the element use, and no other.</summary>
    private XElement Wss(SecurityBindingElement element)
    {
        var styles = Certificates(element).Select(t => t.X509ReferenceStyle).ToHashSet();
        var is11 = element.MessageSecurityVersion.SecurityVersion == SecurityVersion.WSSecurity11;
        return writer.Nested(
            is11 ? "Wss11" : "Wss10",
            writer.Flag("MustSupportRefKeyIdentifier", Uses(styles, X509ReferenceStyle.SubjectKeyIdentifier)),
            writer.Flag("MustSupportRefIssuerSerial", Uses(styles, X509ReferenceStyle.IssuerSerial)),
            writer.Flag("MustSupportRefThumbprint", is11 && Uses(styles, X509ReferenceStyle.Thumbprint)),
            writer.Flag(
                "MustSupportRefEncryptedKey",
                is11 && element is SymmetricSecurityBindingElement { ProtectionTokenParameters: X509SecurityTokenParameters }),
            writer.Flag("RequireSignatureConfirmation", is11 && element.RequireSignatureConfirmation));
    }

    private static bool Uses(HashSet<X509ReferenceStyle> styles, X509ReferenceStyle style) =>
        styles.Contains(style) || styles.Contains(X509ReferenceStyle.Any);

    private static IEnumerable<X509SecurityTokenParameters> Certificates(SecurityBindingElement element) =>
        element.GetSupportingTokenParameters().Concat(element switch
        {
            SymmetricSecurityBindingElement s => [s.ProtectionTokenParameters],
            AsymmetricSecurityBindingElement a => [a.InitiatorTokenParameters, a.RecipientTokenParameters],
            _ => (IEnumerable<SecurityTokenParameters?>)[],
        }).OfType<X509SecurityTokenParameters>();

    private XElement Trust(SecurityKeyEntropyMode mode) => writer.Nested(
        writer.Sp.Trust,
        writer.Flag("MustSupportIssuedTokens"),
        writer.Flag("RequireClientEntropy", mode != SecurityKeyEntropyMode.ServerEntropy),
        writer.Flag("RequireServerEntropy", mode != SecurityKeyEntropyMode.ClientEntropy));

    private static string Layout(SecurityHeaderLayout layout) => layout switch
    {
        SecurityHeaderLayout.LaxTimestampFirst => "LaxTsFirst",
        SecurityHeaderLayout.LaxTimestampLast => "LaxTsLast",
        var other => other.ToString(),
    };
}
