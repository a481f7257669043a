using SecureConversation.Binding;
using SecureConversation.Contract.Sides;
using SecureConversation.Testing;

namespace SecureConversation.Contract;

/// <summary>
/// What every pair that has reliable sessions holds to in them, with both versions of WS-ReliableMessaging. One derived class for each pair.
/// </summary>
public abstract class ReliableSuite<TService, TClient>
    where TService : IServiceSide, new()
    where TClient : IClientSide, new()
{
    private const string Variable = "SECURECONVERSATION_RELIABLE_CONTRACT";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly HashSet<string> Chosen =
    [
        "MutualCertificate/session", "MutualCertificate/1.3/session", "MutualCertificateDuplex/session", "Anonymous/session",
        "UserName/1.3/session", "SslNegotiation/session", "WSHttp/MutualCertificate/session", "WS2007Http/UserName/session",
        "EncryptBeforeSign/session", "without derived keys/session", "Soap11WSAddressing10/session",
        "MutualCertificate/Soap12WSAddressingAugust2004/session",
    ];

    [Theory]
    [MemberData(nameof(ReliableScenarios.All), MemberType = typeof(ReliableScenarios))]
    public async Task Calls_AreAnsweredInASequence(string scenario, ReliableMessagingVersion version)
    {
        if (Environment.GetEnvironmentVariable(Variable) != "all" && !Chosen.Contains(scenario))
        {
            Assert.Skip($"all scenarios in reliable sessions run with {Variable}=all");
        }

        var settings = Scenarios.Get(scenario) with { ReliableSession = version };
        await using var service = await StartAsync(settings);
        await using var client = Connect(service, settings);

        Assert.Equal(3, await client.AddAsync(1, 2));
        const string Text = "confidential: h\u00e9 \u4f60 <&> ]]> \t\n end";
        Assert.Equal(Text, await client.EchoAsync(Text));
        Assert.Contains(settings.User, (await client.WhoAmIAsync()).Split('\n')[0], StringComparison.Ordinal);
        await client.NotifyAsync("confidential news");
        Assert.True(await service.Probe.NotifiedSignal.WaitAsync(Patience));
        Assert.Equal(1, await client.CountAsync());
        Assert.Equal(2, await client.CountAsync());
        await client.CloseAsync();

        Assert.Equal(6, service.Probe.Calls);
        Assert.True(await service.Probe.SessionEnded.WaitAsync(Patience));
        var wire = service.Probe.Wire.ToList();
        // The handshake, the beginning of the sequence, six calls, its end in two messages, and that of the session.
        Assert.True(wire.Count >= settings.Legs + 11, $"{wire.Count} messages");
        Assert.Contains("CreateSequence", wire[settings.Legs + 1].RequestText, StringComparison.Ordinal);
        Assert.Contains("TerminateSequence", wire[^2].RequestText, StringComparison.Ordinal);
        Assert.All(wire, exchange =>
        {
            Assert.InRange(exchange.Status, 200, 202);
            Assert.DoesNotContain("confidential", exchange.RequestText, StringComparison.Ordinal);
            Assert.DoesNotContain("confidential", exchange.ResponseText, StringComparison.Ordinal);
        });
    }

    [Theory]
    [MemberData(nameof(ReliableScenarios.Versions), MemberType = typeof(ReliableScenarios))]
    public async Task DeclaredFault_KeepsCodeReasonAndDetail(ReliableMessagingVersion version)
    {
        await using var service = await StartAsync(new() { ReliableSession = version });
        await using var client = Connect(service, new() { ReliableSession = version });

        var fault = await Assert.ThrowsAsync<ContractFaultException>(() => client.DivideAsync(1, 0));

        Assert.Equal(("DivideByZero", "No division by zero.", "zero"), (fault.Subcode, fault.Message, fault.Detail));
        Assert.Equal(2, await client.DivideAsync(4, 2));
        await client.CloseAsync();
    }

    [Theory]
    [MemberData(nameof(ReliableScenarios.Versions), MemberType = typeof(ReliableScenarios))]
    public async Task UnexpectedException_IsAFaultThatTellsNothing(ReliableMessagingVersion version)
    {
        await using var service = await StartAsync(new() { ReliableSession = version });
        await using var client = Connect(service, new() { ReliableSession = version });
        RecordedLog.Current.AllowErrors(entry => entry.Exception is InvalidOperationException { Message: Contract.Secret });

        var fault = await Assert.ThrowsAsync<ContractFaultException>(() => client.FailAsync("x"));

        Assert.DoesNotContain(Contract.Secret, fault.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, service.Probe.Calls);
    }

    [Theory]
    [MemberData(nameof(ReliableScenarios.Versions), MemberType = typeof(ReliableScenarios))]
    public async Task ProtectionLevelOfAnOperation_HoldsForRequestAndReply(ReliableMessagingVersion version)
    {
        await using var service = await StartAsync(new() { ReliableSession = version });
        await using var client = Connect(service, new() { ReliableSession = version });

        Assert.Equal("for everybody", await client.SignedAsync("for everybody"));

        Assert.Contains(service.Probe.Wire, exchange => exchange.RequestText.Contains("for everybody", StringComparison.Ordinal)
            && exchange.ResponseText.Contains("for everybody", StringComparison.Ordinal));
    }

    /// <summary>Many more than the window of the sequence takes.</summary>
    [Theory]
    [MemberData(nameof(ReliableScenarios.Versions), MemberType = typeof(ReliableScenarios))]
    public async Task ConcurrentCallsOnOneClient_ShareTheSequence(ReliableMessagingVersion version)
    {
        await using var service = await StartAsync(new() { ReliableSession = version });
        await using var client = Connect(service, new() { ReliableSession = version });

        await Task.WhenAll(Enumerable.Range(0, 16).Select(async caller =>
        {
            for (var i = 0; i < 4; i++)
            {
                Assert.Equal($"{caller}/{i}", await client.EchoAsync($"{caller}/{i}"));
            }
        }));

        await client.CloseAsync();
        Assert.Equal(16 * 4, service.Probe.Calls);
        Assert.Single(service.Probe.Wire, exchange => exchange.RequestText.Contains("CreateSequence>", StringComparison.Ordinal));
    }

    /// <summary>Every fifth connection ends before the request arrived, and every fifth before the reply did.</summary>
    [Theory]
    [MemberData(nameof(ReliableScenarios.Versions), MemberType = typeof(ReliableScenarios))]
    public async Task LostMessages_AreSentAgain_AndNoneIsExecutedTwice(ReliableMessagingVersion version)
    {
        await using var service = await StartAsync(new() { ReliableSession = version });
        await using var client = Connect(service, new() { ReliableSession = version });
        Assert.Equal(3, await client.AddAsync(1, 2));
        var random = new Random(15);
        service.Probe.Loses = () =>
        {
            lock (random)
            {
                return random.Next(5) == 0;
            }
        };
        for (var i = 0; i < 12; i++)
        {
            Assert.Equal($"{i}", await client.EchoAsync($"{i}"));
        }

        service.Probe.Loses = null;
        await client.CloseAsync();
        Assert.Equal(13, service.Probe.Calls);
        Assert.True(service.Probe.Wire.Count > 18, $"{service.Probe.Wire.Count} messages");
    }

    /// <summary>The key of the session is renewed in the middle of its sequence.</summary>
    [Theory]
    [MemberData(nameof(ReliableScenarios.Versions), MemberType = typeof(ReliableScenarios))]
    public async Task KeyThatExpires_IsRenewedAndTheSequenceGoesOn(ReliableMessagingVersion version)
    {
        var settings = new Scenario { ReliableSession = version, KeyLife = TimeSpan.FromSeconds(4) };
        await using var service = await StartAsync(settings);
        await using var client = Connect(service, settings);
        var calls = 0;
        while (!service.Probe.Wire.Any(exchange => exchange.RequestText.Contains("/SCT/Renew<", StringComparison.Ordinal)))
        {
            Assert.Equal($"{++calls}", await client.EchoAsync($"{calls}"));
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        Assert.Equal("then", await client.EchoAsync("then"));
        await client.CloseAsync();
        Assert.Equal(calls + 1, service.Probe.Calls);
        Assert.Single(service.Probe.Wire, exchange => exchange.RequestText.Contains("CreateSequence>", StringComparison.Ordinal));
    }

    private static Task<IContractService> StartAsync(Scenario scenario) => new TService().StartAsync(scenario);

    private static IContractClient Connect(IContractService service, Scenario scenario) => new TClient().Create(service.Address, scenario);
}
