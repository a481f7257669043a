using System.Text;
using SecureConversation.Binding;
using SecureConversation.Testing;

namespace SecureConversation.Http.Tests;

/// <summary>Plain envelopes.</summary>
public static class Messages
{
    public const string Action = "urn:e/Echo";

    public const string Body = "<Echo xmlns=\"urn:e\"><text>h&amp;i é</text></Echo>";

    /// <summary>With a:Action only where one is given.</summary>
    public static byte[] Envelope(MessageVersion version, string body, string? action = null, string headers = "") =>
        TestEnvelope.Create(version, (action is null || version.Addressing == AddressingVersion.None ? "" : TestEnvelope.Action(action)) + headers, body);

    /// <summary>A fault of the application.</summary>
    public static byte[] Fault(MessageVersion version) => Envelope(version, version.Soap == SoapVersion.Soap12
        ? "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value xmlns:e=\"urn:e\">e:Empty</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang=\"en\">Nothing to echo.</s:Text></s:Reason></s:Fault>"
        : "<s:Fault><faultcode xmlns:e=\"urn:e\">e:Empty</faultcode><faultstring>Nothing to echo.</faultstring></s:Fault>", "urn:e/EchoFault");

    /// <summary>A plain request as a SOAP stack would make it, without WS-Addressing headers.</summary>
    public static HttpRequestMessage Request(Uri address, MessageVersion version, string body = Body, Encoding? encoding = null)
    {
        encoding ??= Encoding.UTF8;
        var text = Encoding.UTF8.GetString(Envelope(version, body));
        var content = new StringContent(text, encoding, version.MediaType);
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
        if (version.Soap == SoapVersion.Soap12)
        {
            content.Headers.ContentType!.Parameters.Add(new("action", $"\"{Action}\""));
        }
        else
        {
            request.Headers.Add("SOAPAction", $"\"{Action}\"");
        }

        return request;
    }
}
