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
using SecureConversation.Tests.Vectors;

namespace SecureConversation.Tests.Reliable;

/// <summary>The service role in the place of the recorded service: given the recorded requests, it answers what was recorded, message by message.</summary>
public sealed class RecordedServiceTests
{
    public static TheoryData<string> All => RecordedConversation.Names;

    [Theory]
    [MemberData(nameof(All))]
    public async Task Service_AnswersWhatWasRecorded(string name)
    {
        using var recorded = new RecordedConversation(VectorArchive.Get(name));
        using var replay = new ReliableServiceReplay(recorded);
        for (var i = 0; i < recorded.Messages.Count; i += 2)
        {
            await replay.ReceiveAsync(recorded.Messages[i], recorded.Messages[i + 1]);
        }
    }

    /// <summary>A copy on the way has the security of the first, so it is refused before the sequence sees it; a retransmission has its own.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public async Task Service_RefusesARecordedRequestTwice(string name)
    {
        using var recorded = new RecordedConversation(VectorArchive.Get(name));
        using var replay = new ReliableServiceReplay(recorded);
        for (var i = 0; i < recorded.Messages.Count - 2; i += 2)
        {
            await replay.ReceiveAsync(recorded.Messages[i], recorded.Messages[i + 1]);
            Assert.Equal(FailureCode.Replayed, await replay.RepeatAsync(recorded.Messages[i]));
        }
    }
}

internal sealed class ReliableServiceReplay : IDisposable
{
    private readonly MessageSecurityBinding _binding;
    private readonly ManualTimeProvider _clock;
    private readonly ScriptedRandom _random = new();
    private readonly ConversationDecoder _observer;
    private readonly MessageSecurityService _service;

    public ReliableServiceReplay(RecordedConversation recorded)
    {
        var vector = recorded.Vector;
        _binding = VectorBindings.Create(vector);
        _clock = new ManualTimeProvider(vector.Messages[0].Record.Instant);
        _observer = VectorSupport.CreateDecoder(vector);
        _service = new MessageSecurityService(_binding, new ServiceCredentials
        {
            ServiceCertificate = new X509Credential(vector.ServiceCertificate),
            ClientCertificateValidation = new() { Mode = X509CertificateValidationMode.Custom, CustomValidator = (_, _) => true },
        }, new MessageSecurityServiceOptions { FailureAnswers = new() { Step = TimeSpan.Zero }, EndpointName = "recorded" },
        new EngineEnvironment { Clock = _clock, Random = _random });
    }

    public async Task ReceiveAsync(RecordedEnvelope request, RecordedEnvelope reply)
    {
        _clock.UtcNow = request.Record.Instant;
        Prepare(request, reply);
        _observer.Decode(request.Wire, MessageDirection.ClientToService, request.Record.Instant).Dispose();
        using var result = await _service.ReceiveAsync(request.Wire, TestContext.Current.CancellationToken);
        if (result is ServiceResult.Dispatch dispatch)
        {
            Assert.Equal(MessageContent.Of(request.Plain, hasSequence: false), MessageContent.Of(dispatch.Request.Envelope));
            using var secured = request.Record.Kind == VectorMessageKind.OneWay ? dispatch.Acknowledge()! : dispatch.Secure(Without(reply));
            Compare(reply, secured.Envelope);
            return;
        }

        Assert.NotEqual(VectorMessageKind.ApplicationRequest, request.Record.Kind);
        var respond = Assert.IsType<ServiceResult.Respond>(result);
        Assert.Equal(FailureCode.None, respond.Code);
        Compare(reply, respond.Envelope);
    }

    /// <summary>Why a second copy of a message is refused.</summary>
    public async Task<FailureCode> RepeatAsync(RecordedEnvelope request)
    {
        using var result = await _service.ReceiveAsync(request.Wire, TestContext.Current.CancellationToken);
        return Assert.IsType<ServiceResult.Respond>(result).Code;
    }

    public void Dispose()
    {
        _service.Dispose();
        _observer.Dispose();
    }

    private void Compare(RecordedEnvelope recorded, ReadOnlyMemory<byte> wire)
    {
        using var own = _observer.Decode(wire, MessageDirection.ServiceToClient, _clock.GetUtcNow());
        Assert.True(own.IsVerified, $"{recorded.Record.File}: {own.Failure} {own.Detail}");
        if (recorded.Record.Kind == VectorMessageKind.IssueResponse)
        {
            // Keys are encrypted anew each time.
            return;
        }

        Assert.Equal(recorded.Parts, RecordedConversation.Parts(own));
        Assert.Equal(MessageContent.Of(recorded.Plain), MessageContent.Of(own.Message!.Envelope));
    }

    /// <summary>Gives the service the identifiers and the entropy of the recorded one.</summary>
    private void Prepare(RecordedEnvelope request, RecordedEnvelope reply)
    {
        if (request.Record.Kind == VectorMessageKind.IssueRequest)
        {
            using var indexed = SoapEnvelope.Parse(reply.Plain, SoapNames.Of(_binding.MessageVersion), XmlLimits.Default, indexBody: true);
            var response = RequestSecurityTokenResponse.Read(
                indexed.Body.FirstChild, ProtocolVersion.Of(_binding.Element.MessageSecurityVersion));
            _clock.UtcNow = response.Created ?? _clock.UtcNow;
            _random.Next(
                RecordedConversation.OctetsOf(response.Token!.Identifier), Guid.NewGuid().ToByteArray(), response.Entropy ?? response.ProofKey ?? []);
        }
        else if (reply.Record.Action!.EndsWith("/CreateSequenceResponse", StringComparison.Ordinal))
        {
            _random.Next(RecordedConversation.OctetsOf(MessageContent.Find(reply.Plain, "CreateSequenceResponse", "Identifier")));
        }
    }

    /// <summary>The reply as the application wrote it.</summary>
    private byte[] Without(RecordedEnvelope reply)
    {
        using var plain = SoapEnvelope.Parse(reply.Plain, SoapNames.Of(_binding.MessageVersion), XmlLimits.Default);
        using var own = Engine.Reliable.ReliableHeaders.Remove(plain, RmNames.Of(_binding.ReliableSession!.ReliableMessagingVersion));
        return own.Span.ToArray();
    }
}
