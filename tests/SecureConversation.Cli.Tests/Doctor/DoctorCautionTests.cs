using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using SecureConversation.Binding;
using SecureConversation.Cli.Doctor;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.Cli.Tests.Doctor;

/// <summary>What the doctor does not do for a stranger: send a password, fetch what a certificate names.</summary>
public sealed class DoctorCautionTests : IDisposable
{
    private static readonly MessageSecurity Users = new() { ClientCredentialType = MessageCredentialType.UserName };

    private readonly TemporaryDirectory _directory = new();

    private string Authority => _directory.Add("authority.cer", TestCertificates.Authority.Export(X509ContentType.Cert));

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("127.0.0.1", "leads to 127.0.0.1")]
    [InlineData("localhost", "came over http")]
    public async Task Password_IsNotSentToWhomAWsdlNames(string host, string doubt)
    {
        await using var service = await OrderService.StartAsync(_directory, Users, new ServiceCredentials
        {
            ServiceCertificate = new X509Credential(TestCertificates.Service),
            UserNamePasswordValidator = UserNamePasswordValidator.Create((_, _) => true),
        });
        var port = new Uri(service.Address).Port;
        await using var other = await ServeAsync(await WsdlAsync(service, $"http://{host}:{port}/orders"));
        var wsdl = $"http://localhost:{new Uri(other.Urls.First()).Port}/orders?wsdl";
        var stopped = await DoctorAsync(wsdl, "--user", "ada", "--user-password", "lovelace", "--authority", Authority);
        Assert.Contains("identity failed", stopped.Steps);
        Assert.Equal("session skipped", stopped.Steps[^1]);
        Assert.Contains(doubt, stopped.Text, StringComparison.Ordinal);
        Assert.Contains("--service-cert", stopped.Text, StringComparison.Ordinal);

        var named = await DoctorAsync(
            wsdl, "--user", "ada", "--user-password", "lovelace", "--authority", Authority, "--dns", "localhost");
        Assert.DoesNotContain("identity failed", named.Steps);
        Assert.Equal("session ok", named.Steps[^1]);
    }

    [Fact]
    public async Task CertificateThatIsNotTrusted_HasNothingFetched()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/";
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=stranger", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension([address + "ocsp"], [address + "issuer"]));
        request.CertificateExtensions.Add(CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([address + "crl"]));
        using var issuerKey = RSA.Create(2048);
        var generator = X509SignatureGenerator.CreateForRSA(issuerKey, RSASignaturePadding.Pkcs1);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.Create(new X500DistinguishedName("CN=nobody"), generator, now.AddDays(-1), now.AddDays(30), [1, 2, 3]);
        var report = CertificateStep.OfService(certificate, EndpointIdentity.CreateDnsIdentity("stranger"),
            new CertificateValidationOptions { RevocationMode = X509RevocationMode.Online, CustomTrustRoots = [TestCertificates.Authority] });
        Assert.Equal(StepStatus.Failed, report.Status);
        Assert.Equal("The certificate of the service is not trusted.", report.Found);
        Assert.False(listener.Pending());
    }

    [Fact]
    public void CertificateOnACurve_IsTakenByTheSuitesThatHaveIt()
    {
        var trust = TestCredentials.TrustAuthority;
        var report = CertificateStep.OfService(TestCertificates.AgreeingServiceP384, EndpointIdentity.CreateDnsIdentity("localhost"), trust);
        Assert.Equal(StepStatus.Warning, report.Status);
        Assert.Contains("key on P-384", report.Details);
        Assert.Contains("Strong256, Strong256Sha384, Strong256Sha512", report.Remedy, StringComparison.Ordinal);
        Assert.Contains("keyAgreement", report.Remedy, StringComparison.Ordinal);

        using var other = TestCertificates.IssueOnCurve("localhost", ECCurve.NamedCurves.nistP521);
        Assert.Equal(StepStatus.Failed, CertificateStep.OfService(other, EndpointIdentity.CreateDnsIdentity("localhost"), trust).Status);
    }

    // The description of the service with another address, and with an identity.
    private static async Task<string> WsdlAsync(OrderService service, string address)
    {
        using var client = new HttpClient();
        var wsdl = await client.GetStringAsync(new Uri(service.Address + "?wsdl"), TestContext.Current.CancellationToken);
        return Regex.Replace(wsdl, "<([a-z0-9]+:address) location=\"[^\"]*\" ?/>",
            $"<$1 location=\"{address}\"/><a:EndpointReference xmlns:a=\"http://www.w3.org/2005/08/addressing\"><a:Address>{address}</a:Address>"
                + "<Identity xmlns=\"http://schemas.xmlsoap.org/ws/2006/02/addressingidentity\"><Dns>shop.example</Dns></Identity></a:EndpointReference>");
    }

    private static async Task<WebApplication> ServeAsync(string wsdl)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(RecordedLog.Current);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.Run(context =>
        {
            context.Response.ContentType = "text/xml; charset=utf-8";
            return context.Response.WriteAsync(wsdl);
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    private static async Task<(IReadOnlyList<string> Steps, string Text)> DoctorAsync(params string[] arguments)
    {
        var result = await CliProcess.RunAsync(["doctor", .. arguments, "--json"]);
        using var json = JsonDocument.Parse(result.Output);
        return ([.. json.RootElement.EnumerateArray().Select(step => $"{step.GetProperty("name")} {step.GetProperty("status")}")], result.Output);
    }
}
