using System.Security.Cryptography.X509Certificates;
using System.ServiceModel;
using System.ServiceModel.Description;
using SecureConversation.Credentials;
using SecureConversation.ServiceModel.Tests.Support;
using SecureConversation.Testing;
using EngineBinding = SecureConversation.Binding;

namespace SecureConversation.ServiceModel.Tests;

/// <summary>Clients of the stack that sign with one certificate and are encrypted for by another.</summary>
public sealed class SeparateCertificateTests
{
    private static readonly X509Certificate2 ClientEncryption = TestCertificates.IssueFor("localhost");
    private static readonly X509Certificate2 ServiceEncryption = TestCertificates.IssueFor("localhost");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Credentials_HaveBothCertificatesOfBothSides(bool session)
    {
        await using var service = await TestService.StartAsync(options =>
        {
            options.Binding = Bootstraps.Service("MutualCertificateDuplex", session);
            options.MessageVersion = EngineBinding.MessageVersion.Default;
            options.Credentials = new ServiceCredentials
            {
                ServiceCertificate = new X509Credential(TestCertificates.Service),
                ServiceEncryptionCertificate = new X509Credential(ServiceEncryption),
                ClientCertificateValidation = TestCredentials.TrustAuthority,
                KnownClientCertificates = new() { Pairs = [new() { SigningCertificate = TestCertificates.Client, EncryptionCertificate = ClientEncryption }] },
            };
        });
        using var factory = new ChannelFactory<ICalculator>(
            Clients.Binding(Bootstraps.Client("MutualCertificateDuplex", session)), new EndpointAddress(service.Address));
        factory.Endpoint.EndpointBehaviors.Remove(typeof(System.ServiceModel.Description.ClientCredentials));
        var credentials = new MessageSecurityClientCredentials { ClientEncryptionCertificate = ClientEncryption, ServiceEncryptionCertificate = ServiceEncryption };
        Clients.SetUp(credentials);
        factory.Endpoint.EndpointBehaviors.Add((System.ServiceModel.Description.ClientCredentials)credentials.Clone());

        var proxy = factory.CreateChannel();
        Assert.Equal(3, proxy.Add(1, 2));
        ((IClientChannel)proxy).Close();
    }
}
