using System.Security.Cryptography;
using SecureConversation.AspNetCore.Tests.Support;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Http;
using SecureConversation.Testing;

namespace SecureConversation.AspNetCore.Tests;

/// <summary>The HTTP client against an endpoint whose certificate has a key of ML-KEM, over sockets.</summary>
public sealed class MLKemTests
{
    private static MessageSecurity Security { get; } = MessageSecurity.Strong with { AlgorithmSuite = SecurityAlgorithmSuite.Parse("Strong256MLKem") };

    [Theory]
    [InlineData(768)]
    [InlineData(1024)]
    public async Task Client_TalksToAServiceWithMLKem(int set)
    {
        Assert.SkipUnless(MLKem.IsSupported, MLKemCertificates.OnlyWithMLKem);
        using var service = (set == 768 ? MLKemCertificates.Service768 : MLKemCertificates.Service1024).WithKey();
        await using var host = await KestrelHost.StartAsync(Security, _ => Task.FromResult(SoapReply.FromBody("urn:e/EchoResponse", "<n xmlns=\"urn:e\"/>")), options =>
            options.Credentials = new()
            {
                ServiceCertificate = new X509Credential(service),
                ClientCertificateValidation = TestCredentials.TrustAuthority,
            });
        await using var client = new SecureConversationClient(new Uri(host.Address, "/echo"), new()
        {
            MessageSecurity = Security,
            Credentials = new()
            {
                ClientCertificate = new X509Credential(TestCertificates.ClientP256),
                ServiceCertificate = service,
                ServiceCertificateValidation = TestCredentials.TrustAuthority,
                ServiceIdentity = EndpointIdentity.CreateDnsIdentity("localhost"),
            },
        });
        await client.OpenAsync();
        for (var call = 0; call < 3; call++)
        {
            Assert.Contains("urn:e", await client.CallAsync("urn:e/Echo", "<Echo xmlns=\"urn:e\"/>"), StringComparison.Ordinal);
        }

        await client.CloseAsync();
    }

    /// <summary>An endpoint with the suite does not start where the platform lacks ML-KEM, and says why.</summary>
    [Fact]
    public async Task Endpoint_OnAPlatformWithoutMLKem_IsRefused()
    {
        Assert.SkipWhen(MLKem.IsSupported, "This platform has ML-KEM.");
        var refusal = await Assert.ThrowsAnyAsync<Exception>(() => KestrelHost.StartAsync(Security, _ => Task.FromResult(SoapReply.None)));
        Assert.Contains("OpenSSL 3.5", refusal.ToString(), StringComparison.Ordinal);
    }
}
