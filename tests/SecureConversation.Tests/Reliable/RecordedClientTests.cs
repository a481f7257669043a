using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Diagnosis;
using SecureConversation.Engine.Handshake;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Trust;
using SecureConversation.Engine.Xml;
using SecureConversation.Testing;
using SecureConversation.Testing.Vectors;
using SecureConversation.Tests.Vectors;

namespace SecureConversation.Tests.Reliable;

/// <summary>The client role in the place of the recorded client: given the recorded replies, it sends what was recorded, message by message.</summary>
public sealed class RecordedClientTests
{
    public static TheoryData<string> All => RecordedConversation.Names;

    [Theory]
    [MemberData(nameof(All))]
    public async Task Client_SendsWhatWasRecorded(string name)
    {
        using var recorded = new RecordedConversation(VectorArchive.Get(name));
        using var replay = new ReliableClientReplay(recorded);
        await replay.RunAsync();
        Assert.Equal(recorded.Messages.Count, replay.Count);
    }
}

internal sealed class ReliableClientReplay : IDisposable
{
    private readonly RecordedConversation _recorded;
    private readonly MessageSecurityBinding _binding;
    private readonly ManualTimeProvider _clock;
    private readonly ScriptedRandom _random = new();
    private readonly ConversationDecoder _judge;
    private readonly ClientSession _session;

    public ReliableClientReplay(RecordedConversation recorded)
    {
        _recorded = recorded;
        var vector = recorded.Vector;
        _binding = VectorBindings.Create(vector);
        _clock = new ManualTimeProvider(vector.Messages[0].Record.Instant);
        _judge = VectorSupport.CreateDecoder(vector);
        var client = new MessageSecurityClient(_binding, new ClientCredentials
        {
            ClientCertificate = new X509Credential(vector.ClientCertificate),
            ServiceCertificate = vector.ServiceCertificate,
            ServiceCertificateValidation = new() { Mode = X509CertificateValidationMode.Custom, CustomValidator = (_, _) => true },
            ServiceIdentity = EndpointIdentity.CreateX509CertificateIdentity(vector.ServiceCertificate),
        }, new MessageSecurityClientOptions(), new EngineEnvironment { Clock = _clock, Random = _random });
        _session = Open(client.Role);
    }

    /// <summary>How many messages of the recording were used.</summary>
    public int Count { get; private set; }

    private RecordedEnvelope Next => _recorded.Messages[Count];

    public async Task RunAsync()
    {
        Prepare();
        await using (var reliable = await _session.OpenReliableSessionAsync(ExchangeAsync, TestContext.Current.CancellationToken))
        {
            while (Next.Record.Kind is VectorMessageKind.ApplicationRequest or VectorMessageKind.OneWay)
            {
                var (request, reply) = (Next, _recorded.Messages[Count + 1]);
                using var answer = await reliable.CallAsync(Without(request), cancellationToken: TestContext.Current.CancellationToken);
                if (request.Record.Kind == VectorMessageKind.OneWay)
                {
                    Assert.Null(answer.Message);
                    continue;
                }

                Assert.Equal(reply.Record.HttpStatus == 500, answer.Message!.IsFault);
                Assert.Equal(MessageContent.Of(reply.Plain, hasSequence: false), MessageContent.Of(answer.Message.Envelope));
            }

            await reliable.CloseAsync(TestContext.Current.CancellationToken);
        }

        using var cancel = _session.StartCancel();
        cancel.Complete(Take(cancel.Envelope));
    }

    public void Dispose()
    {
        _session.Dispose();
        _judge.Dispose();
    }

    private Task<ReliableAnswer> ExchangeAsync(ReadOnlyMemory<byte> plain, CancellationToken cancellationToken)
    {
        _clock.UtcNow = Next.Record.Instant;
        var secured = _session.Secure(plain);
        return Task.FromResult(new ReliableAnswer(secured.VerifyReply(Take(secured.Envelope)), secured));
    }

    /// <summary>Compares a request with the recorded one, whose reply it gives.</summary>
    private byte[] Take(ReadOnlyMemory<byte> wire)
    {
        using var own = _judge.Decode(wire, MessageDirection.ClientToService, _clock.GetUtcNow());
        Assert.True(own.IsVerified, $"{Next.Record.File}: {own.Failure} {own.Detail}");
        Assert.Equal(MessageContent.Of(Next.Plain), MessageContent.Of(own.Message!.Envelope));
        Assert.Equal(Next.Parts, RecordedConversation.Parts(own));
        Count += 2;
        Prepare();
        return _recorded.Messages[Count - 1].Wire;
    }

    /// <summary>Gives the messages that the client makes itself the identifiers of the recording.</summary>
    private void Prepare()
    {
        if (Count == _recorded.Messages.Count || Next.Record.MessageId is not { } id)
        {
            return;
        }

        var octets = RecordedConversation.OctetsOf(id);
        if (Next.Record.Action!.EndsWith("/CreateSequence", StringComparison.Ordinal))
        {
            _random.Next(RecordedConversation.OctetsOf(MessageContent.Find(Next.Plain, "Offer", "Identifier")), octets);
        }
        else if (Next.Record.Kind is VectorMessageKind.ReliableMessaging or VectorMessageKind.CancelRequest)
        {
            _random.Next(octets);
        }
    }

    /// <summary>The request as the application wrote it.</summary>
    private byte[] Without(RecordedEnvelope request)
    {
        using var plain = SoapEnvelope.Parse(request.Plain, SoapNames.Of(_binding.MessageVersion), XmlLimits.Default);
        using var own = Engine.Reliable.ReliableHeaders.Remove(plain, RmNames.Of(_binding.ReliableSession!.ReliableMessagingVersion));
        return own.Span.ToArray();
    }

    /// <summary>The recorded handshake, of which both the client and the judge have the key.</summary>
    private ClientSession Open(ClientRole role)
    {
        foreach (var message in _recorded.Messages.Take(2))
        {
            _judge.Decode(message.Wire, message.Record.Direction == VectorDirection.ClientToService
                ? MessageDirection.ClientToService : MessageDirection.ServiceToClient, message.Record.Instant).Dispose();
        }

        var response = _recorded.Messages[1];
        using var indexed = SoapEnvelope.Parse(response.Plain, SoapNames.Of(_binding.MessageVersion), XmlLimits.Default, indexBody: true);
        var token = RequestSecurityTokenResponse.Read(indexed.Body.FirstChild, role.Messages.Application.Protocol);
        var entropy = _recorded.Knowledge.TrustRequestOf(response.Record.RelatesTo!)!.Entropy;
        Count = 2;
        return new ClientSession(role, ClientIssue.Open(role, token, entropy), new Uri(MessageContent.Find(_recorded.Messages[2].Plain, "Header", "To")));
    }
}
