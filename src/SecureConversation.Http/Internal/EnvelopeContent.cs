using System.Net;

namespace SecureConversation.Http.Internal;

/// <summary>
/// A protected envelope in a pooled buffer. A transport may still be writing it when the response is there, or when the caller has given
/// up: the buffer goes back to its pool after the last write only.
/// </summary>
internal sealed class EnvelopeContent(ReadOnlyMemory<byte> envelope, IDisposable owner) : HttpContent
{
    private readonly UseCount _users = new(owner.Dispose);
    private int _isDisposed;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, default);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(!_users.TryEnter(), this);
        try
        {
            await stream.WriteAsync(envelope, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _users.Leave();
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = envelope.Length;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _users.Leave();
        }

        base.Dispose(disposing);
    }
}
