using System.Security.Cryptography;
using System.Text;
using SecureConversation.Binding;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Signature;

/// <summary>What a ds:Reference says of one part.</summary>
/// <param name="Id">The Id by which it names the part.</param>
/// <param name="Digest">The digest of the canonical bytes.</param>
/// <param name="InclusivePrefixes">The value of PrefixList in UTF-8; empty for no ec:InclusiveNamespaces.</param>
internal readonly record struct PartDigest(string Id, byte[] Digest, byte[] InclusivePrefixes);

/// <summary>
/// Builds one ds:Signature in canonical form, so that the bytes that are signed are sent and nothing is serialized twice. One that is
/// longer than receivers accept is refused with <see cref="FailureCode.LimitExceeded"/>.
/// </summary>
/// <param name="suite">The suite.</param>
/// <param name="curveKey">The private key on an elliptic curve, where one signs; null where another key does.</param>
internal sealed class SignatureWriter(SecurityAlgorithmSuite suite, ECDsa? curveKey = null) : IDisposable
{
    // The canonical form of SignedInfo on its own declares the namespace. Inside ds:Signature it inherits the declaration.
    private static ReadOnlySpan<byte> CanonicalStart => WrittenForm.CanonicalStart;

    // What stands before each digest; the suites have these algorithms.
    private static readonly byte[] BeforeSha1 = BeforeDigest(DigestAlgorithm.Sha1);
    private static readonly byte[] BeforeSha256 = BeforeDigest(DigestAlgorithm.Sha256);
    private static readonly byte[] BeforeSha384 = BeforeDigest(DigestAlgorithm.Sha384);
    private static readonly byte[] BeforeSha512 = BeforeDigest(DigestAlgorithm.Sha512);

    private readonly byte[] _beforeDigest = suite.Digest.Uri switch
    {
        AlgorithmUris.Sha1 => BeforeSha1,
        AlgorithmUris.Sha256 => BeforeSha256,
        AlgorithmUris.Sha384 => BeforeSha384,
        _ => BeforeSha512,
    };

    private readonly PooledBytes _signedInfo = new(2048);
    private bool _isStarted;

    /// <summary>Adds a reference by Id with the digest of its canonical bytes.</summary>
    /// <param name="part">The Id, the digest, and the prefixes that the canonicalization treated inclusively.</param>
    /// <param name="symmetric">Whether a symmetric key signs.</param>
    /// <param name="enveloped">Whether the part is what the signature stands in (XML Signature section 6.6.4).</param>
    public void Add(PartDigest part, bool symmetric, bool enveloped = false)
    {
        Start(symmetric ? suite.SymmetricSignature.Uri
            : curveKey is not null ? suite.EcdsaSignature!.Uri
            : suite.AsymmetricSignature.Uri);
        _signedInfo.Write("<Reference URI=\"#"u8);
        _signedInfo.WriteAttribute(part.Id);
        _signedInfo.Write("\"><Transforms>"u8);
        if (enveloped)
        {
            _signedInfo.Write("<Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"></Transform>"u8);
        }

        _signedInfo.Write("<Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\">"u8);
        if (part.InclusivePrefixes.Length > 0)
        {
            _signedInfo.Write("<InclusiveNamespaces xmlns=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\""u8);
            _signedInfo.Write(part.InclusivePrefixes);
            _signedInfo.Write("\"></InclusiveNamespaces>"u8);
        }

        _signedInfo.Write(_beforeDigest);
        _signedInfo.WriteBase64(part.Digest);
        _signedInfo.Write("</DigestValue></Reference>"u8);
    }

    /// <summary>Signs with a symmetric key and writes the element; returns the signature value.</summary>
    public byte[] Finish(PooledBytes output, string? id, SymmetricKey key, Action<PooledBytes> keyReference)
    {
        End();
        var value = new byte[suite.SymmetricSignature.Size];
        key.ComputeHmac(suite.SymmetricSignature, _signedInfo.Span, value);
        Write(output, id, value, keyReference);
        return value;
    }

    /// <summary>Signs with the private key on an elliptic curve and writes the element; returns the signature value.</summary>
    public byte[] Finish(PooledBytes output, string? id, Action<PooledBytes> keyReference)
    {
        End();
        var value = EcdsaSignature.Sign(curveKey!, suite.EcdsaSignature!, _signedInfo.Span);
        Write(output, id, value, keyReference);
        return value;
    }

    /// <summary>Signs with a private key and writes the element; returns the signature value.</summary>
    public byte[] Finish(PooledBytes output, string? id, RSA key, Action<PooledBytes> keyReference)
    {
        End();
        var value = RsaSignature.Sign(key, suite.AsymmetricSignature, _signedInfo.Span);
        Write(output, id, value, keyReference);
        return value;
    }

    public void Dispose() => _signedInfo.Dispose();

    private static byte[] BeforeDigest(DigestAlgorithm algorithm) => Encoding.UTF8.GetBytes(
        $"</Transform></Transforms><DigestMethod Algorithm=\"{algorithm.Uri}\"></DigestMethod><DigestValue>");

    private void Start(string signatureMethod)
    {
        if (_isStarted)
        {
            return;
        }

        _isStarted = true;
        _signedInfo.Write(CanonicalStart);
        _signedInfo.Write("<CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"></CanonicalizationMethod>"u8
            + "<SignatureMethod Algorithm=\""u8);
        _signedInfo.WriteText(signatureMethod);
        _signedInfo.Write("\"></SignatureMethod>"u8);
    }

    private void End()
    {
        _signedInfo.Write("</SignedInfo>"u8);
        if (_signedInfo.Length > SignatureElement.MaxSignedInfoBytes)
        {
            Fail.With(FailureCode.LimitExceeded, "ds:SignedInfo");
        }
    }

    private void Write(PooledBytes output, string? id, byte[] value, Action<PooledBytes> keyReference)
    {
        output.Write("<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\""u8);
        if (id is not null)
        {
            TokenWriter.Attribute(output, "Id", id);
        }

        output.Write("><SignedInfo>"u8);
        output.Write(_signedInfo.Span[CanonicalStart.Length..]);
        output.Write("<SignatureValue>"u8);
        output.WriteBase64(value);
        output.Write("</SignatureValue><KeyInfo>"u8);
        keyReference(output);
        output.Write("</KeyInfo></Signature>"u8);
    }
}
