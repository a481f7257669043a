using System.Net.Security;
using System.Text;
using SecureConversation.Binding;
using SecureConversation.Engine.Names;
using SecureConversation.Interop.Support;
using SecureConversation.Testing.Peers;

namespace SecureConversation.Interop.Content;

/// <summary>Whatever XML an application sends, the receiver gets the same information, and our service and WSS4J verify it.</summary>
public sealed class ContentTests
{
    private static readonly string[] BindingNames =
        ["mutualcert//single", "mutualcert-2007//session", "anonymous/sign-first/session", "mutualcert/encrypt-first/single", "duplex//single"];

    // Where encryption comes first, text without an element is refused: see EncryptBeforeSignTests.
    private const string TextAlone = "text alone";
    private const string EncryptFirst = "mutualcert/encrypt-first/single";

    public static TheoryData<string, string> AllContent =>
        [.. Cross(BindingNames).Where(row => row.Data != (TextAlone, EncryptFirst))];

    public static TheoryData<string, string> AllContentInTwoBindings => Cross(BindingNames[3..]);

    [Theory]
    [MemberData(nameof(AllContent))]
    public async Task Content_ArrivesEncrypted(string content, string binding) => await ExchangeAsync(content, Bindings.Create(binding));

    [Theory]
    [MemberData(nameof(AllContentInTwoBindings))]
    public async Task Content_ArrivesSignedOnly(string content, string binding) =>
        await ExchangeAsync(content, Bindings.Create(binding, protection: ChannelProtectionRequirements.Default.WithDefault(ProtectionLevel.Sign)));

    /// <summary>Without addressing an envelope may have no header at all; the security header makes it one.</summary>
    [Theory]
    [InlineData("<s:Header/>", "<s:Body/>")]
    [InlineData("<s:Header />", "<s:Body ></s:Body>")]
    [InlineData("<s:Header></s:Header>", "<s:Body> </s:Body>")]
    [InlineData("<s:Header>\n</s:Header>", "<s:Body><t/></s:Body>")]
    [InlineData("", "<s:Body/>")]
    [InlineData("", "<s:Body><t/></s:Body>")]
    [InlineData("<s:Header><h xmlns=\"urn:h\">1</h></s:Header>", "<s:Body><t/></s:Body>")]
    public async Task EmptyHeaderAndBody_Arrive(string header, string body)
    {
        PeerAvailability.Require(Wss4jPeer.MissingReason);
        foreach (var version in new[] { MessageVersion.Soap11, MessageVersion.Soap12 })
        {
            foreach (var name in BindingNames.Append("mutualcert-wss10//single").Where(n => n.EndsWith("single", StringComparison.Ordinal)
                && (n != EncryptFirst || body != "<s:Body> </s:Body>")))
            {
                var plain = Encoding.UTF8.GetBytes($"<s:Envelope xmlns:s=\"{SoapNames.Of(version).Soap}\">{header}{body}</s:Envelope>");
                var binding = Bindings.Create(name, version: version);
                var judge = new PeerJudge();
                foreach (var message in await Conversation.RecordAsync(new Loopback(binding), plain, plain))
                {
                    var received = PeerJudge.PlainOf(judge.Verify(message));
                    Assert.Equal(Infoset.ContentOf(Infoset.BodyOf(Infoset.Load(plain))), Infoset.ContentOf(Infoset.BodyOf(received)));
                }
            }
        }
    }

    [Fact]
    public async Task OrdinaryContent_GoesOutAsItCame()
    {
        foreach (var content in Envelopes.Ordinary.Keys)
        {
            var signed = await SendSignedAsync(content);
            var body = Encoding.UTF8.GetString(Envelopes.Get(content));
            var children = body[(body.IndexOf("Body", StringComparison.Ordinal) + 4)..];
            children = children[children.IndexOf('>', StringComparison.Ordinal)..];
            Assert.EndsWith(children, signed, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task TypeNamedByAPrefixOfTheEnvelope_StillHasItsNamespace()
    {
        var envelope = Infoset.Load(Encoding.UTF8.GetBytes(await SendSignedAsync("type named by a prefix of the envelope")));

        var value = Infoset.BodyOf(envelope).Descendants().Last();

        Assert.Equal("http://www.w3.org/2001/XMLSchema", value.GetNamespaceOfPrefix(value.Attributes().Single().Value.Split(':')[0])?.NamespaceName);
    }

    private static async Task<string> SendSignedAsync(string content)
    {
        var binding = Bindings.Create("mutualcert//single", protection: ChannelProtectionRequirements.Default.WithDefault(ProtectionLevel.Sign));
        var messages = await Conversation.RecordAsync(new Loopback(binding), Envelopes.Get(content), Envelopes.Get(content));
        return messages[0].Text;
    }

    private static async Task ExchangeAsync(string content, MessageSecurityBinding binding)
    {
        PeerAvailability.Require(Wss4jPeer.MissingReason);
        var plain = Envelopes.Get(content);
        var sent = Infoset.Load(plain);
        var judge = new PeerJudge();
        foreach (var message in await Conversation.RecordAsync(new Loopback(binding), plain, plain))
        {
            var result = judge.Verify(message);
            if (message.Leg is not (Leg.Request or Leg.Reply))
            {
                continue;
            }

            var received = PeerJudge.PlainOf(result);
            Assert.Equal(Infoset.ContentOf(Infoset.BodyOf(sent)), Infoset.ContentOf(Infoset.BodyOf(received)));
            Assert.Equal(Infoset.ContentOf(Infoset.HeaderOf(sent, "ReplyTo")), Infoset.ContentOf(Infoset.HeaderOf(received, "ReplyTo")));
        }
    }

    private static TheoryData<string, string> Cross(string[] bindings)
    {
        var data = new TheoryData<string, string>();
        foreach (var content in Envelopes.Ordinary.Keys.Concat(Envelopes.Deviating.Keys))
        {
            foreach (var binding in bindings)
            {
                data.Add(content, binding);
            }
        }

        return data;
    }
}
