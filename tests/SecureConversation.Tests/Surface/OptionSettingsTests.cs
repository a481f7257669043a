using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging;
using SecureConversation.Tests.Credentials;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Diagnosis;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Tokens;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;
using static SecureConversation.Testing.Proof;

namespace SecureConversation.Tests.Surface;

/// <summary>Every option of a role and every credential changes what the role does.</summary>
public sealed class OptionSettingsTests
{
    private const string Answers = "SecureConversation.Tests/Roles/FailureAnswerTests.cs";
    private const string Authenticators = "SecureConversation.Tests/Roles/AuthenticatorTests.cs";
    private const string Faults = "SecureConversation.Tests/Roles/AuthenticationFaultTests.cs";
    private const string Limits = "SecureConversation.Tests/Roles/LimitOptionTests.cs";
    private const string Known = "SecureConversation.Tests/Roles/KnownClientTests.cs";
    private const string Separate = "SecureConversation.Tests/Roles/SeparateCertificateTests.cs";
    private const string Rotation = "SecureConversation.Tests/Roles/RotationTests.cs";
    private const string MessageLogs = "SecureConversation.Tests/Diagnosis/MessageLogTests.cs";
    private const string MessageFiles = "SecureConversation.Tests/Diagnosis/FileMessageLogTests.cs";
    private const string UnsignedHeader = "<h:Trace xmlns:h=\"urn:h\">1</h:Trace>";

    private static readonly Dictionary<string, Proof> Table = new()
    {
        ["MessageSecurityClientOptions.HandOutCanonicalForm"] = new Shows(() => ReplyAsync(new()), () => ReplyAsync(new() { HandOutCanonicalForm = true })),
        ["MessageSecurityClientOptions.HandOutUnsignedHeaders"] = new Shows(() => ReplyAsync(new()), () => ReplyAsync(new() { HandOutUnsignedHeaders = true })),
        ["MessageSecurityClientOptions.LoggerFactory"] = new Shows(
            () => LogAsync(_ => ReplyAsync(new() { MaxEnvelopeBytes = 1000 })), () => LogAsync(log => ReplyAsync(new() { MaxEnvelopeBytes = 1000, LoggerFactory = log }))),
        ["MessageSecurityClientOptions.MaxAttributesPerElement"] = new ShownBy(Limits, "Reply_BeyondTheLimit_IsRefusedWithItsValueAndTakenWithAHigherOne"),
        ["MessageSecurityClientOptions.MaxEnvelopeBytes"] = new Shows(() => ReplyAsync(new()), () => ReplyAsync(new() { MaxEnvelopeBytes = 1000 })),
        ["MessageSecurityClientOptions.MaxNamespaceDeclarations"] = new ShownBy(Limits, "Reply_BeyondTheLimit_IsRefusedWithItsValueAndTakenWithAHigherOne"),
        ["MessageSecurityClientOptions.MessageLog"] = new ShownBy(MessageLogs, "Conversation_LoggedByEitherSide_IsDecodedWithTheKeyOfTheService"),
        ["MessageSecurityClientOptions.MessageLogging"] = new ShownBy(MessageLogs, "EnvelopesInClear_HoldContentAndNoSecret"),
        ["MessageSecurityClientOptions.TimeProvider"] = new Shows(() => ReplyAsync(new()), () => ReplyAsync(new() { TimeProvider = Tomorrow })),

        ["MessageSecurityServiceOptions.HandOutCanonicalForm"] = new ShownBy(
            "SecureConversation.Tests/Attacks/PrefixTests.cs", "PrefixOfAValue_WithoutItsDeclarationSigned_IsHandedOutUndeclared"),
        ["FailureAnswerOptions.Budget"] = new ShownBy(Answers, "Budget_BoundsTheFailuresOfTheFirstStep"),
        ["FailureAnswerOptions.MaxStep"] = new ShownBy(Answers, "Step_DoublesUpToItsMaximum"),
        ["FailureAnswerOptions.MaxWaiting"] = new ShownBy(Answers, "MaxWaiting_Reached_NewMessagesAreRefusedAtOnce"),
        ["FailureAnswerOptions.Step"] = new ShownBy(Answers, "Step_OfZero_AnswersAtOnce"),
        ["MessageSecurityServiceOptions.Address"] = Service(o => new() { FailureAnswers = Loopback.AtOnce, TimeProvider = o.TimeProvider, Address = new Uri("http://localhost/other") }),
        ["MessageSecurityServiceOptions.AddressFilter"] = Service(o => new() { FailureAnswers = Loopback.AtOnce, TimeProvider = o.TimeProvider, AddressFilter = AddressFilter.Create((_, _) => false) }),
        ["MessageSecurityServiceOptions.EndpointName"] = new ShownBy("SecureConversation.Tests/State/SessionScopeTests.cs", "Session_OfAnotherEndpoint_IsUnknown"),
        ["MessageSecurityServiceOptions.FailureAnswers"] = new ShownBy(Answers, "Step_OfZero_AnswersAtOnce"),
        ["MessageSecurityServiceOptions.HandOutUnsignedHeaders"] = Service(o => new() { FailureAnswers = Loopback.AtOnce, TimeProvider = o.TimeProvider, HandOutUnsignedHeaders = true }),
        ["MessageSecurityServiceOptions.LoggerFactory"] = new Shows(
            () => LogAsync(_ => ServiceAsync(clock => new() { FailureAnswers = Loopback.AtOnce, TimeProvider = clock })), () => LogAsync(log => ServiceAsync(clock => new() { FailureAnswers = Loopback.AtOnce, TimeProvider = clock, LoggerFactory = log }))),
        ["MessageSecurityServiceOptions.MaxAttributesPerElement"] = new ShownBy(Limits, "Request_BeyondTheLimit_IsRefusedWithItsValueAndTakenWithAHigherOne"),
        ["MessageSecurityServiceOptions.MaxEnvelopeBytes"] = Service(o => new() { FailureAnswers = Loopback.AtOnce, TimeProvider = o.TimeProvider, MaxEnvelopeBytes = 1000 }),
        ["MessageSecurityServiceOptions.MaxKeptReplyBytes"] = new ShownBy("SecureConversation.Tests/Reliable/ReliableServiceTests.cs", "RepliesThatNobodyAcknowledges_TakeNoMoreThanTheLimit"),
        ["MessageSecurityServiceOptions.MaxNamespaceDeclarations"] = new ShownBy(Limits, "Request_BeyondTheLimit_IsRefusedWithItsValueAndTakenWithAHigherOne"),
        ["MessageSecurityServiceOptions.MaxSessions"] = new ShownBy("SecureConversation.Tests/State/MaxSessionsTests.cs", "Sessions_OfOneAddress_HaveThreeQuartersAndGiveWay"),
        ["MessageSecurityServiceOptions.MessageLog"] = new ShownBy(MessageLogs, "Conversation_LoggedByEitherSide_IsDecodedWithTheKeyOfTheService"),
        ["MessageSecurityServiceOptions.MessageLogging"] = new ShownBy(MessageLogs, "EnvelopesInClear_HoldContentAndNoSecret"),
        ["MessageSecurityServiceOptions.RequireSecureTransport"] = new ShownBy(
            "SecureConversation.Tests/Attacks/TransportAttackTests.cs", "PlainHttp_IsTaken_WhereTheBindingOrTheServiceSaysSo"),
        ["MessageSecurityServiceOptions.ReplayCache"] = Service(o => new() { FailureAnswers = Loopback.AtOnce, TimeProvider = o.TimeProvider, ReplayCache = new SuspiciousCache() }),
        ["MessageSecurityServiceOptions.SecurityStateEncoder"] = new ShownBy("SecureConversation.Tests/State/CookieSessionTests.cs", "Session_OutlivesARestart"),
        ["MessageSecurityServiceOptions.SessionClosed"] = new Shows(
            () => LogAsync(_ => ServiceAsync(clock => new() { FailureAnswers = Loopback.AtOnce, TimeProvider = clock })),
            () => LogAsync(log => ServiceAsync(clock => new() { FailureAnswers = Loopback.AtOnce, TimeProvider = clock, SessionClosed = s => log.Add($"{s.CloseReason}") }))),
        ["MessageSecurityServiceOptions.SessionIdleTimeout"] = Service(o => new() { FailureAnswers = Loopback.AtOnce, TimeProvider = o.TimeProvider, SessionIdleTimeout = TimeSpan.FromMinutes(1) }),
        ["MessageSecurityServiceOptions.SessionStore"] = new Shows(
            () => LogAsync(_ => ServiceAsync(clock => new() { FailureAnswers = Loopback.AtOnce, TimeProvider = clock })),
            () => LogAsync(log => ServiceAsync(clock => new() { FailureAnswers = Loopback.AtOnce, TimeProvider = clock, SessionStore = new TellingStore(log), EndpointName = "test" }))),
        ["MessageSecurityServiceOptions.TimeProvider"] = Service(_ => new() { FailureAnswers = Loopback.AtOnce, TimeProvider = Tomorrow }),

        ["MessageLoggingOptions.IsSecret"] = new ShownBy(MessageLogs, "IsSecret_TakesOutContentAndAttributesOfTheApplication"),
        ["MessageLoggingOptions.LogMessagesAtServiceLevel"] = new ShownBy(MessageLogs, "EnvelopesInClear_HoldContentAndNoSecret"),
        ["MessageLoggingOptions.LogMessagesAtTransportLevel"] = new ShownBy(MessageLogs, "EnvelopesInClear_HoldContentAndNoSecret"),
        ["MessageLoggingOptions.MaxEnvelopeBytes"] = new ShownBy(MessageLogs, "EnvelopeBeyondMaxEnvelopeBytes_IsLeftOutWithAWord"),
        ["FileMessageLogOptions.LoggerFactory"] = new ShownBy(MessageFiles, "MaxQueuedBytes_UsedUp_LeavesMessagesOutAndSaysSoOnce"),
        ["FileMessageLogOptions.MaxFileBytes"] = new ShownBy(MessageFiles, "MaxFileBytes_BeginsAnotherFile_AndMaxFilesRemovesTheOldest"),
        ["FileMessageLogOptions.MaxFiles"] = new ShownBy(MessageFiles, "MaxFileBytes_BeginsAnotherFile_AndMaxFilesRemovesTheOldest"),
        ["FileMessageLogOptions.MaxQueuedBytes"] = new ShownBy(MessageFiles, "MaxQueuedBytes_UsedUp_LeavesMessagesOutAndSaysSoOnce"),

        ["ClientCredentials.ClientCertificate"] = Client(c => new()
        {
            ClientCertificate = new X509Credential(TestCertificates.Other),
            ServiceCertificate = c.ServiceCertificate,
            ServiceCertificateValidation = c.ServiceCertificateValidation,
        }),
        ["ClientCredentials.NamedCertificates"] = new ShownBy("SecureConversation.Tests/Roles/SupportingTokenTests.cs", "NamedCertificate_ThatTheClientLacks_IsAskedFor"),
        ["ClientCredentials.RsaKey"] = new ShownBy("SecureConversation.Tests/Roles/SupportingTokenTests.cs", "RsaKey_IsAClaim_AndNoIdentity"),
        ["ServiceCredentials.UserNamePasswordProvider"] = new ShownBy("SecureConversation.Tests/Roles/UserNameFormTests.cs", "Service_WithoutAProvider_IsToldWhatItLacks"),
        ["ClientCredentials.ClientEncryptionCertificate"] = new ShownBy(Separate, "BothSides_EncryptForOneAndSignWithTheOther"),
        ["ClientCredentials.ServiceEncryptionCertificate"] = new ShownBy(Separate, "BothSides_EncryptForOneAndSignWithTheOther"),
        ["ClientCredentials.OtherServiceCertificates"] = new ShownBy(Rotation, "Client_EncryptsForTheFirstExpectedCertificateThatIsGood"),
        ["ClientCredentials.ServiceCertificate"] = Client(c => new()
        {
            ClientCertificate = c.ClientCertificate,
            ServiceCertificate = TestCertificates.Other,
            ServiceCertificateValidation = c.ServiceCertificateValidation,
        }),
        ["ClientCredentials.ServiceCertificateValidation"] = Client(c => new() { ClientCertificate = c.ClientCertificate, ServiceCertificate = c.ServiceCertificate, ServiceCertificateValidation = Nobody }),
        ["ClientCredentials.ServiceIdentity"] = Client(c => new()
        {
            ClientCertificate = c.ClientCertificate,
            ServiceCertificate = c.ServiceCertificate,
            ServiceCertificateValidation = c.ServiceCertificateValidation,
            ServiceIdentity = EndpointIdentity.CreateDnsIdentity("elsewhere.example.org"),
        }),
        ["ClientCredentials.UserName"] = new Shows(
            () => Observation.OutcomeAsync(UserName, TimeSpan.Zero),
            () => Observation.OutcomeAsync(UserName, TimeSpan.Zero, client: new()
            {
                UserName = new UserNameCredential("mallory", "guess"),
                ServiceCertificate = TestCertificates.Service,
                ServiceCertificateValidation = Loopback.ClientCredentials.ServiceCertificateValidation,
            })),

        ["ServiceCredentials.ClientCertificateValidation"] = new Shows(
            () => Observation.OutcomeAsync(Mutual, TimeSpan.Zero),
            () => Observation.OutcomeAsync(Mutual, TimeSpan.Zero, service: new() { ServiceCertificate = Loopback.ServiceCredentials.ServiceCertificate, ClientCertificateValidation = Nobody })),
        ["ServiceCredentials.KnownClientCertificates"] = new ShownBy(Known, "Client_IsKnownByEachReference_FromEachSource"),
        ["ServiceCredentials.ServiceEncryptionCertificate"] = new ShownBy(Separate, "BothSides_EncryptForOneAndSignWithTheOther"),
        ["KnownClientCertificates.Certificates"] = new ShownBy(Known, "Client_IsKnownByEachReference_FromEachSource"),
        ["KnownClientCertificates.Pairs"] = new ShownBy(Separate, "BothSides_EncryptForOneAndSignWithTheOther"),
        ["KnownClientCertificates.Resolver"] = new ShownBy(Known, "Client_IsKnownByEachReference_FromEachSource"),
        ["KnownClientCertificates.StoreLocation"] = new ShownBy(Known, "Store_ThatThePlatformDoesNotHave_IsRefused"),
        ["KnownClientCertificates.StoreName"] = new ShownBy(Known, "Store_HoldsKnownClients"),
        ["ClientCertificatePair.EncryptionCertificate"] = new ShownBy(Separate, "BothSides_EncryptForOneAndSignWithTheOther"),
        ["ClientCertificatePair.SigningCertificate"] = new ShownBy(Known, "Client_IsKnownByEachReference_FromEachSource"),
        ["ServiceCredentials.OtherServiceCertificates"] = new ShownBy(Rotation, "Certificate_IsAcceptedWhileTheServiceHasIt"),
        ["ServiceCredentials.ServiceCertificate"] = new Shows(
            () => Observation.OutcomeAsync(Anonymous, TimeSpan.Zero),
            () => Observation.OutcomeAsync(Anonymous, TimeSpan.Zero, service: new() { ServiceCertificate = new X509Credential(TestCertificates.Other) })),
        ["ClientCredentials.Windows"] = new ShownBy("SecureConversation.Tests/Negotiation/SpnegoTests.cs", "Binding_CarriesRequestsAndReplies"),
        ["ServiceCredentials.WindowsAuthentication"] = new ShownBy("SecureConversation.Tests/Negotiation/SpnegoTests.cs", "Service_WithAnotherAccount_DoesNotTakeTheKeysOfTheProcess"),
        ["ServiceCredentials.WindowsAuthenticator"] = new ShownBy("SecureConversation.Tests/Negotiation/SpnegoTests.cs", "Authenticator_GivesRoles_AfterTheProof"),
        ["WindowsClientCredential.AllowNtlm"] = new ShownBy("SecureConversation.Tests/Negotiation/SpnegoTests.cs", "Client_AsksForTheIdentity_OrForTheHost_WithOrWithoutNtlm"),
        ["WindowsClientCredential.AllowedImpersonationLevel"] = new ShownBy("SecureConversation.Tests/Credentials/WindowsCredentialTests.cs", "Client_RefusesWhatItCannotAskFor"),
        ["WindowsClientCredential.ClientCredential"] = new ShownBy("SecureConversation.Tests/Negotiation/SpnegoTests.cs", "Binding_CarriesRequestsAndReplies"),
        ["WindowsServiceCredential.AllowAnonymousLogons"] = new ShownBy("SecureConversation.Tests/Credentials/WindowsCredentialTests.cs", "Nobody_IsRefused_UnlessAnonymousLogonsAreAllowed"),
        ["WindowsServiceCredential.Credential"] = new ShownBy("SecureConversation.Tests/Negotiation/SpnegoTests.cs", "Service_WithAnotherAccount_DoesNotTakeTheKeysOfTheProcess"),
        ["WindowsServiceCredential.IncludeWindowsGroups"] = new ShownBy("SecureConversation.Tests/Credentials/WindowsCredentialTests.cs", "Groups_AreClaims_WhereTheyAreAskedFor"),
        ["ServiceCredentials.CertificateAuthenticator"] = new ShownBy(Authenticators, "Certificate_IsJudgedByTheAuthenticatorAfterItsChain"),
        ["ServiceCredentials.UserNameAuthenticator"] = new ShownBy(Authenticators, "UserName_IsJudgedByTheAuthenticator"),
        ["ServiceCredentials.UserNamePasswordValidator"] = new Shows(
            () => Observation.OutcomeAsync(UserName, TimeSpan.Zero),
            () => Observation.OutcomeAsync(UserName, TimeSpan.Zero, service: new()
            {
                ServiceCertificate = Loopback.ServiceCredentials.ServiceCertificate,
                UserNamePasswordValidator = UserNamePasswordValidator.Create((_, _) => false),
            })),

        ["AuthenticationFaultException.Code"] = new ShownBy(Faults, "Code_WithoutANamespaceIsOneOfSoap"),
        ["AuthenticationFaultException.Language"] = new ShownBy(Faults, "Code_WithoutANamespaceIsOneOfSoap"),
        ["AuthenticationFaultException.Subcodes"] = new ShownBy(Faults, "FaultOfAValidator_ReachesTheClientUnsecured"),

        ["CertificateValidationOptions.CustomTrustRoots"] = Validation(new() { CustomTrustRoots = [TestCertificates.Authority] }),
        ["CertificateValidationOptions.CustomValidator"] = new Shows(
            () => Policy(_ => new() { Mode = X509CertificateValidationMode.Custom, RevocationMode = X509RevocationMode.NoCheck, CustomValidator = (_, _) => true }),
            () => Policy(_ => new() { Mode = X509CertificateValidationMode.Custom, RevocationMode = X509RevocationMode.NoCheck, CustomValidator = (_, _) => false })),
        ["CertificateValidationOptions.IntermediateCertificates"] = Validation(new() { IntermediateCertificates = [TestCertificates.Authority] }),
        ["CertificateValidationOptions.Mode"] = new Shows(
            () => Policy(_ => new() { RevocationMode = X509RevocationMode.NoCheck }), () => Policy(_ => new() { Mode = X509CertificateValidationMode.None })),
        ["CertificateValidationOptions.RevocationFlag"] = Validation(new() { RevocationFlag = X509RevocationFlag.EndCertificateOnly }),
        ["CertificateValidationOptions.RevocationMode"] = Validation(new() { RevocationMode = X509RevocationMode.Offline }),
        ["CertificateValidationOptions.TrustedPeople"] = new Shows(
            () => Policy(_ => new() { Mode = X509CertificateValidationMode.PeerTrust }),
            () => Policy(_ => new() { Mode = X509CertificateValidationMode.PeerTrust, TrustedPeople = [TestCertificates.Client] })),
        ["CertificateValidationOptions.TrustedStoreLocation"] = new Shows(() => InStoreAsync(StoreLocation.LocalMachine), () => InStoreAsync(StoreLocation.CurrentUser)),
        ["CertificateValidationOptions.UrlRetrievalTimeout"] = Validation(new() { UrlRetrievalTimeout = TimeSpan.FromSeconds(1) }),
    };

    /// <summary>The table, and the settings of issued tokens.</summary>
    private static readonly Dictionary<string, Proof> Proofs = new(Table.Concat(IssuedTokenSettings.Table));

    public static TheoryData<string> All => [.. Settings.Of(typeof(ClientCredentials).Assembly.GetTypes()
        .Where(t => t.IsVisible && (t.Namespace == typeof(ClientCredentials).Namespace || t == typeof(MessageSecurityClientOptions) || t == typeof(MessageSecurityServiceOptions) || t == typeof(FailureAnswerOptions) || t == typeof(MessageLoggingOptions) || t == typeof(FileMessageLogOptions))))];

    private static SecurityBindingElement Mutual => SecurityBindingElement.CreateMutualCertificateBindingElement();

    private static SecurityBindingElement Anonymous => SecurityBindingElement.CreateAnonymousForCertificateBindingElement();

    private static SecurityBindingElement UserName => SecurityBindingElement.CreateUserNameForCertificateBindingElement();

    private static ManualTimeProvider Tomorrow => new(Observation.Today.UtcNow.AddDays(1));

    private static CertificateValidationOptions Nobody => new() { Mode = X509CertificateValidationMode.PeerTrust, TrustedPeople = { TestCertificates.Authority } };

    [Theory]
    [MemberData(nameof(All))]
    public async Task Setting_Shows(string name) => await Settings.RequireAsync(name, Proofs[name]);

    [Fact]
    public void Table_NamesSettingsOnly() => Assert.Equal(All.Select(row => row.Data), Proofs.Keys.Order(StringComparer.Ordinal));

    private static Shows Service(Func<MessageSecurityServiceOptions, MessageSecurityServiceOptions> change) => new(
        () => ServiceAsync(clock => new() { FailureAnswers = Loopback.AtOnce, TimeProvider = clock }), () => ServiceAsync(clock => change(new() { FailureAnswers = Loopback.AtOnce, TimeProvider = clock })));

    private static Shows Client(Func<ClientCredentials, ClientCredentials> change) => new(
        () => Observation.OutcomeAsync(Mutual, TimeSpan.Zero), () => Observation.OutcomeAsync(Mutual, TimeSpan.Zero, client: change(Loopback.ClientCredentials)));

    /// <summary>What a validator of the application sees of the options.</summary>
    private static Shows Validation(CertificateValidationOptions changed) => new(
        () => Policy(tell => Telling(new(), tell)), () => Policy(tell => Telling(changed, tell)));

    private static CertificateValidationOptions Telling(CertificateValidationOptions options, Action<string> tell) => new()
    {
        Mode = X509CertificateValidationMode.Custom,
        RevocationMode = options.RevocationMode == X509RevocationMode.Online ? X509RevocationMode.NoCheck : options.RevocationMode,
        RevocationFlag = options.RevocationFlag,
        UrlRetrievalTimeout = options.UrlRetrievalTimeout,
        CustomTrustRoots = options.CustomTrustRoots,
        IntermediateCertificates = options.IntermediateCertificates,
        CustomValidator = (_, chain) =>
        {
            var policy = chain!.ChainPolicy;
            tell($"{policy.RevocationMode} {policy.RevocationFlag} {policy.UrlRetrievalTimeout} {policy.ExtraStore.Count} {policy.TrustMode} {policy.CustomTrustStore.Count}");
            return true;
        },
    };

    private static Task<string> Policy(Func<Action<string>, CertificateValidationOptions> options)
    {
        var seen = new StringBuilder();
        var isValid = new CertificateValidator(options(text => seen.Append(text))).Validate(TestCertificates.Client, Observation.Today.UtcNow);
        return Task.FromResult($"{isValid} {seen}");
    }

    /// <summary>Whether somebody whom this user trusts is trusted when that store is asked.</summary>
    private static Task<string> InStoreAsync(StoreLocation location)
    {
        using var somebody = DatedCertificates.SelfSigned("CN=Somebody trusted for a moment");
        using var certificate = X509CertificateLoader.LoadCertificate(somebody.RawData);
        using var store = new X509Store(StoreName.TrustedPeople, StoreLocation.CurrentUser, OpenFlags.ReadWrite);
        store.Add(certificate);
        try
        {
            var validator = new CertificateValidator(new() { Mode = X509CertificateValidationMode.PeerTrust, TrustedStoreLocation = location });
            return Task.FromResult($"{validator.Validate(certificate, DatedCertificates.Now)}");
        }
        finally
        {
            store.Remove(certificate);
        }
    }

    /// <summary>What a client makes of a reply with a header that nobody signed.</summary>
    private static async Task<string> ReplyAsync(MessageSecurityClientOptions options)
    {
        var binding = MessageSecurityBinding.Create(Anonymous);
        var client = new MessageSecurityClient(binding, Loopback.ClientCredentials, options);
        using var service = new MessageSecurityService(binding, Loopback.ServiceCredentials);
        try
        {
            using var request = client.Secure(Loopback.Request(binding.MessageVersion), Loopback.Address);
            using var result = await service.ReceiveAsync(request.Envelope);
            if (result is not ServiceResult.Dispatch dispatch)
            {
                return Observation.Outcome(result);
            }

            var plain = Encoding.UTF8.GetString(Loopback.Reply(binding.MessageVersion)).Replace("</s:Header>", UnsignedHeader + "</s:Header>", StringComparison.Ordinal);
            using var reply = dispatch.Secure(Encoding.UTF8.GetBytes(plain));
            using var verified = request.VerifyReply(reply.Envelope);
            var envelope = Encoding.UTF8.GetString(verified.Envelope.Span);
            return $"{envelope.Contains(UnsignedHeader, StringComparison.Ordinal)} {envelope.StartsWith("<s:Envelope", StringComparison.Ordinal)}";
        }
        catch (SecureConversationException e)
        {
            return $"{e.Code}";
        }
        catch (ArgumentException e)
        {
            return e.Message;
        }
    }

    /// <summary>What a service makes of a session: a request with a header that nobody signed, and five minutes of silence.</summary>
    private static async Task<string> ServiceAsync(Func<TimeProvider, MessageSecurityServiceOptions> options)
    {
        var clock = Observation.Today;
        var text = new StringBuilder();
        using var loopback = new Loopback(MessageSecurityBinding.Create(SecurityBindingElement.CreateSecureConversationBindingElement(Anonymous)), clock, options(clock));
        using var handshake = loopback.Client.StartSession(Loopback.Address);
        using var opened = await loopback.Service.ReceiveAsync(handshake.Envelope);
        text.Append(Observation.Outcome(opened));
        if (opened is ServiceResult.Respond { Code: FailureCode.None } respond)
        {
            using var session = handshake.Complete(respond.Envelope);
            using var request = session.Secure(Loopback.Request(loopback.Binding.MessageVersion, extraHeaders: UnsignedHeader));
            var result = await loopback.Service.ReceiveAsync(request.Envelope);
            text.Append(CultureInfo.InvariantCulture, $", {Observation.Outcome(result)}");

            // A session whose message is in work is not idle.
            result.Dispose();
            clock.Advance(TimeSpan.FromMinutes(5));
            text.Append(CultureInfo.InvariantCulture, $", {loopback.Service.SessionCount} sessions");
            if (result is ServiceResult.Dispatch dispatch)
            {
                await loopback.Service.AbortAsync(dispatch.Session!);
            }
        }

        return text.ToString();
    }

    /// <summary>What was written to a log meanwhile.</summary>
    private static async Task<string> LogAsync(Func<TellingLog, Task<string>> run)
    {
        using var log = new TellingLog();
        await run(log);
        return $"{log}";
    }

    private sealed class TellingLog : ILoggerFactory, ILogger
    {
        private readonly List<string> _entries = [];

        public void Add(string entry) => _entries.Add(entry);

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Add($"event {eventId.Id}");

        public void Dispose()
        {
        }

        public override string ToString() => string.Join(", ", _entries);
    }

    private sealed class SuspiciousCache : IReplayCache
    {
        public ValueTask<ReplayOutcome> TryAddAsync(ReplayEntry entry, CancellationToken cancellationToken) =>
            ValueTask.FromResult(ReplayOutcome.Replayed);
    }

    private sealed class TellingStore(TellingLog log) : ISecuritySessionStore
    {
        public ValueTask<SessionState?> FindAsync(string id, CancellationToken cancellationToken) => ValueTask.FromResult<SessionState?>(null);

        public ValueTask SaveAsync(SessionState state, CancellationToken cancellationToken)
        {
            log.Add("saved");
            return ValueTask.CompletedTask;
        }

        public ValueTask<bool> TryReplaceAsync(SessionState state, long version, CancellationToken cancellationToken) =>
            ValueTask.FromResult(false);

        public ValueTask RemoveAsync(string id, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
