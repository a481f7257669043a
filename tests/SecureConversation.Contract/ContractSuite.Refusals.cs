using System.Net;
using System.Net.Http.Headers;
using SecureConversation.Contract.Sides;
using SecureConversation.Testing;

namespace SecureConversation.Contract;

// What must not get through.
public abstract partial class ContractSuite<TService, TClient>
{
    [Theory]
    [InlineData(Bootstrap.MutualCertificate, true)]
    [InlineData(Bootstrap.MutualCertificate, false)]
    [InlineData(Bootstrap.MutualCertificate10, true)]
    [InlineData(Bootstrap.MutualCertificate10, false)]
    [InlineData(Bootstrap.MutualCertificateDuplex, true)]
    [InlineData(Bootstrap.MutualCertificateDuplex, false)]
    public async Task CertificateThatTheServiceDoesNotTrust_GetsInNowhere(Bootstrap bootstrap, bool inSession)
    {
        var scenario = new Scenario { Bootstrap = bootstrap, InSession = inSession, ClientCertificate = TestCertificates.Other };
        await using var service = await StartAsync(scenario);
        await using var client = Connect(service, scenario);

        var refused = await Assert.ThrowsAsync<ContractRefusedException>(client.CountAsync);

        Assert.False(refused.IsSessionLost);
        AssertRefused(service);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WrongPassword_GetsInNowhere(bool inSession)
    {
        var scenario = new Scenario { Bootstrap = Bootstrap.UserName, InSession = inSession, Password = "wrong" };
        await using var service = await StartAsync(scenario);
        await using var client = Connect(service, scenario);

        await Assert.ThrowsAsync<ContractRefusedException>(client.CountAsync);

        AssertRefused(service);
    }

    [Theory]
    [InlineData(Bootstrap.MutualCertificate, true)]
    [InlineData(Bootstrap.MutualCertificate, false)]
    [InlineData(Bootstrap.MutualCertificate10, true)]
    [InlineData(Bootstrap.MutualCertificate10, false)]
    [InlineData(Bootstrap.UserName, true)]
    [InlineData(Bootstrap.UserName, false)]
    [InlineData(Bootstrap.Anonymous, true)]
    public async Task ServiceWithAnotherCertificate_LearnsNothing(Bootstrap bootstrap, bool inSession)
    {
        var scenario = new Scenario { Bootstrap = bootstrap, InSession = inSession, ExpectedService = TestCertificates.Other };
        await using var service = await StartAsync(scenario);
        await using var client = Connect(service, scenario);

        await Assert.ThrowsAsync<ContractRefusedException>(() => client.EchoAsync("confidential"));

        AssertRefused(service);
        Assert.DoesNotContain("confidential", service.Probe.Wire.Single().RequestText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("session", "single")]
    [InlineData("single", "session")]
    [InlineData("session", "other suite")]
    [InlineData("session", "other version")]
    [InlineData("session", "other bootstrap")]
    public async Task ClientWithOtherSettings_IsRefused(string ofService, string ofClient)
    {
        Scenario Settings(string name) => name switch
        {
            "single" => new() { InSession = false },
            "other suite" => new() { AlgorithmSuite = "Basic128" },
            "other version" => new() { Is13 = true },
            "other bootstrap" => new() { Bootstrap = Bootstrap.Anonymous },
            _ => new(),
        };
        await using var service = await StartAsync(Settings(ofService));
        await using var client = Connect(service, Settings(ofClient));

        await Assert.ThrowsAsync<ContractRefusedException>(client.CountAsync);

        AssertRefused(service);
    }

    [Theory]
    [InlineData("again", true)]
    [InlineData("again", false)]
    [InlineData("changed", true)]
    [InlineData("changed", false)]
    [InlineData("cut", true)]
    [InlineData("cut", false)]
    [InlineData("no security", true)]
    [InlineData("no security", false)]
    public async Task BytesOfSomebodyElse_ReachNothingAndEndNoSession(string bytes, bool inSession)
    {
        var scenario = new Scenario { InSession = inSession };
        await using var service = await StartAsync(scenario);
        await using var client = Connect(service, scenario);
        await client.CountAsync();
        var recorded = service.Probe.Wire.Last();
        var text = recorded.RequestText;
        var value = text.IndexOf("CipherValue>", StringComparison.Ordinal) + 40;

        var (status, answer) = await PostAsync(service, recorded, bytes switch
        {
            "again" => text,
            "changed" => string.Concat(text.AsSpan(0, value), text[value] == 'A' ? "B" : "A", text.AsSpan(value + 1)),
            "cut" => text[..(text.Length / 2)],
            _ => string.Concat(text.AsSpan(0, text.IndexOf("<o:Security", StringComparison.Ordinal)),
                text.AsSpan(text.IndexOf("</o:Security>", StringComparison.Ordinal) + "</o:Security>".Length)),
        });

        Assert.Contains(status, new[] { HttpStatusCode.InternalServerError, HttpStatusCode.BadRequest });
        Assert.DoesNotContain("CountResult", answer, StringComparison.Ordinal);
        Assert.Equal(1, service.Probe.Calls);
        Assert.Equal(inSession ? 2 : 1, await client.CountAsync());
    }

    private static async Task<(HttpStatusCode Status, string Answer)> PostAsync(IContractService service, WireExchange like, string envelope)
    {
        using var http = new HttpClient();
        using var content = new StringContent(envelope);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(WireExchange.TextType(like.ContentType)!);
        using var response = await http.PostAsync(service.Address, content);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static void AssertRefused(IContractService service)
    {
        Assert.Equal(0, service.Probe.Calls);
        Assert.Equal(500, service.Probe.Wire.Last().Status);
    }
}
