using SecureConversation.Contract.Sides;

namespace SecureConversation.Contract;

// The life of sessions.
public abstract partial class ContractSuite<TService, TClient>
{
    [Fact]
    public async Task EachSession_HasItsOwnIdAndState()
    {
        await using var service = await StartAsync();
        await using var first = Connect(service);
        await using var second = Connect(service);

        for (var count = 1; count <= 3; count++)
        {
            Assert.Equal(count, await first.CountAsync());
        }

        Assert.Equal(1, await second.CountAsync());
        var ids = new[] { await SessionIdAsync(first), await SessionIdAsync(first), await SessionIdAsync(second) };
        Assert.Equal(ids[0], ids[1]);
        Assert.NotEqual(ids[0], ids[2]);
        Assert.Equal(first.SessionId ?? ids[0], ids[0]);
    }

    [Fact]
    public async Task WithoutSession_EachCallStartsAnew()
    {
        var scenario = new Scenario { InSession = false };
        await using var service = await StartAsync(scenario);
        await using var client = Connect(service, scenario);

        Assert.Equal(1, await client.CountAsync());
        Assert.Equal(1, await client.CountAsync());
        Assert.Null(client.SessionId);
    }

    [Fact]
    public async Task Closing_EndsTheSessionAtTheService()
    {
        await using var service = await StartAsync();
        await using var client = Connect(service);
        await client.CountAsync();
        Assert.Equal(0, service.Probe.SessionEnded.CurrentCount);

        await client.CloseAsync();

        Assert.True(await service.Probe.SessionEnded.WaitAsync(Patience));
        await using var next = Connect(service);
        Assert.Equal(1, await next.CountAsync());
    }

    [Fact]
    public async Task IdleSession_Ends()
    {
        await using var service = await StartAsync(new() { IdleTimeout = TimeSpan.FromSeconds(1) });
        await using var client = Connect(service);
        await client.CountAsync();

        Assert.True(await service.Probe.SessionEnded.WaitAsync(Patience));
        var refused = await Assert.ThrowsAsync<ContractRefusedException>(client.CountAsync);

        Assert.True(refused.IsSessionLost);
    }

    [Fact]
    public async Task RestartOfTheService_FailsTheCallAndANewSessionHelps()
    {
        var before = await StartAsync();
        await using var client = Connect(before);
        await client.CountAsync();
        await before.DisposeAsync();
        await using var after = await StartAsync(new() { Port = before.Address.Port });

        var refused = await Assert.ThrowsAsync<ContractRefusedException>(client.CountAsync);

        Assert.True(refused.IsSessionLost);
        Assert.Equal(0, after.Probe.Calls);
        await using var next = Connect(after);
        Assert.Equal(1, await next.CountAsync());
    }

    [Fact]
    public async Task FaultOfTheApplication_LeavesTheSessionAsItWas()
    {
        await using var service = await StartAsync();
        await using var client = Connect(service);
        await client.CountAsync();

        await Assert.ThrowsAsync<ContractFaultException>(() => client.DivideAsync(1, 0));

        Assert.Equal(2, await client.CountAsync());
    }

    private static async Task<string> SessionIdAsync(IContractClient client) => (await client.WhoAmIAsync()).Split('\n')[1];
}
