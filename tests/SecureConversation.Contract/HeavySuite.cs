using SecureConversation.Contract.Sides;

namespace SecureConversation.Contract;

/// <summary>What takes memory and time: alone on the machine, one after the other.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Heavy
{
    public const string Name = "heavy";
}

/// <summary>Large messages and many sessions. One derived class for each pair, in the collection <see cref="Heavy"/>.</summary>
public abstract class HeavySuite<TService, TClient>
    where TService : IServiceSide, new()
    where TClient : IClientSide, new()
{
    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public async Task SixtyFourMegabytes_GoThereAndBack(bool inSession, bool isStreamed)
    {
        var scenario = new Scenario { InSession = inSession, IsStreamed = isStreamed };
        await using var service = await new TService().StartAsync(scenario);
        service.Probe.Records = false;
        await using var client = new TClient().Create(service.Address, scenario);
        var large = string.Create(64 * 1024 * 1024, 0, (span, _) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = (char)('a' + (i % 26));
            }
        });

        Assert.True(large == await client.EchoAsync(large));
        await client.CloseAsync();
    }

    [Fact]
    public async Task TenThousandCalls_InSixtyFourSessionsAtOnce()
    {
        const int Sessions = 64, Calls = 10_000;
        await using var service = await new TService().StartAsync(new());
        service.Probe.Records = false;
        var left = Calls;

        var counts = await Task.WhenAll(Enumerable.Range(0, Sessions).Select(async session =>
        {
            await using var client = new TClient().Create(service.Address, new());
            var count = 0;
            for (int call; (call = Interlocked.Decrement(ref left)) >= 0;)
            {
                if (call % 2 == 0)
                {
                    Assert.Equal(++count, await client.CountAsync());
                }
                else
                {
                    Assert.Equal($"{session}/{call}", await client.EchoAsync($"{session}/{call}"));
                }
            }

            await client.CloseAsync();
            return count;
        }));

        Assert.Equal(Calls / 2, counts.Sum());
        Assert.Equal(Calls, service.Probe.Calls);
        for (var i = 0; i < Sessions; i++)
        {
            Assert.True(await service.Probe.SessionEnded.WaitAsync(TimeSpan.FromMinutes(1)));
        }
    }

    /// <summary>None may hold up the threads of the pool, which the replies to all of them need.</summary>
    [Fact]
    public async Task FiftySynchronousClients_OnThreadsOfTheirOwn()
    {
        const int Clients = 50, Calls = 3;
        await using var service = await new TService().StartAsync(new());
        var threads = Enumerable.Range(0, Clients).Select(number => Task.Factory.StartNew(
            () =>
            {
                var client = new TClient().Create(service.Address, new());
                var sum = Enumerable.Range(0, Calls).Sum(call => client.Add(number, call));
                client.Close();
                return sum;
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));

        Assert.Equal(Enumerable.Range(0, Clients).Select(number => (3.0 * number) + 3), await Task.WhenAll(threads));
        Assert.Equal(Clients * Calls, service.Probe.Calls);
        for (var i = 0; i < Clients; i++)
        {
            Assert.True(await service.Probe.SessionEnded.WaitAsync(TimeSpan.FromMinutes(1)));
        }
    }
}
