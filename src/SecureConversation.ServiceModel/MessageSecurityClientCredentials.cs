using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.ServiceModel;

/// <summary>
/// The credentials of a client where one side signs with one certificate and is encrypted for by another, or NTLM is not to be used. In
/// WCF an application derives such a class itself, and has AllowNtlm. Put it in the place of the ClientCredentials among the behaviors of
/// the endpoint.
/// </summary>
public sealed class MessageSecurityClientCredentials : ClientCredentials
{
    /// <summary>Creates credentials without certificates.</summary>
    public MessageSecurityClientCredentials()
    {
    }

    internal MessageSecurityClientCredentials(ClientCredentials other)
        : base(other)
    {
    }

    private MessageSecurityClientCredentials(MessageSecurityClientCredentials other)
        : base(other)
    {
        AllowNtlm = other.AllowNtlm;
        ClientEncryptionCertificate = other.ClientEncryptionCertificate;
        ServiceEncryptionCertificate = other.ServiceEncryptionCertificate;
    }

    /// <summary>
    /// The certificate, with its private key, that replies to the client are encrypted for; null (default) for that of ClientCertificate.
    /// </summary>
    public X509Certificate2? ClientEncryptionCertificate { get; set; }

    /// <summary>The certificate to encrypt for; null (default) for that of ServiceCertificate, which signs replies in any case.</summary>
    public X509Certificate2? ServiceEncryptionCertificate { get; set; }

    /// <summary>
    /// Whether NTLM will do where there is no Kerberos, for bindings with Windows accounts. Default true, as in WCF, which has it in
    /// Windows. NTLM does not show which service is at the other end.
    /// </summary>
    public bool AllowNtlm { get; set; } = true;

    /// <inheritdoc/>
    protected override ClientCredentials CloneCore() => new MessageSecurityClientCredentials(this);
}
