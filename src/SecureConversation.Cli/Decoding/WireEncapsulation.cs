using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Names;

namespace SecureConversation.Cli.Decoding;

/// <summary>What an EncryptedKey says of an encapsulation by ML-KEM.</summary>
internal sealed record WireEncapsulation(MLKemParameters Parameters, byte[] Encapsulation, KeyEncapsulationAlgorithm Algorithm)
{
    private const int MaxWrappedBytes = 64;

    private static readonly XNamespace Kem = Ns.Kem;

    /// <summary>Reads it; null where the key was not encapsulated, or in a way that is not known.</summary>
    public static WireEncapsulation? Read(XElement encryptedKey)
    {
        var method = MethodOf(encryptedKey);
        var encapsulation = WireNames.Base64(method?.Element(Kem + "Encapsulation")?.Value);
        var algorithm = SecurityAlgorithmSuite.Named.Select(suite => suite.KeyEncapsulation).OfType<KeyEncapsulationAlgorithm>()
            .FirstOrDefault(a => a.Digest.Uri == method?.Element(WireNames.DigestMethod)?.Attribute("Algorithm")?.Value);
        return MLKemParameters.Of(method?.Attribute("Algorithm")?.Value) is { } parameters && algorithm is not null
            && encapsulation?.Length == parameters.CiphertextBytes ? new WireEncapsulation(parameters, encapsulation, algorithm) : null;
    }

    /// <summary>Whether an EncryptedKey has the element.</summary>
    public static bool IsIn(XElement encryptedKey) => MethodOf(encryptedKey) is not null;

    /// <summary>Unwraps a key; null where the private key is another one.</summary>
    public byte[]? Unwrap(MLKem privateKey, X509Certificate2 certificate, byte[] wrapped)
    {
        if (MLKemParameters.Of(certificate) != Parameters || !AesKeyWrap.Fits(wrapped.Length - AesKeyWrap.Overhead)
            || wrapped.Length > MaxWrappedBytes)
        {
            return null;
        }

        using var key = MLKemKeyTransport.Unwrap(
            privateKey, Parameters, Encapsulation, certificate.RawDataMemory.Span, Algorithm, wrapped, out var substituted);
        if (substituted)
        {
            return null;
        }

        var octets = new byte[key.Length];
        key.CopyTo(octets);
        return octets;
    }

    private static XElement? MethodOf(XElement encryptedKey) =>
        encryptedKey.Element(WireNames.KeyInfo)?.Element(Kem + "EncapsulationMethod");
}
