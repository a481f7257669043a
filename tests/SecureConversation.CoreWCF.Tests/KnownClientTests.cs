using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.CoreWCF.Tests.Support;
using SecureConversation.Http;
using SecureConversation.Testing;

namespace SecureConversation.CoreWCF.Tests;

/// <summary>Clients that a host knows beforehand, and hosts that have two certificates.</summary>
public sealed class KnownClientTests
{
    private static readonly AsymmetricSecurityBindingElement Named = new()
    {
        InitiatorTokenParameters = new X509SecurityTokenParameters { InclusionMode = SecurityTokenInclusionMode.Never, RequireDerivedKeys = false },
        RecipientTokenParameters = new X509SecurityTokenParameters { InclusionMode = SecurityTokenInclusionMode.Never, RequireDerivedKeys = false },
    };

    [Fact]
    public async Task CertificateOfTheClient_InTheCredentialsOfTheHost_IsKnown()
    {
        var element = new MessageSecurityBindingElement(Named);
        await using var host = await EchoHost.StartAsync<IEcho>(
            Bindings.Text(element), host => host.Credentials.ClientCertificate.Certificate = TestCertificates.Client);
        await using var client = Client.For(host, element);
        Assert.Equal("hi", await client.EchoAsync("hi"));
    }

    [Fact]
    public async Task HostWithTwoCertificates_KnowsThatItsClientHasTwo()
    {
        var (ofClient, ofService) = (TestCertificates.IssueFor("localhost"), TestCertificates.IssueFor("localhost"));
        var element = new MessageSecurityBindingElement(Named);
        await using var host = await EchoHost.StartAsync<IEcho>(Bindings.Text(element), host =>
        {
            var credentials = new MessageSecurityServiceCredentials
            {
                ServiceEncryptionCertificate = ofService,
                KnownClientCertificates = new() { Pairs = [new() { SigningCertificate = TestCertificates.Client, EncryptionCertificate = ofClient }] },
            };
            credentials.ServiceCertificate.Certificate = TestCertificates.Service;
            credentials.ClientCertificate.Authentication.CertificateValidationMode = global::CoreWCF.Security.X509CertificateValidationMode.Custom;
            credentials.ClientCertificate.Authentication.CustomCertificateValidator = host.Credentials.ClientCertificate.Authentication.CustomCertificateValidator;
            host.Description.Behaviors.Remove<global::CoreWCF.Description.ServiceCredentials>();
            host.Description.Behaviors.Add(credentials);
        });
        await using var client = new SecureConversationClient(host.Address, new SecureConversationHttpOptions
        {
            Binding = Named,
            MessageVersion = MessageVersion.Default,
            ProtectionRequirements = Client.Protection,
            Credentials = new ClientCredentials
            {
                ClientCertificate = new X509Credential(TestCertificates.Client),
                ClientEncryptionCertificate = new X509Credential(ofClient),
                ServiceCertificate = TestCertificates.Service,
                ServiceEncryptionCertificate = ofService,
                ServiceCertificateValidation = TestCredentials.TrustAuthority,
            },
        });
        Assert.Equal("hi", await client.EchoAsync("hi"));
    }
}
