using System.Net;
using SecureConversation.Binding;

namespace SecureConversation.Http.Internal;

/// <summary>The plain envelope of a verified reply as the content of a response, without a copy; disposing returns the buffers.</summary>
internal sealed class VerifiedContent : HttpContent
{
    private readonly ReadOnlyMemory<byte> _envelope;

    public VerifiedContent(VerifiedReply reply, MessageVersion version)
    {
        Reply = reply;
        _envelope = reply.Envelope;
        Headers.ContentType = SoapPost.ContentType(version);
    }

    public VerifiedReply Reply { get; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, default);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        stream.WriteAsync(_envelope, cancellationToken).AsTask();

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        stream.Write(_envelope.Span);

    protected override bool TryComputeLength(out long length)
    {
        length = _envelope.Length;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Reply.Dispose();
        }

        base.Dispose(disposing);
    }
}
