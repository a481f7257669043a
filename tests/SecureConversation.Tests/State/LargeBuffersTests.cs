using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SecureConversation.Engine.Xml;
using SecureConversation.Shared;
using SecureConversation.Testing;

namespace SecureConversation.Tests.State;

/// <summary>Large buffers go from message to message, and stay neither for long nor in any number.</summary>
public sealed class LargeBuffersTests
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(3);

    private readonly ManualTimeProvider _clock = new();
    private readonly LargeBuffers _buffers;

    public LargeBuffersTests() => _buffers = new LargeBuffers(1000, Idle, _clock);

    [Fact]
    public void Buffer_IsReusedForAboutItsLength()
    {
        var buffer = new byte[500];
        foreach (var length in new[] { 500, 450, 400 })
        {
            _buffers.Keep(buffer);
            Assert.Null(_buffers.TryRent(501));
            Assert.Null(_buffers.TryRent(399));
            Assert.Same(buffer, _buffers.TryRent(length));
            Assert.Null(_buffers.TryRent(length));
            Assert.Equal(0, _buffers.Bytes);
        }
    }

    [Fact]
    public void SmallestThatFits_IsTaken()
    {
        byte[][] buffers = [new byte[300], new byte[250], new byte[280]];
        Array.ForEach(buffers, _buffers.Keep);
        Assert.Same(buffers[2], _buffers.TryRent(260));
        Assert.Same(buffers[0], _buffers.TryRent(260));
        Assert.Null(_buffers.TryRent(260));
    }

    [Fact]
    public void BeyondTheBound_TheOldestGo()
    {
        byte[][] buffers = [new byte[300], new byte[400], new byte[350]];
        Array.ForEach(buffers, _buffers.Keep);
        Assert.Equal(750, _buffers.Bytes);
        Assert.Null(_buffers.TryRent(270));
        _buffers.Keep(new byte[1001]);
        Assert.Equal(750, _buffers.Bytes);
        Assert.Null(_buffers.TryRent(1001));
    }

    [Fact]
    public void IdleBuffers_AreGivenBackAndNothingWatches()
    {
        Assert.False(_buffers.IsWatching);
        var former = Keep(400);
        Assert.True(_buffers.IsWatching);
        _clock.Advance(Idle / 2);
        Keep(300);
        Assert.Equal(700, _buffers.Bytes);
        _clock.Advance(Idle / 2);
        Assert.Equal(300, _buffers.Bytes);
        _clock.Advance(Idle / 2);
        Assert.Equal(0, _buffers.Bytes);
        Assert.False(_buffers.IsWatching);
        GC.Collect();
        Assert.False(former.TryGetTarget(out _));
        Keep(300);
        Assert.True(_buffers.IsWatching);
    }

    [Fact]
    public async Task Threads_ShareNoBuffer()
    {
        var shared = new LargeBuffers(4000, Idle, TimeProvider.System);
        await Task.WhenAll(Enumerable.Range(1, 4).Select(number => Task.Run(() =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                var buffer = shared.TryRent(900 + (i % 100)) ?? new byte[1000];
                buffer.AsSpan().Fill((byte)number);
                Assert.Equal(-1, buffer.AsSpan().IndexOfAnyExcept((byte)number));
                shared.Keep(buffer);
            }
        }, TestContext.Current.CancellationToken)));
        Assert.InRange(shared.Bytes, 1000, 4000);
    }

    [Fact]
    public void BufferOfASecret_IsZeroedBeforeItIsKept()
    {
        // So long as no other test asks for.
        const int Length = (20 * 1024 * 1024) + 7;
        var secret = new PooledBytes(Length);
        secret.GetSpan(Length)[..Length].Fill((byte)'s');
        secret.Advance(Length);
        Assert.True(MemoryMarshal.TryGetArray(secret.Memory, out var former));
        secret.Dispose();
        var next = Buffers.Rent<byte>(Length);
        Assert.Same(former.Array, next);
        Assert.Equal(-1, next.AsSpan(0, Length).IndexOfAnyExcept((byte)0));
        Buffers.Return(next);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference<byte[]> Keep(int length)
    {
        var buffer = new byte[length];
        _buffers.Keep(buffer);
        return new WeakReference<byte[]>(buffer);
    }
}
