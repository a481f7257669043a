using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Failures;
using SecureConversation.Testing;
using SecureConversation.Tests.Attacks;
using SecureConversation.Tests.Surface;

namespace SecureConversation.Tests.Roles;

/// <summary>The log of a service says why a message was refused, and whose it was. The wire says nothing of it.</summary>
public sealed partial class RefusalCauseTests : IDisposable
{
    private static readonly MessageOrigin Origin = new() { RemoteAddress = IPAddress.Parse("192.0.2.7"), HasNoAddress = true };

    private readonly ManualTimeProvider _clock = Observation.Today;
    private readonly RecordedLog _log = new();

    public void Dispose() => _log.Dispose();

    /// <summary>Four causes with one fault: an operator has to tell them apart, and nobody else may.</summary>
    [Fact]
    public async Task MessagesOfNoKnownSession_HaveFourCodesAndOneFault()
    {
        var binding = Bindings.Create(Attack.Session);
        using var service = Service(binding);
        var envelopes = new Dictionary<FailureCode, byte[]>
        {
            [FailureCode.UnknownContext] = await AfterARestartAsync(binding),
            [FailureCode.SessionMissing] = new MessageSecurityClient(Bindings.Create("mutualcert//single"), Loopback.ClientCredentials, Client())
                .Secure(Loopback.Request(binding.MessageVersion), Loopback.Address).Envelope.ToArray(),
            [FailureCode.SessionVersionMismatch] = Handshake(Other(binding)),
            [FailureCode.AddressingVersionMismatch] = Handshake(MessageSecurityBinding.Create(binding.Element, MessageVersion.Soap12WSAddressingAugust2004)),
        };
        var faults = new List<string>();
        foreach (var (code, envelope) in envelopes)
        {
            using var result = await service.ReceiveAsync(envelope, Origin);
            var refused = Assert.IsType<ServiceResult.Respond>(result);
            Assert.Equal(code, refused.Code);
            faults.Add(Ids().Replace(Encoding.UTF8.GetString(refused.Envelope.Span), ""));
            var entry = _log.Entries.Last();
            Assert.Equal(1, entry.Id);
            Assert.Contains($"{code}", entry.Text, StringComparison.Ordinal);
            Assert.Contains("192.0.2.7", entry.Text, StringComparison.Ordinal);
            Assert.Contains(FailureText.LinkTo(code), entry.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("(null)", entry.Text, StringComparison.Ordinal);
        }

        Assert.Single(faults.Distinct());
    }

    [Fact]
    public async Task MessageOfAnotherSuite_IsLoggedWithBothUris()
    {
        var text = await RefusedTextAsync("mutualcert//single", element => element with { DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic128Rsa15 });
        Assert.Contains("AlgorithmMismatch", text, StringComparison.Ordinal);
        Assert.Matches(@"Found: http://www\.w3\.org/\S+", text);
        Assert.Matches(@"Expected: http://www\.w3\.org/.* \(Basic\w+\)", text);
        Assert.Contains("action urn:e/Echo", text, StringComparison.Ordinal);
        Assert.Matches("id urn:uuid:", text);
    }

    [Fact]
    public async Task StaleMessage_IsLoggedWithItsTimesAndTheClock()
    {
        var binding = Bindings.Create("mutualcert//single");
        using var service = Service(binding);
        using var request = new MessageSecurityClient(binding, Loopback.ClientCredentials, Client()).Secure(Loopback.Request(binding.MessageVersion), Loopback.Address);
        var sent = _clock.UtcNow;
        _clock.Advance(TimeSpan.FromHours(1));
        using var result = await service.ReceiveAsync(request.Envelope, Origin);
        var text = _log.Entries.Last().Text;
        Assert.Contains($"Created {FailureText.Instant(sent)}, Expires {FailureText.Instant(sent.AddMinutes(5))}", text, StringComparison.Ordinal);
        Assert.Contains($"{FailureText.Instant(_clock.UtcNow)}, with MaxClockSkew 00:05:00", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MessageInASession_IsLoggedWithItsSessionAndClient()
    {
        var binding = Bindings.Create(Attack.Session);
        using var service = Service(binding);
        using var session = await OpenAsync(binding, service);
        using var request = session.Secure(Loopback.Request(binding.MessageVersion));
        using var first = await service.ReceiveAsync(request.Envelope, Origin);
        using var again = await service.ReceiveAsync(request.Envelope, Origin);
        Assert.Equal(FailureCode.Replayed, Assert.IsType<ServiceResult.Respond>(again).Code);
        var text = _log.Entries.Last().Text;
        Assert.Contains($"session {session.Id}", text, StringComparison.Ordinal);
        Assert.Contains(TestCredentials.Client.ClientCertificate!.Certificate.Thumbprint, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UntrustedCertificate_IsLoggedWithTheStatusOfEachElement()
    {
        var binding = Bindings.Create("mutualcert//single");
        var credentials = new ServiceCredentials
        {
            ServiceCertificate = Loopback.ServiceCredentials.ServiceCertificate,
            ClientCertificateValidation = new CertificateValidationOptions { Mode = X509CertificateValidationMode.ChainTrust, RevocationMode = System.Security.Cryptography.X509Certificates.X509RevocationMode.NoCheck },
        };
        using var service = new MessageSecurityService(binding, credentials, Options());
        using var request = new MessageSecurityClient(binding, Loopback.ClientCredentials, Client()).Secure(Loopback.Request(binding.MessageVersion), Loopback.Address);
        using var result = await service.ReceiveAsync(request.Envelope, Origin);
        var text = _log.Entries.Last().Text;
        Assert.Contains("UntrustedCertificate (ClientCertificateValidation)", text, StringComparison.Ordinal);
        Assert.Matches(@"thumbprint [0-9A-F]{40}\), valid from \S+ to \S+: \w*(PartialChain|UntrustedRoot)", text);
        Assert.Contains("ChainTrust", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RefusedUserName_IsLoggedInOneLine()
    {
        var binding = Bindings.Create("username//single");
        var credentials = new ServiceCredentials
        {
            ServiceCertificate = Loopback.ServiceCredentials.ServiceCertificate,
            UserNamePasswordValidator = UserNamePasswordValidator.Create((_, _) => false),
        };
        using var service = new MessageSecurityService(binding, credentials, Options());
        var client = new ClientCredentials
        {
            ServiceCertificate = Loopback.ClientCredentials.ServiceCertificate,
            ServiceIdentity = Loopback.ClientCredentials.ServiceIdentity,
            ServiceCertificateValidation = Loopback.ClientCredentials.ServiceCertificateValidation,
            UserName = new UserNameCredential("eve\u2028" + new string('x', 1000), "secret"),
        };
        using var request = new MessageSecurityClient(binding, client, Client()).Secure(Loopback.Request(binding.MessageVersion), Loopback.Address);
        using var result = await service.ReceiveAsync(request.Envelope, Origin);
        var text = _log.Entries.Last().Text;
        Assert.Contains("client eve?xxx", text, StringComparison.Ordinal);
        Assert.Contains("UserNamePasswordValidator", text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
        Assert.InRange(text.Length, 0, 1000);
    }

    [Fact]
    public async Task CodeOfTheApplicationThatThrows_IsNoDefectOfTheLibrary()
    {
        var binding = Bindings.Create(Attack.Session);
        var thrown = new IOException("no answer");
        var codes = new List<(FailureCode Code, MessageSecurityServiceOptions Options)>
        {
            (FailureCode.StoreUnavailable, Options(store: new ThrowingStore(thrown))),
            (FailureCode.StoreUnavailable, Options(replays: new ThrowingCache(thrown))),
            (FailureCode.ValidatorFailed, Options(filter: AddressFilter.Create((_, _) => throw thrown))),
        };
        foreach (var (code, options) in codes)
        {
            using var service = new MessageSecurityService(binding, Loopback.ServiceCredentials, options);
            var client = new MessageSecurityClient(binding, Loopback.ClientCredentials, Client());
            using var handshake = client.StartSession(Loopback.Address);
            using var result = await service.ReceiveAsync(((HandshakeStep.Send)handshake.Step).Envelope, Origin with { HasNoAddress = false, LocalAddress = Loopback.Address });
            Assert.Equal(code, Assert.IsType<ServiceResult.Respond>(result).Code);
            var entry = _log.Entries.Last(e => e.Level == Microsoft.Extensions.Logging.LogLevel.Error);
            Assert.Same(thrown, entry.Exception);
            Assert.Equal(code == FailureCode.ValidatorFailed ? 35 : 60, entry.Id);
            Assert.Contains("of the application threw an exception", entry.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Client_IsToldWhereTheReasonIs()
    {
        var fault = new SoapFault { Code = "Sender", Subcode = "{urn:x}InvalidSecurity", Reason = "An error occurred when verifying security for the message." };
        var error = new SecureConversationException(fault);
        Assert.EndsWith("The log of the service has the reason.", error.Message, StringComparison.Ordinal);
        Assert.Equal(FailureText.LinkTo(FailureCode.PeerFault), error.HelpLink);
        Assert.DoesNotContain("log of the service", new SecureConversationException(fault with { IsSecured = true }).Message, StringComparison.Ordinal);
    }

    /// <summary>The link is that of the repository.</summary>
    [Fact]
    public void Link_LeadsToThePage()
    {
        var properties = File.ReadAllText(Path.Combine(Architecture.Sources.Root, "Directory.Build.props"));
        var repository = RepositoryUrl().Match(properties).Groups[1].Value;
        Assert.StartsWith($"{repository}/blob/main/docs/failures.md#", FailureText.LinkTo(FailureCode.Stale), StringComparison.Ordinal);
        Assert.Contains($"(#{FailureText.LinkTo(FailureCode.Stale).Split('#')[1]})", File.ReadAllText(Path.Combine(Architecture.Sources.Root, "docs", "failures.md")), StringComparison.Ordinal);
    }

    private MessageSecurityServiceOptions Options(ISecuritySessionStore? store = null, IReplayCache? replays = null, AddressFilter? filter = null) => new()
    {
        TimeProvider = _clock,
        LoggerFactory = _log,
        FailureAnswers = Loopback.AtOnce,
        SessionStore = store,
        EndpointName = store is null ? null : "test",
        ReplayCache = replays,
        AddressFilter = filter ?? AddressFilter.IgnoringHost,
    };

    private MessageSecurityService Service(MessageSecurityBinding binding) => new(binding, Loopback.ServiceCredentials, Options());

    private MessageSecurityClientOptions Client() => new() { TimeProvider = _clock };

    private byte[] Handshake(MessageSecurityBinding binding)
    {
        using var handshake = new MessageSecurityClient(binding, Loopback.ClientCredentials, Client()).StartSession(Loopback.Address);
        return ((HandshakeStep.Send)handshake.Step).Envelope.ToArray();
    }

    private async Task<ClientSession> OpenAsync(MessageSecurityBinding binding, MessageSecurityService service)
    {
        using var handshake = new MessageSecurityClient(binding, Loopback.ClientCredentials, Client()).StartSession(Loopback.Address);
        using var result = await service.ReceiveAsync(((HandshakeStep.Send)handshake.Step).Envelope, Origin);
        return handshake.Complete(Assert.IsType<ServiceResult.Respond>(result).Envelope);
    }

    private async Task<byte[]> AfterARestartAsync(MessageSecurityBinding binding)
    {
        using var before = Service(binding);
        using var session = await OpenAsync(binding, before);
        using var request = session.Secure(Loopback.Request(binding.MessageVersion));
        return request.Envelope.ToArray();
    }

    private async Task<string> RefusedTextAsync(string name, Func<SecurityBindingElement, SecurityBindingElement> change)
    {
        var binding = Bindings.Create(name);
        using var service = Service(binding);
        var other = MessageSecurityBinding.Create(change(binding.Element), binding.MessageVersion);
        using var request = new MessageSecurityClient(other, Loopback.ClientCredentials, Client()).Secure(Loopback.Request(other.MessageVersion), Loopback.Address);
        using var result = await service.ReceiveAsync(request.Envelope, Origin);
        return _log.Entries.Last().Text;
    }

    private static MessageSecurityBinding Other(MessageSecurityBinding binding)
    {
        var version = binding.Element.MessageSecurityVersion.SecureConversationVersion == SecureConversationVersion.February2005
            ? MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10
            : MessageSecurityVersion.WSSecurity11WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11;
        return MessageSecurityBinding.Create(binding.Element with { MessageSecurityVersion = version }, binding.MessageVersion);
    }

    [GeneratedRegex(@"urn:uuid:[0-9a-f-]+|\d{4}-\d\d-\d\dT[\d:.]+Z|<a:RelatesTo.*?</a:RelatesTo>")]
    private static partial Regex Ids();

    [GeneratedRegex("<RepositoryUrl>(.*?)</RepositoryUrl>")]
    private static partial Regex RepositoryUrl();

    private sealed class ThrowingStore(Exception thrown) : ISecuritySessionStore
    {
        public ValueTask<SessionState?> FindAsync(string id, CancellationToken cancellationToken) => throw thrown;

        public ValueTask SaveAsync(SessionState state, CancellationToken cancellationToken) => throw thrown;

        public ValueTask<bool> TryReplaceAsync(SessionState state, long version, CancellationToken cancellationToken) => throw thrown;

        public ValueTask RemoveAsync(string id, CancellationToken cancellationToken) => throw thrown;
    }

    private sealed class ThrowingCache(Exception thrown) : IReplayCache
    {
        public ValueTask<ReplayOutcome> TryAddAsync(ReplayEntry entry, CancellationToken cancellationToken) => throw thrown;
    }
}
