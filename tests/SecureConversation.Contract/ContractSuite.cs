using SecureConversation.Contract.Sides;
using SecureConversation.Testing;

namespace SecureConversation.Contract;

/// <summary>What every service and every client of ours hold to, whichever stack they live in. One derived class for each pair.</summary>
public abstract partial class ContractSuite<TService, TClient>
    where TService : IServiceSide, new()
    where TClient : IClientSide, new()
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Theory]
    [MemberData(nameof(Scenarios.Names), MemberType = typeof(Scenarios))]
    public async Task Calls_AreAnsweredAndUnreadableOnTheWire(string scenario)
    {
        SkipLeftOut(scenario);
        var settings = Scenarios.Get(scenario);
        await using var service = await StartAsync(settings);
        await using var client = Connect(service, settings);

        Assert.Equal(3, await client.AddAsync(1, 2));
        const string Text = "confidential: h\u00e9 \u4f60 <&> ]]> \t\n end";
        Assert.Equal(Text, await client.EchoAsync(Text));
        Assert.Equal("", await client.EchoAsync(""));
        var who = (await client.WhoAmIAsync()).Split('\n');
        Assert.Equal(settings.User.Length == 0, who[0].Length == 0);
        Assert.Contains(settings.User, who[0], StringComparison.Ordinal);
        Assert.Equal(settings.InSession, who[1].Length != 0);
        await client.CloseAsync();

        // Four calls, in a session its beginning and its end, and what is negotiated before.
        Assert.Equal(settings.Legs + (settings.InSession ? 6 : 4), service.Probe.Wire.Count);
        Assert.Equal(4, service.Probe.Calls);
        Assert.All(service.Probe.Wire, exchange =>
        {
            Assert.Equal(200, exchange.Status);
            Assert.DoesNotContain("confidential", exchange.RequestText, StringComparison.Ordinal);
            Assert.DoesNotContain("confidential", exchange.ResponseText, StringComparison.Ordinal);
            Assert.DoesNotContain(Contract.Password, exchange.RequestText, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task DeclaredFault_KeepsCodeReasonAndDetail(bool inSession)
    {
        await using var service = await StartAsync(new() { InSession = inSession });
        await using var client = Connect(service, new() { InSession = inSession });

        var fault = await Assert.ThrowsAsync<ContractFaultException>(() => client.DivideAsync(1, 0));

        Assert.Equal(("DivideByZero", "No division by zero.", "zero"), (fault.Subcode, fault.Message, fault.Detail));
        Assert.Equal(2, await client.DivideAsync(4, 2));
        var exchange = service.Probe.Wire.ElementAt(inSession ? 1 : 0);
        Assert.Equal(500, exchange.Status);
        Assert.DoesNotContain("zero", exchange.ResponseText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task UnexpectedException_IsAFaultThatTellsNothing(bool inSession)
    {
        await using var service = await StartAsync(new() { InSession = inSession });
        await using var client = Connect(service, new() { InSession = inSession });

        // ASP.NET Core services log it, CoreWCF does not.
        RecordedLog.Current.AllowErrors(entry => entry.Exception is InvalidOperationException { Message: Contract.Secret });

        var fault = await Assert.ThrowsAsync<ContractFaultException>(() => client.FailAsync("x"));

        Assert.DoesNotContain(Contract.Secret, fault.ToString(), StringComparison.Ordinal);
        Assert.Null(fault.Detail);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OneWayMessage_Arrives(bool inSession)
    {
        await using var service = await StartAsync(new() { InSession = inSession });
        await using var client = Connect(service, new() { InSession = inSession });

        await client.NotifyAsync("the news");

        Assert.True(await service.Probe.NotifiedSignal.WaitAsync(Patience));
        Assert.Equal(["the news"], service.Probe.Notified);
        Assert.Equal(3, await client.AddAsync(1, 2));
        var exchange = service.Probe.Wire.ElementAt(inSession ? 1 : 0);
        Assert.Equal((202, 0), (exchange.Status, exchange.Response.Length));
        Assert.DoesNotContain("the news", exchange.RequestText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ProtectionLevelOfAnOperation_HoldsForRequestAndReply(bool inSession)
    {
        await using var service = await StartAsync(new() { InSession = inSession });
        await using var client = Connect(service, new() { InSession = inSession });

        Assert.Equal("for everybody", await client.SignedAsync("for everybody"));

        var exchange = service.Probe.Wire.Last();
        Assert.Contains("for everybody", exchange.RequestText, StringComparison.Ordinal);
        Assert.Contains("for everybody", exchange.ResponseText, StringComparison.Ordinal);
    }

    /// <summary>Without WS-Addressing a request goes by its action in HTTP, and replies by the strongest level of all, as in WCF.</summary>
    [Fact]
    public async Task ProtectionLevelOfAnOperation_WithoutAddressing_HoldsForTheRequest()
    {
        var scenario = Scenarios.Get("UserName/Soap11/single");
        await using var service = await StartAsync(scenario);
        await using var client = Connect(service, scenario);

        Assert.Equal("for everybody", await client.SignedAsync("for everybody"));
        var signed = service.Probe.Wire.Last();
        Assert.Contains("for everybody", signed.RequestText, StringComparison.Ordinal);
        Assert.DoesNotContain("for everybody", signed.ResponseText, StringComparison.Ordinal);

        Assert.Equal("for nobody", await client.EchoAsync("for nobody"));
        var encrypted = service.Probe.Wire.Last();
        Assert.DoesNotContain("for nobody", encrypted.RequestText, StringComparison.Ordinal);
        Assert.DoesNotContain("for nobody", encrypted.ResponseText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ConcurrentCallsOnOneClient_ShareIt(bool inSession)
    {
        await using var service = await StartAsync(new() { InSession = inSession });
        await using var client = Connect(service, new() { InSession = inSession });

        await Task.WhenAll(Enumerable.Range(0, 32).Select(async caller =>
        {
            for (var i = 0; i < 8; i++)
            {
                Assert.Equal($"{caller}/{i}", await client.EchoAsync($"{caller}/{i}"));
            }
        }));

        await client.CloseAsync();
        Assert.Equal(32 * 8, service.Probe.Calls);
        Assert.Equal((32 * 8) + (inSession ? 2 : 0), service.Probe.Wire.Count);
    }

    /// <summary>Why a pair leaves out a scenario; null where it runs.</summary>
    protected virtual string? LeavesOut(string scenario) => null;

    private void SkipLeftOut(string scenario)
    {
        if (LeavesOut(scenario) is { } reason)
        {
            Assert.Skip(reason);
        }
    }

    private static Task<IContractService> StartAsync(Scenario? scenario = null) => new TService().StartAsync(scenario ?? new());

    private static IContractClient Connect(IContractService service, Scenario? scenario = null) => new TClient().Create(service.Address, scenario ?? new());
}
