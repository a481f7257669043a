using System.Xml;
using SecureConversation.Binding;
using SecureConversation.Gateway.Soap;
using static SecureConversation.Shared.SoapUris;

namespace SecureConversation.Gateway.Inward;

/// <summary>Adds a:Action to replies of services that know no WS-Addressing, for clients that dispatch on it.</summary>
internal sealed class AddressedReplies(MessageVersion version, int maxBytes, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <summary>The action of the reply, where it is no fault.</summary>
    public static HttpRequestOptionsKey<string> ReplyAction { get; } = new("SecureConversation.Gateway.ReplyAction");

    // The actions of faults that no contract declares: WS-Addressing 1.0 SOAP binding section 6, and August 2004 section 4.
    private readonly string _fault = version.Addressing == AddressingVersion.WSAddressing10
        ? Addressing10 + "/soap/fault" : AddressingAugust2004 + "/fault";

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (version.Addressing == AddressingVersion.None || !request.Options.TryGetValue(ReplyAction, out var action)
            || response.Content.Headers.ContentType is not { } type || !version.IsMediaTypeOf(type.ToString()))
        {
            return response;
        }

        try
        {
            await response.Content.LoadIntoBufferAsync(maxBytes, cancellationToken).ConfigureAwait(false);
            var octets = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            if (octets.Length == 0)
            {
                return response;
            }

            using var reply = PlainEnvelope.Read(EnvelopeEncoding.ToUtf8(octets, type.CharSet), version);
            if (reply.Action is not null)
            {
                return response;
            }

            var changed = reply.WithAction(reply.IsFault ? _fault : action);
            response.Content.Dispose();
            response.Content = new ReadOnlyMemoryContent(changed);
            type.CharSet = "utf-8";
            response.Content.Headers.ContentType = type;
            return response;
        }
        catch (Exception e) when (e is XmlException or SecureConversationException)
        {
            // What is no envelope is refused where the reply is protected.
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }
}
