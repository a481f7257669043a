using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.Cli.Tests.Doctor;

/// <summary>secureconversation doctor against real services: each fault is found at its step, and no secret is printed.</summary>
public sealed class DoctorTests : IDisposable
{
    private static readonly MessageSecurity Certificates = new() { ClientCredentialType = MessageCredentialType.Certificate };
    private static readonly MessageSecurity Users = new() { ClientCredentialType = MessageCredentialType.UserName };

    private readonly TemporaryDirectory _directory = new();

    private string Authority => _directory.Add("authority.cer", TestCertificates.Authority.Export(X509ContentType.Cert));

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task WhatIsInOrder_IsOkAtEachStep()
    {
        await using var service = await OrderService.StartAsync(_directory, Certificates);
        var result = await DoctorAsync(service.Address, "--client-cert", Pfx(TestCertificates.Client, "open sesame"), "--client-cert-password",
            "open sesame", "--authority", Authority, "--dns", "localhost");
        Assert.Equal(["policy ok", "address ok", "client certificate ok", "clock ok", "session ok"], result.Steps);
        Assert.Equal(0, result.ExitCode);
        Assert.DoesNotContain("open sesame", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ClientThatIsNotTrusted_IsRefusedAtTheSession()
    {
        await using var service = await OrderService.StartAsync(_directory, Certificates, new ServiceCredentials
        {
            ServiceCertificate = new X509Credential(TestCertificates.Service),
            ClientCertificateValidation = CertificateValidationOptions.TrustOnly(TestCertificates.Other),
        });
        var result = await DoctorAsync(
            service.Address, "--client-cert", Pfx(TestCertificates.Client, null), "--authority", Authority, "--dns", "localhost");
        Assert.Equal("session failed", result.Steps[^1]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("does not accept the client", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServiceOfAnotherAuthority_IsRefusedWithTheRule()
    {
        await using var service = await OrderService.StartAsync(_directory, Certificates);
        var other = _directory.Add("other.cer", TestCertificates.Other.Export(X509ContentType.Cert));
        var result = await DoctorAsync(
            service.Address, "--client-cert", Pfx(TestCertificates.Client, null), "--authority", other, "--dns", "localhost");
        Assert.Equal("session failed", result.Steps[^1]);
        Assert.Contains("502 UntrustedCertificate", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CertificateOfTheServiceThatIsGiven_IsComparedWithItsIdentity()
    {
        await using var service = await OrderService.StartAsync(_directory, Certificates);
        var result = await DoctorAsync(service.Address, "--client-cert", Pfx(TestCertificates.Client, null), "--authority", Authority,
            "--service-cert", _directory.Add("service.cer", TestCertificates.Service.Export(X509ContentType.Cert)), "--dns", "shop.example");
        Assert.Equal(
            ["policy ok", "address ok", "client certificate ok", "service certificate failed", "clock ok", "session skipped"], result.Steps);
        Assert.Contains("shop.example", result.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lovelace", "session ok", 0)]
    [InlineData("wrong-one", "session failed", 1)]
    public async Task UserName_IsProvedByItsPassword(string password, string last, int exitCode)
    {
        await using var service = await OrderService.StartAsync(_directory, Users, new ServiceCredentials
        {
            ServiceCertificate = new X509Credential(TestCertificates.Service),
            UserNamePasswordValidator = UserNamePasswordValidator.Create((user, secret) => (user, secret) == ("ada", "lovelace")),
        });
        var result = await DoctorAsync(
            service.Address, "--user", "ada", "--user-password", password, "--authority", Authority, "--dns", "localhost");
        Assert.Equal((last, exitCode), (result.Steps[^1], result.ExitCode));
        Assert.DoesNotContain(password, result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MissingCredential_IsNamed()
    {
        await using var service = await OrderService.StartAsync(_directory, Certificates);
        var result = await DoctorAsync(service.Address, "--authority", Authority, "--dns", "localhost");
        Assert.Equal("session failed", result.Steps[^1]);
        Assert.Contains("--client-cert", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ClockThatIsOff_IsSaidBesideARefusal()
    {
        await using var service = await OrderService.StartAsync(_directory, Certificates, clock: TimeSpan.FromMinutes(-10));
        var result = await DoctorAsync(
            service.Address, "--client-cert", Pfx(TestCertificates.Client, null), "--authority", Authority, "--dns", "localhost");
        Assert.Contains("clock failed", result.Steps);
        Assert.Matches("The clock of the service is (599|600|601) seconds behind", result.Text);
    }

    [Fact]
    public async Task NothingThatListens_IsSaid()
    {
        var service = await OrderService.StartAsync(_directory, Certificates);
        var address = service.Address;
        var config = _directory.Add("app.config", Config(address));
        await service.DisposeAsync();
        var result = await DoctorAsync("--config", config, "--client-cert", Pfx(TestCertificates.Client, null));
        Assert.Equal(["policy ok", "address failed"], result.Steps.Take(2));
        Assert.Equal(1, result.ExitCode);
    }

    [Fact]
    public async Task Configuration_TakesThePlaceOfAPolicy()
    {
        await using var service = await OrderService.StartAsync(_directory, Certificates);
        var result = await DoctorAsync("--config", _directory.Add("app.config", Config(service.Address)), "--endpoint", "orders",
            "--client-cert", Pfx(TestCertificates.Client, null), "--authority", Authority);
        Assert.Equal(["policy ok", "address ok", "client certificate ok", "clock ok", "session ok"], result.Steps);
    }

    [Fact]
    public async Task CertificateWithoutItsKey_IsRefusedBeforeAnythingIsSent()
    {
        await using var service = await OrderService.StartAsync(_directory, Certificates);
        var result = await DoctorAsync(service.Address, "--client-cert", Authority, "--authority", Authority, "--dns", "localhost");
        Assert.Equal(["policy ok", "address ok", "credentials failed", "clock ok", "session skipped"], result.Steps);
    }

    [Fact]
    public async Task Text_HasRemediesAndNoControlCharacters()
    {
        await using var service = await OrderService.StartAsync(_directory, Certificates);
        var result = await CliProcess.RunAsync("doctor", service.Address, "--authority", Authority);
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("ok      policy: ", result.Output, StringComparison.Ordinal);
        Assert.Contains("        > ", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', result.Output);
    }

    [Fact]
    public async Task NothingToExamine_IsAWrongCommandLine() => Assert.Equal(2, (await CliProcess.RunAsync("doctor")).ExitCode);

    private static async Task<(int ExitCode, IReadOnlyList<string> Steps, string Text)> DoctorAsync(params string[] arguments)
    {
        var result = await CliProcess.RunAsync(["doctor", .. arguments, "--json"]);
        Assert.Equal("", result.Error);
        using var json = JsonDocument.Parse(result.Output);
        return (result.ExitCode,
            [.. json.RootElement.EnumerateArray().Select(step => $"{step.GetProperty("name")} {step.GetProperty("status")}")], result.Output);
    }

    private static string Config(string address) => $"""
        <configuration><system.serviceModel>
          <bindings><wsHttpBinding><binding name="secure"><security mode="Message"><message clientCredentialType="Certificate"/></security>
          </binding></wsHttpBinding></bindings>
          <client><endpoint name="orders" address="{address}" binding="wsHttpBinding" bindingConfiguration="secure" contract="IOrders">
            <identity><dns value="localhost"/></identity></endpoint></client>
        </system.serviceModel></configuration>
        """;

    private string Pfx(X509Certificate2 certificate, string? password) =>
        _directory.Add("client.pfx", certificate.Export(X509ContentType.Pfx, password));
}
