using System.Net.Security;
using SecureConversation.Binding;

namespace SecureConversation.Tests.Binding;

public sealed class MessageSecurityBindingTests
{
    private static readonly MessageSecurityVersion Version10 =
        MessageSecurityVersion.WSSecurity10WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10;

    private static readonly MessageSecurityVersion Oasis = MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12;

    private static SymmetricSecurityBindingElement Mutual =>
        (SymmetricSecurityBindingElement)SecurityBindingElement.CreateMutualCertificateBindingElement();

    private static AsymmetricSecurityBindingElement Duplex => SecurityBindingElement.CreateMutualCertificateDuplexBindingElement();

    private static SymmetricSecurityBindingElement Session => (SymmetricSecurityBindingElement)SecurityBindingElement.CreateSecureConversationBindingElement(Mutual);

    [Fact]
    public void OneShotBinding_HasNoSession()
    {
        var binding = MessageSecurityBinding.Create(Mutual);
        Assert.False(binding.EstablishesSession);
        Assert.Null(binding.SecureConversation);
        Assert.Null(binding.Bootstrap);
        Assert.Null(binding.BootstrapBinding);
        Assert.Same(MessageVersion.Soap12WSAddressing10, binding.MessageVersion);
        Assert.Equal(ChannelProtectionRequirements.Default, binding.Protection);
    }

    [Fact]
    public void SessionBinding_HasABootstrapOfTheSameMessageVersion()
    {
        var element = Session;
        var protection = ChannelProtectionRequirements.Default.WithDefault(ProtectionLevel.Sign);
        var binding = MessageSecurityBinding.Create(element, MessageVersion.Soap11WSAddressing10, protection);
        Assert.True(binding.EstablishesSession);
        Assert.Same(element.ProtectionTokenParameters, binding.SecureConversation);
        Assert.Same(binding.Bootstrap, binding.BootstrapBinding!.Element);
        Assert.Same(MessageVersion.Soap11WSAddressing10, binding.BootstrapBinding.MessageVersion);
        Assert.Same(protection, binding.Protection);
        Assert.Equal(ProtectionLevel.EncryptAndSign, binding.BootstrapBinding.Protection.DefaultProtectionLevel);
        Assert.False(binding.BootstrapBinding.EstablishesSession);
    }

    /// <summary>What WCF opens and works with (recorded) is not refused.</summary>
    [Fact]
    public void SettingsThatWcfTakes_Pass()
    {
        foreach (var layout in Enum.GetValues<SecurityHeaderLayout>())
        {
            MessageSecurityBinding.Create(WithoutReplayDetection(Mutual) with { IncludeTimestamp = false, SecurityHeaderLayout = layout });
        }

        MessageSecurityBinding.Create(Mutual with
        {
            ProtectionTokenParameters = Mutual.ProtectionTokenParameters! with { InclusionMode = SecurityTokenInclusionMode.AlwaysToInitiator },
        });
        MessageSecurityBinding.Create(Duplex with { InitiatorTokenParameters = Duplex.InitiatorTokenParameters! with { InclusionMode = SecurityTokenInclusionMode.Once } });
        MessageSecurityBinding.Create(Duplex.SetKeyDerivation(true));
        foreach (var version in MessageSecurityVersion.All)
        {
            var mutual = SecurityBindingElement.CreateMutualCertificateBindingElement(version);
            MessageSecurityBinding.Create(SecurityBindingElement.CreateSecureConversationBindingElement(mutual));
            MessageSecurityBinding.Create(SecurityBindingElement.CreateSecureConversationBindingElement(mutual) with { KeyEntropyMode = SecurityKeyEntropyMode.ClientEntropy });
        }
    }

    [Fact]
    public void Factories_Pass()
    {
        foreach (var version in MessageSecurityVersion.All)
        {
            var mutual = SecurityBindingElement.CreateMutualCertificateBindingElement(version);
            MessageSecurityBinding.Create(mutual);
            MessageSecurityBinding.Create(SecurityBindingElement.CreateMutualCertificateDuplexBindingElement(version));
            MessageSecurityBinding.Create(
                SecurityBindingElement.CreateSecureConversationBindingElement(mutual) with { MessageSecurityVersion = version });
        }

        MessageSecurityBinding.Create(SecurityBindingElement.CreateAnonymousForCertificateBindingElement());
        MessageSecurityBinding.Create(SecurityBindingElement.CreateUserNameForCertificateBindingElement());
    }

    [Fact]
    public void Session_MayAskForSignatureConfirmation() =>
        MessageSecurityBinding.Create(Session with { RequireSignatureConfirmation = true });

    [Fact]
    public void BindingWithoutTimestamp_PassesWhenReplaysAreNotDetected() =>
        MessageSecurityBinding.Create(WithoutReplayDetection(Mutual) with { IncludeTimestamp = false });

    public static TheoryData<string, string[]> Refused
    {
        get
        {
            var data = new TheoryData<string, string[]>();
            foreach (var (name, (_, words)) in Cases)
            {
                data.Add(name, words);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void Contradictions_AreRefusedWithWhatToChange(string name, string[] words)
    {
        var (create, _) = Cases[name];
        var error = Assert.Throws<ArgumentException>(create);
        Assert.All(words, word => Assert.Contains(word, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Settings_AreNeeded()
    {
        Assert.Throws<ArgumentNullException>(() => MessageSecurityBinding.Create((SecurityBindingElement)null!));
        Assert.Throws<ArgumentNullException>(() => MessageSecurityBinding.Create((MessageSecurity)null!));
    }

    [Fact]
    public void EitherForm_IsResolvedAndJustOne()
    {
        var security = new MessageSecurity { EstablishSecurityContext = false };
        Assert.False(MessageSecurityBinding.Resolve(null, security).EstablishesSession);
        var full = MessageSecurityBinding.Resolve(Session, null, MessageVersion.Soap11WSAddressing10, ChannelProtectionRequirements.Default);
        Assert.True(full.EstablishesSession);
        Assert.Same(MessageVersion.Soap11WSAddressing10, full.MessageVersion);

        var error = Assert.Throws<InvalidOperationException>(() => MessageSecurityBinding.Resolve(Mutual, security));
        Assert.Equal("Binding and MessageSecurity are both set: set one of them.", error.Message);
    }

    [Fact]
    public void NeitherForm_IsTheProfileStrong()
    {
        var binding = MessageSecurityBinding.Resolve(null, null, MessageVersion.Soap11WSAddressing10);
        Assert.Equal(MessageSecurity.Strong.CreateSecurityBindingElement(), binding.Element);
        Assert.Same(MessageVersion.Soap11WSAddressing10, binding.MessageVersion);
    }

    private static readonly Dictionary<string, (Func<object> Create, string[] Words)> Cases = new()
    {
        // Versions.
        ["confirmation with 1.0"] = Case(Asymmetric10() with { RequireSignatureConfirmation = true }, "RequireSignatureConfirmation", "WSSecurity11"),
        ["confirmation of a session with 1.0"] = Case(Session10() with { RequireSignatureConfirmation = true }, "RequireSignatureConfirmation", "WSSecurity11"),
        ["mutual symmetric with 1.0"] = Case(Mutual with { MessageSecurityVersion = Version10, RequireSignatureConfirmation = false }, "WSSecurity11", "CreateMutualCertificateBindingElement"),
        ["anonymous with 1.0"] = Case(
            SecurityBindingElement.CreateAnonymousForCertificateBindingElement() with { MessageSecurityVersion = Version10, RequireSignatureConfirmation = false },
            "anonymous", "WSSecurity11"),
        ["user name with 1.0"] = Case(
            SecurityBindingElement.CreateUserNameForCertificateBindingElement() with { MessageSecurityVersion = Version10 },
            "user name", "WSSecurity11"),
        ["encrypted headers with 1.0"] = (
            () => MessageSecurityBinding.Create(Session10(), protection: ChannelProtectionRequirements.Default.WithHeader("h", "urn:h", ProtectionLevel.EncryptAndSign)),
            ["encrypts headers", "WSSecurity11"]),
        ["nothing to sign"] = (
            () => MessageSecurityBinding.Create(Asymmetric10() with { IncludeTimestamp = false }, MessageVersion.Soap11,
                ChannelProtectionRequirements.Default.WithDefault(ProtectionLevel.None)),
            ["cover nothing", "IncludeTimestamp"]),
        ["thumbprint with 1.0"] = Case(
            Asymmetric10() with { InitiatorTokenParameters = new X509SecurityTokenParameters { RequireDerivedKeys = false, X509ReferenceStyle = X509ReferenceStyle.Thumbprint } },
            "Thumbprint", "InitiatorTokenParameters", "Any"),
        ["key of the service alone, over an asymmetric bootstrap"] = Case(
            SessionOfServerEntropy(SecurityBindingElement.CreateMutualCertificateDuplexBindingElement()),
            "KeyEntropyMode ServerEntropy", "CombinedEntropy", "RequireSignatureConfirmation = true"),
        ["key of the service alone, over an asymmetric bootstrap with 1.0"] = Case(SessionOfServerEntropy(Asymmetric10()), "KeyEntropyMode ServerEntropy", "CombinedEntropy"),

        // Sessions.
        ["no bootstrap"] = Case(
            new SymmetricSecurityBindingElement { ProtectionTokenParameters = new SecureConversationSecurityTokenParameters() },
            "BootstrapSecurityBindingElement must be set"),
        ["session in a session"] = Case(SecurityBindingElement.CreateSecureConversationBindingElement(Session), "BootstrapSecurityBindingElement", "itself"),
        ["session token not sent"] = Case(
            Session with { ProtectionTokenParameters = Session.ProtectionTokenParameters! with { InclusionMode = SecurityTokenInclusionMode.Never } },
            "InclusionMode Never", "AlwaysToRecipient"),
        ["problem of the bootstrap"] = Case(
            SecurityBindingElement.CreateSecureConversationBindingElement(Endorsing(new() { InclusionMode = SecurityTokenInclusionMode.Never })),
            "Bootstrap:", "InclusionMode"),

        // Tokens.
        ["no protection token"] = Case(new SymmetricSecurityBindingElement(), "ProtectionTokenParameters", "must be set"),
        ["user name as protection token"] = Case(
            new SymmetricSecurityBindingElement { ProtectionTokenParameters = new UserNameSecurityTokenParameters() },
            "ProtectionTokenParameters", "160 bits"),
        ["endorsing token not sent"] = Case(Endorsing(new() { InclusionMode = SecurityTokenInclusionMode.Never, RequireDerivedKeys = false }), "InclusionMode Never", "AlwaysToRecipient"),
        ["user name with derived keys"] = Case(
            Mutual with { EndpointSupportingTokenParameters = new() { SignedEncrypted = [new UserNameSecurityTokenParameters { RequireDerivedKeys = true }] } },
            "RequireDerivedKeys", "false"),
        ["session as supporting token"] = Case(
            Mutual with { EndpointSupportingTokenParameters = new() { Endorsing = [new SecureConversationSecurityTokenParameters()] } },
            "EndpointSupportingTokenParameters", "CreateSecureConversationBindingElement"),
        ["tokens on the element of a session"] = Case(
            SecurityBindingElement.CreateSecureConversationBindingElement(Mutual) with
            {
                EndpointSupportingTokenParameters = new() { Endorsing = [new X509SecurityTokenParameters { RequireDerivedKeys = false }] },
            },
            "EndpointSupportingTokenParameters of the element of the session", "BootstrapSecurityBindingElement"),
        ["endorsing user name"] = Case(
            Mutual with { EndpointSupportingTokenParameters = new() { Endorsing = [new UserNameSecurityTokenParameters()] } },
            "160 bits", "RequireDerivedKeys"),
        ["user name in clear"] = Case(
            Mutual with { EndpointSupportingTokenParameters = new() { Signed = [new UserNameSecurityTokenParameters()] } },
            "clear", "SignedEncrypted"),
        ["no initiator token"] = Case(Duplex with { InitiatorTokenParameters = null }, "InitiatorTokenParameters"),
        ["no recipient token"] = Case(Duplex with { RecipientTokenParameters = null }, "RecipientTokenParameters"),
        ["unsecured response of a handshake"] = Case(
            SecurityBindingElement.CreateSecureConversationBindingElement(Mutual with { EnableUnsecuredResponse = true }),
            "Bootstrap:", "EnableUnsecuredResponse", "key of the session"),

        // Time.
        ["client renewal"] = Client(s => s with { SessionKeyRenewalInterval = TimeSpan.Zero }, "LocalClientSettings.SessionKeyRenewalInterval"),
        ["service renewal"] = Service(s => s with { SessionKeyRenewalInterval = TimeSpan.Zero }, "LocalServiceSettings.SessionKeyRenewalInterval"),
        ["client replay window"] = Client(s => s with { ReplayWindow = TimeSpan.Zero }, "LocalClientSettings.ReplayWindow"),
        ["client skew"] = Client(s => s with { MaxClockSkew = TimeSpan.FromSeconds(-1) }, "LocalClientSettings.MaxClockSkew"),
        ["client validity"] = Client(s => s with { TimestampValidityDuration = TimeSpan.Zero }, "LocalClientSettings.TimestampValidityDuration"),
        ["client replay cache"] = Client(s => s with { ReplayCacheSize = 0 }, "LocalClientSettings.ReplayCacheSize"),
        ["service replay cache"] = Service(s => s with { ReplayCacheSize = -1 }, "LocalServiceSettings.ReplayCacheSize"),
        ["service replay window"] = Service(s => s with { ReplayWindow = TimeSpan.FromSeconds(-1) }, "LocalServiceSettings.ReplayWindow"),
        ["service inactivity"] = Service(s => s with { InactivityTimeout = TimeSpan.Zero }, "InactivityTimeout"),
        ["service cookie lifetime"] = Service(s => s with { IssuedCookieLifetime = TimeSpan.Zero }, "IssuedCookieLifetime"),
        ["service negotiation"] = Service(s => s with { NegotiationTimeout = TimeSpan.Zero }, "NegotiationTimeout"),
        ["service pending sessions"] = Service(s => s with { MaxPendingSessions = 0 }, "MaxPendingSessions"),
        ["service handshakes"] = Service(s => s with { MaxStatefulNegotiations = 0 }, "MaxStatefulNegotiations"),
    };

    private static (Func<object> Create, string[] Words) Case(SecurityBindingElement element, params string[] words) =>
        (() => MessageSecurityBinding.Create(element), words);

    private static (Func<object> Create, string[] Words) Client(
        Func<LocalClientSecuritySettings, LocalClientSecuritySettings> change,
        params string[] words) =>
        Case(Mutual with { LocalClientSettings = change(new()) }, words);

    private static (Func<object> Create, string[] Words) Service(
        Func<LocalServiceSecuritySettings, LocalServiceSecuritySettings> change,
        params string[] words) =>
        Case(Mutual with { LocalServiceSettings = change(new()) }, words);

    private static AsymmetricSecurityBindingElement Asymmetric10() =>
        (AsymmetricSecurityBindingElement)SecurityBindingElement.CreateMutualCertificateBindingElement(Version10);

    private static SymmetricSecurityBindingElement Session10() =>
        (SymmetricSecurityBindingElement)SecurityBindingElement.CreateSecureConversationBindingElement(Asymmetric10()) with { MessageSecurityVersion = Version10 };

    private static SymmetricSecurityBindingElement SessionOfServerEntropy(SecurityBindingElement bootstrap) =>
        (SymmetricSecurityBindingElement)SecurityBindingElement.CreateSecureConversationBindingElement(bootstrap with { KeyEntropyMode = SecurityKeyEntropyMode.ServerEntropy }) with
        {
            MessageSecurityVersion = bootstrap.MessageSecurityVersion,
            KeyEntropyMode = SecurityKeyEntropyMode.ServerEntropy,
        };

    private static SymmetricSecurityBindingElement Endorsing(X509SecurityTokenParameters token) =>
        Mutual with { EndpointSupportingTokenParameters = new() { Endorsing = [token] } };

    private static SymmetricSecurityBindingElement WithoutReplayDetection(SymmetricSecurityBindingElement element) => element with
    {
        LocalClientSettings = new() { DetectReplays = false },
        LocalServiceSettings = new() { DetectReplays = false },
    };
}
