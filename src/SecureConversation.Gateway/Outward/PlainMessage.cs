using System.Xml;
using Microsoft.Net.Http.Headers;
using SecureConversation.Binding;
using SecureConversation.Gateway.Soap;

namespace SecureConversation.Gateway.Outward;

/// <summary>A request of a plain client, as it is forwarded.</summary>
internal sealed record PlainMessage(string ContentType, string? Action, bool IsSoap11, bool HasAddressing)
{
    /// <summary>
    /// Reads the body, and takes out a:To, which names the gateway, and a:From, a:ReplyTo and a:FaultTo: the service would believe the
    /// signature of the gateway, and send replies where its client says.
    /// </summary>
    /// <exception cref="XmlException">It is no envelope.</exception>
    /// <exception cref="BadHttpRequestException">It is larger than the limit, or broken.</exception>
    /// <exception cref="SecureConversationException">It is not valid in its charset.</exception>
    public static async Task<(PlainMessage Message, ReadOnlyMemory<byte> Envelope)> ReadAsync(HttpRequest request, MessageVersion version)
    {
        var type = MediaTypeHeaderValue.Parse(request.ContentType);
        using var body = new MemoryStream(request.ContentLength is { } length and < 1024 * 1024 ? (int)length : 4096);
        await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted).ConfigureAwait(false);
        if (body.Length == 0)
        {
            throw new XmlException("The request has no body.");
        }

        var envelope = EnvelopeEncoding.ToUtf8(body.GetBuffer().AsMemory(0, (int)body.Length), type.Charset.Value);
        using var plain = PlainEnvelope.Read(envelope, version);
        var hasAddressing = version.Addressing != AddressingVersion.None && plain.HasAddressing;

        var isSoap11 = version.Soap == SoapVersion.Soap11;
        var named = isSoap11 ? request.Headers["SOAPAction"].ToString()
            : type.Parameters.FirstOrDefault(p => p.Name.Equals("action", StringComparison.OrdinalIgnoreCase))?.Value.ToString();
        var action = (hasAddressing ? plain.Action : null) ?? named?.Trim().Trim('"');
        type.Charset = "utf-8";
        return (new PlainMessage(type.ToString(), string.IsNullOrEmpty(action) ? null : action, isSoap11, hasAddressing),
            plain.WithoutEndpoints());
    }
}
