using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Encodings;

/// <summary>A stream to a pooled buffer that takes no more than a number of octets.</summary>
/// <param name="limit">The most octets.</param>
internal sealed class BoundedStream(int limit) : Stream
{
    private PooledBytes? _bytes = new();

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => _bytes?.Length ?? 0;

    public override long Position
    {
        get => Length;
        set => throw new NotSupportedException();
    }

    /// <summary>What was written. The caller disposes of it.</summary>
    public PooledBytes Detach()
    {
        var bytes = _bytes!;
        _bytes = null;
        return bytes;
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        // After it was detached or the limit was met, the writer may still flush.
        if (_bytes is null)
        {
            return;
        }

        if (buffer.Length > limit - _bytes.Length)
        {
            _bytes.Dispose();
            _bytes = null;
            Fail.With(FailureCode.LimitExceeded, "size as text", expected: FailureText.AtMost(limit));
        }

        _bytes.Write(buffer);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _bytes?.Dispose();
        _bytes = null;
        base.Dispose(disposing);
    }
}
