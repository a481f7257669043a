using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.Credentials;

/// <summary>
/// A certificate and its private key. The key is only asked to sign hashes and to decrypt, never exported, so keys in hardware,
/// in CNG or behind PKCS#11 will do.
/// </summary>
/// <remarks>
/// Several threads may use the credential at once; a key that is passed in must allow that. Disposing of the credential disposes of what it made
/// itself. Dispose of it after the clients and services that use it.
/// </remarks>
public sealed class X509Credential : IDisposable
{
    private readonly bool _ownsKey;

    /// <summary>A certificate that has its private key.</summary>
    /// <param name="certificate">Copied; it may be disposed of afterwards.</param>
    /// <exception cref="ArgumentException">The certificate has no RSA private key.</exception>
    public X509Credential(X509Certificate2 certificate)
        : this(certificate, KeyOf(certificate), ownsKey: true)
    {
    }

    /// <summary>A certificate with a private key held elsewhere.</summary>
    /// <param name="certificate">Copied without a private key; it may be disposed of afterwards.</param>
    /// <param name="privateKey">Stays with the caller, who disposes of it after the credential. It must be the key of the certificate.</param>
    /// <exception cref="ArgumentException">The certificate is not for an RSA key of this length.</exception>
    public X509Credential(X509Certificate2 certificate, RSA privateKey)
        : this(certificate, privateKey, ownsKey: false)
    {
    }

    private X509Credential(X509Certificate2 certificate, RSA privateKey, bool ownsKey)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(privateKey);
        _ownsKey = ownsKey;
        PrivateKey = privateKey;
        Certificate = X509CertificateLoader.LoadCertificate(certificate.RawDataMemory.Span);
        var publicKey = Certificate.GetRSAPublicKey();
        if (publicKey is null || publicKey.KeySize != privateKey.KeySize)
        {
            publicKey?.Dispose();
            Dispose();
            throw new ArgumentException("The private key is not the RSA key of the certificate.", nameof(privateKey));
        }

        PublicKey = publicKey;
    }

    /// <summary>The certificate, without its private key.</summary>
    public X509Certificate2 Certificate { get; }

    internal RSA PublicKey { get; } = null!;

    internal RSA PrivateKey { get; }

    /// <summary>Disposes of the copy of the certificate, and of the key unless it was passed in.</summary>
    public void Dispose()
    {
        Certificate.Dispose();
        PublicKey?.Dispose();
        if (_ownsKey)
        {
            PrivateKey.Dispose();
        }
    }

    /// <summary>Says the subject only.</summary>
    public override string ToString() => Certificate.Subject;

    private static RSA KeyOf(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return certificate.GetRSAPrivateKey()
            ?? throw new ArgumentException("The certificate has no RSA private key.", nameof(certificate));
    }
}
