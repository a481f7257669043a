using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.Engine.Crypto;

/// <summary>A parameter set of ML-KEM (FIPS 203 section 8) that keys are wrapped with: ML-KEM-768 and ML-KEM-1024.</summary>
internal sealed class MLKemParameters
{
    // id-alg-ml-kem-512, -768 and -1024 (RFC 9935 section 3).
    private const string AnyOid = "2.16.840.1.101.3.4.4.";

    private MLKemParameters(string uri, string oid, MLKemAlgorithm algorithm) => (Uri, Oid, Algorithm) = (uri, oid, algorithm);

    public static MLKemParameters MLKem768 { get; } = new(AlgorithmUris.MLKem768, AnyOid + "2", MLKemAlgorithm.MLKem768);
    public static MLKemParameters MLKem1024 { get; } = new(AlgorithmUris.MLKem1024, AnyOid + "3", MLKemAlgorithm.MLKem1024);

    /// <summary>What this platform lacks, with the remedy; null where it has ML-KEM.</summary>
    public static string? PlatformProblem => MLKem.IsSupported ? null
        : "This platform has no ML-KEM: use OpenSSL 3.5 or newer on Linux, or Windows 11 24H2 or Windows Server 2025 with its updates, or "
            + "a suite without ML-KEM.";

    /// <summary>The identifier in messages.</summary>
    public string Uri { get; }

    /// <summary>The identifier in certificates.</summary>
    public string Oid { get; }

    /// <summary>The platform's algorithm.</summary>
    public MLKemAlgorithm Algorithm { get; }

    /// <summary>Length in bytes of an encapsulation: 1088 or 1568.</summary>
    public int CiphertextBytes => Algorithm.CiphertextSizeInBytes;

    /// <summary>Length in bytes of the shared secret: 32.</summary>
    public int SecretBytes => Algorithm.SharedSecretSizeInBytes;

    /// <summary>Whether the key of a certificate is one of ML-KEM, of whatever parameter set.</summary>
    public static bool IsOf(X509Certificate2 certificate) =>
        certificate.PublicKey.Oid.Value is { } oid && oid.StartsWith(AnyOid, StringComparison.Ordinal);

    /// <summary>
    /// The parameter set of a certificate; null for another key, and for one with parameters, which RFC 9935 section 3 forbids.
    /// </summary>
    public static MLKemParameters? Of(X509Certificate2 certificate)
    {
        var key = certificate.PublicKey;
        var found = key.Oid.Value == MLKem768.Oid ? MLKem768 : key.Oid.Value == MLKem1024.Oid ? MLKem1024 : null;
        return found is not null && key.EncodedParameters is null or { RawData.Length: 0 }
            && key.EncodedKeyValue.RawData.Length == found.Algorithm.EncapsulationKeySizeInBytes ? found : null;
    }

    /// <summary>The parameter set with an identifier; null for none of these.</summary>
    public static MLKemParameters? Of(string? uri) => uri == MLKem768.Uri ? MLKem768 : uri == MLKem1024.Uri ? MLKem1024 : null;

    /// <summary>Whether the key usage, where there is one, is keyEncipherment and nothing else (RFC 9935 section 5).</summary>
    public static bool AllowsUsage(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509KeyUsageExtension>().All(usage => usage.KeyUsages == X509KeyUsageFlags.KeyEncipherment);

    /// <summary>The public key of a certificate with this parameter set; the caller disposes of it.</summary>
    /// <exception cref="CryptographicException">The octets are no public key (FIPS 203 section 7.2).</exception>
    /// <exception cref="PlatformNotSupportedException">The platform has no ML-KEM.</exception>
    public MLKem KeyOf(X509Certificate2 certificate) =>
        MLKem.ImportEncapsulationKey(Algorithm, certificate.PublicKey.EncodedKeyValue.RawData);

    /// <summary>The private key that a certificate came with; null for none. The caller disposes of it.</summary>
    public static MLKem? PrivateKeyOf(X509Certificate2 certificate)
    {
        if (Of(certificate) is null || !MLKem.IsSupported)
        {
            return null;
        }

        // The platform calls its certificates with such keys a preview. Nothing else takes the key of a PKCS #12 file from one.
#pragma warning disable SYSLIB5006
        return certificate.GetMLKemPrivateKey();
#pragma warning restore SYSLIB5006
    }

    /// <summary>Whether a private key belongs to a public one.</summary>
    public static bool IsPair(MLKem privateKey, MLKem publicKey)
    {
        try
        {
            return privateKey.Algorithm == publicKey.Algorithm
                && privateKey.ExportEncapsulationKey().AsSpan().SequenceEqual(publicKey.ExportEncapsulationKey());
        }
        catch (Exception e) when (!PrivateKeyFailure.IsOfTheProcess(e))
        {
            // A provider that does not tell is tried where the key is used.
            return true;
        }
    }
}
