using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.Testing;

/// <summary>Certificates with ML-KEM keys (RFC 9935), which the authority of the tests issues, and their private keys.</summary>
public static class MLKemCertificates
{
    /// <summary>Why a test is left out where the platform has no ML-KEM.</summary>
    public const string OnlyWithMLKem = "This platform has no ML-KEM: OpenSSL 3.5 or newer has it.";

    private static readonly Lazy<(X509Certificate2 Certificate, MLKem Key)> LazyService768 = new(() => Issue(MLKemAlgorithm.MLKem768));
    private static readonly Lazy<(X509Certificate2 Certificate, MLKem Key)> LazyService1024 = new(() => Issue(MLKemAlgorithm.MLKem1024));

    /// <summary>A service with ML-KEM-768.</summary>
    public static (X509Certificate2 Certificate, MLKem Key) Service768 => LazyService768.Value;

    /// <summary>A service with ML-KEM-1024.</summary>
    public static (X509Certificate2 Certificate, MLKem Key) Service1024 => LazyService1024.Value;

    /// <summary>The certificate with its private key, as a file has both.</summary>
    public static X509Certificate2 WithKey(this (X509Certificate2 Certificate, MLKem Key) pair)
    {
#pragma warning disable SYSLIB5006 // The platform calls its certificates with such keys a preview.
        return pair.Certificate.CopyWithPrivateKey(pair.Key);
#pragma warning restore SYSLIB5006
    }

    /// <summary>A certificate of localhost with this key, which the platform need not know.</summary>
    public static X509Certificate2 Certify(
        MLKemAlgorithm algorithm, byte[] encapsulationKey, X509KeyUsageFlags? usage = X509KeyUsageFlags.KeyEncipherment, byte[]? parameters = null)
    {
        var oid = algorithm == MLKemAlgorithm.MLKem512 ? "1" : algorithm == MLKemAlgorithm.MLKem768 ? "2" : "3";
        var key = new PublicKey(
            new Oid($"2.16.840.1.101.3.4.4.{oid}"), parameters is null ? null : new AsnEncodedData(parameters), new AsnEncodedData(encapsulationKey));
        return TestCertificates.Certify("localhost", key, usage);
    }

    /// <summary>A certificate of localhost with a key of all zeros, which is one, and whose private key nobody has.</summary>
    public static X509Certificate2 OfNobody(MLKemAlgorithm algorithm) => Certify(algorithm, new byte[algorithm.EncapsulationKeySizeInBytes]);

    /// <summary>A new certificate of localhost, and its private key.</summary>
    public static (X509Certificate2 Certificate, MLKem Key) Issue(MLKemAlgorithm algorithm, X509KeyUsageFlags? usage = X509KeyUsageFlags.KeyEncipherment)
    {
        var key = MLKem.GenerateKey(algorithm);
        return (Certify(algorithm, key.ExportEncapsulationKey(), usage), key);
    }
}
