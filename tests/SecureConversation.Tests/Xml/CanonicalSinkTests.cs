using System.Security.Cryptography;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Tests.Xml;

public sealed class CanonicalSinkTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(32 * 1024)]
    [InlineData((32 * 1024) + 1)]
    [InlineData(300_000)]
    public void Digests_AreThoseOfTheBytesWhateverTheirLength(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        foreach (HashAlgorithmName name in new[] { HashAlgorithmName.SHA1, HashAlgorithmName.SHA256, HashAlgorithmName.SHA512 })
        {
            using var sink = new DigestSink(name);
            byte[] expected = CryptographicOperations.HashData(name, bytes);
            foreach (int piece in new[] { 1000, 40_000, int.MaxValue })
            {
                sink.Write("to be forgotten"u8);
                sink.Write(bytes);
                sink.Reset();
                for (int at = 0; at < length;)
                {
                    int next = (int)Math.Min((long)at + piece, length);
                    sink.Write(bytes.AsSpan(at..next));
                    at = next;
                }
                byte[] actual = new byte[sink.HashSize];
                Assert.Equal(expected.Length, sink.GetHash(actual));
                Assert.Equal(expected, actual);
            }
        }
    }

    [Fact]
    public void Buffer_GrowsAndCanBeUsedAgain()
    {
        using var sink = new BufferSink(int.MaxValue, 1);
        for (int i = 0; i < 10_000; i++)
        {
            sink.Write(unchecked((byte)i));
        }
        sink.Write(new byte[100_000]);
        Assert.Equal(110_000, sink.WrittenSpan.Length);
        Assert.Equal(unchecked((byte)9_999), sink.WrittenSpan[9_999]);
        sink.Reset();
        Assert.True(sink.WrittenSpan.IsEmpty);
        sink.Write("a"u8);
        Assert.Equal("a", XmlSupport.Text(sink.WrittenSpan));
    }

    [Fact]
    public void Canonicalization_DigestsWhatItWrites()
    {
        using XmlIndex index = XmlSupport.Index(SampleMessages.Cancel);
        using var buffer = new BufferSink(int.MaxValue);
        using var digest = new DigestSink(HashAlgorithmName.SHA256);
        foreach (XmlElement element in XmlSupport.All(index))
        {
            buffer.Reset();
            ExclusiveCanonicalizer.Canonicalize(element, default, CanonicalForm.Recommendation, buffer);
            ExclusiveCanonicalizer.Canonicalize(element, default, CanonicalForm.Recommendation, digest);
            byte[] hash = new byte[32];
            digest.GetHash(hash);
            Assert.Equal(SHA256.HashData(buffer.WrittenSpan), hash);
        }
    }
}
