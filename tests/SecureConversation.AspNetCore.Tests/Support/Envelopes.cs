using System.Text;
using SecureConversation.Binding;

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
        var (soap, addressing) = Namespaces(version);
        if (version.Addressing == AddressingVersion.None)
        {
            return Utf8($"<s:Envelope xmlns:s=\"{soap}\"><s:Body>{body}</s:Body></s:Envelope>");
        }

        var correlation = isOneWay ? "" : $"<a:MessageID>urn:uuid:{Guid.NewGuid()}</a:MessageID>";
        return Utf8(
            $"<s:Envelope xmlns:s=\"{soap}\" xmlns:a=\"{addressing}\"><s:Header><a:Action s:mustUnderstand=\"1\">{action}</a:Action>" +
            $"{correlation}<a:To s:mustUnderstand=\"1\">{To}</a:To></s:Header><s:Body>{body}</s:Body></s:Envelope>");
    }

    public static byte[] Reply(MessageVersion? version = null, string body = ResponseBody, string action = "urn:e/EchoResponse")
    {
        version ??= MessageVersion.Default;
        var (soap, addressing) = Namespaces(version);
        var header = version.Addressing == AddressingVersion.None ? "" : $"<s:Header><a:Action s:mustUnderstand=\"1\">{action}</a:Action></s:Header>";
        return Utf8($"<s:Envelope xmlns:s=\"{soap}\" xmlns:a=\"{addressing}\">{header}<s:Body>{body}</s:Body></s:Envelope>");
    }

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    public static string Text(ReadOnlyMemory<byte> utf8) => Encoding.UTF8.GetString(utf8.Span);

    private static (string Soap, string Addressing) Namespaces(MessageVersion version) => (
        version.Soap == SoapVersion.Soap12 ? "http://www.w3.org/2003/05/soap-envelope" : "http://schemas.xmlsoap.org/soap/envelope/",
        version.Addressing == AddressingVersion.WSAddressing10 ? "http://www.w3.org/2005/08/addressing" : "http://schemas.xmlsoap.org/ws/2004/08/addressing");
}
