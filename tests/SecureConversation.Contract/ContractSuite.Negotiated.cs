using System.Net;
using System.Text.RegularExpressions;
using SecureConversation.Contract.Sides;
using SecureConversation.Testing;

namespace SecureConversation.Contract;

// What protects messages is negotiated with the service.
public abstract partial class ContractSuite<TService, TClient>
{
    [Theory]
    [InlineData(Bootstrap.SslNegotiation, true)]
    [InlineData(Bootstrap.SslNegotiation, false)]
    [InlineData(Bootstrap.UserNameForSsl, true)]
    [InlineData(Bootstrap.UserNameForSsl, false)]
    [InlineData(Bootstrap.SslNegotiationWithCertificate, true)]
    [InlineData(Bootstrap.SslNegotiationWithCertificate, false)]
    public async Task NegotiatedServiceThatIsNotTrusted_LearnsNothing(Bootstrap bootstrap, bool inSession)
    {
        var scenario = new Scenario { Bootstrap = bootstrap, InSession = inSession, ExpectedService = TestCertificates.Other };
        await using var service = await StartAsync(scenario);
        await using var client = Connect(service, scenario);

        var refused = await Assert.ThrowsAsync<ContractRefusedException>(() => client.EchoAsync("confidential"));

        Assert.False(refused.IsSessionLost);
        Assert.Equal(0, service.Probe.Calls);
        Assert.Equal(scenario.Legs, service.Probe.Wire.Count);
        Assert.All(service.Probe.Wire, leg => Assert.DoesNotContain("confidential", leg.RequestText, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CertificateInANegotiationThatTheServiceDoesNotTrust_GetsInNowhere(bool inSession)
    {
        var scenario = new Scenario
        {
            Bootstrap = Bootstrap.SslNegotiationWithCertificate,
            InSession = inSession,
            ClientCertificate = TestCertificates.Other,
        };
        await using var service = await StartAsync(scenario);
        await using var client = Connect(service, scenario);

        await Assert.ThrowsAsync<ContractRefusedException>(client.CountAsync);

        AssertRefused(service);
        Assert.Equal(scenario.Legs, service.Probe.Wire.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WrongPasswordAfterANegotiation_GetsInNowhere(bool inSession)
    {
        var scenario = new Scenario { Bootstrap = Bootstrap.UserNameForSsl, InSession = inSession, Password = "wrong" };
        await using var service = await StartAsync(scenario);
        await using var client = Connect(service, scenario);

        await Assert.ThrowsAsync<ContractRefusedException>(client.CountAsync);

        AssertRefused(service);
        Assert.Equal(scenario.Legs + 1, service.Probe.Wire.Count);
    }

    [Fact]
    public async Task MessagesOutsideSessions_ShareWhatWasNegotiated()
    {
        var scenario = new Scenario { Bootstrap = Bootstrap.UserNameForSsl, InSession = false };
        await using var service = await StartAsync(scenario);
        await using var client = Connect(service, scenario);

        await Task.WhenAll(Enumerable.Range(0, 16).Select(async i => Assert.Equal($"{i}", await client.EchoAsync($"{i}"))));

        Assert.Equal(16, service.Probe.Calls);
        Assert.Equal(scenario.Legs + 16, service.Probe.Wire.Count);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task RestartOfTheService_IsOverWithTheNextNegotiation(bool inSession, bool keeps)
    {
        var scenario = new Scenario { Bootstrap = Bootstrap.UserNameForSsl, InSession = inSession, KeepsNegotiated = keeps };
        var before = await StartAsync(scenario);
        await using var client = Connect(before, scenario);
        await client.CountAsync();
        await before.DisposeAsync();
        await using var after = await StartAsync(scenario with { Port = before.Address.Port });

        var refused = await Assert.ThrowsAsync<ContractRefusedException>(client.CountAsync);

        Assert.True(refused.IsSessionLost);
        Assert.Equal(0, after.Probe.Calls);
        if (!inSession)
        {
            Assert.Equal(1, await client.CountAsync());
            Assert.Equal(1 + scenario.Legs + 1, after.Probe.Wire.Count);
        }
    }

    [Fact]
    public async Task RenewedKeysOfANegotiatedSession_LeaveItAsItWas()
    {
        var scenario = new Scenario { Bootstrap = Bootstrap.UserNameForSsl, KeyLife = TimeSpan.FromSeconds(1) };
        await using var service = await StartAsync(scenario);
        await using var client = Connect(service, scenario);
        for (var count = 1; count <= 3; count++)
        {
            Assert.Equal(count, await client.CountAsync());
            await Task.Delay(TimeSpan.FromSeconds(1.2));
        }

        Assert.Equal(1, Sent(service, "/RST/SCT"));
        Assert.Equal(2, Sent(service, "/RST/SCT/Renew"));
        await client.CloseAsync();
        Assert.True(await service.Probe.SessionEnded.WaitAsync(Patience));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task LegsOfSomebodyElse_ReachNoOperation(bool inSession)
    {
        var scenario = new Scenario { Bootstrap = Bootstrap.UserNameForSsl, InSession = inSession };
        await using var service = await StartAsync(scenario);
        await using var client = Connect(service, scenario);
        Assert.Equal(1, await client.CountAsync());
        var legs = service.Probe.Wire.Take(scenario.Legs).ToList();

        foreach (var leg in legs)
        {
            // Another first leg is a negotiation of its own. The second one belongs to a negotiation that is over.
            var (status, answer) = await PostAsync(service, leg, leg.RequestText);
            Assert.Equal(leg == legs[0] ? HttpStatusCode.OK : HttpStatusCode.InternalServerError, status);
            Assert.DoesNotContain("CipherValue", answer, StringComparison.Ordinal);
            // The action in the media type would be another one.
            var plain = leg with { ContentType = Regex.Replace(leg.ContentType, ";[ ]*action=\"[^\"]*\"", "") };
            var operation = Regex.Replace(leg.RequestText, "(<a:Action[^>]*>)[^<]*", $"$1{Contract.ActionPrefix}Count");
            Assert.Contains(Contract.ActionPrefix, operation, StringComparison.Ordinal);
            (status, _) = await PostAsync(service, plain, operation);
            Assert.Equal(HttpStatusCode.InternalServerError, status);
        }

        Assert.Equal(1, service.Probe.Calls);
        Assert.Equal(inSession ? 2 : 1, await client.CountAsync());
    }
}
