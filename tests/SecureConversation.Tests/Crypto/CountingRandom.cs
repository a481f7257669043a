using SecureConversation.Engine.Crypto;

namespace SecureConversation.Tests.Crypto;

/// <summary>Counts up, so that a test knows every octet.</summary>
internal sealed class CountingRandom(byte next = 0) : RandomSource
{
    private byte _next = next;

    public override void Fill(Span<byte> destination)
    {
        foreach (ref var octet in destination)
        {
            octet = _next;
            _next = unchecked((byte)(_next + 1));
        }
    }
}
