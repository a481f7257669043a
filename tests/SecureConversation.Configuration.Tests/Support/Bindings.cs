using System.Net.Security;
using SecureConversation.Binding;

namespace SecureConversation.Configuration.Tests.Support;

/// <summary>Binding elements of all factories of WCF, and each setting changed on some of them.</summary>
public static class Bindings
{
    public static MessageSecurityVersion Oasis =>
        MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10;

    public static MessageSecurityVersion Version10 =>
        MessageSecurityVersion.WSSecurity10WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10;

    public static IReadOnlyDictionary<string, SecurityBindingElement> All { get; } =
        Factories().Concat(Changed()).Concat(Tokens()).ToDictionary(b => b.Name, b => b.Element);

    public static TheoryData<string> Names => [.. All.Keys];

    private static IssuedSecurityTokenParameters Issued => new()
    {
        TokenType = "urn:oasis:names:tc:SAML:1.0:assertion",
        KeySize = 256,
        IssuerAddress = new Uri("http://localhost/sts"),
        IssuerMetadataAddress = new Uri("http://localhost/sts/mex"),
        IssuerSecurity = SecurityBindingElement.CreateUserNameForCertificateBindingElement(),
        DefaultMessageSecurityVersion = Oasis,
        UseStrTransform = true,
        ClaimTypeRequirements = [new() { ClaimType = "urn:name" }, new() { ClaimType = "urn:\"age\"", IsOptional = true }],
        AdditionalRequestParameters = ["<a xmlns=\"urn:a\">b</a>"],
    };

    private static IEnumerable<(string Name, SecurityBindingElement Element)> Factories()
    {
        foreach (var version in MessageSecurityVersion.All)
        {
            yield return ($"mutual {version}", SecurityBindingElement.CreateMutualCertificateBindingElement(version));
            yield return ($"mutual {version}, serialized", SecurityBindingElement.CreateMutualCertificateBindingElement(version, true));
            yield return ($"duplex {version}", SecurityBindingElement.CreateMutualCertificateDuplexBindingElement(version));
            yield return ($"certificate over transport {version}", SecurityBindingElement.CreateCertificateOverTransportBindingElement(version));
        }

        SecurityBindingElement[] bootstraps =
        [
            SecurityBindingElement.CreateAnonymousForCertificateBindingElement(),
            SecurityBindingElement.CreateUserNameForCertificateBindingElement(),
            SecurityBindingElement.CreateMutualCertificateBindingElement(Version10),
            SecurityBindingElement.CreateUserNameOverTransportBindingElement(),
        ];
        for (var i = 0; i < bootstraps.Length; i++)
        {
            yield return ($"bootstrap {i}", bootstraps[i]);
            yield return ($"session {i}", SecurityBindingElement.CreateSecureConversationBindingElement(bootstraps[i]));
            yield return ($"cookie {i}", SecurityBindingElement.CreateSecureConversationBindingElement(bootstraps[i], false));
        }

        yield return ("kerberos", SecurityBindingElement.CreateKerberosBindingElement());
        yield return ("kerberos over transport", SecurityBindingElement.CreateKerberosOverTransportBindingElement());
        foreach (var flag in new[] { false, true })
        {
            yield return ($"sspi {flag}", SecurityBindingElement.CreateSspiNegotiationBindingElement(flag));
            yield return ($"sspi over transport {flag}", SecurityBindingElement.CreateSspiNegotiationOverTransportBindingElement(flag));
            yield return ($"ssl {flag}", SecurityBindingElement.CreateSslNegotiationBindingElement(false, flag));
            yield return ($"mutual ssl {flag}", SecurityBindingElement.CreateSslNegotiationBindingElement(true, flag));
            yield return ($"user name ssl {flag}", SecurityBindingElement.CreateUserNameForSslBindingElement(flag));
            yield return ($"issued ssl {flag}", SecurityBindingElement.CreateIssuedTokenForSslBindingElement(Issued, flag));
        }

        yield return ("issued", SecurityBindingElement.CreateIssuedTokenBindingElement(Issued));
        foreach (var kind in Enum.GetValues<SecurityKeyType>())
        {
            var token = Issued with { KeyType = kind };
            yield return ($"issued for certificate {kind}", SecurityBindingElement.CreateIssuedTokenForCertificateBindingElement(token));
            yield return ($"issued over transport {kind}", SecurityBindingElement.CreateIssuedTokenOverTransportBindingElement(token));
        }
    }

    private static IEnumerable<(string Name, SecurityBindingElement Element)> Changed()
    {
        var mutual = SecurityBindingElement.CreateMutualCertificateBindingElement();
        foreach (var suite in SecurityAlgorithmSuite.Known)
        {
            var bootstrap = mutual with { DefaultAlgorithmSuite = suite };
            yield return ($"suite {suite}", SecurityBindingElement.CreateSecureConversationBindingElement(bootstrap) with { DefaultAlgorithmSuite = suite });
        }

        foreach (var order in Enum.GetValues<MessageProtectionOrder>())
        {
            yield return ($"order {order}", mutual with { MessageProtectionOrder = order });
        }

        foreach (var layout in Enum.GetValues<SecurityHeaderLayout>())
        {
            yield return ($"layout {layout}", mutual with { SecurityHeaderLayout = layout, IncludeTimestamp = false });
        }

        foreach (var mode in Enum.GetValues<SecurityKeyEntropyMode>())
        {
            yield return ($"entropy {mode}", mutual with { KeyEntropyMode = mode });
        }

        yield return ("flags", mutual with
        {
            RequireSignatureConfirmation = false,
            SignPrefixesInValues = false,
            ProtectTokens = true,
            EnableUnsecuredResponse = true,
            AllowInsecureTransport = true,
            MessageProtectionProfile = MessageProtectionProfile.Bound,
        });
        yield return ("2007", SecurityBindingElement.CreateAnonymousForCertificateBindingElement() with { MessageSecurityVersion = Oasis });
        yield return ("mutual of 1.1 with version 1.0", mutual with { MessageSecurityVersion = Version10 });
        yield return ("without derived keys", mutual.SetKeyDerivation(false));
        yield return ("duplex with derived keys", SecurityBindingElement.CreateMutualCertificateDuplexBindingElement().SetKeyDerivation(true));
        yield return ("session without derived keys",
            SecurityBindingElement.CreateSecureConversationBindingElement(mutual.SetKeyDerivation(false)).SetKeyDerivation(false));
        yield return ("local settings", mutual with
        {
            LocalClientSettings = new()
            {
                DetectReplays = false,
                ReplayCacheSize = 1,
                ReplayWindow = TimeSpan.FromHours(1),
                MaxClockSkew = TimeSpan.FromSeconds(7),
                TimestampValidityDuration = TimeSpan.FromMilliseconds(1500),
                CacheCookies = false,
                MaxCookieCachingTime = TimeSpan.FromDays(3),
                CookieRenewalThresholdPercentage = 7,
                SessionKeyRenewalInterval = TimeSpan.FromMinutes(61),
                SessionKeyRolloverInterval = new TimeSpan(1, 2, 3, 4, 5),
            },
            LocalServiceSettings = new()
            {
                DetectReplays = false,
                ReplayCacheSize = 2,
                ReplayWindow = TimeSpan.FromTicks(12_345_678),
                MaxClockSkew = TimeSpan.Zero,
                TimestampValidityDuration = TimeSpan.MaxValue,
                IssuedCookieLifetime = TimeSpan.FromHours(2),
                MaxCachedCookies = 0,
                MaxStatefulNegotiations = 3,
                NegotiationTimeout = TimeSpan.FromMinutes(4),
                MaxPendingSessions = 5,
                InactivityTimeout = TimeSpan.FromMinutes(6),
                SessionKeyRenewalInterval = TimeSpan.FromHours(7),
                SessionKeyRolloverInterval = TimeSpan.FromMinutes(8),
            },
        });
        var session = (SymmetricSecurityBindingElement)SecurityBindingElement.CreateSecureConversationBindingElement(mutual);
        yield return ("session that is not renewed", session with
        {
            ProtectionTokenParameters = (SecureConversationSecurityTokenParameters)session.ProtectionTokenParameters! with { CanRenewSession = false },
        });
        yield return ("cookie of 1.3", SecurityBindingElement.CreateSecureConversationBindingElement(mutual, false) with
        {
            MessageSecurityVersion = Oasis,
            LocalServiceSettings = new() { IssuedCookieLifetime = TimeSpan.FromMinutes(15) },
        });
        yield return ("message security", new MessageSecurity { AlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256 }.CreateSecurityBindingElement());
    }

    private static IEnumerable<(string Name, SecurityBindingElement Element)> Tokens()
    {
        var anonymous = SecurityBindingElement.CreateAnonymousForCertificateBindingElement();
        var token = new X509SecurityTokenParameters
        {
            InclusionMode = SecurityTokenInclusionMode.AlwaysToInitiator,
            ReferenceStyle = SecurityTokenReferenceStyle.External,
            RequireDerivedKeys = false,
            X509ReferenceStyle = X509ReferenceStyle.IssuerSerial,
        };
        yield return ("protection token", anonymous with { ProtectionTokenParameters = token });
        yield return ("protection token of another kind", anonymous with { ProtectionTokenParameters = new UserNameSecurityTokenParameters() });
        yield return ("no protection token", new SymmetricSecurityBindingElement());
        yield return ("no tokens", new AsymmetricSecurityBindingElement());
        yield return ("no supporting tokens", new TransportSecurityBindingElement());
        yield return ("session without bootstrap",
            new SymmetricSecurityBindingElement { ProtectionTokenParameters = new SecureConversationSecurityTokenParameters() });
        yield return ("initiator and recipient", SecurityBindingElement.CreateMutualCertificateDuplexBindingElement() with
        {
            InitiatorTokenParameters = token,
            RecipientTokenParameters = token with { X509ReferenceStyle = X509ReferenceStyle.RawDataKeyIdentifier },
            AllowSerializedSigningTokenOnReply = true,
        });
        yield return ("all supporting tokens", anonymous with
        {
            EndpointSupportingTokenParameters = new()
            {
                Endorsing = [token, new KerberosSecurityTokenParameters()],
                Signed = [new UserNameSecurityTokenParameters { InclusionMode = SecurityTokenInclusionMode.Once }],
                SignedEncrypted = [new UserNameSecurityTokenParameters(), Issued],
                SignedEndorsing = [new SslSecurityTokenParameters { RequireClientCertificate = true }, new SspiSecurityTokenParameters { RequireCancellation = true }],
            },
        });
        yield return ("further supporting tokens", anonymous with
        {
            EndpointSupportingTokenParameters = new()
            {
                Endorsing = [new RsaSecurityTokenParameters()],
                Encrypted = [new UserNameSecurityTokenParameters { PasswordType = UserNamePasswordType.Digest }],
                EndorsingEncrypted = [new X509SecurityTokenParameters { CertificateName = "payroll" }],
                SignedEndorsingEncrypted = [token],
            },
            OptionalEndpointSupportingTokenParameters = new()
            {
                Signed = [new UserNameSecurityTokenParameters { IncludeNonce = true, IncludeCreated = true, AllowClearTextPassword = true }],
            },
            OperationSupportingTokenParameters = OperationSupportingTokens.None
                .With("urn:orders/Place", new() { Signed = [token], Endorsing = [new RsaSecurityTokenParameters()] })
                .With(OperationSupportingTokens.AnyOther, new() { SignedEncrypted = [new UserNameSecurityTokenParameters { PasswordType = UserNamePasswordType.None }] }),
            OptionalOperationSupportingTokenParameters = OperationSupportingTokens.None.With("urn:a", new() { SignedEndorsing = [token] }),
        });
        yield return ("user name and certificate", SecurityBindingElement.CreateUserNameForCertificateBindingElement() with
        {
            EndpointSupportingTokenParameters = new() { SignedEncrypted = [new UserNameSecurityTokenParameters()], Endorsing = [token] },
        });
    }

    /// <summary>Requirements with everything that they can say.</summary>
    public static ChannelProtectionRequirements Protection => ChannelProtectionRequirements.Default
        .WithDefault(ProtectionLevel.Sign, ProtectionLevel.None)
        .WithRequest("urn:a", ProtectionLevel.EncryptAndSign).WithRequest("urn:b \"quoted\"", ProtectionLevel.None)
        .WithReply("urn:aResponse", ProtectionLevel.Sign).WithReplyTo("urn:a", ProtectionLevel.Sign)
        .WithHeader("h", "", ProtectionLevel.Sign)
        .WithHeader(MessageDirection.ServiceToClient, "urn:a", "i", "urn:h", ProtectionLevel.EncryptAndSign) with
    { ListsAllMessages = true };
}
