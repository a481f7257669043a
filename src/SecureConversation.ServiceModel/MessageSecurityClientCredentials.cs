using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.ServiceModel;

/// <summary>
/// The credentials of a client where one side signs with one certificate and is encrypted for by another. In WCF an application derives
/// such a class itself. Put it in the place of the ClientCredentials among the behaviors of the endpoint.
/// </summary>
public sealed class MessageSecurityClientCredentials : ClientCredentials
{
    /// <summary>Creates credentials without certificates.</summary>
    public MessageSecurityClientCredentials()
    {
    }

    private MessageSecurityClientCredentials(MessageSecurityClientCredentials other)
        : base(other)
    {
        ClientEncryptionCertificate = other.ClientEncryptionCertificate;
        ServiceEncryptionCertificate = other.ServiceEncryptionCertificate;
    }

    /// <summary>
    /// The certificate, with its private key, that replies to the client are encrypted for; null (default) for that of ClientCertificate.
    /// </summary>
    public X509Certificate2? ClientEncryptionCertificate { get; set; }

    /// <summary>The certificate to encrypt for; null (default) for that of ServiceCertificate, which signs replies in any case.</summary>
    public X509Certificate2? ServiceEncryptionCertificate { get; set; }

    /// <inheritdoc/>
    protected override ClientCredentials CloneCore() => new MessageSecurityClientCredentials(this);
}
