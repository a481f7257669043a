using System.ServiceModel;
using System.ServiceModel.Channels;
using System.ServiceModel.Security;
using System.Text;
using SecureConversation.ServiceModel.Tests.Support;
using EngineBinding = SecureConversation.Binding;

namespace SecureConversation.ServiceModel.Tests;

/// <summary>The binding element: factories, properties and their translation.</summary>
public sealed class BindingElementTests
{
    [Fact]
    public void Factories_MakeWhatThoseOfTheEngineMake()
    {
        var version = MessageSecurityVersion.WSSecurity10WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10;
        var engine = EngineBinding.MessageSecurityVersion.Parse(version.ToString()!);
        AssertSame(EngineBinding.SecurityBindingElement.CreateMutualCertificateBindingElement(), MessageSecurityBindingElement.CreateMutualCertificateBindingElement());
        AssertSame(EngineBinding.SecurityBindingElement.CreateMutualCertificateBindingElement(engine), MessageSecurityBindingElement.CreateMutualCertificateBindingElement(version));
        AssertSame(EngineBinding.SecurityBindingElement.CreateMutualCertificateBindingElement(engine, true), MessageSecurityBindingElement.CreateMutualCertificateBindingElement(version, true));
        AssertSame(EngineBinding.SecurityBindingElement.CreateMutualCertificateDuplexBindingElement(), MessageSecurityBindingElement.CreateMutualCertificateDuplexBindingElement());
        AssertSame(EngineBinding.SecurityBindingElement.CreateMutualCertificateDuplexBindingElement(engine), MessageSecurityBindingElement.CreateMutualCertificateDuplexBindingElement(version));
        AssertSame(EngineBinding.SecurityBindingElement.CreateAnonymousForCertificateBindingElement(), MessageSecurityBindingElement.CreateAnonymousForCertificateBindingElement());
        AssertSame(EngineBinding.SecurityBindingElement.CreateUserNameForCertificateBindingElement(), MessageSecurityBindingElement.CreateUserNameForCertificateBindingElement());
        var bootstrap = EngineBinding.SecurityBindingElement.CreateMutualCertificateBindingElement();
        AssertSame(EngineBinding.SecurityBindingElement.CreateSecureConversationBindingElement(bootstrap),
            MessageSecurityBindingElement.CreateSecureConversationBindingElement(new MessageSecurityBindingElement(bootstrap)));
        AssertSame(EngineBinding.SecurityBindingElement.CreateSecureConversationBindingElement(bootstrap, false),
            MessageSecurityBindingElement.CreateSecureConversationBindingElement(new MessageSecurityBindingElement(bootstrap), false));
    }

    [Fact]
    public void EverySuiteAndVersion_GoesThereAndBack()
    {
        var element = MessageSecurityBindingElement.CreateMutualCertificateBindingElement();
        foreach (var suite in EngineBinding.SecurityAlgorithmSuite.All)
        {
            element.Settings = element.Settings with { DefaultAlgorithmSuite = suite };
            var seen = element.DefaultAlgorithmSuite;
            Assert.Equal(suite.Name, seen.ToString());
            Assert.Equal(suite.DefaultEncryptionAlgorithm, seen.DefaultEncryptionAlgorithm);
            Assert.Equal(suite.DefaultAsymmetricKeyWrapAlgorithm, seen.DefaultAsymmetricKeyWrapAlgorithm);
            Assert.Equal(suite.DefaultDigestAlgorithm, seen.DefaultDigestAlgorithm);
            element.DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic256;
            element.DefaultAlgorithmSuite = seen;
            Assert.Same(suite, element.Settings.DefaultAlgorithmSuite);
        }

        Assert.Same(SecurityAlgorithmSuite.Basic256Sha256, With(EngineBinding.SecurityAlgorithmSuite.Basic256Sha256).DefaultAlgorithmSuite);
        Assert.Equal("Basic128Rsa15", SecurityAlgorithmSuite.Basic128Rsa15.ToString());
        foreach (var version in EngineBinding.MessageSecurityVersion.All)
        {
            element.Settings = element.Settings with { MessageSecurityVersion = version };
            var seen = element.MessageSecurityVersion;
            element.MessageSecurityVersion = MessageSecurityVersion.Default;
            element.MessageSecurityVersion = seen;
            Assert.Same(version, element.Settings.MessageSecurityVersion);
        }

        Assert.Equal(SecurityVersion.WSSecurity10, MessageSecurityVersion.WSSecurity10WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10.SecurityVersion);
    }

    /// <summary>An object of the application's own stands for the suite that it equals; one that differs anywhere is refused.</summary>
    [Fact]
    public void AlgorithmSuitesOfOnesOwn_AreTakenWhereTheyEqualOneOfWcf()
    {
        var element = MessageSecurityBindingElement.CreateMutualCertificateBindingElement();
        foreach (var suite in EngineBinding.SecurityAlgorithmSuite.All)
        {
            element.DefaultAlgorithmSuite = new OwnSuite(With(suite).DefaultAlgorithmSuite);
            Assert.Same(suite, element.Settings.DefaultAlgorithmSuite);
        }

        var own = With(EngineBinding.SecurityAlgorithmSuite.Basic256Sha256).DefaultAlgorithmSuite;
        foreach (var different in new[]
        {
            new OwnSuite(own) { Digest = "http://www.w3.org/2001/04/xmlenc#sha512" },
            new OwnSuite(own) { SignatureBits = 256 },
            new OwnSuite(own) { LeastRsaBits = 2048 },
            new OwnSuite(own) { LeastRsaBits = 512 },
        })
        {
            var e = Assert.Throws<ArgumentException>(() => element.DefaultAlgorithmSuite = different);
            Assert.Contains("equals it in all properties", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Limits_ReachTheEngineAndAreCheckedThere()
    {
        var element = MessageSecurityBindingElement.CreateAnonymousForCertificateBindingElement();
        Assert.Equal((512, 256), (element.MaxAttributesPerElement, element.MaxNamespaceDeclarations));
        (element.MaxAttributesPerElement, element.MaxNamespaceDeclarations) = (7, 8);
        var clone = (MessageSecurityBindingElement)element.Clone();
        Assert.Equal((7, 8), (clone.MaxAttributesPerElement, clone.MaxNamespaceDeclarations));
        Assert.Throws<ArgumentOutOfRangeException>(() => element.MaxAttributesPerElement = 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => element.MaxAttributesPerElement = 32769);
        Assert.Throws<ArgumentOutOfRangeException>(() => element.MaxNamespaceDeclarations = 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => element.MaxNamespaceDeclarations = 4097);
    }

    [Fact]
    public async Task MessageLog_OfTheElement_GetsTheMessagesOfItsChannels()
    {
        await using var service = await TestService.StartAsync(Bootstraps.Service("MutualCertificate", session: true));
        var security = MessageSecurityBindingElement.CreateSecureConversationBindingElement(Bootstraps.Client("MutualCertificate", session: false));
        var log = new KeptMessages();
        security.MessageLog = log;
        security.MessageLogging = new() { LogMessagesAtServiceLevel = true };
        using var factory = Clients.Factory(Clients.Binding(security), service.Address);
        var proxy = factory.CreateChannel();
        Assert.Equal("logged", proxy.Echo("logged"));
        ((IClientChannel)proxy).Close();

        // The handshake, the call and the cancellation, each a request and its reply, in clear and as on the wire.
        Assert.Equal(12, log.All.Count);
        Assert.Equal(6, log.All.Count(m => m.IsOfTransport));
        Assert.Equal(2, log.All.Count(m => Encoding.UTF8.GetString(m.Envelope.Span).Contains("logged", StringComparison.Ordinal)));
    }

    private sealed class KeptMessages : SecureConversation.Diagnosis.IMessageLog
    {
        public List<SecureConversation.Diagnosis.LoggedMessage> All { get; } = [];

        public void Write(SecureConversation.Diagnosis.LoggedMessage message) => All.Add(message with { Envelope = message.Envelope.ToArray() });
    }

    /// <summary>What WCF code makes when nobody sets the version on the outer element: the session is of February 2005.</summary>
    [Fact]
    public async Task Session_OfAnotherVersionThanItsBootstrap_Works()
    {
        var engine = EngineBinding.SecurityBindingElement.CreateSecureConversationBindingElement(Bootstraps.Service("MutualCertificate13", session: false));
        await using var service = await TestService.StartAsync(engine);
        using var factory = Clients.Factory(Clients.Binding(
            MessageSecurityBindingElement.CreateSecureConversationBindingElement(Bootstraps.Client("MutualCertificate13", session: false))), service.Address);
        var proxy = factory.CreateChannel();
        Assert.Equal("x", proxy.Echo("x"));
        ((IClientChannel)proxy).Close();
    }

    /// <summary>The limits hold for what the channel receives.</summary>
    [Theory]
    [InlineData(15, 256)]
    [InlineData(512, 15)]
    public async Task Reply_BeyondALimit_IsRefused(int attributes, int declarations)
    {
        await using var service = await TestService.StartAsync(Bootstraps.Service("MutualCertificate", session: false));
        service.EchoHeader = $"<h:Trace xmlns:h='urn:h' {string.Join(' ', Enumerable.Range(0, 20).Select(i => $"xmlns:p{i}='urn:{i}'"))}>seen</h:Trace>";
        foreach (var strict in new[] { false, true })
        {
            var security = Bootstraps.Client("MutualCertificate", session: false);
            (security.MaxAttributesPerElement, security.MaxNamespaceDeclarations) = strict ? (attributes, declarations) : (512, 256);
            using var factory = Clients.Factory(Clients.Binding(security), service.Address);
            var proxy = factory.CreateChannel();
            if (strict)
            {
                var e = Assert.ThrowsAny<CommunicationException>(() => proxy.Echo("x"));
                Assert.Contains("15", e.Message, StringComparison.Ordinal);
                ((IClientChannel)proxy).Abort();
            }
            else
            {
                proxy.Echo("x");
                ((IClientChannel)proxy).Close();
            }
        }
    }

    [Fact]
    public void Properties_ReachTheEngine()
    {
        var element = MessageSecurityBindingElement.CreateMutualCertificateBindingElement();
        element.SecurityHeaderLayout = SecurityHeaderLayout.LaxTimestampLast;
        element.IncludeTimestamp = false;
        element.KeyEntropyMode = SecurityKeyEntropyMode.ServerEntropy;
        element.MessageProtectionOrder = MessageProtectionOrder.EncryptBeforeSign;
        element.RequireSignatureConfirmation = false;
        element.ProtectTokens = true;
        element.EnableUnsecuredResponse = true;
        element.LocalClientSettings.MaxClockSkew = TimeSpan.FromMinutes(7);
        element.SetKeyDerivation(false);
        var settings = (EngineBinding.SymmetricSecurityBindingElement)element.Settings;
        Assert.Equal(EngineBinding.SecurityHeaderLayout.LaxTimestampLast, settings.SecurityHeaderLayout);
        Assert.False(settings.IncludeTimestamp);
        Assert.Equal(EngineBinding.SecurityKeyEntropyMode.ServerEntropy, settings.KeyEntropyMode);
        Assert.Equal(EngineBinding.MessageProtectionOrder.EncryptBeforeSign, settings.MessageProtectionOrder);
        Assert.False(settings.RequireSignatureConfirmation);
        Assert.True(settings.ProtectTokens);
        Assert.True(settings.EnableUnsecuredResponse);
        Assert.Equal(TimeSpan.FromMinutes(7), settings.LocalClientSettings.MaxClockSkew);
        Assert.False(settings.ProtectionTokenParameters!.RequireDerivedKeys);
        Assert.Equal(SecurityHeaderLayout.LaxTimestampLast, element.SecurityHeaderLayout);
        Assert.Throws<ArgumentOutOfRangeException>(() => element.SecurityHeaderLayout = (SecurityHeaderLayout)9);
        Assert.Throws<InvalidOperationException>(() => element.RequireCancellation = true);
        Assert.Throws<InvalidOperationException>(() => element.CanRenewSession = true);
        Assert.Throws<InvalidOperationException>(() => element.AllowSerializedSigningTokenOnReply = true);
    }

    [Fact]
    public void Bootstrap_StaysChangeableUntilTheElementIsCloned()
    {
        var bootstrap = MessageSecurityBindingElement.CreateUserNameForCertificateBindingElement();
        var element = MessageSecurityBindingElement.CreateSecureConversationBindingElement(bootstrap);
        Assert.Same(bootstrap, element.BootstrapSecurityBindingElement);
        Assert.True(element.RequireCancellation);
        element.RequireCancellation = false;
        bootstrap.DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic128;
        var clone = (MessageSecurityBindingElement)element.Clone();
        bootstrap.DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic256;
        element.LocalClientSettings.MaxClockSkew = TimeSpan.Zero;
        var token = (EngineBinding.SecureConversationSecurityTokenParameters)((EngineBinding.SymmetricSecurityBindingElement)clone.Settings).ProtectionTokenParameters!;
        Assert.False(token.RequireCancellation);
        Assert.Equal("Basic128", token.BootstrapSecurityBindingElement!.DefaultAlgorithmSuite.Name);
        Assert.Equal(TimeSpan.FromMinutes(5), clone.LocalClientSettings.MaxClockSkew);
    }

    [Fact]
    public void Renewal_IsSetOnTheElementAndInItsSettings()
    {
        var element = MessageSecurityBindingElement.CreateSecureConversationBindingElement(MessageSecurityBindingElement.CreateMutualCertificateBindingElement());
        Assert.True(element.CanRenewSession);
        element.Settings = element.Settings with
        {
            LocalClientSettings = new() { SessionKeyRenewalInterval = TimeSpan.FromMinutes(3), SessionKeyRolloverInterval = TimeSpan.FromMinutes(1) },
        };
        element.CanRenewSession = false;
        element.LocalClientSettings.MaxClockSkew = TimeSpan.FromMinutes(2);

        var clone = (EngineBinding.SymmetricSecurityBindingElement)((MessageSecurityBindingElement)element.Clone()).Settings;

        Assert.False(Assert.IsType<EngineBinding.SecureConversationSecurityTokenParameters>(clone.ProtectionTokenParameters).CanRenewSession);
        Assert.Equal(TimeSpan.FromMinutes(3), clone.LocalClientSettings.SessionKeyRenewalInterval);
        Assert.Equal(TimeSpan.FromMinutes(1), clone.LocalClientSettings.SessionKeyRolloverInterval);
        Assert.Equal(TimeSpan.FromMinutes(2), clone.LocalClientSettings.MaxClockSkew);
    }

    [Fact]
    public void Capabilities_AreTold()
    {
        var mutual = Clients.Binding(MessageSecurityBindingElement.CreateSecureConversationBindingElement(MessageSecurityBindingElement.CreateMutualCertificateBindingElement()));
        var capabilities = mutual.GetProperty<ISecurityCapabilities>([]);
        Assert.True(capabilities.SupportsServerAuthentication);
        Assert.True(capabilities.SupportsClientAuthentication);
        var anonymous = Clients.Binding(MessageSecurityBindingElement.CreateAnonymousForCertificateBindingElement());
        Assert.False(anonymous.GetProperty<ISecurityCapabilities>([]).SupportsClientAuthentication);
        Assert.Equal(MessageVersion.Soap12WSAddressing10, anonymous.GetProperty<MessageVersion>([]));
    }

    [Fact]
    public void Contradictions_AreNamedWhenTheChannelFactoryIsBuilt()
    {
        var element = MessageSecurityBindingElement.CreateMutualCertificateBindingElement();
        element.MessageSecurityVersion = MessageSecurityVersion.WSSecurity10WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10;
        AssertRefused(Clients.Binding(element), "WSSecurity11");

        var session = MessageSecurityBindingElement.CreateSecureConversationBindingElement(MessageSecurityBindingElement.CreateMutualCertificateBindingElement());
        AssertRefused(Clients.Binding(session, Clients.Text(MessageVersion.Soap11)), "WS-Addressing");
        AssertRefused(Clients.Binding(MessageSecurityBindingElement.CreateMutualCertificateBindingElement(), Clients.Text(MessageVersion.None)), "MessageVersion");
    }

    private static void AssertRefused(System.ServiceModel.Channels.Binding binding, string word)
    {
        var factory = Clients.Factory(binding, new Uri("http://localhost:1/x"));
        Assert.Contains(word, Assert.Throws<InvalidOperationException>(() => factory.CreateChannel()).Message, StringComparison.Ordinal);
    }

    private sealed class OwnSuite(SecurityAlgorithmSuite like) : SecurityAlgorithmSuite
    {
        public string Digest { get; init; } = like.DefaultDigestAlgorithm;
        public int SignatureBits { get; init; } = like.DefaultSignatureKeyDerivationLength;
        public int LeastRsaBits { get; init; } = 1024;

        public override string DefaultCanonicalizationAlgorithm => like.DefaultCanonicalizationAlgorithm;
        public override string DefaultDigestAlgorithm => Digest;
        public override string DefaultEncryptionAlgorithm => like.DefaultEncryptionAlgorithm;
        public override int DefaultEncryptionKeyDerivationLength => like.DefaultEncryptionKeyDerivationLength;
        public override string DefaultSymmetricKeyWrapAlgorithm => like.DefaultSymmetricKeyWrapAlgorithm;
        public override string DefaultAsymmetricKeyWrapAlgorithm => like.DefaultAsymmetricKeyWrapAlgorithm;
        public override string DefaultSymmetricSignatureAlgorithm => like.DefaultSymmetricSignatureAlgorithm;
        public override string DefaultAsymmetricSignatureAlgorithm => like.DefaultAsymmetricSignatureAlgorithm;
        public override int DefaultSignatureKeyDerivationLength => SignatureBits;
        public override int DefaultSymmetricKeyLength => like.DefaultSymmetricKeyLength;

        public override bool IsSymmetricKeyLengthSupported(int length) => like.IsSymmetricKeyLengthSupported(length);

        public override bool IsAsymmetricKeyLengthSupported(int length) => length >= LeastRsaBits && length <= 4096;
    }

    private static MessageSecurityBindingElement With(EngineBinding.SecurityAlgorithmSuite suite) =>
        new(EngineBinding.SecurityBindingElement.CreateMutualCertificateBindingElement() with { DefaultAlgorithmSuite = suite });

    private static void AssertSame(EngineBinding.SecurityBindingElement expected, MessageSecurityBindingElement actual) => Assert.Equal(expected, actual.Settings);
}
