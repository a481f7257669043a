using System.Runtime.InteropServices;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Tests.Xml;

/// <summary>No octet of what may be secret stays in a buffer that was given back.</summary>
public sealed class PooledBytesTests
{
    // Larger than what the pool keeps, and than what other tests ask for: nobody else gets the buffer.
    private const int Capacity = (24 * 1024 * 1024) + 1;

    [Theory]
    [InlineData("a password that is longer than the room")]
    [InlineData("a password that is lo\u00E9nger than the room")]
    [InlineData("short\u00E9")]
    public void TextWithoutRoom_LeavesNothing(string text)
    {
        var bytes = new PooledBytes(Capacity);
        bytes.GetSpan(Capacity)[..Capacity].Clear();
        bytes.Advance(Capacity - 24);
        Assert.True(MemoryMarshal.TryGetArray(bytes.Memory, out var former));
        bytes.WriteText(text);
        Assert.Equal(text, XmlSupport.Text(bytes.Span[(Capacity - 24)..]));
        bytes.Dispose();
        Assert.Equal(-1, former.Array!.AsSpan().IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void PlaintextThatIsNotEncrypted_IsNotCopied()
    {
        using var key = SymmetricKey.Random(32);
        var room = new byte[SymmetricKey.GetCiphertextLength(EncryptionAlgorithm.Aes256, 40)];
        var plain = Enumerable.Repeat((byte)'p', 40).ToArray();
        Assert.Throws<InvalidOperationException>(() => key.Encrypt(EncryptionAlgorithm.Aes256, plain, room, new BrokenSource()));
        Assert.Equal(-1, room.AsSpan().IndexOfAnyExcept((byte)0));
    }

    private sealed class BrokenSource : RandomSource
    {
        public override void Fill(Span<byte> destination) => throw new InvalidOperationException("no random octets");
    }
}
