using System.ServiceModel;
using SecureConversation.Contract.Sides;
using SecureConversation.Testing;

namespace SecureConversation.Contract.Wcf.NetTcp;

/// <summary>The contract over net.tcp, where no probe of HTTP is: tests have the names of those of the suite.</summary>
public sealed partial class ContractOverNetTcp
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    // Kestrel and the stack log connections that end so.
    public ContractOverNetTcp() => RecordedLog.Current.AllowErrors(entry => !entry.IsOfTheLibrary);

    [Theory]
    [MemberData(nameof(NetTcpScenarios.Running), MemberType = typeof(NetTcpScenarios))]
    public Task Calls_AreAnsweredAndUnreadableOnTheWire(string scenario) => CallAsync(Scenarios.Get(scenario), isDropIn: false);

    [Theory]
    [InlineData(Bootstrap.SslNegotiation)]
    [InlineData(Bootstrap.UserNameForSsl)]
    [InlineData(Bootstrap.SslNegotiationWithCertificate)]
    public Task NetTcpBinding_CallsAreAnsweredAndUnreadableOnTheWire(Bootstrap bootstrap) => CallAsync(new() { Bootstrap = bootstrap }, isDropIn: true);

    [Fact]
    public async Task DeclaredFault_KeepsCodeReasonAndDetail()
    {
        await using var service = await NetTcpSide.StartAsync(new());
        await using var client = service.Connect(new());
        var fault = await Assert.ThrowsAsync<ContractFaultException>(() => client.DivideAsync(1, 0));
        Assert.Equal(("DivideByZero", "No division by zero.", "zero"), (fault.Subcode, fault.Message, fault.Detail));
        Assert.Equal(2, await client.DivideAsync(4, 2));
        Assert.False(service.Wire.Passed(service.Wire.Answered, "DivideByZero"));
        await client.CloseAsync();
    }

    [Fact]
    public async Task UnexpectedException_IsAFaultThatTellsNothing()
    {
        await using var service = await NetTcpSide.StartAsync(new());
        await using var client = service.Connect(new());
        var fault = await Assert.ThrowsAsync<ContractFaultException>(() => client.FailAsync("x"));
        Assert.DoesNotContain(Contract.Secret, fault.ToString(), StringComparison.Ordinal);
        Assert.Null(fault.Detail);
    }

    [Fact]
    public async Task OneWayMessage_Arrives()
    {
        await using var service = await NetTcpSide.StartAsync(new());
        await using var client = service.Connect(new());
        await client.NotifyAsync("the news");
        Assert.True(await service.Probe.NotifiedSignal.WaitAsync(Patience));
        Assert.Equal(["the news"], service.Probe.Notified);
        Assert.Equal(3, await client.AddAsync(1, 2));
        Assert.False(service.Wire.Passed(service.Wire.Sent, "the news"));
        await client.CloseAsync();
    }

    [Fact]
    public async Task ProtectionLevelOfAnOperation_HoldsForRequestAndReply()
    {
        await using var service = await NetTcpSide.StartAsync(new());
        await using var client = service.Connect(new());
        Assert.Equal("for everybody", await client.SignedAsync("for everybody"));
        Assert.True(service.Wire.Passed(service.Wire.Sent, "for everybody"));
        Assert.True(service.Wire.Passed(service.Wire.Answered, "for everybody"));
        await client.CloseAsync();
    }

    [Fact]
    public async Task ConcurrentCallsOnOneClient_ShareIt()
    {
        await using var service = await NetTcpSide.StartAsync(new());
        await using var client = service.Connect(new());
        await Task.WhenAll(Enumerable.Range(0, 32).Select(async caller =>
        {
            for (var i = 0; i < 8; i++)
            {
                Assert.Equal($"{caller}/{i}", await client.EchoAsync($"{caller}/{i}"));
            }
        }));
        await client.CloseAsync();
        Assert.Equal(32 * 8, service.Probe.Calls);
    }

    [Fact]
    public async Task Text_OfAnyPieces_ComesBackAsItWas()
    {
        string[] pieces = ["\r", "\n", "\t", "\r\n", " ", "]]>", "<![CDATA[", "<", ">", "&", "&#xD;", "\"", "'", "\u0085", "\u2028", "\u00a0", "\ufeff", "\U0001f600", "e\u0301", "a"];
        await using var service = await NetTcpSide.StartAsync(new());
        await using var client = service.Connect(new());
        var random = new Random(7);
        foreach (var length in new[] { 1, 2, 3, 5, 8, 40, 300, 2000, 9000 })
        {
            var text = string.Concat(Enumerable.Range(0, length).Select(_ => pieces[random.Next(pieces.Length)]));
            Assert.Equal(text, await client.EchoAsync(text));
            Assert.Equal(text, await client.SignedAsync(text));
        }

        await client.CloseAsync();
    }

    [Fact]
    public async Task EachSession_HasItsOwnIdAndState()
    {
        await using var service = await NetTcpSide.StartAsync(new());
        await using var first = service.Connect(new());
        await using var second = service.Connect(new());
        for (var count = 1; count <= 3; count++)
        {
            Assert.Equal(count, await first.CountAsync());
        }

        Assert.Equal(1, await second.CountAsync());
        var ids = new[] { await SessionIdAsync(first), await SessionIdAsync(first), await SessionIdAsync(second) };
        Assert.Equal(ids[0], ids[1]);
        Assert.NotEqual(ids[0], ids[2]);
        Assert.Equal(first.SessionId, ids[0]);
        await first.CloseAsync();
        await second.CloseAsync();
    }

    [Fact]
    public async Task Closing_EndsTheSessionAtTheService()
    {
        await using var service = await NetTcpSide.StartAsync(new());
        await using var client = service.Connect(new());
        await client.CountAsync();
        Assert.Equal(0, service.Probe.SessionEnded.CurrentCount);
        await client.CloseAsync();
        Assert.True(await service.Probe.SessionEnded.WaitAsync(Patience));
        await using var next = service.Connect(new());
        Assert.Equal(1, await next.CountAsync());
        await next.CloseAsync();
    }

    [Fact]
    public async Task IdleSession_Ends()
    {
        await using var service = await NetTcpSide.StartAsync(new() { IdleTimeout = TimeSpan.FromSeconds(1) });
        await using var client = service.Connect(new());
        await client.CountAsync();
        Assert.True(await service.Probe.SessionEnded.WaitAsync(Patience));
        await Assert.ThrowsAnyAsync<CommunicationException>(client.CountAsync);
    }

    [Fact]
    public async Task RestartOfTheService_FailsTheCallAndANewSessionHelps()
    {
        var before = await NetTcpSide.StartAsync(new());
        await using var client = before.Connect(new());
        await client.CountAsync();
        await before.DisposeAsync();
        await using var after = await NetTcpSide.StartAsync(new() { Port = before.Address.Port });
        await Assert.ThrowsAnyAsync<CommunicationException>(client.CountAsync);
        Assert.Equal(0, after.Probe.Calls);
        await using var next = after.Connect(new());
        Assert.Equal(1, await next.CountAsync());
        await next.CloseAsync();
    }

    [Fact]
    public async Task FaultOfTheApplication_LeavesTheSessionAsItWas()
    {
        await using var service = await NetTcpSide.StartAsync(new());
        await using var client = service.Connect(new());
        await client.CountAsync();
        await Assert.ThrowsAsync<ContractFaultException>(() => client.DivideAsync(1, 0));
        Assert.Equal(2, await client.CountAsync());
        await client.CloseAsync();
    }

    private static async Task CallAsync(Scenario settings, bool isDropIn)
    {
        await using var service = await NetTcpSide.StartAsync(settings, isDropIn);
        await using var client = service.Connect(settings, isDropIn);
        Assert.Equal(3, await client.AddAsync(1, 2));
        const string Text = "confidential: h\u00e9 \u4f60 <&> ]]> \t\n end";
        Assert.Equal(Text, await client.EchoAsync(Text));
        Assert.Equal("", await client.EchoAsync(""));
        var who = (await client.WhoAmIAsync()).Split('\n');
        Assert.Equal(settings.User.Length == 0, who[0].Length == 0);
        Assert.Contains(settings.User, who[0], StringComparison.Ordinal);
        Assert.Equal(client.SessionId, who[1]);
        await client.CloseAsync();
        Assert.Equal(4, service.Probe.Calls);
        Assert.True(await service.Probe.SessionEnded.WaitAsync(Patience));

        // What is looked for passes where nobody hides it.
        Assert.True(service.Wire.Passed(service.Wire.Sent, "/contract"));
        Assert.False(service.Wire.Passed(service.Wire.Sent, "confidential"));
        Assert.False(service.Wire.Passed(service.Wire.Answered, "confidential"));
        Assert.False(service.Wire.Passed(service.Wire.Sent, Contract.Password));
    }

    private static async Task<string> SessionIdAsync(IContractClient client) => (await client.WhoAmIAsync()).Split('\n')[1];
}
