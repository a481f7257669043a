using System.Net.Security;
using System.Text;
using SecureConversation.Binding;
using SecureConversation.Engine.Names;
using SecureConversation.Interop.Platform;
using SecureConversation.Interop.Support;
using SecureConversation.Testing.Peers;

namespace SecureConversation.Interop.Content;

/// <summary>Header blocks of applications, signed or encrypted too, in the forms that applications give them.</summary>
public sealed class HeaderTests
{
    private static readonly Dictionary<string, string> Headers = new()
    {
        ["a prefix"] = "<h:x xmlns:h=\"urn:h\">secret</h:x>",
        ["the default namespace"] = "<x xmlns=\"urn:h\"><y xmlns=\"\"><z xmlns=\"urn:h\"/></y></x>",
        ["an empty tag"] = "<h:x xmlns:h=\"urn:h\" a=\"1\" h:b='2' />",
        ["its own Id"] = $"<h:x xmlns:h=\"urn:h\" xmlns:w=\"{Ns.Wsu}\" w:Id=\"mine\">secret</h:x>",
        ["an Id that looks like ours"] = $"<h:x xmlns:h=\"urn:h\" xmlns:w=\"{Ns.Wsu}\" w:Id=\"_0\">secret</h:x>",
        ["the prefix u for something else"] = "<h:x xmlns:h=\"urn:h\" xmlns:u=\"urn:u\"><u:y u:z=\"1\"/></h:x>",
        ["mustUnderstand"] = "<h:x xmlns:h=\"urn:h\" s:mustUnderstand=\"1\">secret</h:x>",
        ["content that WCF digests differently"] = "<h:x xmlns:h=\"urn:h\" xmlns=\"urn:d\"><h:e><f xmlns=\"\"/></h:e></h:x>",
        ["white space, comments and CDATA"] = "<h:x\n  xmlns:h=\"urn:h\"  ><!-- c --> <![CDATA[<secret>]]>\n</h:x  >",
        ["two of the name"] = "<h:x xmlns:h=\"urn:h\">1</h:x><h:x xmlns:h=\"urn:h\">2</h:x>",
    };

    public static TheoryData<string, string, ProtectionLevel> Cases
    {
        get
        {
            var data = new TheoryData<string, string, ProtectionLevel>();
            foreach (var header in Headers.Keys)
            {
                foreach (var binding in new[] { "mutualcert//session", "mutualcert-2007/encrypt-first/single", "anonymous/sign-first/single", "duplex//single" })
                {
                    data.Add(header, binding, ProtectionLevel.Sign);
                    data.Add(header, binding, ProtectionLevel.EncryptAndSign);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Header_Arrives(string header, string name, ProtectionLevel level)
    {
        PeerAvailability.Require(Wss4jPeer.MissingReason);
        var binding = Bindings.Create(name, protection: ChannelProtectionRequirements.Default.WithHeader("x", "urn:h", level));
        var request = Loopback.Request(binding.MessageVersion, extraHeaders: Headers[header]);
        var sent = Infoset.Load(request).Elements().First().Elements().Where(e => e.Name.LocalName == "x").ToList();
        var (judge, platform) = (new PeerJudge(), new PlatformJudge());

        foreach (var message in await Conversation.RecordAsync(new Loopback(binding), request, Loopback.Reply(binding.MessageVersion)))
        {
            var result = judge.Verify(message);
            platform.Verify(message);
            if (message.Leg == Leg.Request)
            {
                Assert.Equal(level == ProtectionLevel.EncryptAndSign, !message.Text.Contains("urn:h", StringComparison.Ordinal));
                var received = PeerJudge.PlainOf(result).Elements().First().Elements().Where(e => e.Name.LocalName == "x").ToList();
                Assert.Equal(sent.Select(Infoset.ContentOf), received.Select(Infoset.ContentOf));
                var encrypted = Enumerable.Repeat("{urn:h}x", level == ProtectionLevel.EncryptAndSign ? sent.Count : 0);
                Assert.Equal(encrypted, result.All("decrypted").Select(part => part["name"]).Where(part => part == "{urn:h}x"));
            }
        }
    }

    /// <summary>The header that nobody protects is not handed out: what is verified is what is handed out.</summary>
    [Fact]
    public async Task UnprotectedHeader_IsNotHandedOut()
    {
        using var loopback = new Loopback(Bindings.Create("mutualcert//single"));
        using var request = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion, extraHeaders: Headers["a prefix"]));
        using var result = await loopback.Service.ReceiveAsync(request.Envelope);

        Assert.DoesNotContain("urn:h", Encoding.UTF8.GetString(Conversation.Accepted<ServiceResult.Dispatch>(result).Request.Envelope.Span), StringComparison.Ordinal);
    }
}
