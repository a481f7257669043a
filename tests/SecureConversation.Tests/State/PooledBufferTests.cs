using SecureConversation.Shared;

namespace SecureConversation.Tests.State;

/// <summary>The buffer of the adapters for what comes from outside.</summary>
public sealed class PooledBufferTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(3_000_000)]
    [InlineData(60_000_000)]
    public void Memory_IsProportionalToWhatWasWritten(int expected)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var buffer = new PooledBuffer(limit: 64 * 1024 * 1024, expected);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000);
        var piece = new byte[1000];
        before = GC.GetAllocatedBytesForCurrentThread();
        while (buffer.Length < 3_000_000)
        {
            buffer.Write(piece);
            Assert.InRange(buffer.Capacity, buffer.Length, Math.Max(5 * buffer.Length / 2, 4096));
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 5 * buffer.Length);
    }

    [Fact]
    public void BufferOfTheExpectedLength_IsReadToItsEndWithoutGrowing()
    {
        using var buffer = new PooledBuffer(expected: 5_000_000);
        using var source = new MemoryStream(new byte[5_000_000]);
        while (source.Read(buffer.GetSpan()) is > 0 and int read)
        {
            buffer.Advance(read);
        }

        Assert.Equal(5_000_000, buffer.Length);
        Assert.InRange(buffer.Capacity, 5_000_001, 6_250_001);
    }

    [Fact]
    public void MoreThanTheLimit_IsNotTaken()
    {
        using var buffer = new PooledBuffer(limit: 10_000, expected: 1_000_000);
        buffer.Write(new byte[10_000]);
        Assert.False(buffer.IsOverrun);
        Assert.Throws<InvalidOperationException>(() => buffer.Write(new byte[1]));
        Assert.True(buffer.IsOverrun);
    }
}
