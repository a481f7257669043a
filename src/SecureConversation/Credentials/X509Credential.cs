using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Credentials;

/// <summary>
/// A certificate and its private key, RSA, on an elliptic curve or of ML-KEM. The key only signs hashes, decrypts (RSA), agrees on secrets
/// (ECDH) and takes them out of encapsulations (ML-KEM).
/// It is never exported, so keys in hardware, in CNG or behind PKCS#11 can be used.
/// </summary>
/// <remarks>
/// Several threads may use the credential at once; a key that is passed in must allow that. Disposing of the credential does not dispose of
/// a key that was passed in. Dispose of the credential after the clients and services that use it.
/// </remarks>
public sealed class X509Credential : IDisposable
{
    private readonly bool _ownsKey;
    private readonly IDisposable _privateKey;
    private readonly ECDiffieHellman? _agreementKey;
    private readonly RSA? _publicKey;
    private readonly X509Certificate2 _certificate;
    private readonly string _subject;
    private SslStreamCertificateContext? _tlsContext;
    private bool _isDisposed;

    /// <summary>Creates the credential from a certificate with its private key.</summary>
    /// <param name="certificate">
    /// Copied; the caller may dispose of it afterwards. A key on an elliptic curve signs and decrypts, as far as the key usage allows it:
    /// digitalSignature, keyAgreement (RFC 5280 section 4.2.1.3). One of ML-KEM only decrypts, in suites with ML-KEM (RFC 9935).
    /// </param>
    /// <exception cref="ArgumentException">
    /// The certificate has no private key, neither of RSA nor on an elliptic curve, nor of ML-KEM on a platform that has it.
    /// </exception>
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

    /// <summary>
    /// Creates the credential from a certificate and a private key on an elliptic curve that is held elsewhere. It signs in suites with
    /// ECDSA, and nothing can be encrypted for it: a credential with <see cref="ECDiffieHellman"/> is for that.
    /// </summary>
    /// <param name="certificate">Copied without a private key; the caller may dispose of it afterwards.</param>
    /// <param name="privateKey">The private key of the certificate. The caller owns it and disposes of it after the credential.</param>
    /// <exception cref="ArgumentException">The certificate is not for a key on a curve of that length.</exception>
    public X509Credential(X509Certificate2 certificate, ECDsa privateKey)
        : this(certificate, privateKey, ownsKey: false)
    {
    }

    /// <summary>
    /// Creates the credential from a certificate and a private key on an elliptic curve that is held elsewhere. Keys are encrypted for it
    /// in suites with ECDH-ES, and it signs nothing: a credential with <see cref="ECDsa"/> is for that.
    /// </summary>
    /// <param name="certificate">Copied without a private key; the caller may dispose of it afterwards.</param>
    /// <param name="privateKey">The private key of the certificate. The caller owns it and disposes of it after the credential.</param>
    /// <exception cref="ArgumentException">
    /// The certificate is not for a key on a curve of that length, or its key usage has no key agreement.
    /// </exception>
    public X509Credential(X509Certificate2 certificate, ECDiffieHellman privateKey)
        : this(certificate, privateKey, ownsKey: false)
    {
    }

    /// <summary>
    /// Creates the credential from a certificate and an ML-KEM private key that is held elsewhere. Keys are encrypted for it in suites with
    /// ML-KEM (<see cref="Binding.SecurityAlgorithmSuite.Strong256MLKem"/>), and it signs nothing.
    /// </summary>
    /// <param name="certificate">Copied without a private key; the caller may dispose of it afterwards.</param>
    /// <param name="privateKey">The private key of the certificate. The caller owns it and disposes of it after the credential.</param>
    /// <exception cref="ArgumentException">The certificate is not for this key, or neither for ML-KEM-768 nor ML-KEM-1024.</exception>
    [Experimental("SC0001")]
    public X509Credential(X509Certificate2 certificate, MLKem privateKey)
        : this(certificate, privateKey, ownsKey: false)
    {
    }

    private X509Credential(X509Certificate2 certificate, IDisposable privateKey, bool ownsKey)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(privateKey);
        _ownsKey = ownsKey;
        _privateKey = privateKey;
        _certificate = X509CertificateLoader.LoadCertificate(certificate.RawDataMemory.Span);
        _subject = _certificate.Subject;
        var facts = X509Facts.OfLasting(_certificate);
        _publicKey = facts.PublicKey;
        if (!IsPair(privateKey, facts))
        {
            Dispose();
            var kind = privateKey is RSA ? "RSA key" : privateKey is MLKem ? "ML-KEM key" : "key on an elliptic curve";
            throw new ArgumentException($"The private key is not the {kind} of the certificate.", nameof(privateKey));
        }

        _agreementKey = privateKey as ECDiffieHellman ?? (ownsKey ? certificate.GetECDiffieHellmanPrivateKey() : null);
    }

    /// <summary>The certificate, without its private key.</summary>
    /// <exception cref="ObjectDisposedException">The credential was disposed of.</exception>
    public X509Certificate2 Certificate => Usable(_certificate);

    internal RSA PublicKey => Usable(_publicKey!);

    /// <summary>The key of RSA, which signs and decrypts. Checked when a client or service is created.</summary>
    internal RSA PrivateKey => (RSA)Usable(_privateKey);

    /// <summary>Whether the key is one of RSA.</summary>
    internal bool IsRsa => Usable(_privateKey) is RSA;

    /// <summary>The key on an elliptic curve, which signs; null for RSA, and where the key only agrees.</summary>
    internal ECDsa? CurveKey => Usable(_privateKey) as ECDsa;

    /// <summary>The key on an elliptic curve, by which keys are agreed on; null for RSA, and where the key only signs.</summary>
    internal ECDiffieHellman? AgreementKey => Usable(_agreementKey);

    /// <summary>The key of ML-KEM, which takes secrets out of encapsulations; null for keys of another kind.</summary>
    internal MLKem? DecapsulationKey => Usable(_privateKey) as MLKem;

    /// <summary>The certificate with its key and the authorities between, for the platform's TLS. Nothing is downloaded for it.</summary>
    /// <exception cref="CryptographicException">The platform's TLS cannot use the key.</exception>
    internal SslStreamCertificateContext TlsContext => LazyInitializer.EnsureInitialized(ref _tlsContext, CreateTlsContext);

    /// <summary>What keeps the platform's TLS from using the key, with the remedy; null for nothing.</summary>
    internal string? TlsProblem()
    {
        try
        {
            _ = TlsContext;
            return null;
        }
        catch (Exception e) when (e is CryptographicException or NotSupportedException or NotImplementedException)
        {
            return $"The binding negotiates by TLS, and the platform's TLS cannot use the private key of '{_subject}' ({e.Message}): "
                + "use a key that can be exported, or set NegotiateServiceCredential = false on both sides.";
        }
    }

    /// <summary>Disposes of the copy of the certificate, and of the key unless it was passed in.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _certificate.Dispose();
        _tlsContext?.TargetCertificate.Dispose();
        if (_ownsKey)
        {
            _privateKey.Dispose();
            _agreementKey?.Dispose();
        }
    }

    /// <summary>Returns the subject of the certificate.</summary>
    public override string ToString() => _subject;

    private SslStreamCertificateContext CreateTlsContext() => SslStreamCertificateContext.Create(
        CurveKey is { } curve ? Certificate.CopyWithPrivateKey(curve)
            : AgreementKey is { } agreement ? Certificate.CopyWithPrivateKey(agreement)
            : Certificate.CopyWithPrivateKey(PrivateKey),
        additionalCertificates: null, offline: true);

    private bool IsPair(IDisposable privateKey, X509Facts facts)
    {
        try
        {
            return privateKey switch
            {
                ECDsa curve => facts.CurveKey is { } key && NamedCurve.IsPair(curve, key),
                ECDiffieHellman agreement => facts.AgreementKey is { } key && NamedCurve.IsPair(agreement, key),
                MLKem decapsulation => facts.EncapsulationKey is { } key && MLKemParameters.IsPair(decapsulation, key),
                _ => _publicKey is { } key && privateKey is RSA rsa && key.KeySize == rsa.KeySize,
            };
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private T Usable<T>(T part) => !_isDisposed ? part : throw new ObjectDisposedException(nameof(X509Credential),
        $"The credential of '{_subject}' was disposed of before the client or service that uses it: dispose of it after them.");

    private static IDisposable KeyOf(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return certificate.GetRSAPrivateKey() ?? certificate.GetECDsaPrivateKey()
            ?? (IDisposable?)certificate.GetECDiffieHellmanPrivateKey() ?? MLKemParameters.PrivateKeyOf(certificate)
            ?? throw new ArgumentException(
                "The certificate has no private key, neither of RSA nor on an elliptic curve"
                    + (MLKemParameters.IsOf(certificate) && MLKemParameters.PlatformProblem is { } problem
                        ? $", and its key is one of ML-KEM. {problem}" : "."), nameof(certificate));
    }
}
