using System.Text;
using SecureConversation.Binding;

namespace SecureConversation.Testing;

/// <summary>Envelopes without security as text. The prefixes are s for SOAP and, where the version has addressing, a for WS-Addressing.</summary>
public static class TestEnvelope
{
    /// <param name="header">The content of the header; null for an envelope without one.</param>
    public static byte[] Create(MessageVersion version, string? header, string body)
    {
        ArgumentNullException.ThrowIfNull(version);
        var soap = version.Soap == SoapVersion.Soap12 ? "http://www.w3.org/2003/05/soap-envelope" : "http://schemas.xmlsoap.org/soap/envelope/";
        var addressing = version.Addressing == AddressingVersion.None ? "" : $" xmlns:a=\"{Addressing(version)}\"";
        return Encoding.UTF8.GetBytes($"<s:Envelope xmlns:s=\"{soap}\"{addressing}>{(header is null ? "" : $"<s:Header>{header}</s:Header>")}<s:Body>{body}</s:Body></s:Envelope>");
    }

    /// <summary>With nothing but an action in the header; without a header where the version has no addressing.</summary>
    public static byte[] WithAction(MessageVersion version, string action, string body)
    {
        ArgumentNullException.ThrowIfNull(version);
        return Create(version, version.Addressing == AddressingVersion.None ? null : Action(action), body);
    }

    public static string Action(string action) => $"<a:Action s:mustUnderstand=\"1\">{action}</a:Action>";

    /// <summary>The anonymous address of the version.</summary>
    public static string Anonymous(MessageVersion version) =>
        Addressing(version) + (version.Addressing == AddressingVersion.WSAddressing10 ? "/anonymous" : "/role/anonymous");

    private static string Addressing(MessageVersion version) =>
        version.Addressing == AddressingVersion.WSAddressing10 ? "http://www.w3.org/2005/08/addressing" : "http://schemas.xmlsoap.org/ws/2004/08/addressing";
}
