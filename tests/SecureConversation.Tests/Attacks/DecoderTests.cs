using System.Text;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Diagnosis;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Xml;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;
using XmlElement = System.Xml.XmlElement;

namespace SecureConversation.Tests.Attacks;

/// <summary>A recording holds messages of strangers as well. What they send does not touch the sessions of others.</summary>
public sealed class DecoderTests : IDisposable
{
    private readonly Loopback _loopback = new(Bindings.Create("anonymous/server-entropy/session"));
    private readonly ConversationDecoder _decoder;

    public DecoderTests() => _decoder = new ConversationDecoder(
        _loopback.Binding, new ConversationKeys { Service = new X509Credential(TestCertificates.Service) });

    [Fact]
    public async Task IssueRequest_ThatDerivesAKeyFromASession_LeavesTheSession()
    {
        using var session = await OpenAsync();
        using var stranger = _loopback.Client.StartSession(Loopback.Address);
        var forged = Forgery.Load(stranger.Envelope);
        var token = forged.GetElementsByTagName("*").OfType<XmlElement>().Where(e => e.LocalName == "DerivedKeyToken").ElementAt(1);
        Forgery.Child(token, "SecurityTokenReference").InnerXml = $"<o:Reference xmlns:o=\"{Forgery.Wsse}\" URI=\"{session.Id}\"/>";
        using var refused = Decode(Encoding.UTF8.GetBytes(forged.OuterXml));
        Assert.Equal(FailureCode.WrongToken, refused.Failure);
        RequestDecodes(session);
    }

    [Fact]
    public async Task IssueResponse_FromAClient_DoesNotReplaceTheKeyOfASession()
    {
        using var session = await OpenAsync();
        using var response = ResponseOfAClient(session.Id);
        using var refused = Decode(response.Envelope);
        Assert.False(refused.IsVerified);
        RequestDecodes(session);
    }

    public void Dispose()
    {
        _decoder.Dispose();
        _loopback.Dispose();
    }

    private async Task<ClientSession> OpenAsync()
    {
        using var handshake = _loopback.Client.StartSession(Loopback.Address);
        using var asked = Decode(handshake.Envelope);
        using var result = await _loopback.Service.ReceiveAsync(handshake.Envelope);
        var respond = Assert.IsType<ServiceResult.Respond>(result);
        using var answered = Decode(respond.Envelope, MessageDirection.ServiceToClient);
        Assert.Equal((FailureCode.None, FailureCode.None), (asked.Failure, answered.Failure));
        return handshake.Complete(respond.Envelope);
    }

    /// <summary>What only a service may say: that the session has this key. It answers a request of the same stranger.</summary>
    private SecuredRequest ResponseOfAClient(string sessionId)
    {
        using var stranger = _loopback.Client.StartSession(Loopback.Address);
        using var asked = Decode(stranger.Envelope);
        var bootstrap = new EndpointMessages(_loopback.Binding).Bootstrap!;
        var protocol = bootstrap.Protocol;
        var key = Convert.ToBase64String(Enumerable.Repeat((byte)7, 32).ToArray());
        var secret = $"<t:BinarySecret Type=\"{protocol.SymmetricKeySecretType}\">{key}</t:BinarySecret>";
        var response = $"<t:RequestSecurityTokenResponse xmlns:t=\"{protocol.TrustNamespace}\">"
            + $"<t:TokenType>{protocol.SctTokenType}</t:TokenType><t:RequestedSecurityToken>"
            + $"<c:SecurityContextToken xmlns:c=\"{protocol.ScNamespace}\" xmlns:u=\"{Forgery.Wsu}\" u:Id=\"z\">"
            + $"<c:Identifier>{sessionId}</c:Identifier></c:SecurityContextToken></t:RequestedSecurityToken>"
            + $"<t:RequestedProofToken>{secret}</t:RequestedProofToken><t:KeySize>256</t:KeySize></t:RequestSecurityTokenResponse>";
        var messageId = Forgery.Descendant(Forgery.Load(stranger.Envelope).DocumentElement!, "MessageID").InnerText;
        var plain = Loopback.Request(
            _loopback.Binding.MessageVersion, response, protocol.IssueResponseAction, $"<a:RelatesTo>{messageId}</a:RelatesTo>");
        using var envelope = SoapEnvelope.Parse(plain, bootstrap.Soap, new XmlLimits());
        return _loopback.Client.Role.ExchangeWith(Loopback.Address.AbsoluteUri).Secure(envelope, bootstrap.ForHandshake(MessageRole.Request), MessageKind.IssueRequest);
    }

    private void RequestDecodes(ClientSession session)
    {
        using var request = session.Secure(Loopback.Request(_loopback.Binding.MessageVersion));
        using var decoded = Decode(request.Envelope);
        Assert.Equal((FailureCode.None, true), (decoded.Failure, decoded.IsVerified));
    }

    private DecodedMessage Decode(ReadOnlyMemory<byte> wire, MessageDirection direction = MessageDirection.ClientToService) =>
        _decoder.Decode(wire, direction, DateTimeOffset.UtcNow);
}
