namespace SecureConversation.Cli.Listening;

/// <summary>Keeps what is written to it, to be changed as a whole. What gets too long for that goes on as it is.</summary>
internal sealed class DescriptionStream(Stream output, int limit) : Stream
{
    private readonly MemoryStream _kept = new();
    private bool _isPassedOn;

    /// <summary>What was written; null where it has gone on.</summary>
    public byte[]? Kept => _isPassedOn ? null : _kept.ToArray();

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_isPassedOn && _kept.Length + buffer.Length <= limit)
        {
            _kept.Write(buffer.Span);
            return;
        }

        if (!_isPassedOn)
        {
            _isPassedOn = true;
            await output.WriteAsync(_kept.GetBuffer().AsMemory(0, (int)_kept.Length), cancellationToken).ConfigureAwait(false);
            _kept.SetLength(0);
            _kept.Capacity = 0;
        }

        await output.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) =>
        _isPassedOn ? output.FlushAsync(cancellationToken) : Task.CompletedTask;

    public override void Flush()
    {
        if (_isPassedOn)
        {
            output.Flush();
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        // The output is of the server.
        if (disposing)
        {
            _kept.Dispose();
        }

        base.Dispose(disposing);
    }
}
