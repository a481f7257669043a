using SecureConversation.Testing;

namespace SecureConversation.Contract.Wcf.NetTcp;

// What must not get through, and keys that live for seconds.
public sealed partial class ContractOverNetTcp
{
    private static readonly TimeSpan KeyLife = TimeSpan.FromSeconds(3);

    [Theory]
    [InlineData(Bootstrap.MutualCertificate)]
    [InlineData(Bootstrap.MutualCertificate10)]
    [InlineData(Bootstrap.MutualCertificateDuplex)]
    public Task CertificateThatTheServiceDoesNotTrust_GetsInNowhere(Bootstrap bootstrap) =>
        RefusedAsync(new() { Bootstrap = bootstrap }, new() { Bootstrap = bootstrap, ClientCertificate = TestCertificates.Other });

    [Fact]
    public Task WrongPassword_GetsInNowhere() =>
        RefusedAsync(new() { Bootstrap = Bootstrap.UserName }, new() { Bootstrap = Bootstrap.UserName, Password = "wrong" });

    [Theory]
    [InlineData(Bootstrap.MutualCertificate)]
    [InlineData(Bootstrap.MutualCertificate10)]
    [InlineData(Bootstrap.UserName)]
    [InlineData(Bootstrap.Anonymous)]
    public Task ServiceWithAnotherCertificate_LearnsNothing(Bootstrap bootstrap) =>
        RefusedAsync(new() { Bootstrap = bootstrap }, new() { Bootstrap = bootstrap, ExpectedService = TestCertificates.Other });

    [Theory]
    [InlineData(Bootstrap.SslNegotiation)]
    [InlineData(Bootstrap.UserNameForSsl)]
    [InlineData(Bootstrap.SslNegotiationWithCertificate)]
    public Task NegotiatedServiceThatIsNotTrusted_LearnsNothing(Bootstrap bootstrap) =>
        RefusedAsync(new() { Bootstrap = bootstrap }, new() { Bootstrap = bootstrap, ExpectedService = TestCertificates.Other });

    [Fact]
    public Task CertificateInANegotiationThatTheServiceDoesNotTrust_GetsInNowhere() => RefusedAsync(
        new() { Bootstrap = Bootstrap.SslNegotiationWithCertificate },
        new() { Bootstrap = Bootstrap.SslNegotiationWithCertificate, ClientCertificate = TestCertificates.Other });

    [Fact]
    public Task WrongPasswordAfterANegotiation_GetsInNowhere() =>
        RefusedAsync(new() { Bootstrap = Bootstrap.UserNameForSsl }, new() { Bootstrap = Bootstrap.UserNameForSsl, Password = "wrong" });

    [Theory]
    [InlineData("other suite")]
    [InlineData("other version")]
    [InlineData("other bootstrap")]
    public Task ClientWithOtherSettings_IsRefused(string ofClient) => RefusedAsync(new(), ofClient switch
    {
        "other suite" => new() { AlgorithmSuite = "Basic128" },
        "other version" => new() { Is13 = true },
        _ => new() { Bootstrap = Bootstrap.Anonymous },
    });

    [Fact]
    public Task RenewedKeys_LeaveTheSessionAsItWas() => RenewAsync(new() { KeyLife = KeyLife });

    [Fact]
    public Task RenewedKeysOfANegotiatedSession_LeaveItAsItWas() => RenewAsync(new() { KeyLife = KeyLife, Bootstrap = Bootstrap.UserNameForSsl });

    [Fact]
    public async Task RenewalUnderLoad_LosesNoCall()
    {
        await using var service = await NetTcpSide.StartAsync(new() { KeyLife = KeyLife });
        await using var client = service.Connect(new());
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
        await client.CloseAsync();
    }

    [Fact]
    public async Task KeyThatExpiredBetweenCalls_IsRenewedBeforeTheNext()
    {
        await using var service = await NetTcpSide.StartAsync(new() { KeyLife = TimeSpan.FromSeconds(1) });
        await using var client = service.Connect(new());
        for (var count = 1; count <= 3; count++)
        {
            Assert.Equal(count, await client.CountAsync());
            await Task.Delay(TimeSpan.FromSeconds(1.2));
        }

        await client.CloseAsync();
    }

    private static async Task RenewAsync(Scenario scenario)
    {
        await using var service = await NetTcpSide.StartAsync(scenario);
        await using var client = service.Connect(scenario);
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
        await client.CloseAsync();
        Assert.True(await service.Probe.SessionEnded.WaitAsync(Patience));
    }

    private static async Task RefusedAsync(Scenario ofService, Scenario ofClient)
    {
        await using var service = await NetTcpSide.StartAsync(ofService);
        await using var client = service.Connect(ofClient);
        var refused = await Assert.ThrowsAsync<ContractRefusedException>(() => client.EchoAsync("confidential"));
        Assert.False(refused.IsSessionLost);
        Assert.Equal(0, service.Probe.Calls);
        Assert.False(service.Wire.Passed(service.Wire.Sent, "confidential"));
    }
}
