namespace SecureConversation.Contract;

// Keys that live for seconds: no caller sees that they are renewed.
public abstract partial class ContractSuite<TService, TClient>
{
    private static readonly TimeSpan KeyLife = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task RenewedKeys_LeaveTheSessionAsItWas()
    {
        await using var service = await StartAsync(new() { KeyLife = KeyLife });
        await using var client = Connect(service);
        var ids = new HashSet<string>();
        var end = DateTime.UtcNow + (3 * KeyLife);
        for (var count = 1; DateTime.UtcNow < end; count += 2)
        {
            Assert.Equal(count, await client.CountAsync());
            ids.Add(await SessionIdAsync(client));
            Assert.Equal(count + 1, await client.CountAsync());
            await Task.Delay(100);
        }

        Assert.Single(ids);
        Assert.Equal(1, Sent(service, "/RST/SCT"));
        Assert.InRange(Sent(service, "/RST/SCT/Renew"), 2, 10);
        await client.CloseAsync();
        Assert.True(await service.Probe.SessionEnded.WaitAsync(Patience));
    }

    [Fact]
    public async Task RenewalUnderLoad_LosesNoCall()
    {
        await using var service = await StartAsync(new() { KeyLife = KeyLife });
        await using var client = Connect(service);
        await client.CountAsync();
        var end = DateTime.UtcNow + (3 * KeyLife);
        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(async caller =>
        {
            var calls = 0;
            for (; DateTime.UtcNow < end; calls++)
            {
                Assert.Equal($"{caller}-{calls}", await client.EchoAsync($"{caller}-{calls}"));
            }

            return calls;
        }));
        Assert.Equal(made.Sum() + 1, service.Probe.Calls);
        Assert.Equal(2, await client.CountAsync());
        Assert.Equal(1, Sent(service, "/RST/SCT"));
        Assert.InRange(Sent(service, "/RST/SCT/Renew"), 2, 10);
    }

    [Fact]
    public async Task KeyThatExpiredBetweenCalls_IsRenewedBeforeTheNext()
    {
        await using var service = await StartAsync(new() { KeyLife = TimeSpan.FromSeconds(1) });
        await using var client = Connect(service);
        for (var count = 1; count <= 3; count++)
        {
            Assert.Equal(count, await client.CountAsync());
            await Task.Delay(TimeSpan.FromSeconds(1.2));
        }

        Assert.Equal(1, Sent(service, "/RST/SCT"));
        Assert.Equal(2, Sent(service, "/RST/SCT/Renew"));
    }

    private static int Sent(Sides.IContractService service, string action) =>
        service.Probe.Wire.Count(exchange => exchange.RequestText.Contains(action + "</", StringComparison.Ordinal));
}
