using System.Net;

namespace SecureConversation.Http.Internal;

/// <summary>A plain envelope in UTF-8 on its way to a <see cref="SecureConversationHandler"/>, which takes it without a copy.</summary>
internal sealed class PlainContent(ReadOnlyMemory<byte> envelope) : HttpContent
{
    public ReadOnlyMemory<byte> Envelope => envelope;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        stream.WriteAsync(envelope).AsTask();

    protected override bool TryComputeLength(out long length)
    {
        length = envelope.Length;
        return true;
    }
}
