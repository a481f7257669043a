using SecureConversation.Engine.Failures;

namespace SecureConversation.Engine.Negotiation.Tls;

/// <summary>
/// The transport of a TLS connection whose flights travel in messages. Reading waits for the next leg; <see cref="Feed"/> says when all
/// that came was read and more is waited for, which is when the flight for the other side is complete.
/// </summary>
internal sealed class LegStream : Stream
{
    // A handshake has one flight for each leg. Whoever makes this side write more gets no answer.
    private const int MostOutgoing = NegotiationEnd.MaxLegBytes;

    private readonly Lock _gate = new();
    private readonly MemoryStream _outgoing = new();
    private ReadOnlyMemory<byte> _incoming;
    private TaskCompletionSource? _reader;
    private TaskCompletionSource _starving = Signal();
    private bool _isEnded;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Gives octets to the reader.</summary>
    /// <param name="octets">They must not change until the result is completed.</param>
    /// <returns>Completed when the reader has taken them and waits for more.</returns>
    /// <exception cref="SecurityFailureException">The reader has left some of those before.</exception>
    public Task Feed(ReadOnlyMemory<byte> octets)
    {
        TaskCompletionSource? reader;
        lock (_gate)
        {
            if (!_incoming.IsEmpty)
            {
                Fail.With(FailureCode.NegotiationFailed, "TLS flight", "octets after its end", "one flight");
            }

            _incoming = octets;
            _starving = Signal();
            if (octets.IsEmpty && _reader is not null)
            {
                _starving.SetResult();
                return _starving.Task;
            }

            (reader, _reader) = (_reader, null);
        }

        var starving = _starving.Task;
        reader?.SetResult();
        return starving;
    }

    /// <summary>Takes what was written.</summary>
    public byte[] Take()
    {
        lock (_gate)
        {
            var octets = _outgoing.ToArray();
            _outgoing.SetLength(0);
            return octets;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            Task more;
            lock (_gate)
            {
                if (_isEnded)
                {
                    return 0;
                }

                if (!_incoming.IsEmpty)
                {
                    var count = Math.Min(buffer.Length, _incoming.Length);
                    _incoming[..count].CopyTo(buffer);
                    _incoming = _incoming[count..];
                    return count;
                }

                _reader = Signal();
                more = _reader.Task;
                _starving.TrySetResult();
            }

            await more.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (_outgoing.Length + buffer.Length > MostOutgoing)
            {
                throw new IOException("The flight is too long.");
            }

            _outgoing.Write(buffer.Span);
        }

        return default;
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("No thread is blocked.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("No thread is blocked.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        TaskCompletionSource? reader;
        lock (_gate)
        {
            _isEnded = true;
            _incoming = default;
            (reader, _reader) = (_reader, null);
            _starving.TrySetResult();
        }

        reader?.TrySetResult();
        base.Dispose(disposing);
    }

    // Whoever waits goes on at another thread, since the lock is held here or the caller has something else to do.
    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
