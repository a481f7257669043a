using System.Runtime.InteropServices;
using SecureConversation.Engine.Crypto;

namespace SecureConversation.Tests.Crypto;

public sealed class KeyMaterialTests
{
    [Fact]
    public void Lease_GivesTheOctets()
    {
        using var key = KeyMaterial.From([1, 2, 3]);
        using var lease = key.Lease();
        Assert.Equal([1, 2, 3], lease.Span.ToArray());
    }

    [Fact]
    public void Lease_KeepsTheOctetsAcrossDispose()
    {
        var key = KeyMaterial.From([1, 2, 3]);
        using (var lease = key.Lease())
        {
            key.Dispose();
            Assert.Equal([1, 2, 3], lease.Span.ToArray());
            Assert.Throws<ObjectDisposedException>(() =>
            {
                using var second = key.Lease();
            });
        }

        Assert.True(key.IsClosed);
    }

    [Fact]
    public void Release_ZeroesTheOctetsBeforeItFreesThem()
    {
        var seen = new byte[32];
        var key = KeyMaterial.From(Enumerable.Repeat((byte)0xA5, seen.Length).ToArray());
        key.BeforeFree = (octets, _) => octets.CopyTo(seen);
        key.Dispose();
        Assert.All(seen, octet => Assert.Equal(0, octet));
    }

    [Fact]
    public void KeyMaterial_CopiesItsSource()
    {
        byte[] source = [1, 2, 3];
        using var key = KeyMaterial.From(source);
        source[0] = 9;
        using var lease = key.Lease();
        Assert.Equal(1, lease.Span[0]);
    }

    [Fact]
    public void KeyMaterial_MayBeEmpty()
    {
        using var key = KeyMaterial.From([]);
        using var lease = key.Lease();
        Assert.Equal(0, lease.Span.Length);
    }

    [Fact]
    public void RandomKeys_ComeFromTheSource()
    {
        using var any = KeyMaterial.Random(4, new CountingRandom());
        using var nonZero = KeyMaterial.RandomNonZero(4, new CountingRandom(254));
        using var anyLease = any.Lease();
        using var nonZeroLease = nonZero.Lease();
        Assert.Equal([0, 1, 2, 3], anyLease.Span.ToArray());
        Assert.Equal([254, 255, 2, 1], nonZeroLease.Span.ToArray());
    }

    [Fact]
    public void NonZeroKeys_HaveNoZeroOctet()
    {
        using var key = KeyMaterial.RandomNonZero(4096);
        using var lease = key.Lease();
        Assert.DoesNotContain((byte)0, lease.Span.ToArray());
    }

    [Fact]
    public void Text_SaysTheLengthOnly()
    {
        using var key = KeyMaterial.From(new byte[32]);
        Assert.Equal("256 bits", key.ToString());
    }

    [Fact]
    public void ConcurrentLeasesAndDispose_SeeTheKeyOrNothing()
    {
        for (var round = 0; round < 50; round++)
        {
            var key = KeyMaterial.From([7, 7, 7, 7]);
            Parallel.For(0, 8, i =>
            {
                if (i == 4)
                {
                    key.Dispose();
                    return;
                }

                try
                {
                    using var lease = key.Lease();
                    Assert.Equal(0x07070707u, MemoryMarshal.Read<uint>(lease.Span));
                }
                catch (ObjectDisposedException)
                {
                    // The other side of the race.
                }
            });
        }
    }
}
