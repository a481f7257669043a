using System.Security.Cryptography;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Tokens;

/// <summary>
/// A public key by its value (XML Signature section 4.4.2.2).
/// <code>
/// ds:KeyValue
///   ds:RSAKeyValue                             required; keys of other kinds are refused
///     ds:Modulus                               at most 4096 bits
///     ds:Exponent                              at most 64 bits
/// </code>
/// </summary>
internal sealed class RsaKeyValue
{
    private const int MaxModulusBytes = 512;

    // A long exponent makes verification as costly as signing.
    private const int MaxExponentBytes = 8;

    private readonly byte[] _modulus;
    private readonly byte[] _exponent;

    private RsaKeyValue(ReadOnlySpan<byte> modulus, ReadOnlySpan<byte> exponent)
    {
        _modulus = modulus.TrimStart((byte)0).ToArray();
        _exponent = exponent.TrimStart((byte)0).ToArray();
    }

    /// <summary>The key: big-endian numbers without leading zeros.</summary>
    public RSAParameters Parameters => new() { Modulus = [.. _modulus], Exponent = [.. _exponent] };

    /// <summary>Reads a ds:KeyValue.</summary>
    /// <exception cref="SecurityFailureException">The element has another shape, or the key is none.</exception>
    public static RsaKeyValue Read(XmlElement keyValue)
    {
        var rsa = keyValue.FirstChild;
        var modulus = rsa.FirstChild;
        var exponent = modulus.NextSibling;
        if (keyValue.HasText || rsa.IsNull || !rsa.Is(Ds.RsaKeyValue) || !rsa.NextSibling.IsNull || rsa.HasText || !modulus.Is(Ds.Modulus)
            || !exponent.Is(Ds.Exponent) || !exponent.NextSibling.IsNull)
        {
            Fail.With(FailureCode.MalformedSecurityElement, "ds:KeyValue");
        }

        var key = new RsaKeyValue(ElementValue.Base64(modulus, MaxModulusBytes + 1), ElementValue.Base64(exponent, MaxExponentBytes));
        return key._modulus.Length is > 0 and <= MaxModulusBytes && key._exponent.Length > 0
            ? key
            : Fail.With<RsaKeyValue>(FailureCode.MalformedSecurityElement, "ds:RSAKeyValue");
    }

    /// <summary>The public key of a key pair or certificate.</summary>
    public static RsaKeyValue Of(RSA key)
    {
        var parameters = key.ExportParameters(includePrivateParameters: false);
        return new RsaKeyValue(parameters.Modulus, parameters.Exponent);
    }

    /// <summary>The key for use, which the caller disposes of.</summary>
    /// <exception cref="SecurityFailureException">The platform takes it for no key.</exception>
    public RSA Create()
    {
        try
        {
            return RSA.Create(new RSAParameters { Modulus = _modulus, Exponent = _exponent });
        }
        catch (CryptographicException)
        {
            return Fail.With<RSA>(FailureCode.MalformedSecurityElement, "ds:RSAKeyValue");
        }
    }

    /// <summary>Whether both are the same key.</summary>
    public bool Equals(RSA other)
    {
        var parameters = other.ExportParameters(includePrivateParameters: false);
        return _modulus.AsSpan().SequenceEqual(parameters.Modulus.AsSpan().TrimStart((byte)0))
            && _exponent.AsSpan().SequenceEqual(parameters.Exponent.AsSpan().TrimStart((byte)0));
    }

    /// <summary>Writes ds:KeyValue in canonical form, where the default namespace is that of XML Signature.</summary>
    public void Write(PooledBytes output)
    {
        output.Write("<KeyValue><RSAKeyValue><Modulus>"u8);
        output.WriteBase64(_modulus);
        output.Write("</Modulus><Exponent>"u8);
        output.WriteBase64(_exponent);
        output.Write("</Exponent></RSAKeyValue></KeyValue>"u8);
    }

    /// <summary>The length of the key and the start of a hash of it, for the log.</summary>
    public override string ToString() =>
        $"an RSA key of {_modulus.Length * 8} bits (modulus {Convert.ToHexString(SHA256.HashData(_modulus).AsSpan(0, 8))}... by SHA-256)";
}
