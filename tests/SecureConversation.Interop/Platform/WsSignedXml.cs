using System.Security.Cryptography;
using System.Security.Cryptography.Xml;
using System.Xml;
using SecureConversation.Engine.Names;

namespace SecureConversation.Interop.Platform;

/// <summary>XML Signature of the platform, taught to find elements by wsu:Id.</summary>
internal sealed class WsSignedXml(XmlDocument document) : SignedXml(document)
{
    private readonly XmlDocument _document = document;

    public override XmlElement? GetIdElement(XmlDocument? document, string idValue) => Find(_document, idValue) ?? base.GetIdElement(document, idValue);

    /// <summary>Registers RSASSA-PSS for this process.</summary>
    public static void LearnPss()
    {
        CryptoConfig.AddAlgorithm(typeof(PssSha256Description), "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1");
        CryptoConfig.AddAlgorithm(typeof(PssSha384Description), "http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1");
        CryptoConfig.AddAlgorithm(typeof(PssSha512Description), "http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1");
    }

    public static XmlElement? Find(XmlDocument document, string id) =>
        document.GetElementsByTagName("*").OfType<XmlElement>().SingleOrDefault(e => e.GetAttribute("Id", Ns.Wsu) == id || e.GetAttribute("Id") == id);
}

/// <summary>RSASSA-PSS with MGF1 of the same hash and a salt of its length (RFC 6931 section 2.3.10), which the platform does not know by itself.</summary>
public abstract class PssDescription : SignatureDescription
{
    private readonly HashAlgorithmName _hash;

    protected PssDescription(HashAlgorithmName hash)
    {
        _hash = hash;
        KeyAlgorithm = typeof(RSA).AssemblyQualifiedName;
    }

    public override AsymmetricSignatureFormatter CreateFormatter(AsymmetricAlgorithm key) => new Formatter((RSA)key, _hash);

    public override AsymmetricSignatureDeformatter CreateDeformatter(AsymmetricAlgorithm key) => new Deformatter((RSA)key, _hash);

    private sealed class Formatter(RSA key, HashAlgorithmName hash) : AsymmetricSignatureFormatter
    {
        public override byte[] CreateSignature(byte[] rgbHash) => key.SignHash(rgbHash, hash, RSASignaturePadding.Pss);

        public override void SetHashAlgorithm(string strName)
        {
        }

        public override void SetKey(AsymmetricAlgorithm key) => throw new NotSupportedException();
    }

    private sealed class Deformatter(RSA key, HashAlgorithmName hash) : AsymmetricSignatureDeformatter
    {
        public override bool VerifySignature(byte[] rgbHash, byte[] rgbSignature) => key.VerifyHash(rgbHash, rgbSignature, hash, RSASignaturePadding.Pss);

        public override void SetHashAlgorithm(string strName)
        {
        }

        public override void SetKey(AsymmetricAlgorithm key) => throw new NotSupportedException();
    }
}

/// <summary>PSS with SHA-256.</summary>
public sealed class PssSha256Description() : PssDescription(HashAlgorithmName.SHA256)
{
    public override HashAlgorithm CreateDigest() => SHA256.Create();
}

/// <summary>PSS with SHA-384.</summary>
public sealed class PssSha384Description() : PssDescription(HashAlgorithmName.SHA384)
{
    public override HashAlgorithm CreateDigest() => SHA384.Create();
}

/// <summary>PSS with SHA-512.</summary>
public sealed class PssSha512Description() : PssDescription(HashAlgorithmName.SHA512)
{
    public override HashAlgorithm CreateDigest() => SHA512.Create();
}
