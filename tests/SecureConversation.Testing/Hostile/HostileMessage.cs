using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Xml;
using SecureConversation.Binding;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;
using XmlElement = System.Xml.XmlElement;
using XmlNode = System.Xml.XmlNode;

namespace SecureConversation.Testing.Hostile;

/// <summary>
/// A message of an attacker, made from an honest one: its ciphertext, certificates and signatures are taken out, and a clear signature with
/// hostile content takes their place. A stranger has no key. Whoever has the key that the tokens of the message lead to makes a signature
/// that holds, as far as the canonical forms stay within their bounds.
/// </summary>
public sealed class HostileMessage
{
    private const string Ds = "http://www.w3.org/2000/09/xmldsig#";
    private const string ExcC14N = "http://www.w3.org/2001/10/xml-exc-c14n#";
    private const string Wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    private const string Wsu = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
    private static readonly XmlName WsuId = new("Id", Wsu);

    private const string NoValue = "AAAA";

    private readonly SecurityAlgorithmSuite _suite = SecurityAlgorithmSuite.Basic256Sha256;
    private readonly string _template;
    private readonly string[] _ids;
    private readonly string _keyId;
    private readonly SymmetricKey? _key;

    private HostileMessage(string template, string[] ids, string keyId, SymmetricKey? key)
    {
        _template = template;
        _ids = ids;
        _keyId = keyId;
        _key = key;
    }

    /// <summary>Of somebody who has no key.</summary>
    public static HostileMessage OfStranger(ReadOnlyMemory<byte> honest) => Create(honest, null);

    /// <summary>Of a stranger who knows the certificate of the service and wraps a key of his own for it.</summary>
    public static HostileMessage OfStrangerWithKey(ReadOnlyMemory<byte> honest)
    {
        var secret = RandomNumberGenerator.GetBytes(32);
        using var service = TestCertificates.Service.GetRSAPublicKey()!;
        var wrapped = Convert.ToBase64String(service.Encrypt(secret, RSAEncryptionPadding.OaepSHA1));
        return Create(honest, secret, wrapped);
    }

    /// <summary>Of the peer, who has the key that the message is protected with.</summary>
    public static HostileMessage OfPeer(ReadOnlyMemory<byte> honest, byte[] secret) => Create(honest, secret);

    /// <summary>The secret in the xenc:EncryptedKey of a request.</summary>
    public static byte[] SecretOf(ReadOnlyMemory<byte> request)
    {
        using var service = TestCertificates.Service.GetRSAPrivateKey()!;
        var wrapped = Find(Load(request), "EncryptedKey")!;
        return service.Decrypt(Convert.FromBase64String(Find(wrapped, "CipherValue")!.InnerText), RSAEncryptionPadding.OaepSHA1);
    }

    public byte[] With(HostileContent content)
    {
        ArgumentNullException.ThrowIfNull(content);
        var text = _template
            .Replace("@header@", content.Header, StringComparison.Ordinal)
            .Replace("@security@", content.Security + Signature(content), StringComparison.Ordinal)
            .Replace("@body@", content.Body, StringComparison.Ordinal);
        var declarations = text.IndexOf('>', StringComparison.Ordinal);
        text = string.Concat(text.AsSpan(0, declarations), " ", content.Declarations, text.AsSpan(declarations));
        for (var i = 0; i < _ids.Length; i++)
        {
            var digest = _key is null ? NoValue : Convert.ToBase64String(Digest(text, i, content.PrefixList));
            text = text.Replace($"@digest{i}@", digest, StringComparison.Ordinal);
        }

        var value = _key is null ? NoValue : Convert.ToBase64String(Mac(text, content.PrefixList));
        return Encoding.UTF8.GetBytes(text.Replace("@value@", value, StringComparison.Ordinal));
    }

    private static HostileMessage Create(ReadOnlyMemory<byte> honest, byte[]? secret, string? wrapped = null)
    {
        var document = Load(honest);
        var header = (XmlElement)document.DocumentElement!.FirstChild!;
        var body = (XmlElement)document.DocumentElement.LastChild!;
        var security = Children(header).Single(e => e.LocalName == "Security");
        foreach (var child in Children(security).Where(e => e.LocalName is "EncryptedData" or "BinarySecurityToken" or "ReferenceList" or "Signature").ToArray())
        {
            security.RemoveChild(child);
        }

        if (wrapped is not null)
        {
            Find(Find(security, "EncryptedKey")!, "CipherValue")!.InnerText = wrapped;
        }

        string[] ids = [.. Children(header).Concat(Children(security)).Where(e => e.LocalName is not ("DerivedKeyToken" or "SecurityContextToken"))
            .Prepend(body).Select(e => e.GetAttribute("Id", Wsu)).Where(id => id.Length > 0)];
        header.PrependChild(document.CreateTextNode("@header@"));
        security.AppendChild(document.CreateTextNode("@security@"));
        body.InnerText = "@body@";
        var token = Children(security).First(e => e.LocalName == "DerivedKeyToken");
        var key = secret is null ? null : Derive(token, secret);
        return new HostileMessage(document.OuterXml, ids, token.GetAttribute("Id", Wsu), key);
    }

    private static SymmetricKey Derive(XmlElement token, byte[] secret)
    {
        using var root = SymmetricKey.From(secret);
        var length = Find(token, "Length")?.InnerText is { } text ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : 32;
        return root.Derive(
            KeyDerivationAlgorithm.PSha1, DerivedKeyToken.DefaultLabel, Convert.FromBase64String(Find(token, "Nonce")!.InnerText), 0, length);
    }

    private static XmlDocument Load(ReadOnlyMemory<byte> bytes)
    {
        var document = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
        document.LoadXml(Encoding.UTF8.GetString(bytes.Span));
        return document;
    }

    private static IEnumerable<XmlElement> Children(XmlNode parent) => parent.ChildNodes.OfType<XmlElement>();

    private static XmlElement? Find(XmlNode parent, string localName) => parent.SelectSingleNode($".//*[local-name()='{localName}']") as XmlElement;

    private string Signature(HostileContent content)
    {
        var inclusive = content.PrefixList.Length == 0 ? "" : $"<InclusiveNamespaces xmlns=\"{ExcC14N}\" PrefixList=\"{content.PrefixList}\"/>";
        return $"<Signature xmlns=\"{Ds}\"><SignedInfo><CanonicalizationMethod Algorithm=\"{ExcC14N}\">{inclusive}</CanonicalizationMethod>"
            + $"<SignatureMethod Algorithm=\"{_suite.DefaultSymmetricSignatureAlgorithm}\"/>"
            + string.Concat(_ids.Select((id, i) => $"<Reference URI=\"#{id}\"><Transforms><Transform Algorithm=\"{ExcC14N}\">{(i == 0 ? inclusive : "")}</Transform></Transforms>"
                + $"<DigestMethod Algorithm=\"{_suite.DefaultDigestAlgorithm}\">{(i == 0 ? content.SignedInfo : "")}</DigestMethod><DigestValue>@digest{i}@</DigestValue></Reference>"))
            + $"{content.References}</SignedInfo><SignatureValue>@value@</SignatureValue><KeyInfo><o:SecurityTokenReference xmlns:o=\"{Wsse}\">"
            + $"<o:Reference URI=\"#{_keyId}\"/></o:SecurityTokenReference></KeyInfo></Signature>";
    }

    /// <summary>The digest of the part with an Id. The body is the first.</summary>
    private byte[] Digest(string text, int part, string prefixes)
    {
        using var sink = new DigestSink(_suite.Digest.Hash, CanonicalBudget.Of(text.Length));
        var digest = new byte[_suite.Digest.Size];
        return TryCanonicalize(text, e => e.GetAttribute(WsuId) == _ids[part], part == 0 ? prefixes : "", sink) && sink.GetHash(digest) > 0 ? digest : [0];
    }

    private byte[] Mac(string text, string prefixes)
    {
        using var sink = new BufferSink(1024 * 1024);
        var mac = new byte[_suite.SymmetricSignature.Size];
        if (!TryCanonicalize(text, e => e.LocalName.SequenceEqual("SignedInfo"u8), prefixes, sink))
        {
            return [0];
        }

        _key!.ComputeHmac(_suite.SymmetricSignature, sink.WrittenSpan, mac);
        return mac;
    }

    /// <summary>False where the bounds do not let the receiver come so far.</summary>
    private static bool TryCanonicalize(string text, Predicate<Engine.Xml.XmlElement> isElement, string prefixes, CanonicalSink sink)
    {
        try
        {
            using var index = XmlIndex.Parse(Encoding.UTF8.GetBytes(text), XmlLimits.Default,
                new XmlName("Body", "http://www.w3.org/2003/05/soap-envelope"));
            var element = Descendant(index.Root, isElement);
            ExclusiveCanonicalizer.Canonicalize(element, Encoding.UTF8.GetBytes(prefixes), CanonicalForm.Recommendation, sink);
            return true;
        }
        catch (SecurityFailureException)
        {
            return false;
        }
    }

    private static Engine.Xml.XmlElement Descendant(Engine.Xml.XmlElement parent, Predicate<Engine.Xml.XmlElement> isElement)
    {
        for (var child = parent.FirstChild; !child.IsNull; child = child.NextSibling)
        {
            if (isElement(child))
            {
                return child;
            }

            if (Descendant(child, isElement) is { IsNull: false } found)
            {
                return found;
            }
        }

        return default;
    }
}
