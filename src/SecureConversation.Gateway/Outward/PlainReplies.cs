using SecureConversation.Binding;
using SecureConversation.Gateway.Soap;

namespace SecureConversation.Gateway.Outward;

/// <summary>Takes the blocks of WS-Addressing out of verified replies, for clients that sent none.</summary>
internal sealed class PlainReplies(MessageVersion version, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <summary>Marks a request whose sender knows no WS-Addressing.</summary>
    public static HttpRequestOptionsKey<bool> WithoutAddressing { get; } = new("SecureConversation.Gateway.WithoutAddressing");

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (!request.Options.TryGetValue(WithoutAddressing, out var isPlain) || !isPlain
            || response.Content.Headers.ContentType is not { } type)
        {
            return response;
        }

        try
        {
            var reply = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            if (reply.Length == 0)
            {
                return response;
            }

            using var envelope = PlainEnvelope.Read(reply, version);
            var plain = new ReadOnlyMemoryContent(envelope.WithoutAddressing());
            plain.Headers.ContentType = type;
            response.Content.Dispose();
            response.Content = plain;
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }
}
