using System.Collections.Immutable;
using SecureConversation.Binding;
using SecureConversation.Configuration.Reading;

namespace SecureConversation.Configuration.Building;

/// <summary>Makes the parameters of tokens.</summary>
internal sealed class TokenBuilder(BindingCatalog catalog)
{
    /// <summary>The one token of an element.</summary>
    public SecurityTokenParameters? Only(ConfigNode holder, Func<ConfigNode, SecurityBindingElement?> buildSecurity)
    {
        if (holder.Children.Count == 1)
        {
            return Token(holder.Children[0], buildSecurity);
        }

        holder.Error(
            $"The element holds {holder.Children.Count} tokens, and one is needed.",
            "Write one token, as <x509SecurityTokenParameters/>.");
        return null;
    }

    public SupportingTokenParameters Supporting(ConfigNode node, Func<ConfigNode, SecurityBindingElement?> buildSecurity)
    {
        ImmutableArray<SecurityTokenParameters> All(string name) =>
            [.. (node.Child(name)?.Children ?? []).Select(token => Token(token, buildSecurity))];
        return new()
        {
            Endorsing = All("endorsing"),
            Signed = All("signed"),
            SignedEncrypted = All("signedEncrypted"),
            SignedEndorsing = All("signedEndorsing"),
            Encrypted = All("encrypted"),
            EndorsingEncrypted = All("endorsingEncrypted"),
            SignedEndorsingEncrypted = All("signedEndorsingEncrypted"),
        };
    }

    /// <summary>Supporting tokens by the action of the request.</summary>
    public OperationSupportingTokens Operations(ConfigNode node, Func<ConfigNode, SecurityBindingElement?> buildSecurity) =>
        new(node.Children.Select(item => KeyValuePair.Create(item.Text("action"), Supporting(item, buildSecurity))));

    /// <summary>The attributes and children of an issued token; without those that all tokens have.</summary>
    public IssuedSecurityTokenParameters Issued(ConfigNode node)
    {
        var issuer = node.Child("issuer");
        return new()
        {
            TokenType = NullIfEmpty(node.Text("tokenType")),
            KeyType = node.Get<SecurityKeyType>("keyType"),
            KeySize = node.Get<int>("keySize"),
            DefaultMessageSecurityVersion = node.Get<MessageSecurityVersion?>("defaultMessageSecurityVersion"),
            UseStrTransform = node.Flag("useStrTransform"),
            IssuerAddress = issuer?.Get<Uri?>("address"),
            IssuerMetadataAddress = node.Child("issuerMetadata")?.Get<Uri?>("address"),
            IssuerSecurity = IssuerSecurity(node, issuer),
            ClaimTypeRequirements = Claims(node),
            AdditionalRequestParameters = node.Child("additionalRequestParameters")?.RawChildren ?? [],
        };
    }

    /// <summary>The binding that an issuer names; null where it names none.</summary>
    public ConfiguredBinding? IssuerBinding(ConfigNode? issuer)
    {
        if (issuer is null || issuer.Text("binding").Length == 0)
        {
            issuer?.NoteWithoutEffect("Without binding there is no configuration of it.", "bindingConfiguration");
            return null;
        }

        var binding = catalog.Resolve(issuer.Text("binding"), issuer.Text("bindingConfiguration"), issuer);
        if (binding is not null && binding.Problems.Any(problem => problem.Severity == ConfigurationProblemSeverity.Error))
        {
            issuer.Error(
                "The binding of the issuer has problems.",
                "See them, and correct them.",
                "bindingConfiguration",
                issuer.Text("bindingConfiguration"));
        }

        return binding;
    }

    public static ImmutableArray<ClaimTypeRequirement> Claims(ConfigNode node) =>
    [
        .. (node.Child("claimTypeRequirements")?.Children ?? []).Select(claim => new ClaimTypeRequirement
        {
            ClaimType = claim.Text("claimType"),
            IsOptional = claim.Flag("isOptional"),
        }),
    ];

    public static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    private SecurityBindingElement? IssuerSecurity(ConfigNode node, ConfigNode? issuer)
    {
        var named = IssuerBinding(issuer)?.Security;
        var written = node.Child("issuerSecurity");
        if (written is not null && issuer is not null && issuer.Has("binding"))
        {
            written.Error("The issuer has a binding as well.", "Write the binding of the issuer or issuerSecurity.");
        }

        return written is null ? named : new SecurityBuilder(this).Build(written);
    }

    private SecurityTokenParameters Token(ConfigNode node, Func<ConfigNode, SecurityBindingElement?> buildSecurity)
    {
        SecurityTokenParameters token = node.Name switch
        {
            "x509SecurityTokenParameters" => new X509SecurityTokenParameters
            {
                X509ReferenceStyle = node.Get<X509ReferenceStyle>("x509ReferenceStyle"),
                CertificateName = NullIfEmpty(node.Text("certificateName")),
            },
            "userNameSecurityTokenParameters" => new UserNameSecurityTokenParameters
            {
                PasswordType = node.Get<UserNamePasswordType>("passwordType"),
                IncludeNonce = node.Flag("includeNonce"),
                IncludeCreated = node.Flag("includeCreated"),
                AllowClearTextPassword = node.Flag("allowClearTextPassword"),
            },
            "rsaSecurityTokenParameters" => new RsaSecurityTokenParameters(),
            "kerberosSecurityTokenParameters" => new KerberosSecurityTokenParameters(),
            "sslSecurityTokenParameters" => new SslSecurityTokenParameters
            {
                RequireClientCertificate = node.Flag("requireClientCertificate"),
                RequireCancellation = node.Flag("requireCancellation"),
            },
            "sspiSecurityTokenParameters" => new SspiSecurityTokenParameters { RequireCancellation = node.Flag("requireCancellation") },
            "issuedSecurityTokenParameters" => Issued(node),
            _ => new SecureConversationSecurityTokenParameters
            {
                RequireCancellation = node.Flag("requireCancellation"),
                CanRenewSession = node.Flag("canRenewSession"),
                BootstrapSecurityBindingElement =
                    node.Child("secureConversationBootstrap") is { } bootstrap ? buildSecurity(bootstrap) : null,
            },
        };
        return token with
        {
            InclusionMode = node.Get<SecurityTokenInclusionMode>("inclusionMode"),
            ReferenceStyle = node.Get<SecurityTokenReferenceStyle>("referenceStyle"),
            RequireDerivedKeys = node.Flag("requireDerivedKeys"),
        };
    }
}
