using System.Text;
using SecureConversation.Binding;
using SecureConversation.Engine.Names;
using SecureConversation.Interop.Support;
using SecureConversation.Testing;
using SecureConversation.Testing.Peers;

namespace SecureConversation.Interop.Wss4j;

/// <summary>Our service and sessions of WSS4J.</summary>
public sealed class ForeignSessionTests
{
    [Theory]
    [InlineData("mutualcert", "Basic256")]
    [InlineData("mutualcert", "TripleDes")]
    [InlineData("mutualcert", "Basic128Sha256Rsa15")]
    [InlineData("mutualcert-2007", "Basic256")]
    [InlineData("mutualcert-2007", "Basic256Sha256")]
    [InlineData("mutualcert-2007", "Basic128")]
    public async Task SessionOpenedByWss4j_IsServedAndCancelled(string bootstrap, string suite)
    {
        PeerAvailability.Require(Wss4jPeer.MissingReason);
        using var loopback = new Loopback(Bindings.Create($"{bootstrap}//session", SecurityAlgorithmSuite.Parse(suite)));
        var session = new ForeignSession(ProtocolVersion.Of(loopback.Binding.Element.MessageSecurityVersion), suite, ServeWith(loopback));

        await session.OpenAsync();
        for (var i = 0; i < 3; i++)
        {
            Assert.Contains("EchoResponse", PeerJudge.PlainOf(await session.CallAsync()).ToString(), StringComparison.Ordinal);
        }

        Assert.Equal(1, loopback.Service.SessionCount);
        await session.CancelAsync();
        Assert.Equal(0, loopback.Service.SessionCount);
    }

    [Theory]
    [InlineData("layout=backward")]
    [InlineData("signatureLength=32")]
    public async Task RequestInAnUnusualForm_IsServed(string option)
    {
        PeerAvailability.Require(Wss4jPeer.MissingReason);
        using var loopback = new Loopback(Bindings.Create("mutualcert-2007/lax/session", SecurityAlgorithmSuite.Basic256));
        var session = new ForeignSession(ProtocolVersion.V13, "Basic256", ServeWith(loopback));
        await session.OpenAsync();

        Assert.Contains("EchoResponse", PeerJudge.PlainOf(await session.CallAsync(option)).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task IndentedRequest_IsServed()
    {
        PeerAvailability.Require(Wss4jPeer.MissingReason);
        using var loopback = new Loopback(Bindings.Create("mutualcert-2007//session", SecurityAlgorithmSuite.Basic256));
        var session = new ForeignSession(ProtocolVersion.V13, "Basic256", ServeWith(loopback));
        await session.OpenAsync();

        using var result = await loopback.Service.ReceiveAsync(ForeignMessage.Indent(session.Request()));
        Conversation.Accepted<ServiceResult.Dispatch>(result);
    }

    /// <summary>WCF finds the session by the token in the header and so do we; a reference by URI alone finds none.</summary>
    [Fact]
    public async Task RequestWithoutTheToken_GetsBadContextToken()
    {
        PeerAvailability.Require(Wss4jPeer.MissingReason);
        using var loopback = new Loopback(Bindings.Create("mutualcert-2007//session", SecurityAlgorithmSuite.Basic256));
        var session = new ForeignSession(ProtocolVersion.V13, "Basic256", ServeWith(loopback));
        await session.OpenAsync();

        using var result = await loopback.Service.ReceiveAsync(session.Request("unattached=true"));

        Assert.Contains("BadContextToken", Encoding.UTF8.GetString(Assert.IsType<ServiceResult.Respond>(result).Envelope.Span), StringComparison.Ordinal);
    }

    /// <summary>The key of a session is the same for both implementations, whoever opened it.</summary>
    [Theory]
    [InlineData("mutualcert//session", "2005")]
    [InlineData("mutualcert-2007//session", "1.3")]
    [InlineData("duplex//session", "2005")]
    [InlineData("username//session", "2005")]
    [InlineData("mutualcert-wss10//session", "2005")]
    public async Task SessionOpenedByOurClient_TakesRequestsOfWss4j(string binding, string conversation)
    {
        PeerAvailability.Require(Wss4jPeer.MissingReason);
        using var loopback = new Loopback(Bindings.Create(binding, SecurityAlgorithmSuite.Basic256));
        var judge = new PeerJudge();
        using var open = loopback.Client.StartSession(Loopback.Address);
        using var opened = await loopback.Service.ReceiveAsync(open.Envelope);
        var response = Conversation.Accepted<ServiceResult.Respond>(opened).Envelope;
        judge.Verify(new WireMessage(Leg.Open, open.Envelope.ToArray()));
        var context = PeerJudge.PlainOf(judge.Verify(new WireMessage(Leg.Opened, response.ToArray()))).Descendants().First(e => e.Name.LocalName == "Identifier").Value;
        using var session = open.Complete(response);
        Assert.Equal(context, session.Id);

        var made = ForeignMessage.Make("sct", ForeignMessage.Envelope(), PeerKeys.None, "suite=Basic256", $"conversation={conversation}",
            "encryptSignature=true", $"context={context}", $"contextSecret={Convert.ToBase64String(judge.SecretOf(context))}");
        using var result = await loopback.Service.ReceiveAsync(ForeignMessage.BytesOf(made));
        using var reply = Conversation.Accepted<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(loopback.Binding.MessageVersion));

        judge.Verify(new WireMessage(Leg.Reply, reply.Envelope.ToArray()), loopback.Binding);
    }

    private static Func<byte[], Task<byte[]>> ServeWith(Loopback loopback) => async message =>
    {
        using var result = await loopback.Service.ReceiveAsync(message);
        if (result is ServiceResult.Respond respond)
        {
            Assert.Equal(FailureCode.None, respond.Code);
            return respond.Envelope.ToArray();
        }

        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(loopback.Binding.MessageVersion));
        return reply.Envelope.ToArray();
    };
}
