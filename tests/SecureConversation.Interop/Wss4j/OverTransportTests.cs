using SecureConversation.Binding;
using SecureConversation.Interop.Support;
using SecureConversation.Testing;
using SecureConversation.Testing.Peers;

namespace SecureConversation.Interop.Wss4j;

/// <summary>Message credentials over a protected transport: WSS4J verifies what we write, and our service takes what WSS4J writes.</summary>
public sealed class OverTransportTests
{
    private const string To = "{http://www.w3.org/2005/08/addressing}To";
    private const string Timestamp = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd}Timestamp";

    private static readonly MessageSecurityVersion V2007 = MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10;

    [Theory]
    [InlineData("Basic256")]
    [InlineData("Basic256Sha256")]
    [InlineData("TripleDesSha256Rsa15")]
    public async Task CertificateOfWss4j_IsServed(string suite)
    {
        PeerAvailability.Require(Wss4jPeer.MissingReason);
        var binding = Create(SecurityBindingElement.CreateCertificateOverTransportBindingElement(V2007) with { DefaultAlgorithmSuite = SecurityAlgorithmSuite.Parse(suite) });
        await RequireServedAsync(binding, ForeignMessage.Make(
            "x509", ForeignMessage.Envelope(), ForeignMessage.ClientKeys, $"suite={suite}", "noEncrypt=true", "overTransport=true"));
    }

    /// <summary>WCF refuses a signature over more than that, and so do we.</summary>
    [Fact]
    public async Task CertificateOfWss4j_OverAllHeaders_IsRefused()
    {
        PeerAvailability.Require(Wss4jPeer.MissingReason);
        using var loopback = new Loopback(Create(SecurityBindingElement.CreateCertificateOverTransportBindingElement(V2007)));
        var made = ForeignMessage.Make("x509", ForeignMessage.Envelope(), ForeignMessage.ClientKeys, "suite=Basic256", "noEncrypt=true");
        using var result = await loopback.Service.ReceiveAsync(ForeignMessage.BytesOf(made));
        Assert.Equal(FailureCode.UnexpectedElement, Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    [Fact]
    public async Task UserNameOfWss4j_IsServed()
    {
        PeerAvailability.Require(Wss4jPeer.MissingReason);
        await RequireServedAsync(Create(SecurityBindingElement.CreateUserNameOverTransportBindingElement()), ForeignMessage.Make(
            "username", ForeignMessage.Envelope(), PeerKeys.None.WithPassword(TestCredentials.Password), $"user={TestCredentials.UserName}"));
    }

    [Theory]
    [InlineData(false, "Basic256")]
    [InlineData(true, "Basic256")]
    [InlineData(false, "Basic128Sha256")]
    [InlineData(true, "TripleDes")]
    public async Task SessionOfOurs_IsVerified(bool isCertificate, string suite)
    {
        PeerAvailability.Require(Wss4jPeer.MissingReason);
        SecurityBindingElement credential = isCertificate
            ? SecurityBindingElement.CreateCertificateOverTransportBindingElement(V2007)
            : SecurityBindingElement.CreateUserNameOverTransportBindingElement() with { MessageSecurityVersion = V2007 };
        credential = credential with { DefaultAlgorithmSuite = SecurityAlgorithmSuite.Parse(suite), AllowInsecureTransport = true };
        var judge = new PeerJudge();
        foreach (var message in await Conversation.RecordAsync(Create(SecurityBindingElement.CreateSecureConversationBindingElement(credential) with
        {
            MessageSecurityVersion = V2007,
            DefaultAlgorithmSuite = credential.DefaultAlgorithmSuite,
        })))
        {
            var result = judge.Verify(message);
            Assert.Single(result.All("timestamp"));
            string[] signed = message.Leg switch
            {
                Leg.Open => isCertificate ? [Timestamp, To] : [],
                Leg.Request or Leg.Cancel => [Timestamp],
                _ => [],
            };
            Assert.Equal(signed.Order(), result.All("signed").Select(part => part["name"]).Order());
            Assert.Equal(message.Leg == Leg.Open && !isCertificate ? 1 : 0, result.All("username").Count());
        }
    }

    /// <summary>The key that a session without cancel derives for each message.</summary>
    [Fact]
    public async Task DerivedKeyOfOurs_IsVerified()
    {
        PeerAvailability.Require(Wss4jPeer.MissingReason);
        var credential = SecurityBindingElement.CreateUserNameOverTransportBindingElement() with { AllowInsecureTransport = true };
        using var loopback = new Loopback(Create(SecurityBindingElement.CreateSecureConversationBindingElement(credential, requireCancellation: false).SetKeyDerivation(true)));
        using var open = loopback.Client.StartSession(Loopback.Address);
        using var opened = await loopback.Service.ReceiveAsync(open.Envelope);
        var response = Conversation.Accepted<ServiceResult.Respond>(opened).Envelope;
        var judge = new PeerJudge();
        judge.Verify(new WireMessage(Leg.Open, open.Envelope.ToArray()));
        judge.Verify(new WireMessage(Leg.Opened, response.ToArray()));
        using var session = open.Complete(response);
        using var request = session.Secure(Loopback.Request(loopback.Binding.MessageVersion));
        var result = judge.Verify(new WireMessage(Leg.Request, request.Envelope.ToArray()));
        Assert.Equal([Timestamp], result.All("signed").Select(part => part["name"]));
        Assert.Equal("24", result.Single("derivedKey")["length"]);
    }

    private static MessageSecurityBinding Create(SecurityBindingElement element) => MessageSecurityBinding.Create(element with { AllowInsecureTransport = true });

    private static async Task RequireServedAsync(MessageSecurityBinding binding, PeerResult made)
    {
        using var loopback = new Loopback(binding);
        using var result = await loopback.Service.ReceiveAsync(ForeignMessage.BytesOf(made));
        var dispatch = Conversation.Accepted<ServiceResult.Dispatch>(result);
        using var reply = dispatch.Secure(Loopback.Reply(binding.MessageVersion));
        var verified = new PeerJudge().Verify(new WireMessage(Leg.Reply, reply.Envelope.ToArray()));
        Assert.Empty(verified.All("signature"));
        Assert.Single(verified.All("timestamp"));
    }
}
