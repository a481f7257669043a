using System.Text;
using System.Text.RegularExpressions;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Diagnosis;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Trust;
using SecureConversation.Engine.Xml;
using SecureConversation.Testing;
using SecureConversation.Testing.Vectors;
using SecureConversation.Tests.Reliable;

namespace SecureConversation.Tests.Vectors;

/// <summary>
/// The real service role is given what the recorded clients sent, with the recorded context identifiers, entropy and
/// clock. It accepts, refuses and answers as recorded, and what it answers verifies.
/// </summary>
public sealed class VectorServiceTests(ITestOutputHelper output)
{
    public static TheoryData<string> All => VectorNames.All;

    [Theory]
    [MemberData(nameof(All))]
    public async Task Service_AnswersAsRecorded(string name)
    {
        var vector = VectorArchive.Get(name);
        using var replay = new ServiceReplay(vector);
        var failures = new List<string>();
        for (var i = 0; i < vector.Messages.Count; i++)
        {
            replay.ApplyEvents(vector.Messages[i].Record.Instant);
            if (vector.Messages[i].IsFromClient)
            {
                await replay.ReceiveAsync(i, failures);
            }
        }

        failures.ForEach(output.WriteLine);
        Assert.Empty(failures);
    }
}

/// <summary>A service of ours in the place of the recorded one, and an observer that follows the client and us.</summary>
internal sealed class ServiceReplay : IDisposable
{
    private const string Prefix = "urn:uuid:";

    private readonly Vector _vector;
    private readonly MessageSecurityBinding _binding;
    private readonly ManualTimeProvider _clock;
    private readonly ScriptedRandom _random = new();
    private readonly ConversationDecoder _observer;
    private readonly Queue<VectorEvent> _events;
    private readonly Dictionary<string, RecordedContext> _contexts;
    private readonly RecordedCookies _cookies = new();
    private MessageSecurityService _service;

    public ServiceReplay(Vector vector)
    {
        _vector = vector;
        _binding = VectorBindings.Create(vector);
        _clock = new ManualTimeProvider(vector.Messages[0].Record.Instant);
        _observer = VectorSupport.CreateDecoder(vector);
        _events = new Queue<VectorEvent>(vector.File.Events);
        _contexts = RecordedContexts(vector);
        _service = CreateService(_binding);
    }

    public void ApplyEvents(DateTimeOffset now)
    {
        _clock.UtcNow = now;
        while (_events.TryPeek(out var next) && next.Instant <= now)
        {
            var settings = VectorBindings.Apply(_binding.Element.LocalServiceSettings, _events.Dequeue().Settings);
            _service.Dispose();
            _service = CreateService(MessageSecurityBinding.Create(_binding.Element with { LocalServiceSettings = settings }, _binding.MessageVersion, _binding.Protection, _binding.ReliableSession));
            _observer.ServiceRestarted(settings);
        }
    }

    public async Task ReceiveAsync(int index, List<string> failures)
    {
        var message = _vector.Messages[index];
        if (message.ContentType is { } type && !_binding.MessageVersion.IsMediaTypeOf(type))
        {
            return;
        }

        if (message.Record.MessageId is { } id && _contexts.TryGetValue(id, out var context) && IsOfOurMaking(context.Identifier))
        {
            _cookies.Next(context.Cookie);

            // The recorded service took its time over some handshakes; the lifetime of the key begins where it made the key.
            _clock.UtcNow = context.Created ?? _clock.UtcNow;
            _random.Next(Guid.Parse((context.Instance ?? context.Identifier)[Prefix.Length..]).ToByteArray(bigEndian: true), Guid.NewGuid().ToByteArray(), context.ServerEntropy);
        }

        if (_vector.Messages.ElementAtOrDefault(index + 1) is { Record.Action: { } next } reply && next.EndsWith("/CreateSequenceResponse", StringComparison.Ordinal))
        {
            _random.Next(RecordedConversation.OctetsOf(MessageContent.Find(reply.ReadBytes(), "CreateSequenceResponse", "Identifier")));
        }

        var bytes = message.ReadBytes();
        using var decoded = _observer.Decode(bytes, MessageDirection.ClientToService, message.Record.Instant);
        if (message.Record.Kind is VectorMessageKind.ApplicationRequest or VectorMessageKind.OneWay && !_contexts.Values.All(c => IsOfOurMaking(c.Identifier)))
        {
            // The session of CXF's service has an identifier that ours never gives, so ours has another one.
            return;
        }

        using var result = await _service.ReceiveAsync(bytes);
        switch (message.Record.Expect)
        {
            case VectorExpectation.Verified:
                CheckAccepted(message, index, result, failures);
                break;
            case VectorExpectation.Rejected rejected when rejected.By == VectorParty.Service:
                CheckRefused(message, rejected, result, failures);
                break;
        }
    }

    public void Dispose()
    {
        _service.Dispose();
        _observer.Dispose();
    }

    private static bool IsOfOurMaking(string contextId) => contextId.StartsWith(Prefix, StringComparison.Ordinal);

    private void CheckAccepted(VectorMessage message, int index, ServiceResult result, List<string> failures)
    {
        switch (result)
        {
            case ServiceResult.Respond { Code: not FailureCode.None } refused:
                failures.Add($"{message.Record.File} ({message.Record.Kind}): refused, {refused.Code}");
                break;
            case ServiceResult.Respond respond:
                CheckOwnOutput(message, respond.Envelope, null, failures);
                break;
            case ServiceResult.Dispatch dispatch when FindReply(index) is { } reply:
                var plain = PlainReply(reply);
                using (var secured = dispatch.Secure(plain))
                {
                    CheckOwnOutput(message, secured.Envelope, reply, failures);
                }

                break;
        }
    }

    /// <summary>What we answer must verify for an observer, protect the recorded parts and say what was recorded.</summary>
    private void CheckOwnOutput(VectorMessage request, ReadOnlyMemory<byte> envelope, VectorMessage? recorded, List<string> failures)
    {
        using var decoded = _observer.Decode(envelope, MessageDirection.ServiceToClient, _clock.GetUtcNow());
        if (!decoded.IsVerified)
        {
            failures.Add($"{request.Record.File}: our reply does not verify, {decoded.Failure} {decoded.Detail}");
            return;
        }

        if (recorded is not null)
        {
            var (expected, actual) = (string.Join(' ', recorded.Record.SignedParts.Order()), string.Join(' ', decoded.Protection!.SignedParts.Order()));
            if (expected != actual)
            {
                failures.Add($"{recorded.Record.File}: our signed parts{Environment.NewLine}  expected {expected}{Environment.NewLine}  actual   {actual}");
            }

            (expected, actual) = (string.Join(' ', recorded.Record.EncryptedParts.Order()), string.Join(' ', decoded.Protection!.EncryptedParts.Order()));
            if (expected != actual)
            {
                failures.Add($"{recorded.Record.File}: our encrypted parts{Environment.NewLine}  expected {expected}{Environment.NewLine}  actual   {actual}");
            }
        }
    }

    private void CheckRefused(VectorMessage message, VectorExpectation.Rejected rejected, ServiceResult result, List<string> failures)
    {
        if (result is not ServiceResult.Respond { Code: not FailureCode.None } respond)
        {
            failures.Add($"{message.Record.File}: accepted, expected {rejected.Word}");
            return;
        }

        if (!rejected.Accepts(VectorWords.Of(respond.Code)))
        {
            failures.Add($"{message.Record.File}: expected {rejected.Word} [{string.Join(',', rejected.AlsoAcceptable)}], got {respond.Code}");
        }

        // What we find malformed before there is a SOAP message to answer gets no SOAP fault.
        if (rejected.WireFault is not { } fault || (respond.StatusCode == 400 && rejected.AlsoAcceptable.Contains(RejectionWord.Malformed)))
        {
            return;
        }

        if (fault.HttpStatus != respond.StatusCode)
        {
            failures.Add($"{message.Record.File}: expected status {fault.HttpStatus}, got {respond.StatusCode}");
        }

        if (!fault.Secured)
        {
            CheckFault(message, fault, respond.Envelope, failures);
        }
    }

    private void CheckFault(VectorMessage message, VectorWireFault expected, ReadOnlyMemory<byte> envelope, List<string> failures)
    {
        using var parsed = SoapEnvelope.Parse(envelope, SoapNames.Of(_binding.MessageVersion), XmlLimits.Default, indexBody: true);
        var actual = FaultReader.Read(parsed, isSecured: false)!;
        var code = expected.Code[(expected.Code.IndexOf('}', StringComparison.Ordinal) + 1)..];
        if (code != actual.Code || (expected.Subcode != actual.Subcode)
            || parsed.FindText(parsed.Names.Action) != expected.Action
            || (actual.Is("InvalidSecurity", Ns.Wsse) || actual.Is("FailedAuthentication", Ns.Wsse)) && actual.Reason != expected.Reason)
        {
            failures.Add($"{message.Record.File}: fault{Environment.NewLine}  expected {expected}{Environment.NewLine}  actual   {actual}");
        }
    }

    private VectorMessage? FindReply(int index)
    {
        var id = _vector.Messages[index].Record.MessageId;
        return id is null ? null : _vector.Messages.Skip(index + 1).FirstOrDefault(m =>
            !m.IsFromClient && m.Record.RelatesTo == id && m.Record.Expect is VectorExpectation.Verified && m.Record.Tampering is null);
    }

    /// <summary>The recorded reply as an application would have written it.</summary>
    private byte[] PlainReply(VectorMessage reply)
    {
        using var envelope = SoapEnvelope.Parse(reply.ReadPlain() ?? reply.ReadBytes(), SoapNames.Of(_binding.MessageVersion), XmlLimits.Default);
        var security = envelope.FindSecurity();
        // The header blocks of a reliable session are not the application's.
        var own = _binding.ReliableSession is { } reliable ? RmNames.Of(reliable.ReliableMessagingVersion).Headers : [];
        using var plain = PlainEnvelope.Write(envelope, envelope.Headers.FindIndex(block => block.Element == security),
            i => !Array.Exists(own, envelope.Headers[i].Element.Is));
        return plain.Span.ToArray();
    }

    private MessageSecurityService CreateService(MessageSecurityBinding binding) => new(binding, new ServiceCredentials
    {
        ServiceCertificate = new X509Credential(_vector.ServiceCertificate),
        ClientCertificateValidation = new CertificateValidationOptions
        {
            Mode = X509CertificateValidationMode.Custom,
            CustomValidator = (certificate, _) => certificate.RawDataMemory.Span.SequenceEqual(_vector.ClientCertificate.RawDataMemory.Span),
        },
        UserNamePasswordValidator = UserNamePasswordValidator.Create((user, password) => VectorSupport.IsKnownUser(_vector, user, password)),
    }, new MessageSecurityServiceOptions
    {
        FailureAnswers = new() { Step = TimeSpan.Zero },
        SessionIdleTimeout = _vector.File.Binding.ReceiveTimeout ?? TimeSpan.FromMinutes(10),
        EndpointName = "recorded",
        SecurityStateEncoder = _cookies,
        // A service that was restarted is another process, and has forgotten.
        ReplayCache = new InMemoryReplayCache(binding.Element.LocalServiceSettings.ReplayCacheSize, _clock),
    },
    new EngineEnvironment { Clock = _clock, Random = _random });

    /// <summary>Which context each recorded request for a key was answered by, and the service's part of the key.</summary>
    private static Dictionary<string, RecordedContext> RecordedContexts(Vector vector)
    {
        var contexts = new Dictionary<string, RecordedContext>();
        using var decoder = VectorSupport.CreateDecoder(vector);
        foreach (var message in vector.Messages)
        {
            using var decoded = decoder.Decode(message.ReadBytes(), message.IsFromClient ? MessageDirection.ClientToService : MessageDirection.ServiceToClient, message.Record.Instant);
            if (decoded is not { Kind: DecodedKind.IssueResponse or DecodedKind.RenewResponse, IsVerified: true })
            {
                continue;
            }

            var binding = VectorBindings.Create(vector.File.Binding);
            using var indexed = SoapEnvelope.Parse(decoded.Plaintext, SoapNames.Of(binding.MessageVersion), XmlLimits.Default, indexBody: true);
            var response = RequestSecurityTokenResponse.Read(indexed.Body.FirstChild, ProtocolVersion.Of(binding.Element.MessageSecurityVersion));
            var cookie = Regex.Match(Encoding.UTF8.GetString(response.TokenXml), "Cookie[^>]*>([^<]+)<").Groups[1].Value;
            contexts[message.Record.RelatesTo!] = new RecordedContext(
                response.Token!.Identifier, response.Token.Instance, response.Entropy ?? response.ProofKey ?? [], Convert.FromBase64String(cookie), response.Created);
        }

        return contexts;
    }
}

/// <param name="Identifier">Identifier of the security context.</param>
/// <param name="Instance">The instance of its key; null before a renewal.</param>
/// <param name="ServerEntropy">What the recorded service contributed to its key.</param>
/// <param name="Cookie">The state of the session, which only the recorded service can read; empty where it kept the session.</param>
/// <param name="Created">When the recorded service made the key, by its clock.</param>
internal sealed record RecordedContext(string Identifier, string? Instance, byte[] ServerEntropy, byte[] Cookie, DateTimeOffset? Created);

/// <summary>
/// Hands out the recorded cookies in place of our own, and knows what of ours each stands for: the recorded clients send them back. It is
/// the key ring of the service, so it outlives a restart.
/// </summary>
internal sealed class RecordedCookies : ISecurityStateEncoder
{
    private readonly List<(byte[] Cookie, byte[] State)> _known = [];
    private byte[] _next = [];

    public void Next(byte[] cookie) => _next = cookie;

    public byte[] Encode(ReadOnlySpan<byte> state)
    {
        Assert.NotEmpty(_next);
        _known.Add((_next, state.ToArray()));
        return _next;
    }

    public byte[]? Decode(ReadOnlySpan<byte> encoded)
    {
        foreach (var (cookie, state) in _known)
        {
            if (encoded.SequenceEqual(cookie))
            {
                return [.. state];
            }
        }

        return null;
    }
}
