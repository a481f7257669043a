using System.Net;

namespace SecureConversation.Http.Internal;

/// <summary>
/// A protected envelope in a pooled buffer. A transport may still be writing it when the response is there, or when the
/// call was given up: the buffer goes back to its pool after the last write only.
/// </summary>
internal sealed class EnvelopeContent(ReadOnlyMemory<byte> envelope, IDisposable owner) : HttpContent
{
    private int _users = 1;
    private int _isDisposed;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, default);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        Enter();
        try
        {
            await stream.WriteAsync(envelope, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Leave();
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
            Leave();
        }

        base.Dispose(disposing);
    }

    private void Enter()
    {
        var users = Volatile.Read(ref _users);
        while (true)
        {
            ObjectDisposedException.ThrowIf(users == 0, this);
            var seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users)
            {
                return;
            }

            users = seen;
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            owner.Dispose();
        }
    }
}
