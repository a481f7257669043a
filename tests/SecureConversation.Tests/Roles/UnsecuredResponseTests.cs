using System.Text;
using Microsoft.Extensions.Logging;
using SecureConversation.Binding;
using SecureConversation.Diagnosis;
using SecureConversation.Testing;

namespace SecureConversation.Tests.Roles;

/// <summary>EnableUnsecuredResponse: replies of the application leave and arrive without security, and nothing else does.</summary>
public sealed class UnsecuredResponseTests
{
    private const int Warning = 53;

    public static TheoryData<string> All => [.. Bindings.Names.Where(name => name.Contains("//", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(All))]
    public async Task Reply_LeavesWithoutSecurityAndIsTakenAsUnsecured(string name)
    {
        using var loopback = new Loopback(Unsecured(Bindings.Create(name)));
        using var session = loopback.Binding.EstablishesSession ? await loopback.OpenAsync() : null;
        using var request = session?.Secure(Plain(loopback)) ?? loopback.Client.Secure(Plain(loopback), Loopback.Address);
        using var result = await loopback.Service.ReceiveAsync(request.Envelope);
        var dispatch = Assert.IsType<ServiceResult.Dispatch>(result);
        Assert.True(dispatch.Request.IsSecured);
        using var reply = dispatch.Secure(Loopback.Reply(loopback.Binding.MessageVersion));
        Assert.DoesNotContain("Security", Encoding.UTF8.GetString(reply.Envelope.Span), StringComparison.Ordinal);

        using var taken = request.VerifyReply(reply.Envelope);
        Assert.False(taken.IsSecured);
        Assert.Equal(dispatch.Request.MessageId, taken.RelatesTo);
        Assert.Equal("urn:e/EchoResponse", taken.Action);
        Assert.Contains("EchoResponse", Encoding.UTF8.GetString(taken.Envelope.Span), StringComparison.Ordinal);
        Assert.Null(taken.SenderCertificate);
        Assert.Null(taken.ContextId);
        Assert.False(taken.Protection.IsSecured);
        Assert.Empty(taken.Protection.Signatures);
        Assert.Empty(taken.Protection.Encryptions);
        if (session is not null)
        {
            // The end of the session is protected.
            using var cancel = session.StartCancel();
            using var ended = await loopback.Service.ReceiveAsync(cancel.Envelope);
            var confirmation = Assert.IsType<ServiceResult.Respond>(ended).Envelope;
            Assert.Contains("Security", Encoding.UTF8.GetString(confirmation.Span), StringComparison.Ordinal);
            cancel.Complete(confirmation);
            Assert.Equal(0, loopback.Service.SessionCount);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Fault_StaysProtected(string name)
    {
        using var loopback = new Loopback(Unsecured(Bindings.Create(name)));
        using var session = loopback.Binding.EstablishesSession ? await loopback.OpenAsync() : null;
        using var request = session?.Secure(Plain(loopback)) ?? loopback.Client.Secure(Plain(loopback), Loopback.Address);
        using var result = await loopback.Service.ReceiveAsync(request.Envelope);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Fault(loopback.Binding.MessageVersion));
        Assert.True(reply.IsFault);
        Assert.Contains("Security", Encoding.UTF8.GetString(reply.Envelope.Span), StringComparison.Ordinal);
        using var verified = request.VerifyReply(reply.Envelope);
        Assert.True(verified.IsSecured);
        Assert.True(verified.ReadFault()!.IsSecured);
    }

    /// <summary>A reply that has a security header is verified as ever: that of a service which does not know the setting.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public async Task SecuredReply_IsVerified(string name)
    {
        var binding = Bindings.Create(name);
        using var loopback = new Loopback(binding);
        var client = new MessageSecurityClient(Unsecured(binding), Loopback.ClientCredentials);
        using var session = binding.EstablishesSession ? await OpenAsync(client, loopback.Service) : null;
        using var request = session?.Secure(Plain(loopback)) ?? client.Secure(Plain(loopback), Loopback.Address);
        using var result = await loopback.Service.ReceiveAsync(request.Envelope);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(binding.MessageVersion));
        using var verified = request.VerifyReply(reply.Envelope);
        Assert.True(verified.IsSecured);
        Assert.True(verified.Protection.IsSecured);
        Assert.NotEmpty(verified.Protection.Signatures);
    }

    [Fact]
    public async Task RenewalAndItsResponse_StayProtected()
    {
        using var loopback = new Loopback(Unsecured(Bindings.Create("mutualcert//session")));
        using var session = await loopback.OpenAsync();
        await ReplyAsync(loopback, session);
        await Renewals.RenewAsync(loopback, session);
        await ReplyAsync(loopback, session);

        static async Task ReplyAsync(Loopback loopback, ClientSession session)
        {
            using var request = session.Secure(Plain(loopback));
            using var result = await loopback.Service.ReceiveAsync(request.Envelope);
            using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(loopback.Binding.MessageVersion));
            using var taken = request.VerifyReply(reply.Envelope);
            Assert.False(taken.IsSecured);
        }
    }

    [Theory]
    [InlineData("mutualcert//single")]
    [InlineData("duplex//single")]
    [InlineData("mutualcert//session")]
    public async Task Conversation_IsDecoded(string name)
    {
        using var loopback = new Loopback(Unsecured(Bindings.Create(name)));
        using var session = loopback.Binding.EstablishesSession ? await loopback.OpenAsync() : null;
        using var decoder = new ConversationDecoder(loopback.Binding, new ConversationKeys { Service = new(TestCertificates.Service), Client = new(TestCertificates.Client) });
        using var request = session?.Secure(Plain(loopback)) ?? loopback.Client.Secure(Plain(loopback), Loopback.Address);
        using var asked = decoder.Decode(request.Envelope, MessageDirection.ClientToService, DateTimeOffset.UtcNow);
        using var result = await loopback.Service.ReceiveAsync(request.Envelope);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(loopback.Binding.MessageVersion));
        using var decoded = decoder.Decode(reply.Envelope, MessageDirection.ServiceToClient, DateTimeOffset.UtcNow);
        Assert.Equal((DecodedKind.Application, FailureCode.None, false), (decoded.Kind, decoded.Failure, decoded.Protection!.IsSecured));
    }

    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 0)]
    public void ClientAndService_WarnOnceWhenTheyAreBuilt(bool isUnsecured, int warnings)
    {
        var binding = Bindings.Create("mutualcert//session");
        binding = isUnsecured ? Unsecured(binding) : binding;
        using var service = new MessageSecurityService(binding, Loopback.ServiceCredentials, new() { LoggerFactory = RecordedLog.Current });
        _ = new MessageSecurityClient(binding, Loopback.ClientCredentials, new() { LoggerFactory = RecordedLog.Current });
        var logged = RecordedLog.Current.Entries.Where(entry => entry.Id == Warning).ToList();
        Assert.Equal(warnings, logged.Count);
        Assert.All(logged, entry => Assert.Equal(LogLevel.Warning, entry.Level));
    }

    [Fact]
    public async Task EnvelopeWithASecurityHeader_IsAMistakeOfTheApplication()
    {
        using var loopback = new Loopback(Unsecured(Bindings.Create("mutualcert//single")));
        using var request = loopback.Client.Secure(Plain(loopback), Loopback.Address);
        using var result = await loopback.Service.ReceiveAsync(request.Envelope);
        var dispatch = Assert.IsType<ServiceResult.Dispatch>(result);
        Assert.Throws<ArgumentException>(() => dispatch.Secure(request.Envelope));
    }

    internal static MessageSecurityBinding Unsecured(MessageSecurityBinding binding) =>
        MessageSecurityBinding.Create(binding.Element with { EnableUnsecuredResponse = true }, binding.MessageVersion, binding.Protection);

    internal static byte[] Fault(MessageVersion version) => TestEnvelope.WithAction(version, "urn:e/Fault",
        "<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason><s:Text xml:lang=\"en\">no</s:Text></s:Reason></s:Fault>");

    private static byte[] Plain(Loopback loopback) => Loopback.Request(loopback.Binding.MessageVersion);

    private static async Task<ClientSession> OpenAsync(MessageSecurityClient client, MessageSecurityService service)
    {
        using var handshake = client.StartSession(Loopback.Address);
        using var result = await service.ReceiveAsync(handshake.Envelope);
        return handshake.Complete(Assert.IsType<ServiceResult.Respond>(result).Envelope);
    }
}
