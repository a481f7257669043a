using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Engine.Crypto;

namespace SecureConversation.Cli.Decoding;

/// <summary>What the caller gives to decode with. Whose key is whose is found out.</summary>
internal sealed record DecodingKeys
{
    /// <summary>Certificates, most with private key.</summary>
    public IReadOnlyList<X509Certificate2> Certificates { get; init; } = [];

    /// <summary>Certificates that a client has to have; empty to take every certificate that signs correctly.</summary>
    public IReadOnlyList<X509Certificate2> Trusted { get; init; } = [];

    /// <summary>Passwords by user name; empty to take every password.</summary>
    public IReadOnlyDictionary<string, string> Users { get; init; } = new Dictionary<string, string>();

    /// <summary>What was not given of whom to trust, for the reader; null where both certificates and users were.</summary>
    public string? Trust => (Trusted.Count, Users.Count) switch
    {
        (0, 0) => "trust: none was given, so whoever signs is taken as who he says. --trust and --user say whom to believe.",
        (0, _) => "trust: no certificate was given, so whoever signs with one is taken as who it says. --trust says whom to believe.",
        (_, 0) => "trust: no user was given, so every password is taken as right. --user says whom to believe.",
        _ => null,
    };

    /// <summary>Unwraps a key with each private key on an elliptic curve.</summary>
    /// <returns>The key and the certificate that it was wrapped for; null where none unwraps it.</returns>
    public (byte[] Key, X509Certificate2 Certificate)? Unwrap(byte[] wrapped, WireAgreement agreement)
    {
        foreach (var certificate in Certificates.Where(c => c.HasPrivateKey))
        {
            using var key = certificate.GetECDiffieHellmanPrivateKey();
            if (key is not null && agreement.Unwrap(key, certificate, wrapped) is { } unwrapped)
            {
                return (unwrapped, certificate);
            }
        }

        return null;
    }

    /// <summary>Unwraps a key with each ML-KEM private key.</summary>
    /// <returns>The key and the certificate that it was wrapped for; null where none unwraps it.</returns>
    public (byte[] Key, X509Certificate2 Certificate)? Unwrap(byte[] wrapped, WireEncapsulation encapsulation)
    {
        foreach (var certificate in Certificates.Where(c => c.HasPrivateKey))
        {
            using var key = MLKemParameters.PrivateKeyOf(certificate);
            if (key is not null && encapsulation.Unwrap(key, certificate, wrapped) is { } unwrapped)
            {
                return (unwrapped, certificate);
            }
        }

        return null;
    }

    /// <summary>Decrypts a wrapped key with each private key.</summary>
    /// <returns>The key and the certificate that it was wrapped for; null where none decrypts it.</returns>
    public (byte[] Key, X509Certificate2 Certificate)? Unwrap(byte[] wrapped, RSAEncryptionPadding padding)
    {
        foreach (var certificate in Certificates.Where(c => c.HasPrivateKey))
        {
            using var rsa = certificate.GetRSAPrivateKey();
            try
            {
                if (rsa is not null && wrapped.Length == (rsa.KeySize + 7) / 8
                    && rsa.Decrypt(wrapped, padding) is { Length: 16 or 24 or 32 } key)
                {
                    return (key, certificate);
                }
            }
            catch (CryptographicException)
            {
                // Wrapped for somebody else.
            }
        }

        return null;
    }
}
