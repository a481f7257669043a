using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;

namespace Quickstart;

/// <summary>Who takes part, with throw-away certificates.</summary>
internal sealed class People : IDisposable
{
    private readonly Identity _otherAuthority = Identity.CreateAuthority("Another authority");

    public People()
    {
        Service = Authority.Issue("Order service");
        Client = Authority.Issue("Alice");
        Impostor = _otherAuthority.Issue("Alice");
    }

    public Identity Authority { get; } = Identity.CreateAuthority("Quickstart authority");

    public Identity Service { get; }

    public Identity Client { get; }

    /// <summary>Has a certificate with Alice's name, of an authority that the service does not trust.</summary>
    public Identity Impostor { get; }

    public ServiceCredentials ServiceCredentials => new()
    {
        ServiceCertificate = Service.Credential,
        ClientCertificateValidation = TrustAuthority,
    };

    public ClientCredentials ClientCredentials => CredentialsOf(Client);

    public int PrivateKeyOperations => Client.Key.Operations + Service.Key.Operations;

    private CertificateValidationOptions TrustAuthority => new()
    {
        RevocationMode = X509RevocationMode.NoCheck,
        CustomTrustRoots = { Authority.Certificate },
    };

    public ClientCredentials CredentialsOf(Identity client) => new()
    {
        ClientCertificate = client.Credential,
        ServiceCertificate = Service.Certificate,
        ServiceCertificateValidation = TrustAuthority,
    };

    public void Dispose()
    {
        Impostor.Dispose();
        Client.Dispose();
        Service.Dispose();
        Authority.Dispose();
        _otherAuthority.Dispose();
    }
}
