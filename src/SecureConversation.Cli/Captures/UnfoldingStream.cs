using System.IO.Compression;

namespace SecureConversation.Cli.Captures;

/// <summary>What a compressed capture holds. It ends with an error where it has far more than captures are compressed to.</summary>
internal sealed class UnfoldingStream : ReadOnceStream
{
    private readonly Counted _input;
    private readonly GZipStream _plain;
    private readonly long _atOnce;
    private long _count;

    /// <param name="input">The compressed octets.</param>
    /// <param name="atOnce">How many bytes are read whatever the size of the input is.</param>
    public UnfoldingStream(Stream input, long atOnce = CaptureLimits.UnfoldedAtOnce)
    {
        _input = new Counted(input);
        _plain = new GZipStream(_input, CompressionMode.Decompress);
        _atOnce = atOnce;
    }

    public override int Read(Span<byte> buffer)
    {
        var read = _plain.Read(buffer);
        _count += read;
        return _count <= _atOnce || _count <= _input.Count * CaptureLimits.MaxRatio ? read
            : throw new InvalidDataException($"it has more than {CaptureLimits.MaxRatio} times its size.");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _plain.Dispose();
        }

        base.Dispose(disposing);
    }

    private sealed class Counted(Stream input) : ReadOnceStream
    {
        public long Count { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            var read = input.Read(buffer);
            Count += read;
            return read;
        }
    }
}
