using SecureConversation.Engine.Xml;

namespace SecureConversation;

/// <summary>An envelope as text that was made of an entity body. Nothing of it is verified. Dispose it to return its buffer.</summary>
public sealed class DecodedEnvelope : IDisposable
{
    private readonly PooledBytes? _own;
    private readonly ReadOnlyMemory<byte> _text;

    internal DecodedEnvelope(ReadOnlyMemory<byte> text, bool isEntity)
    {
        _text = text;
        HasOwnBuffer = !isEntity;
    }

    internal DecodedEnvelope(PooledBytes own)
    {
        _own = own;
        _text = own.Memory;
        HasOwnBuffer = true;
    }

    /// <summary>The envelope in UTF-8. Valid until disposal.</summary>
    public ReadOnlyMemory<byte> Envelope => _text;

    /// <summary>
    /// Whether the envelope has a buffer of its own, so that the entity body may go. False where the body was UTF-8 text: then the envelope
    /// is that body.
    /// </summary>
    public bool HasOwnBuffer { get; }

    /// <inheritdoc/>
    public void Dispose() => _own?.Dispose();
}
