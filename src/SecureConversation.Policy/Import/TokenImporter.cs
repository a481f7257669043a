using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Policy.Assertions;
using SecureConversation.Policy.Wsp;

namespace SecureConversation.Policy.Import;

/// <summary>Reads token assertions (WS-SecurityPolicy 1.2 section 5.4).</summary>
internal sealed class TokenImporter(ImportContext context, SpVersion sp)
{
    /// <summary>What is wanted of a token where it stands.</summary>
    /// <param name="Default">The inclusion mode where the assertion says none.</param>
    /// <param name="IsOfService">Whether it is the token of the service, which a client has to know.</param>
    /// <param name="SamlKey">The kind of key of an assertion there.</param>
    public readonly record struct Place(SecurityTokenInclusionMode Default, bool IsOfService, SecurityKeyType SamlKey);

    public static Place OfClient { get; } =
        new(SecurityTokenInclusionMode.AlwaysToRecipient, IsOfService: false, SecurityKeyType.BearerKey);

    public static Place OfEndorsingClient { get; } = OfClient with { SamlKey = SecurityKeyType.AsymmetricKey };

    public static Place OfService { get; } = new(SecurityTokenInclusionMode.Never, IsOfService: true, SecurityKeyType.SymmetricKey);

    /// <summary>Whether the name is that of a token assertion, understood or not.</summary>
    public static bool IsToken(XName name) =>
        Namespaces.IsSecurityPolicy(name.Namespace) && name.LocalName.EndsWith("Token", StringComparison.Ordinal);

    /// <summary>Reads the one token inside of an assertion such as sp:ProtectionToken.</summary>
    public SecurityTokenParameters? ReadInside(Assertion container, Place place)
    {
        context.RequireNoParameters(container);
        var inside = context.Open(container);
        var tokens = inside.TakeWhere(a => IsToken(a.Name));
        inside.RefuseLeft();
        if (tokens is [{ Name.LocalName: "RsaToken" or "KeyValueToken" } bare])
        {
            context.RefuseUnknown(bare.Element, "");
            return null;
        }

        if (tokens is [var one])
        {
            return Read(one, place);
        }

        context.Refuse(
            container.Element,
            $"it has {tokens.Length} tokens, and one is expected.", "Write one token; another token is another alternative.");
        return null;
    }

    /// <summary>Reads a token; null when it is refused.</summary>
    public SecurityTokenParameters? Read(Assertion token, Place place)
    {
        if (token.Name.Namespace != sp.Namespace && token.Name.Namespace != Namespaces.Mssp)
        {
            context.RefuseUnknown(token.Element, "");
            return null;
        }

        SecurityTokenParameters? read = (token.Name.Namespace == Namespaces.Mssp, token.Name.LocalName) switch
        {
            (false, "X509Token") => X509(token),
            (false, "UsernameToken") => UserName(token),
            (false, "KeyValueToken") when sp.IsOasis => Rsa(token),
            (true, "RsaToken") => Rsa(token),
            // A session is the client's to send, although the service has issued it.
            (false, "SecureConversationToken") => Session(token),
            (false, "IssuedToken") => new IssuedTokenImporter(context, sp).Read(token),
            (false, "SamlToken") => new SamlTokenImporter(context, sp).Read(token, place.SamlKey),
            (false, "KerberosToken") => Kerberos(token),
            (false, "SpnegoContextToken") => Spnego(token),
            (true, "SslContextToken") => Ssl(token),
            _ => null,
        };
        if (read is null)
        {
            context.RefuseUnknown(token.Element, "");
            return null;
        }

        if (read is RsaSecurityTokenParameters)
        {
            // There is no element that any message could include.
            return read with { InclusionMode = Inclusion(token, SecurityTokenInclusionMode.Never) };
        }

        var byDefault = read is X509SecurityTokenParameters ? place.Default : SecurityTokenInclusionMode.AlwaysToRecipient;
        return read with { InclusionMode = Inclusion(token, byDefault) };
    }

    private SecurityTokenInclusionMode Inclusion(Assertion token, SecurityTokenInclusionMode byDefault)
    {
        var attribute = token.Element.Attribute(sp.Name("IncludeToken"));
        if (attribute is null)
        {
            return byDefault;
        }

        foreach (var mode in Enum.GetValues<SecurityTokenInclusionMode>())
        {
            if (attribute.Value.Trim() == sp.IncludeToken(mode.ToString()))
            {
                return mode;
            }
        }

        // A client's token has no use in a reply, so that for it Always is what WCF calls AlwaysToRecipient. The service's own certificate
        // travels in requests then; a client that knows it needs it in no reply.
        if (attribute.Value.Trim() == sp.IncludeToken("Always"))
        {
            return SecurityTokenInclusionMode.AlwaysToRecipient;
        }

        context.Refuse(
            attribute,
            $"'{Text.Short(attribute.Value)}' is no mode that is offered here.",
            $"Use {sp.IncludeToken("Never")}, or AlwaysToRecipient, AlwaysToInitiator or Once in its place.");
        return byDefault;
    }

    private X509SecurityTokenParameters X509(Assertion token)
    {
        context.RequireNoParameters(token, sp.Name("IncludeToken"));
        var inside = context.Open(token);
        var derived = DerivedKeys(inside);
        (string Name, X509ReferenceStyle Style)[] styles =
        [
            ("RequireIssuerSerialReference", X509ReferenceStyle.IssuerSerial),
            ("RequireKeyIdentifierReference", X509ReferenceStyle.SubjectKeyIdentifier),
            ("RequireThumbprintReference", X509ReferenceStyle.Thumbprint),
        ];
        var required = styles.Where(s => inside.TakeFlag(sp.Name(s.Name))).ToList();
        if (required.Count > 1)
        {
            context.Refuse(
                token.Element, $"it asks for {required.Count} kinds of references, and messages have one.", "Leave one of them.");
        }

        // Both profiles write version 3 certificates alike.
        inside.TakeFlag(sp.Name("WssX509V3Token10"));
        inside.TakeFlag(sp.Name("WssX509V3Token11"));
        inside.RefuseLeft();
        return new() { RequireDerivedKeys = derived, X509ReferenceStyle = required.Count > 0 ? required[0].Style : X509ReferenceStyle.Any };
    }

    private UserNameSecurityTokenParameters UserName(Assertion token)
    {
        context.RequireNoParameters(token, sp.Name("IncludeToken"));
        var inside = context.Open(token);
        // Without a derived key, both profiles write user names alike.
        inside.TakeFlag(sp.Name("WssUsernameToken10"));
        inside.TakeFlag(sp.Name("WssUsernameToken11"));
        var derived = DerivedKeys(inside);
        var isHashed = inside.TakeFlag(sp.Name("HashPassword"));
        var hasNone = inside.TakeFlag(sp.Name("NoPassword"));
        if (isHashed && hasNone)
        {
            context.Refuse(token.Element, "it asks for a digest of the password, and for no password.", "Leave one of the two.");
        }

        var nonce = inside.TakeFlag(Namespaces.Sp13 + "Nonce");
        var created = inside.TakeFlag(Namespaces.Sp13 + "Created");
        inside.RefuseLeft();
        return new()
        {
            RequireDerivedKeys = derived,
            PasswordType = isHashed ? UserNamePasswordType.Digest : hasNone ? UserNamePasswordType.None : UserNamePasswordType.Text,
            IncludeNonce = nonce,
            IncludeCreated = created,
        };
    }

    private RsaSecurityTokenParameters Rsa(Assertion token)
    {
        context.RequireNoParameters(token, sp.Name("IncludeToken"));
        var inside = context.Open(token);
        // WS-SecurityPolicy 1.2 section 5.4.10: the one kind of key that is described.
        _ = sp.IsOasis && inside.TakeFlag(sp.Name("RsaKeyValue"));
        inside.RefuseLeft();
        return new();
    }

    private SecureConversationSecurityTokenParameters Session(Assertion token)
    {
        context.RequireNoParameters(token, sp.Name("IncludeToken"));
        var inside = context.Open(token);
        var derived = DerivedKeys(inside);
        var mustNotCancel = inside.TakeFlag(sp.MustNotSendCancel);
        // The first versions of WCF wrote what is the rule without it; Metro still does.
        var mustCancel = inside.TakeFlag(Namespaces.Mssp + "RequireCancel");
        if (mustCancel && mustNotCancel)
        {
            context.Refuse(token.Element, "it says that sessions are cancelled, and that they are not.", "Leave one of the two.");
        }

        var mustNotRenew = sp.IsOasis && inside.TakeFlag(sp.Name("MustNotSendRenew"));
        // No message of this library amends a session.
        _ = sp.IsOasis && inside.TakeFlag(sp.Name("MustNotSendAmend"));
        inside.TakeFlag(sp.SecurityContextToken);
        var bootstrap = inside.Take(sp.Name("BootstrapPolicy"));
        inside.RefuseLeft();
        if (bootstrap is null)
        {
            context.Refuse(
                token.Element, "it has no sp:BootstrapPolicy, so that nobody knows how the handshake is protected.",
                "Add sp:BootstrapPolicy.");
        }

        return new()
        {
            RequireDerivedKeys = derived,
            RequireCancellation = !mustNotCancel,
            CanRenewSession = !mustNotRenew,
            BootstrapSecurityBindingElement = bootstrap is null ? null : BootstrapImporter.Read(bootstrap, context),
        };
    }

    private KerberosSecurityTokenParameters Kerberos(Assertion token)
    {
        context.RequireNoParameters(token, sp.Name("IncludeToken"));
        var inside = context.Open(token);
        var derived = DerivedKeys(inside);
        inside.TakeFlag(sp.Name("WssGssKerberosV5ApReqToken11"));
        inside.RefuseLeft();
        return new() { RequireDerivedKeys = derived };
    }

    private SspiSecurityTokenParameters Spnego(Assertion token)
    {
        context.RequireNoParameters(token, sp.Name("IncludeToken"));
        var inside = context.Open(token);
        var derived = DerivedKeys(inside);
        var cancellation = Cancellation(inside);
        inside.RefuseLeft();
        return new() { RequireDerivedKeys = derived, RequireCancellation = cancellation };
    }

    private SslSecurityTokenParameters Ssl(Assertion token)
    {
        context.RequireNoParameters(token, sp.Name("IncludeToken"));
        var inside = context.Open(token);
        var derived = DerivedKeys(inside);
        var cancellation = Cancellation(inside);
        var client = inside.TakeFlag(Namespaces.Mssp + "RequireClientCertificate");
        inside.RefuseLeft();
        return new() { RequireDerivedKeys = derived, RequireCancellation = cancellation, RequireClientCertificate = client };
    }

    /// <summary>WCF writes all three into every 1.2 policy and reads nothing from them: a client does not see a cookie.</summary>
    private bool Cancellation(AssertionBag inside)
    {
        if (!sp.IsOasis)
        {
            return !inside.TakeFlag(sp.MustNotSendCancel);
        }

        inside.TakeFlag(sp.MustNotSendCancel);
        inside.TakeFlag(sp.Name("MustNotSendAmend"));
        inside.TakeFlag(sp.Name("MustNotSendRenew"));
        return true;
    }

    private bool DerivedKeys(AssertionBag inside)
    {
        var derived = inside.TakeFlag(sp.Name("RequireDerivedKeys"));
        return (sp.IsOasis && inside.TakeFlag(sp.Name("RequireExplicitDerivedKeys"))) || derived;
    }
}
