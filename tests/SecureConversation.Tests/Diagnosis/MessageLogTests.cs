using System.Net;
using System.Text;
using SecureConversation.Binding;
using SecureConversation.Diagnosis;
using SecureConversation.Engine.Telemetry;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Diagnosis;

/// <summary>What clients and services give to a log of messages.</summary>
public sealed class MessageLogTests : IDisposable
{
    private static readonly MessageLoggingOptions InClear = new() { LogMessagesAtServiceLevel = true, LogMessagesAtTransportLevel = false };

    private readonly KeptMessages _atClient = new();
    private readonly KeptMessages _atService = new();
    private readonly RecordedLog _log = new();

    [Theory]
    [InlineData("username//session")]
    [InlineData("mutualcert-2007/encrypt-first/session")]
    [InlineData("anonymous//single")]
    public async Task Conversation_LoggedByEitherSide_IsDecodedWithTheKeyOfTheService(string binding)
    {
        var names = Bindings.Create(binding);
        await RunAsync(names, _atClient, _atService, new());
        var isSession = names.EstablishesSession;
        DecodedKind[] call = [DecodedKind.Application, DecodedKind.Application];
        DecodedKind[] expected = isSession
            ? [DecodedKind.IssueRequest, DecodedKind.IssueResponse, .. call, DecodedKind.CancelRequest, DecodedKind.CancelResponse]
            : call;
        Assert.Equal(expected, Decode(names, _atClient).Select(d => d.Kind));

        // The service saw a message that was changed on the way, too.
        var seen = Decode(names, _atService);
        Assert.Equal(expected, seen.Where(d => d.Failure == FailureCode.None && d.Kind != DecodedKind.UnsecuredFault).Select(d => d.Kind));
        Assert.Single(seen, d => d.Failure != FailureCode.None);
        Assert.Single(seen, d => d.Kind == DecodedKind.UnsecuredFault);
    }

    [Fact]
    public async Task Message_HasWhatTheServiceKnowsOfIt()
    {
        await RunAsync(Bindings.Create("username//session"), _atClient, _atService, new());
        var session = _atClient.All[^1].SessionId;
        Assert.NotNull(session);
        Assert.All(_atService.All.Where(m => m.Failure == FailureCode.None), m =>
        {
            Assert.Equal("10.1.2.3", m.RemoteAddress);
            Assert.Equal("loopback", m.EndpointName);
            Assert.Equal(m.Envelope.Length, m.Size);
            Assert.Equal(m.Source == MessageLoggingSource.TransportReceive, m.Direction == MessageDirection.ClientToService);
        });
        var refused = Assert.Single(_atService.All, m => m.Failure != FailureCode.None);
        Assert.Equal((FailureCode.Replayed, "urn:e/Echo", session), (refused.Failure, refused.Action, refused.SessionId));
        var fault = _atService.All[_atService.All.ToList().IndexOf(refused) + 1];
        Assert.Equal((MessageLoggingSource.TransportSend, refused.MessageId), (fault.Source, fault.RelatesTo));
        var issued = _atService.All[1];
        Assert.Equal((session, _atService.All[0].MessageId), (issued.SessionId, issued.RelatesTo));
    }

    [Fact]
    public async Task EnvelopesInClear_HoldContentAndNoSecret()
    {
        await RunAsync(Bindings.Create("username//session"), _atClient, _atService, InClear);
        Assert.All(_atClient.All.Concat(_atService.All), m => Assert.False(m.IsOfTransport));
        foreach (var text in new[] { _atClient.Text, _atService.Text })
        {
            Assert.Contains("h&amp;i", text, StringComparison.Ordinal);
            Assert.Contains("EchoResponse", text, StringComparison.Ordinal);
            Assert.Contains("RequestSecurityTokenResponse", text, StringComparison.Ordinal);
            Assert.Contains("Entropy><!-- Removed--></", text, StringComparison.Ordinal);
            Assert.DoesNotContain("BinarySecret", text, StringComparison.Ordinal);
            Assert.DoesNotContain("secret &lt;", text, StringComparison.Ordinal);
        }

        Assert.Contains("<o:Username>alice</o:Username>", _atService.Text, StringComparison.Ordinal);
        Assert.Contains("#PasswordText\"><!-- Removed--></", _atService.Text, StringComparison.Ordinal);
        Assert.Equal(2, _log.Entries.Count(e => e.Id == 70));
    }

    [Fact]
    public async Task IsSecret_TakesOutContentAndAttributesOfTheApplication()
    {
        await RunAsync(Bindings.Create("anonymous//single"), _atClient, _atService, new()
        {
            LogMessagesAtServiceLevel = true,
            LogMessagesAtTransportLevel = false,
            IsSecret = (uri, name) => (uri, name) is ("urn:e", "text"),
        });
        foreach (var log in new[] { _atClient, _atService })
        {
            Assert.Contains("<text card=\"\"><!-- Removed--></text><after/>", log.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("4711", log.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("h&amp;i", log.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task EnvelopeBeyondMaxEnvelopeBytes_IsLeftOutWithAWord()
    {
        await RunAsync(Bindings.Create("anonymous//single"), _atClient, _atService, new() { MaxEnvelopeBytes = 100 });
        Assert.All(_atService.All, m => Assert.True(m.Envelope.IsEmpty == m.Size > 100 && (m.Omitted is not null) == m.Size > 100));
        var left = _atService.All[0];
        Assert.Contains("MaxEnvelopeBytes", left.Omitted!, StringComparison.Ordinal);
        Assert.Equal("urn:e/Echo", left.Action);
        using var decoder = DecoderOf(Bindings.Create("anonymous//single"));
        Assert.Throws<ArgumentException>(() => decoder.Decode(left));
    }

    [Fact]
    public async Task LogThatThrows_FailsNoMessageAndIsLoggedOnce()
    {
        await RunAsync(Bindings.Create("username//session"), new FailingLog(), new FailingLog(), new());
        Assert.Equal(2, _log.Entries.Count(e => e.Id == 71 && e.Exception is InvalidOperationException));
    }

    [Fact]
    public async Task IsSecretThatThrows_FailsNoMessageAndLogsNoEnvelope()
    {
        await RunAsync(Bindings.Create("anonymous//single"), _atClient, _atService,
            new() { LogMessagesAtServiceLevel = true, IsSecret = (_, _) => throw new InvalidOperationException() });
        Assert.Equal(2, _log.Entries.Count(e => e.Id == 71));
        Assert.All(_atService.All, m => Assert.True(m.IsOfTransport));
    }

    [Fact]
    public void Log_ThatWouldGetNothing_IsRefused()
    {
        var e = Assert.Throws<ArgumentException>(() => new MessageSecurityClient(Bindings.Create("anonymous//single"), Loopback.ClientCredentials,
            new MessageSecurityClientOptions { MessageLog = _atClient, MessageLogging = new() { LogMessagesAtTransportLevel = false } }));
        Assert.Contains("LogMessagesAtServiceLevel", e.Message, StringComparison.Ordinal);
    }

    /// <summary>Without a log there is nothing that could copy, and what a log does not want is not copied for it.</summary>
    [Fact]
    public void Message_ThatNobodyLogs_AllocatesNothing()
    {
        Assert.Null(MessageRecorder.Of(null, new(), _log.CreateLogger(""), TimeProvider.System, isService: true, null));
        var recorder = MessageRecorder.Of(_atClient, new(), _log.CreateLogger(""), TimeProvider.System, isService: true, null)!;
        var envelope = Loopback.Request(MessageVersion.Default);
        var before = GC.GetAllocatedBytesForCurrentThread();
        recorder.Write(MessageLoggingSource.ServiceLevelSend, envelope, new MessageFacts { Action = "urn:e" });
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Empty(_atClient.All);
    }

    public void Dispose() => _log.Dispose();

    /// <summary>Opens a session where there is one, calls once, lets one changed message arrive, and ends the session.</summary>
    private async Task RunAsync(MessageSecurityBinding binding, IMessageLog atClient, IMessageLog atService, MessageLoggingOptions logging)
    {
        var client = new MessageSecurityClient(binding, Loopback.ClientCredentials,
            new MessageSecurityClientOptions { MessageLog = atClient, MessageLogging = logging, LoggerFactory = _log });
        using var service = new MessageSecurityService(binding, Loopback.ServiceCredentials, new MessageSecurityServiceOptions
        {
            MessageLog = atService,
            MessageLogging = logging,
            LoggerFactory = _log,
            EndpointName = "loopback",
            FailureAnswers = Loopback.AtOnce,
        });
        var origin = new MessageOrigin { RemoteAddress = IPAddress.Parse("10.1.2.3"), HasNoAddress = true };
        async Task<byte[]> Answer(ReadOnlyMemory<byte> envelope)
        {
            using var result = await service.ReceiveAsync(envelope, origin);
            return Assert.IsType<ServiceResult.Respond>(result).Envelope.ToArray();
        }

        ClientSession? session = null;
        if (binding.EstablishesSession)
        {
            using var handshake = client.StartSession(Loopback.Address);
            session = handshake.Complete(await Answer(handshake.Envelope));
        }

        var plain = Loopback.Request(binding.MessageVersion, "<Echo xmlns=\"urn:e\"><text card=\"4711\">h&amp;i</text><after/></Echo>");
        using var request = session is null ? client.Secure(plain, Loopback.Address) : session.Secure(plain);
        using (var result = await service.ReceiveAsync(request.Envelope, origin))
        {
            using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(binding.MessageVersion));
            using var verified = request.VerifyReply(reply.Envelope);
        }

        await Answer(Changed(request.Envelope));
        if (session is not null)
        {
            using var cancel = session.StartCancel();
            cancel.Complete(await Answer(cancel.Envelope));
            session.Dispose();
        }
    }

    private static byte[] Changed(ReadOnlyMemory<byte> envelope)
    {
        var text = Encoding.UTF8.GetString(envelope.Span);
        return Encoding.UTF8.GetBytes(text.Replace("//localhost/echo", "//localhost/ech0", StringComparison.Ordinal));
    }

    private static ConversationDecoder DecoderOf(MessageSecurityBinding binding) =>
        new(binding, new ConversationKeys { Service = Loopback.ServiceCredentials.ServiceCertificate! });

    private static List<(DecodedKind Kind, FailureCode Failure)> Decode(MessageSecurityBinding binding, KeptMessages log)
    {
        using var decoder = DecoderOf(binding);
        var all = new List<(DecodedKind, FailureCode)>();
        foreach (var message in log.All)
        {
            using var decoded = decoder.Decode(message);
            all.Add((decoded.Kind, decoded.Failure));
        }

        return all;
    }

    private sealed class FailingLog : IMessageLog
    {
        public void Write(LoggedMessage message) => throw new InvalidOperationException();
    }
}
