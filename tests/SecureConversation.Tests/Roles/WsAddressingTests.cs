using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using SecureConversation.Binding;

namespace SecureConversation.Tests.Roles;

public sealed partial class WsAddressingTests
{
    private const string Body = "<Echo xmlns=\"urn:e\">h&amp;i \u00E4</Echo>";

    private static readonly Uri To = new("http://localhost/echo?a=1&b=2");

    public static TheoryData<MessageVersion, bool> Requests => new()
    {
        { MessageVersion.Default, true },
        { MessageVersion.Default, false },
        { MessageVersion.Soap11WSAddressingAugust2004, true },
        { MessageVersion.Soap11, true },
    };

    /// <summary>The short way writes what the long way makes of an envelope without headers.</summary>
    [Theory]
    [MemberData(nameof(Requests))]
    public void Wrap_WritesWhatCompleteMakes(MessageVersion version, bool expectsReply)
    {
        var soap = version.Soap == SoapVersion.Soap12 ? "http://www.w3.org/2003/05/soap-envelope" : "http://schemas.xmlsoap.org/soap/envelope/";
        var header = version.Addressing == AddressingVersion.None ? "" : "<s:Header></s:Header>";
        var plain = Encoding.UTF8.GetBytes($"<s:Envelope xmlns:s=\"{soap}\">{header}<s:Body>{Body}</s:Body></s:Envelope>");
        var (wrapped, completed) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>());
        WsAddressing.Wrap(Body, version, "urn:e/Echo?a&b", To, expectsReply, wrapped);
        WsAddressing.Complete(plain, version, "urn:e/Echo?a&b", To, expectsReply, completed);
        Assert.Equal(Text(completed), Text(wrapped));
    }

    [Fact]
    public void HalfOfASurrogatePair_IsAnErrorOfTheApplication()
    {
        // An attribute of a test would not keep it.
        foreach (var (action, body) in new[] { ("urn:e/" + (char)0xD800, Body), ("urn:e/Echo", $"<Echo>{(char)0xDC00}</Echo>") })
        {
            var output = new ArrayBufferWriter<byte>();
            Assert.ThrowsAny<ArgumentException>(() => WsAddressing.Wrap(body, MessageVersion.Default, action, To, expectsReply: true, output));
            Assert.Equal(0, output.WrittenCount);
        }
    }

    private static string Text(ArrayBufferWriter<byte> envelope) => Id().Replace(Encoding.UTF8.GetString(envelope.WrittenSpan), "urn:uuid:0");

    [GeneratedRegex("urn:uuid:[0-9a-f-]{36}")]
    private static partial Regex Id();
}
