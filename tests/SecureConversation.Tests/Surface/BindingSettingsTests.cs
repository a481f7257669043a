using System.Net.Security;
using SecureConversation.Binding;
using SecureConversation.Testing;
using static SecureConversation.Testing.Proof;

namespace SecureConversation.Tests.Surface;

/// <summary>Every setting of a binding changes a message or what becomes of it, or is refused in words when the binding is built.</summary>
public sealed class BindingSettingsTests
{
    private static readonly MessageSecurityVersion Oasis = MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10;
    private static readonly MessageSecurityVersion Version10 = MessageSecurityVersion.WSSecurity10WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10;
    private static readonly TimeSpan EightMinutes = TimeSpan.FromMinutes(8);

    private static SecurityBindingElement Mutual => SecurityBindingElement.CreateMutualCertificateBindingElement();

    private static SymmetricSecurityBindingElement Anonymous => SecurityBindingElement.CreateAnonymousForCertificateBindingElement();

    private static SymmetricSecurityBindingElement UserName => SecurityBindingElement.CreateUserNameForCertificateBindingElement();

    private static AsymmetricSecurityBindingElement Duplex =>
        SecurityBindingElement.CreateMutualCertificateDuplexBindingElement() with { AllowSerializedSigningTokenOnReply = true };

    private static AsymmetricSecurityBindingElement Asymmetric => (AsymmetricSecurityBindingElement)SecurityBindingElement.CreateMutualCertificateBindingElement(Version10);

    private static SymmetricSecurityBindingElement Session => (SymmetricSecurityBindingElement)SecurityBindingElement.CreateSecureConversationBindingElement(Anonymous);

    private static X509SecurityTokenParameters Certificate => new() { RequireDerivedKeys = false };

    private const string Sockets = "SecureConversation.Http.Tests/Issued/IssuedTokenTests.cs";

    private static ShownBy Asked(string test) => new("SecureConversation.Tests/Credentials/SecurityTokenExchangeTests.cs", test);

    private static ShownBy UserNameForm => new("SecureConversation.Tests/Roles/UserNameFormTests.cs", "Form_IsSentAndTaken");

    private static ShownBy Reliable(string tests, string test) => new($"SecureConversation.Tests/Reliable/{tests}.cs", test);

    private static ShownBy Standard(string test) => new("SecureConversation.Tests/Binding/StandardBindingTests.cs", test);

    private static ShownBy Entries(string test) => new("SecureConversation.Tests/Binding/ProtectionEntryTests.cs", test);

    private static readonly MessageSecurity KnownCertificate = new() { NegotiateServiceCredential = false };

    private static readonly Dictionary<string, Proof> Table = new()
    {
        // What the words of WSHttpBinding make.
        ["MessageSecurity.AlgorithmSuite"] = Form(KnownCertificate, s => s with { AlgorithmSuite = SecurityAlgorithmSuite.TripleDes }),
        ["MessageSecurity.ClientCredentialType"] = Form(KnownCertificate, s => s with { ClientCredentialType = MessageCredentialType.None }),
        ["MessageSecurity.EstablishSecurityContext"] = Form(KnownCertificate, s => s with { EstablishSecurityContext = false }),
        ["MessageSecurity.MessageProtectionProfile"] = Form(KnownCertificate, s => s with { MessageProtectionProfile = MessageProtectionProfile.Bound }),
        ["MessageSecurity.MessageSecurityVersion"] = Form(KnownCertificate, s => s with { MessageSecurityVersion = Oasis }),
        ["MessageSecurity.NegotiateServiceCredential"] = new ShownBy("SecureConversation.Http.Tests/Negotiation/NegotiationTests.cs", "Call_NeedsNoCertificateOfTheService"),

        // What the words of BasicHttpBinding and of the federation bindings make.
        ["BasicHttpMessageSecurity.AlgorithmSuite"] = Form(
            BasicHttp(SecurityAlgorithmSuite.Basic256), _ => BasicHttp(SecurityAlgorithmSuite.TripleDes)),
        ["BasicHttpMessageSecurity.ClientCredentialType"] = Standard("BasicHttp_OverATransport_HasTheCredentialOfTheClient"),
        ["FederatedMessageSecurity.AlgorithmSuite"] = Standard("Federation_InASession_HasTheTokenInTheHandshake"),
        ["FederatedMessageSecurity.ClaimTypeRequirements"] = Standard("Federation_HasTheTokenThatIsAskedFor"),
        ["FederatedMessageSecurity.EstablishSecurityContext"] = Standard("Federation_InASession_HasTheTokenInTheHandshake"),
        ["FederatedMessageSecurity.IssuedKeyType"] = Standard("Federation_WithoutKey_SignsAndEncryptsTheToken"),
        ["FederatedMessageSecurity.IssuedTokenType"] = Standard("Federation_HasTheTokenThatIsAskedFor"),
        ["FederatedMessageSecurity.IssuerAddress"] = Standard("Federation_HasTheTokenThatIsAskedFor"),
        ["FederatedMessageSecurity.IssuerMetadataAddress"] = Standard("Federation_HasTheTokenThatIsAskedFor"),
        ["FederatedMessageSecurity.IssuerSecurity"] = Standard("Federation_HasTheTokenThatIsAskedFor"),
        ["FederatedMessageSecurity.MessageSecurityVersion"] = Standard("Federation_ForCertificate_EndorsesByTheToken"),
        ["FederatedMessageSecurity.NegotiateServiceCredential"] = Standard("Federation_WithNegotiation_HasACookieInThePoliciesOfFebruary2005"),
        ["FederatedMessageSecurity.TokenRequestParameters"] = Standard("Federation_HasTheTokenThatIsAskedFor"),

        // The element.
        ["SecurityBindingElement.AllowInsecureTransport"] = new ShownBy(
            "SecureConversation.Tests/Attacks/TransportAttackTests.cs", "PlainHttp_IsTaken_WhereTheBindingOrTheServiceSaysSo"),
        ["SecurityBindingElement.DefaultAlgorithmSuite"] = Form(Anonymous, e => e with { DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic128Sha256 }),
        ["SecurityBindingElement.EnableUnsecuredResponse"] = Form(Anonymous, e => e with { EnableUnsecuredResponse = true }),
        ["SecurityBindingElement.EndpointSupportingTokenParameters"] = Form(Anonymous, e => e with { EndpointSupportingTokenParameters = new() { Endorsing = [Certificate] } }),
        ["SecurityBindingElement.OptionalEndpointSupportingTokenParameters"] = Form(Anonymous, e => e with { OptionalEndpointSupportingTokenParameters = new() { Endorsing = [Certificate] } }),
        ["SecurityBindingElement.OperationSupportingTokenParameters"] = Form(Anonymous,
            e => e with { OperationSupportingTokenParameters = OperationSupportingTokens.None.With(OperationSupportingTokens.AnyOther, new() { Endorsing = [Certificate] }) }),
        ["SecurityBindingElement.OptionalOperationSupportingTokenParameters"] = Form(Anonymous,
            e => e with { OptionalOperationSupportingTokenParameters = OperationSupportingTokens.None.With(OperationSupportingTokens.AnyOther, new() { Endorsing = [Certificate] }) }),
        ["SecurityBindingElement.IncludeTimestamp"] = Form(WithoutReplays(Anonymous), e => e with { IncludeTimestamp = false }),
        ["SecurityBindingElement.KeyEntropyMode"] = Form(SessionOf(Anonymous, SecurityKeyEntropyMode.CombinedEntropy), _ => SessionOf(Anonymous, SecurityKeyEntropyMode.ServerEntropy)),
        ["SecurityBindingElement.LocalClientSettings"] = Form(Anonymous, e => e with { LocalClientSettings = new() { TimestampValidityDuration = EightMinutes } }),
        ["SecurityBindingElement.LocalServiceSettings"] = Form(Anonymous, e => e with { LocalServiceSettings = new() { TimestampValidityDuration = EightMinutes } }),
        ["SecurityBindingElement.MessageProtectionOrder"] = Form(Anonymous, e => e with { MessageProtectionOrder = MessageProtectionOrder.EncryptBeforeSign }),
        ["SecurityBindingElement.MessageProtectionProfile"] = Form(Anonymous, e => e with { MessageProtectionProfile = MessageProtectionProfile.Bound }),
        ["SecurityBindingElement.MessageSecurityVersion"] = Form(Anonymous, e => e with { MessageSecurityVersion = Oasis }),
        ["SecurityBindingElement.ProtectTokens"] = new ShownBy("SecureConversation.Tests/Roles/SentCertificateTests.cs", "Service_DemandsIt_AndAClientDoesNot"),
        ["SecurityBindingElement.RequireSignatureConfirmation"] = Form(Anonymous, e => e with { RequireSignatureConfirmation = false }),
        ["SecurityBindingElement.SecurityHeaderLayout"] = Form(Anonymous, e => e with { SecurityHeaderLayout = SecurityHeaderLayout.LaxTimestampLast }),
        ["SecurityBindingElement.SignPrefixesInValues"] = new ShownBy(
            "SecureConversation.Tests/Attacks/PrefixTests.cs", "PrefixOfAValue_WithoutItsDeclarationSigned_IsHandedOutUndeclared"),
        ["SymmetricSecurityBindingElement.ProtectionTokenParameters"] = Form(Anonymous, e => ((SymmetricSecurityBindingElement)e).SetKeyDerivation(false)),
        ["AsymmetricSecurityBindingElement.AllowSerializedSigningTokenOnReply"] = Form(Duplex, _ => Duplex with { AllowSerializedSigningTokenOnReply = false }),
        ["AsymmetricSecurityBindingElement.InitiatorTokenParameters"] = Form(Asymmetric,
            _ => Asymmetric with { InitiatorTokenParameters = Certificate with { X509ReferenceStyle = X509ReferenceStyle.IssuerSerial } }),
        ["AsymmetricSecurityBindingElement.RecipientTokenParameters"] = Form(Asymmetric,
            _ => Asymmetric with { RecipientTokenParameters = Certificate with { X509ReferenceStyle = X509ReferenceStyle.IssuerSerial, InclusionMode = SecurityTokenInclusionMode.Never } }),

        // Tokens.
        ["SecurityTokenParameters.InclusionMode"] = Form(Duplex,
            _ => Duplex with { RecipientTokenParameters = Duplex.RecipientTokenParameters! with { InclusionMode = SecurityTokenInclusionMode.Never } }),
        ["SecurityTokenParameters.ReferenceStyle"] = Refuse(Anonymous with
        {
            ProtectionTokenParameters = Anonymous.ProtectionTokenParameters! with { ReferenceStyle = SecurityTokenReferenceStyle.External },
        }),
        ["SecurityTokenParameters.RequireDerivedKeys"] = Form(Session, e => e.SetKeyDerivation(false)),
        ["X509SecurityTokenParameters.X509ReferenceStyle"] = Form(Anonymous, _ => Anonymous with
        {
            ProtectionTokenParameters = ((X509SecurityTokenParameters)Anonymous.ProtectionTokenParameters!) with { X509ReferenceStyle = X509ReferenceStyle.IssuerSerial },
        }),
        ["X509SecurityTokenParameters.CertificateName"] = new ShownBy("SecureConversation.Tests/Roles/SupportingTokenTests.cs", "AttachedCertificateOfAnother_DoesNotReplaceTheSigner"),
        ["UserNameSecurityTokenParameters.AllowClearTextPassword"] = new ShownBy("SecureConversation.Tests/Roles/UserNameFormTests.cs", "ClearTextPassword_NeedsTheWordOfTheApplication"),
        ["UserNameSecurityTokenParameters.IncludeCreated"] = UserNameForm,
        ["UserNameSecurityTokenParameters.IncludeNonce"] = UserNameForm,
        ["UserNameSecurityTokenParameters.PasswordType"] = UserNameForm,
        ["SecureConversationSecurityTokenParameters.BootstrapProtectionRequirements"] = Refuse(SessionWith(
            t => t with { BootstrapProtectionRequirements = ChannelProtectionRequirements.Default.WithDefault(ProtectionLevel.Sign) })),
        ["SecureConversationSecurityTokenParameters.BootstrapSecurityBindingElement"] = Form(Session, _ => SessionWith(t => t with { BootstrapSecurityBindingElement = UserName })),
        ["SecureConversationSecurityTokenParameters.CanRenewSession"] = new ShownBy("SecureConversation.Tests/Roles/RenewalTests.cs", "SessionThatMayNotBeRenewed_EndsWithItsKey"),
        ["SecureConversationSecurityTokenParameters.RequireCancellation"] = Form(Session, _ => SessionWith(t => t with { RequireCancellation = false })),
        ["SupportingTokenParameters.Endorsing"] = Form(Anonymous, e => e with { EndpointSupportingTokenParameters = new() { Endorsing = [Certificate] } }),
        ["SupportingTokenParameters.Signed"] = Form(Anonymous, e => e with { EndpointSupportingTokenParameters = new() { Signed = [Certificate] } }),
        ["SupportingTokenParameters.Encrypted"] = Form(Anonymous, e => e with { EndpointSupportingTokenParameters = new() { Encrypted = [Certificate] } }),
        ["SupportingTokenParameters.EndorsingEncrypted"] = Form(Anonymous, e => e with { EndpointSupportingTokenParameters = new() { EndorsingEncrypted = [Certificate] } }),
        ["SupportingTokenParameters.SignedEndorsingEncrypted"] = Form(Anonymous, e => e with { EndpointSupportingTokenParameters = new() { SignedEndorsingEncrypted = [Certificate] } }),
        ["SupportingTokenParameters.SignedEncrypted"] = Form(Anonymous, e => e with { EndpointSupportingTokenParameters = new() { SignedEncrypted = [new UserNameSecurityTokenParameters()] } }),
        ["SupportingTokenParameters.SignedEndorsing"] = Form(Anonymous, e => e with { EndpointSupportingTokenParameters = new() { SignedEndorsing = [Certificate] } }),

        // Levels of protection.
        ["ChannelProtectionRequirements.DefaultProtectionLevel"] = new Shows(
            () => Observation.FormAsync(Anonymous),
            () => Observation.FormAsync(Anonymous, protection: new() { DefaultProtectionLevel = ProtectionLevel.Sign })),
        ["ChannelProtectionRequirements.DefaultReplyProtectionLevel"] = new ShownBy("SecureConversation.Tests/Binding/ProtectionLevelTests.cs", "Request_IsEncryptedAndReplyOnlySigned"),
        ["ChannelProtectionRequirements.ListsAllMessages"] = new ShownBy("SecureConversation.Tests/Binding/ProtectionLevelTests.cs", "RequirementsOfAContract_NeedNoMoreThanTheContractAsks"),

        ["ChannelProtectionRequirements.Headers"] = Entries("Headers_AreWhatWithHeaderAdds"),
        ["ChannelProtectionRequirements.Replies"] = Entries("Entries_AreWhatTheMethodsSet"),
        ["ChannelProtectionRequirements.RepliesTo"] = Entries("Entries_AreWhatTheMethodsSet"),
        ["ChannelProtectionRequirements.Requests"] = Entries("Entries_AreWhatTheMethodsSet"),
        ["ActionProtection.Action"] = Entries("Entries_AreWhatTheMethodsSet"),
        ["ActionProtection.ProtectionLevel"] = Entries("Entries_AreWhatTheMethodsSet"),
        ["HeaderProtection.Action"] = Entries("Headers_AreWhatWithHeaderAdds"),
        ["HeaderProtection.Direction"] = Entries("Headers_AreWhatWithHeaderAdds"),
        ["HeaderProtection.Name"] = Entries("Headers_AreWhatWithHeaderAdds"),
        ["HeaderProtection.Namespace"] = Entries("Headers_AreWhatWithHeaderAdds"),
        ["HeaderProtection.ProtectionLevel"] = Entries("Headers_AreWhatWithHeaderAdds"),

        // What a client asks an issuer for.
        ["IssuedSecurityTokenParameters.AdditionalRequestParameters"] = Asked("AdditionalParameters_AreInTheVersionOfTheIssuer"),
        ["IssuedSecurityTokenParameters.ClaimTypeRequirements"] = Asked("Request_HasTheElementsOfWcf_InItsOrder"),
        ["ClaimTypeRequirement.ClaimType"] = Asked("Request_HasTheElementsOfWcf_InItsOrder"),
        ["ClaimTypeRequirement.IsOptional"] = Asked("Request_HasTheElementsOfWcf_InItsOrder"),
        ["IssuedSecurityTokenParameters.DefaultMessageSecurityVersion"] = Asked("Version_OfTheParameters_GoesBeforeThatOfTheBinding"),
        ["IssuedSecurityTokenParameters.IssuerAddress"] = new ShownBy(Sockets, "Client_AsksTheIssuerOfTheBinding_AndCallsTheService"),
        ["IssuedSecurityTokenParameters.IssuerMetadataAddress"] = Standard("Federation_HasTheTokenThatIsAskedFor"),
        ["IssuedSecurityTokenParameters.IssuerSecurity"] = new ShownBy(Sockets, "Issuer_IsAsked_InTheSecurityThatItHas"),
        ["IssuedSecurityTokenParameters.KeySize"] = Asked("Request_ForOtherKeys_SaysWhatTheyNeed"),
        ["IssuedSecurityTokenParameters.KeyType"] = Asked("Request_ForOtherKeys_SaysWhatTheyNeed"),
        ["IssuedSecurityTokenParameters.TokenType"] = Asked("Request_HasTheElementsOfWcf_InItsOrder"),
        ["IssuedSecurityTokenParameters.UseStrTransform"] = new Refused(() => MessageSecurityBinding.Create(
            SecurityBindingElement.CreateIssuedTokenBindingElement(new() { UseStrTransform = true }))),
        ["SslSecurityTokenParameters.RequireCancellation"] = new ShownBy("SecureConversation.Tests/Negotiation/NegotiationLifeTests.cs", "Cookie_IsReadByAnotherInstance"),
        ["SslSecurityTokenParameters.RequireClientCertificate"] = new ShownBy("SecureConversation.Tests/Negotiation/TlsNegotiationTests.cs", "Binding_CarriesRequestsAndReplies"),
        ["SspiSecurityTokenParameters.RequireCancellation"] = new ShownBy("SecureConversation.Tests/Negotiation/SpnegoTests.cs", "Cookie_IsReadByAnotherInstance_WithTheIdentity"),

        // Settings of the client.
        ["LocalClientSecuritySettings.CacheCookies"] = new ShownBy("SecureConversation.Tests/Negotiation/NegotiationLifeTests.cs", "CacheCookies_False_NegotiatesForEachCall"),
        ["LocalClientSecuritySettings.CookieRenewalThresholdPercentage"] = new ShownBy("SecureConversation.Tests/Negotiation/NegotiationLifeTests.cs", "Context_IsKeptAsTheClientSays"),
        ["LocalClientSecuritySettings.DetectReplays"] = Outcome(e => Client(e, s => s with { DetectReplays = false }), TimeSpan.Zero, MessageVersion.Soap12),
        ["LocalClientSecuritySettings.MaxClockSkew"] = Outcome(e => Client(e, s => s with { MaxClockSkew = TimeSpan.Zero }), EightMinutes),
        ["LocalClientSecuritySettings.MaxCookieCachingTime"] = new ShownBy("SecureConversation.Tests/Negotiation/NegotiationLifeTests.cs", "Context_IsKeptAsTheClientSays"),
        ["LocalClientSecuritySettings.ReplayCacheSize"] = Outcome(e => Client(e, s => s with { ReplayCacheSize = 1 }), TimeSpan.Zero, MessageVersion.Soap12),
        ["LocalClientSecuritySettings.ReplayWindow"] = Outcome(e => Client(e, s => s with { ReplayWindow = TimeSpan.FromMinutes(1) }), EightMinutes),
        ["LocalClientSecuritySettings.SessionKeyRenewalInterval"] = new ShownBy("SecureConversation.Http.Tests/SettingsTests.cs", "Key_IsRenewedAtTheAgeThatTheClientSets"),
        ["LocalClientSecuritySettings.SessionKeyRolloverInterval"] = new ShownBy("SecureConversation.Tests/Roles/RenewalTests.cs", "ReplyUnderTheOldKey_IsAcceptedForTheRollover"),
        ["LocalClientSecuritySettings.TimestampValidityDuration"] = Form(Anonymous, e => Client(e, s => s with { TimestampValidityDuration = TimeSpan.FromMinutes(1) })),

        // Settings of the service.
        ["LocalServiceSecuritySettings.DetectReplays"] = Outcome(e => Service(e, s => s with { DetectReplays = false }), TimeSpan.Zero),
        ["LocalServiceSecuritySettings.InactivityTimeout"] = Handshakes(s => s with { InactivityTimeout = TimeSpan.FromSeconds(20) }),
        ["LocalServiceSecuritySettings.IssuedCookieLifetime"] = Form(SessionWith(t => t with { RequireCancellation = false }),
            e => Service(e, s => s with { IssuedCookieLifetime = TimeSpan.FromHours(1) })),
        ["LocalServiceSecuritySettings.MaxCachedCookies"] = new ShownBy("SecureConversation.Tests/State/ContextCacheTests.cs", "Cookies_BeyondMaxCachedCookies_AreReadAgain"),
        ["LocalServiceSecuritySettings.MaxClockSkew"] = Outcome(e => Service(e, s => s with { MaxClockSkew = TimeSpan.Zero }), EightMinutes),
        ["LocalServiceSecuritySettings.MaxPendingSessions"] = Handshakes(s => s with { MaxPendingSessions = 1 }),
        ["LocalServiceSecuritySettings.MaxStatefulNegotiations"] = Handshakes(s => s with { MaxStatefulNegotiations = 1 }),
        ["LocalServiceSecuritySettings.NegotiationTimeout"] = Handshakes(s => s with { NegotiationTimeout = TimeSpan.FromSeconds(1) }),
        ["LocalServiceSecuritySettings.ReplayCacheSize"] = Outcome(e => Service(e, s => s with { ReplayCacheSize = 1 }), TimeSpan.Zero),
        ["LocalServiceSecuritySettings.ReplayWindow"] = Outcome(e => Service(e, s => s with { ReplayWindow = TimeSpan.FromMinutes(1) }), EightMinutes),
        ["LocalServiceSecuritySettings.SessionKeyRenewalInterval"] = Form(Session, e => Service(e, s => s with { SessionKeyRenewalInterval = TimeSpan.FromHours(1) })),
        ["LocalServiceSecuritySettings.SessionKeyRolloverInterval"] = new ShownBy("SecureConversation.Tests/Roles/RenewalTests.cs", "MessageUnderTheOldKey_AfterTheRollover_IsOfNoKnownKey"),
        ["LocalServiceSecuritySettings.TimestampValidityDuration"] = Form(Anonymous, e => Service(e, s => s with { TimestampValidityDuration = TimeSpan.FromMinutes(1) })),

        // Reliable sessions.
        ["ReliableSessionBindingElement.AcknowledgementInterval"] = Reliable("ReliableSessionTests", "Setting_OutOfItsRangeIsNamed"),
        ["ReliableSessionBindingElement.FlowControlEnabled"] = Reliable("SequenceTests", "Client_WithoutFlowControlSendsAllTheSame"),
        ["ReliableSessionBindingElement.InactivityTimeout"] = Reliable("SequenceTests", "Service_ForgetsASilentSequence"),
        ["ReliableSessionBindingElement.MaxPendingChannels"] = Reliable("ReliableSessionTests", "Setting_OutOfItsRangeIsNamed"),
        ["ReliableSessionBindingElement.MaxRetryCount"] = Reliable("ReliableSessionTests", "ACallThatIsLostForGood_FailsAfterMaxRetryCount"),
        ["ReliableSessionBindingElement.MaxTransferWindowSize"] = Reliable("SequenceTests", "Client_SendsNoMoreThanTheWindow"),
        ["ReliableSessionBindingElement.Ordered"] = Reliable("SequenceTests", "Service_DropsNumbersBeyondItsWindow"),
        ["ReliableSessionBindingElement.ReliableMessagingVersion"] = Reliable("ReliableSessionTests", "OneWayRequests_AreAcknowledged"),
    };

    public static TheoryData<string> All => [.. Settings.Of(typeof(SecurityBindingElement).Assembly.GetTypes()
        .Where(t => t.IsVisible && t.Namespace == typeof(SecurityBindingElement).Namespace))];

    [Theory]
    [MemberData(nameof(All))]
    public async Task Setting_ShowsOrIsRefused(string name) => await Settings.RequireAsync(name, Table[name]);

    [Fact]
    public void Table_NamesSettingsOnly() => Assert.Equal(All.Select(row => row.Data), Table.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public async Task Conversation_IsToldTheSameTwice() => Assert.Equal(await Observation.FormAsync(Session), await Observation.FormAsync(Session));

    /// <summary>What the standard bindings of WCF set on a bootstrap does not keep anybody from using them.</summary>
    [Fact]
    public void CookieLifetimeOfBootstraps_IsAccepted()
    {
        var fifteen = Service(Anonymous, s => s with { IssuedCookieLifetime = TimeSpan.FromMinutes(15) });
        MessageSecurityBinding.Create(SecurityBindingElement.CreateSecureConversationBindingElement(fifteen));
        Assert.Throws<ArgumentException>(() => MessageSecurityBinding.Create(fifteen));
        Assert.Throws<ArgumentException>(() => MessageSecurityBinding.Create(Service(Session, s => s with { IssuedCookieLifetime = TimeSpan.FromMinutes(15) })));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ReferenceStyle_IsLookedForOnEveryToken(bool isSupporting)
    {
        var external = Certificate with { ReferenceStyle = SecurityTokenReferenceStyle.External };
        SecurityBindingElement element = isSupporting
            ? Anonymous with { EndpointSupportingTokenParameters = new() { Endorsing = [external] } }
            : Asymmetric with { InitiatorTokenParameters = external };
        var error = Assert.Throws<ArgumentException>(() => MessageSecurityBinding.Create(element));
        Assert.Contains(isSupporting ? "EndpointSupportingTokenParameters" : "InitiatorTokenParameters", error.Message, StringComparison.Ordinal);
    }

    private static Shows Form(SecurityBindingElement one, Func<SecurityBindingElement, SecurityBindingElement> change) =>
        new(() => Observation.FormAsync(one), () => Observation.FormAsync(change(one)));

    private static SecurityBindingElement BasicHttp(SecurityAlgorithmSuite suite) =>
        new BasicHttpMessageSecurity { ClientCredentialType = MessageCredentialType.Certificate, AlgorithmSuite = suite }.CreateSecurityBindingElement(false);

    private static Shows Form(MessageSecurity one, Func<MessageSecurity, MessageSecurity> change) =>
        new(() => Observation.FormAsync(one.CreateSecurityBindingElement()), () => Observation.FormAsync(change(one).CreateSecurityBindingElement()));

    private static Shows Outcome(Func<SecurityBindingElement, SecurityBindingElement> change, TimeSpan underWay, MessageVersion? version = null) =>
        new(() => Observation.OutcomeAsync(Anonymous, underWay, version), () => Observation.OutcomeAsync(change(Anonymous), underWay, version));

    private static Shows Handshakes(Func<LocalServiceSecuritySettings, LocalServiceSecuritySettings> change)
    {
        var session = SecurityBindingElement.CreateSecureConversationBindingElement(UserName);
        return new(() => Observation.HandshakesAsync(session), () => Observation.HandshakesAsync(Service(session, change)));
    }

    private static Refused Refuse(SecurityBindingElement element) => new(() => MessageSecurityBinding.Create(element));

    private static SecurityBindingElement Client(SecurityBindingElement element, Func<LocalClientSecuritySettings, LocalClientSecuritySettings> change) =>
        element with { LocalClientSettings = change(element.LocalClientSettings) };

    private static SecurityBindingElement Service(SecurityBindingElement element, Func<LocalServiceSecuritySettings, LocalServiceSecuritySettings> change) =>
        element with { LocalServiceSettings = change(element.LocalServiceSettings) };

    private static SecurityBindingElement WithoutReplays(SecurityBindingElement element) =>
        Client(Service(element, s => s with { DetectReplays = false }), s => s with { DetectReplays = false });

    private static SymmetricSecurityBindingElement SessionOf(SecurityBindingElement bootstrap, SecurityKeyEntropyMode mode) =>
        (SymmetricSecurityBindingElement)SecurityBindingElement.CreateSecureConversationBindingElement(bootstrap with { KeyEntropyMode = mode }) with { KeyEntropyMode = mode };

    private static SymmetricSecurityBindingElement SessionWith(Func<SecureConversationSecurityTokenParameters, SecureConversationSecurityTokenParameters> change) =>
        Session with { ProtectionTokenParameters = change((SecureConversationSecurityTokenParameters)Session.ProtectionTokenParameters!) };
}
