using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.Credentials;

/// <summary>
/// A certificate and its RSA private key. The key only signs hashes and decrypts. It is never exported, so keys in hardware, in CNG or
/// behind PKCS#11 can be used.
/// </summary>
/// <remarks>
/// Several threads may use the credential at once; a key that is passed in must allow that. Disposing of the credential does not dispose of
/// a key that was passed in. Dispose of the credential after the clients and services that use it.
/// </remarks>
public sealed class X509Credential : IDisposable
{
    private readonly bool _ownsKey;

    /// <summary>Creates the credential from a certificate with its private key.</summary>
    /// <param name="certificate">Copied; the caller may dispose of it afterwards.</param>
    /// <exception cref="ArgumentException">The certificate has no RSA private key.</exception>
    public X509Credential(X509Certificate2 certificate)
        : this(certificate, KeyOf(certificate), ownsKey: true)
    {
    }

    /// <summary>Creates the credential from a certificate and a private key that is held elsewhere.</summary>
    /// <param name="certificate">Copied without a private key; the caller may dispose of it afterwards.</param>
    /// <param name="privateKey">The private key of the certificate. The caller owns it and disposes of it after the credential.</param>
    /// <exception cref="ArgumentException">The certificate is not for an RSA key of the length of the private key.</exception>
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

    /// <summary>Returns the subject of the certificate.</summary>
    public override string ToString() => Certificate.Subject;

    private static RSA KeyOf(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return certificate.GetRSAPrivateKey()
            ?? throw new ArgumentException("The certificate has no RSA private key.", nameof(certificate));
    }
}
