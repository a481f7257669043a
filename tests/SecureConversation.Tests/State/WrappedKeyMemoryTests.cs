using System.Buffers.Binary;
using SecureConversation.Engine.Replay;

namespace SecureConversation.Tests.State;

public sealed class WrappedKeyMemoryTests
{
    private readonly WrappedKeyMemory _memory = new();

    [Fact]
    public void Key_WithTheSameSignature_IsTakenAgain()
    {
        Assert.True(_memory.TryAdd([1], [2]));
        Assert.True(_memory.TryAdd([1], [2]));
        Assert.False(_memory.TryAdd([1], [3]));
        Assert.False(_memory.TryAdd([1], [3]));
    }

    [Fact]
    public void Keys_BeyondTheRoom_PushTheOldestOut()
    {
        Assert.True(_memory.TryAdd([1], [2]));
        Fill(0, WrappedKeyMemory.Generation);
        Assert.False(_memory.TryAdd([1], [3]));
        Fill(WrappedKeyMemory.Generation, WrappedKeyMemory.Generation);
        Assert.True(_memory.TryAdd([1], [3]));
    }

    [Fact]
    public void EndpointsWithOneReplayCache_ShareAMemory()
    {
        var cache = new InMemoryReplayCache(1000, TimeProvider.System);
        Assert.Same(AttemptMemory.Of(cache, TimeProvider.System), AttemptMemory.Of(cache, TimeProvider.System));
        Assert.NotSame(AttemptMemory.Of(cache, TimeProvider.System), AttemptMemory.Of(new InMemoryReplayCache(1000, TimeProvider.System), TimeProvider.System));
    }

    private void Fill(int start, int count)
    {
        Span<byte> key = stackalloc byte[8];
        for (var i = 0; i < count; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(key, start + i);
            Assert.True(_memory.TryAdd(key, [2]));
        }
    }
}
