using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Diagnosis;
using SecureConversation.Engine.Handshake;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Trust;
using SecureConversation.Engine.Xml;
using SecureConversation.Testing;
using SecureConversation.Testing.Vectors;

namespace SecureConversation.Tests.Vectors;

/// <summary>
/// The real client role in the place of the recorded one: it accepts and refuses the recorded replies, and protects the
/// recorded requests, with the recorded session keys, so that they verify and cover the recorded parts.
/// </summary>
public sealed class VectorClientTests(ITestOutputHelper output)
{
    public static TheoryData<string> All => VectorNames.All;

    [Theory]
    [MemberData(nameof(All))]
    public void Client_AcceptsAndSendsAsRecorded(string name)
    {
        var vector = VectorArchive.Get(name);
        using var replay = new ClientReplay(vector);
        var failures = new List<string>();
        foreach (var message in vector.Messages)
        {
            replay.Next(message, failures);
        }

        failures.ForEach(output.WriteLine);
        Assert.Empty(failures);
    }
}

/// <summary>A client of ours that is given the recorded replies, an observer that follows the recording, and a judge of what the client sends.</summary>
internal sealed class ClientReplay : IDisposable
{
    private readonly Vector _vector;
    private readonly MessageSecurityBinding _binding;
    private readonly ManualTimeProvider _clock;
    private readonly ConversationDecoder _observer;
    private readonly ConversationDecoder _judge;
    private readonly Queue<VectorEvent> _events;
    private readonly ClientCredentials _credentials;
    private readonly MessageSecurityClient _client;
    private readonly EngineEnvironment _environment;
    private readonly Dictionary<string, ClientSession> _sessions = [];

    public ClientReplay(Vector vector)
    {
        _vector = vector;
        // Where the two sides were configured differently, the client judges by its own settings.
        _binding = vector.File.ClientBinding is { } own ? VectorBindings.Create(own) : VectorBindings.Create(vector);
        _clock = new ManualTimeProvider(vector.Messages[0].Record.Instant);
        _observer = VectorSupport.CreateDecoder(vector);
        _judge = VectorSupport.CreateDecoder(vector);
        _events = new Queue<VectorEvent>(vector.File.Events);
        _environment = new EngineEnvironment { Clock = _clock };
        var everything = new CertificateValidationOptions { Mode = X509CertificateValidationMode.Custom, CustomValidator = (_, _) => true };
        _credentials = new ClientCredentials
        {
            ClientCertificate = new X509Credential(vector.ClientCertificate),
            ServiceCertificate = vector.ServiceCertificate,
            ServiceCertificateValidation = everything,
            ServiceIdentity = EndpointIdentity.CreateX509CertificateIdentity(vector.ServiceCertificate),
            UserName = vector.File.Credentials is { } user ? new UserNameCredential(user.UserName, user.Password) : null,
        };
        _client = new MessageSecurityClient(_binding, _credentials, new MessageSecurityClientOptions(), _environment);
    }

    public void Next(VectorMessage message, List<string> failures)
    {
        _clock.UtcNow = message.Record.Instant;
        while (_events.TryPeek(out var next) && next.Instant <= message.Record.Instant)
        {
            var settings = VectorBindings.Apply(_binding.Element.LocalServiceSettings, _events.Dequeue().Settings);
            _observer.ServiceRestarted(settings);
            _judge.ServiceRestarted(settings);
        }

        var bytes = message.ReadBytes();
        if (!message.IsFromClient)
        {
            CheckReply(message, bytes, failures);
        }

        var direction = message.IsFromClient ? MessageDirection.ClientToService : MessageDirection.ServiceToClient;
        using var decoded = _observer.Decode(bytes, direction, message.Record.Instant, message.ContentType);
        using var judged = _judge.Decode(bytes, direction, message.Record.Instant, message.ContentType);
        if (!decoded.IsVerified || message.Record.Expect is not VectorExpectation.Verified || _vector.File.ClientBinding is not null)
        {
            return;
        }

        if (decoded.Kind == DecodedKind.IssueResponse)
        {
            OpenSession(decoded, message);
        }
        else if (decoded.Kind == DecodedKind.RenewRequest)
        {
            CheckOwnRenewal(message, decoded, failures);
        }
        else if (decoded.Kind == DecodedKind.RenewResponse)
        {
            var (context, _) = ReadContext(decoded, message);
            var session = _sessions[context.Key.Context.Identifier];
            session.Switch(context, session.Keys.Current);
        }
        else if (message.IsFromClient && decoded.Kind == DecodedKind.Application)
        {
            CheckOwnRequest(message, decoded, failures);
        }
    }

    public void Dispose()
    {
        foreach (var session in _sessions.Values)
        {
            session.Dispose();
        }

        _observer.Dispose();
        _judge.Dispose();
    }

    private void CheckReply(VectorMessage message, byte[] bytes, List<string> failures)
    {
        var outcome = Receive(message, bytes);
        switch (message.Record.Expect)
        {
            case VectorExpectation.Verified when outcome is not null:
                failures.Add($"{message.Record.File}: refused, {outcome.Code} {outcome.Message}");
                break;
            case VectorExpectation.Unsecured when outcome?.Fault is not { IsSecured: false }:
                failures.Add($"{message.Record.File}: not reported as an unsecured fault, {outcome?.Code}");
                break;
            case VectorExpectation.Rejected { By: VectorParty.Client } rejected when outcome is null || !rejected.Accepts(VectorWords.Of(outcome.Code)):
                failures.Add($"{message.Record.File}: expected {rejected.Word} [{string.Join(',', rejected.AlsoAcceptable)}], got {outcome?.Code}");
                break;
        }
    }

    private SecureConversationException? Receive(VectorMessage message, byte[] bytes)
    {
        var relatesTo = RelatesToAsSent(message);
        var knowledge = _observer.Knowledge;
        var known = knowledge.FindRequest(relatesTo);
        var kind = known?.Kind ?? MessageKind.Application;
        var messages = _client.Role.Messages.FormatsOf(kind);
        var request = knowledge.LastRequestKey(relatesTo);
        var expectation = new ReplyExpectation
        {
            MessageId = relatesTo,
            IsReliable = _vector.Name.Contains("-rm", StringComparison.Ordinal),
            Signatures = known?.Signatures ?? [],
            Key = request?.Key,
            EncryptedKeySha1 = request?.Sha1 ?? [],
            Own = _credentials.ClientCertificate,
            Peers = [_credentials.ServiceCertificate!],
        };
        KeySource keys = _binding.EstablishesSession && kind is not (MessageKind.IssueRequest or MessageKind.RenewRequest) ? new RecordedContexts(knowledge) : new ReplyKeySource(expectation);
        try
        {
            using var verified = new ReplyReceiver(messages, _environment, keys, expectation, kind, _client.Role.Replays).Verify(bytes);
            return null;
        }
        catch (SecureConversationException e)
        {
            return e;
        }
    }

    /// <summary>The request that a reply was made for, also where somebody altered its relation on the way.</summary>
    private string? RelatesToAsSent(VectorMessage reply)
    {
        using var envelope = SoapEnvelope.Parse(reply.ReadBytesAsSent(), SoapNames.Of(_binding.MessageVersion), XmlLimits.Default);
        return envelope.FindText(envelope.Names.RelatesTo);
    }

    private void OpenSession(DecodedMessage decoded, VectorMessage message)
    {
        var (context, identifier) = ReadContext(decoded, message);
        _sessions[identifier] = new ClientSession(_client.Role, context, new Uri("http://localhost/"));
    }

    private (IssuedContext Context, string Identifier) ReadContext(DecodedMessage decoded, VectorMessage message)
    {
        using var indexed = SoapEnvelope.Parse(decoded.Plaintext, SoapNames.Of(_binding.MessageVersion), XmlLimits.Default, indexBody: true);
        var response = RequestSecurityTokenResponse.Read(indexed.Body.FirstChild, _client.Role.Messages.Application.Protocol);
        var entropy = _observer.Knowledge.TrustRequestOf(message.Record.RelatesTo!)!.Entropy;
        return (ClientIssue.Open(_client.Role, response, entropy), response.Token!.Identifier);
    }

    /// <summary>Our renewal of the same session must verify, and be endorsed and protected like the recorded one.</summary>
    private void CheckOwnRenewal(VectorMessage message, DecodedMessage recorded, List<string> failures)
    {
        using var handshake = _sessions[recorded.ContextId!].StartRenewal();
        using var own = _judge.Decode(((HandshakeStep.Send)handshake.Step).Envelope, MessageDirection.ClientToService, _clock.GetUtcNow());
        Compare(message, recorded, own, failures);
        if (own.IsVerified && (own.ContextId, own.ContextInstance) != (recorded.ContextId, recorded.ContextInstance))
        {
            failures.Add($"{message.Record.File}: our renewal is endorsed by {own.ContextId} {own.ContextInstance}");
        }
    }

    /// <summary>What we make of the recorded plain request must verify and be protected like the recorded one.</summary>
    private void CheckOwnRequest(VectorMessage message, DecodedMessage recorded, List<string> failures)
    {
        var plain = recorded.Message!.Envelope;
        using var request = recorded.ContextId is { } context ? _sessions[context].Secure(plain) : _client.Secure(plain);
        using var own = _judge.Decode(request.Envelope, MessageDirection.ClientToService, _clock.GetUtcNow());
        Compare(message, recorded, own, failures);
    }

    private static void Compare(VectorMessage message, DecodedMessage recorded, DecodedMessage own, List<string> failures)
    {
        if (!own.IsVerified)
        {
            failures.Add($"{message.Record.File}: our request does not verify, {own.Failure} {own.Detail}");
            return;
        }

        Compare("signed", recorded.Protection!.SignedParts, own.Protection!.SignedParts);
        Compare("encrypted", recorded.Protection!.EncryptedParts, own.Protection!.EncryptedParts);

        void Compare(string what, IEnumerable<string> expected, IEnumerable<string> actual)
        {
            var (e, a) = (string.Join(' ', expected.Order()), string.Join(' ', actual.Order()));
            if (e != a)
            {
                failures.Add($"{message.Record.File}: our {what} parts{Environment.NewLine}  expected {e}{Environment.NewLine}  actual   {a}");
            }
        }
    }

    /// <summary>Every context of the recording, in the place of the one that a session of ours has.</summary>
    private sealed class RecordedContexts(DecoderKnowledge knowledge) : KeySource
    {
        public override SecurityContextKey? FindContext(string identifier, string? instance) => knowledge.FindContext(identifier, instance);
    }
}
