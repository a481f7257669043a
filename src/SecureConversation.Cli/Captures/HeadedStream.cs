namespace SecureConversation.Cli.Captures;

/// <summary>A stream of which the first bytes were read already: it begins with them again.</summary>
internal sealed class HeadedStream(ReadOnlyMemory<byte> head, Stream rest) : ReadOnceStream
{
    private ReadOnlyMemory<byte> _head = head;

    public override int Read(Span<byte> buffer)
    {
        if (_head.IsEmpty)
        {
            return rest.Read(buffer);
        }

        var count = Math.Min(buffer.Length, _head.Length);
        _head.Span[..count].CopyTo(buffer);
        _head = _head[count..];
        return count;
    }
}
