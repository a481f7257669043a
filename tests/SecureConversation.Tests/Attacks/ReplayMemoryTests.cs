using SecureConversation.Binding;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>What the memory of replays takes, counted in bytes.</summary>
[Collection(WholeProcess.Name)]
public sealed class ReplayMemoryTests
{
    /// <summary>5,000 messages a second for 15 minutes, and as much longer as entries live: the memory may go to less than 200 MB.</summary>
    [Fact]
    public void ReplayMemory_AtFiveThousandMessagesASecond_StaysBelow200Megabytes()
    {
        const int Rate = 5000;
        var clock = new ManualTimeProvider();
        var retention = TimeSpan.FromMinutes(15);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var cache = new InMemoryReplayCache(new LocalServiceSecuritySettings().ReplayCacheSize, clock);
        var largest = 0L;
        for (var second = 0; second < 1020; second++)
        {
            for (var i = 0; i < Rate; i++)
            {
                Assert.Equal(ReplayOutcome.Fresh, cache.TryAdd(BitConverter.GetBytes((second * Rate) + i), retention, "a single client"));
            }

            clock.Advance(TimeSpan.FromSeconds(1));
            if (second % 170 == 169)
            {
                largest = Math.Max(largest, GC.GetTotalMemory(forceFullCollection: true) - before);
            }
        }

        Assert.InRange(cache.Count, 900 * Rate, 1013 * Rate);
        Assert.Equal(ReplayOutcome.Replayed, cache.TryAdd(BitConverter.GetBytes(1019 * Rate), retention, "a single client"));
        Assert.Equal(ReplayOutcome.Replayed, cache.TryAdd(BitConverter.GetBytes(121 * Rate), retention, "a single client"));
        TestContext.Current.TestOutputHelper?.WriteLine($"{largest / 1e6:F0} MB");
        Assert.InRange(largest, 1, 200_000_000);
    }

    /// <summary>Once the load is steady, the slices that expire make room for the new ones, and nothing more is allocated.</summary>
    [Fact]
    public void ReplayMemory_UnderSteadyLoad_AllocatesLittle()
    {
        const int Rate = 100;
        var clock = new ManualTimeProvider();
        var cache = new InMemoryReplayCache(200_000, clock);
        Run(0, 2400);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        Run(2400, 4800);
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 2400 * Rate * 8);

        void Run(int from, int to)
        {
            Span<byte> value = stackalloc byte[4];
            for (var second = from; second < to; second++)
            {
                for (var i = 0; i < Rate; i++)
                {
                    BitConverter.TryWriteBytes(value, (second * Rate) + i);
                    cache.TryAdd(value, TimeSpan.FromMinutes(15));
                }

                clock.Advance(TimeSpan.FromSeconds(1));
            }
        }
    }

    [Fact]
    public void ReplayMemoryOfTheProcess_EndsWithItsLastEndpoint()
    {
        var clock = new ManualTimeProvider();
        var memory = Use(clock);
        for (var i = 0; i < 3 && memory.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(memory.IsAlive);
        GC.KeepAlive(clock);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static WeakReference Use(ManualTimeProvider clock)
        {
            using var loopback = new Loopback(Bindings.Create(Attack.Session), clock);
            return new WeakReference(Engine.Replay.ProcessReplayMemory.Of(TestCertificates.Service, clock, TimeSpan.FromMinutes(15), 100));
        }
    }
}
