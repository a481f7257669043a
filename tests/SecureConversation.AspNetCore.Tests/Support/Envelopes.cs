using System.Text;
using SecureConversation.Binding;
using SecureConversation.Testing;

namespace SecureConversation.AspNetCore.Tests.Support;

internal static class Envelopes
{
    public const string EchoAction = "urn:e/Echo";
    public const string EchoBody = "<Echo xmlns=\"urn:e\"><text>h&amp;i é</text></Echo>";
    public const string ResponseBody = "<EchoResponse xmlns=\"urn:e\"/>";

    public static Uri To { get; } = new("http://localhost/echo");

    public static byte[] Request(MessageVersion? version = null, string body = EchoBody, string action = EchoAction, bool isOneWay = false)
    {
        version ??= MessageVersion.Default;
        var correlation = isOneWay ? "" : $"<a:MessageID>urn:uuid:{Guid.NewGuid()}</a:MessageID>";
        return TestEnvelope.Create(version, version.Addressing == AddressingVersion.None ? null :
            $"{TestEnvelope.Action(action)}{correlation}<a:To s:mustUnderstand=\"1\">{To}</a:To>", body);
    }

    public static byte[] Reply(MessageVersion? version = null, string body = ResponseBody, string action = "urn:e/EchoResponse") =>
        TestEnvelope.WithAction(version ?? MessageVersion.Default, action, body);

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    public static string Text(ReadOnlyMemory<byte> utf8) => Encoding.UTF8.GetString(utf8.Span);
}
