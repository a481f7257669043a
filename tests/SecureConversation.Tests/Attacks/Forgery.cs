using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Xml;
using SecureConversation.Binding;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Signature;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;
using SecureConversation.Testing;
using XmlElement = System.Xml.XmlElement;

namespace SecureConversation.Tests.Attacks;

/// <summary>
/// A valid message taken apart by somebody who holds its keys: decrypted, changed, signed and encrypted again, so that
/// the result breaks the one rule that a test is about and no other.
/// </summary>
internal sealed class Forgery
{
    public const string Ds = "http://www.w3.org/2000/09/xmldsig#";
    public const string Xenc = "http://www.w3.org/2001/04/xmlenc#";
    public const string Wsu = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
    public const string Wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    public const string Soap = "http://www.w3.org/2003/05/soap-envelope";

    private readonly SecurityAlgorithmSuite _suite;
    private readonly List<Action<Forgery>> _afterwards = [];
    private readonly HashSet<string> _untouched = [];

    private Forgery(XmlDocument document, SymmetricKey root, SecurityAlgorithmSuite suite)
    {
        Document = document;
        Root = root;
        _suite = suite;
    }

    public XmlDocument Document { get; }
    public SecurityAlgorithmSuite Suite => _suite;
    public List<SealedPart> Sealed { get; } = [];

    /// <summary>The key of the message, or the source of its keys; what is signed and sealed from now on uses the one set here.</summary>
    public SymmetricKey Root { get; set; }

    public X509Certificate2 Signer { get; set; } = TestCertificates.Client;

    public XmlElement Envelope => Document.DocumentElement!;
    public XmlElement Header => (XmlElement)Envelope.FirstChild!;
    public XmlElement Body => (XmlElement)Envelope.LastChild!;
    public XmlElement Security => Child(Header, "Security");
    public XmlElement Timestamp => Child(Security, "Timestamp");
    public XmlElement Context => Child(Security, "SecurityContextToken");
    public XmlElement EncryptedKey => Child(Security, "EncryptedKey");
    public XmlElement ReferenceList => Child(Security, "ReferenceList");
    public XmlElement[] DerivedKeys => [.. Children(Security, "DerivedKeyToken")];
    public XmlElement Signature => Children(Security, "Signature").First();
    public XmlElement Endorsing => Children(Security, "Signature").Last();
    public XmlElement SignedInfo => Child(Signature, "SignedInfo");
    public XmlElement[] References => [.. Children(SignedInfo, "Reference")];
    public XmlElement Action => Child(Header, "Action");
    public XmlElement MessageId => Child(Header, "MessageID");
    public SealedPart BodyPart => Sealed.Single(p => p.Target == Body);
    public SealedPart SignaturePart => Sealed.First(p => p.Target.LocalName == "Signature");

    public static XmlDocument Load(ReadOnlyMemory<byte> bytes)
    {
        var document = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
        document.LoadXml(Encoding.UTF8.GetString(bytes.Span));
        return document;
    }

    /// <summary>Decrypts all that the message lists.</summary>
    public static Forgery Open(ReadOnlyMemory<byte> wire, SymmetricKey? root, SecurityAlgorithmSuite? suite = null)
    {
        var document = Load(wire);
        var forgery = new Forgery(document, root ?? Unwrap(document), suite ?? SuiteOf(document));
        foreach (var data in document.GetElementsByTagName("EncryptedData", Xenc).Cast<XmlElement>().ToArray())
        {
            forgery.Decrypt(data);
        }

        forgery.Remember(digests: true);
        return forgery;
    }

    /// <summary>The suite of the profile Strong that the message was made with, or that of all other bindings.</summary>
    public static SecurityAlgorithmSuite SuiteOf(XmlDocument document) => document.OuterXml switch
    {
        var xml when !xml.Contains("urn:secure-conversation:algorithms", StringComparison.Ordinal)
            && !xml.Contains("xmlenc11#", StringComparison.Ordinal) => SecurityAlgorithmSuite.Basic256Sha256,
        var xml when xml.Contains("xmldsig-more#hmac-sha384", StringComparison.Ordinal) => SecurityAlgorithmSuite.Strong256Sha384,
        var xml when xml.Contains("xmldsig-more#hmac-sha512", StringComparison.Ordinal) => SecurityAlgorithmSuite.Strong256Sha512,
        _ => SecurityAlgorithmSuite.Strong256,
    };

    /// <summary>The key of a message's EncryptedKey, as the service would find it.</summary>
    public static SymmetricKey Unwrap(XmlDocument document)
    {
        var wrapped = (XmlElement)document.GetElementsByTagName("EncryptedKey", Xenc)[0]!;
        using var rsa = TestCertificates.Service.GetRSAPrivateKey()!;
        return SymmetricKey.From(rsa.Decrypt(Convert.FromBase64String(Descendant(wrapped, "CipherValue").InnerText), SuiteOf(document).AsymmetricKeyWrap.Padding));
    }

    public static XmlElement Child(XmlElement parent, string localName) => Children(parent, localName).First();

    public static IEnumerable<XmlElement> Children(XmlElement parent, string localName) =>
        parent.ChildNodes.OfType<XmlElement>().Where(e => e.LocalName == localName);

    public static XmlElement Descendant(XmlElement parent, string localName) =>
        parent.GetElementsByTagName("*").OfType<XmlElement>().First(e => e.LocalName == localName);

    public XmlElement Parse(string xml)
    {
        var holder = Document.CreateElement("holder");
        holder.InnerXml = xml;
        return (XmlElement)holder.FirstChild!;
    }

    public static string? IdOf(XmlElement element) =>
        element.GetAttribute("Id", Wsu) is { Length: > 0 } wsu ? wsu : element.GetAttribute("Id") is { Length: > 0 } own ? own : null;

    public static void SetId(XmlElement element, string id)
    {
        if (element.NamespaceURI is Ds or Xenc)
        {
            element.SetAttribute("Id", id);
        }
        else
        {
            element.SetAttribute("Id", Wsu, id);
        }
    }

    /// <summary>Leaves a part in clear. What signs it stays as it is.</summary>
    public void Expose(SealedPart part)
    {
        Sealed.Remove(part);
        var uri = "#" + part.Data.GetAttribute("Id");
        ReferenceList.RemoveChild(Children(ReferenceList, "DataReference").Single(r => r.GetAttribute("URI") == uri));
    }

    /// <summary>Done once the message is encrypted again.</summary>
    public void OnWire(Action<Forgery> change) => _afterwards.Add(change);

    /// <summary>Digests of everything that is where a receiver looks for it, the primary signature, then the endorsing one.</summary>
    public void Resign(bool digest = true)
    {
        foreach (var reference in digest ? References : [])
        {
            var id = reference.GetAttribute("URI").TrimStart('#');
            if (FindPart(id) is { } part)
            {
                var list = reference.GetElementsByTagName("InclusiveNamespaces", "*").Cast<XmlElement>().FirstOrDefault()?.GetAttribute("PrefixList");
                Child(reference, "DigestValue").InnerText = Convert.ToBase64String(list is not { Length: > 0 and < 1024 } ? Digest(part) : DigestInPlace(part, list));
            }
        }

        SignValue(Signature);
        if (Endorsing != Signature)
        {
            Endorse();
        }

        Remember(digest);
    }

    public void Endorse()
    {
        Descendant(Endorsing, "DigestValue").InnerText = Convert.ToBase64String(Digest(Signature));
        SignValue(Endorsing);
        Remember(digests: false);
    }

    /// <summary>What holds as it stands, so that what a test breaks is not mended when the ciphertext is signed.</summary>
    private void Remember(bool digests)
    {
        _untouched.UnionWith(Children(Security, "Signature").Select(s => s.OuterXml));
        if (digests)
        {
            _untouched.UnionWith(References.Select(r => r.OuterXml));
            _untouched.UnionWith(Sealed.Select(p => p.Target.OuterXml));
        }
    }

    /// <summary>
    /// In the profile Strong the ciphertext is what is signed: the digests of what was encrypted again, the primary signature and the
    /// endorsing one are made anew, each of them only where the test left it as it was.
    /// </summary>
    private void SignCiphertext(IReadOnlyList<XmlElement> signed)
    {
        var (primary, endorsing) = (Signature, Endorsing);
        var (isWhole, isEndorsed) = (_untouched.Contains(primary.OuterXml), _untouched.Contains(endorsing.OuterXml));
        foreach (var reference in References.Where(r => _untouched.Contains(r.OuterXml)))
        {
            if (signed.FirstOrDefault(e => "#" + IdOf(e) == reference.GetAttribute("URI")) is { } part
                && reference.GetElementsByTagName("InclusiveNamespaces", "*").Cast<XmlElement>().FirstOrDefault()?.GetAttribute("PrefixList") is { Length: < 1024 } list)
            {
                Child(reference, "DigestValue").InnerText = Convert.ToBase64String(DigestInPlace(part, list));
            }
        }

        if (isWhole)
        {
            SignValue(primary);
        }

        if (isEndorsed && endorsing != primary)
        {
            Endorse();
        }
    }

    public void SignValue(XmlElement signature)
    {
        var info = Canonical(Child(signature, "SignedInfo"));
        var reference = Descendant(Child(signature, "KeyInfo"), "SecurityTokenReference");
        Child(signature, "SignatureValue").InnerText = Convert.ToBase64String(
            IsCertificate(reference) ? SignWithCertificate(info) : Mac(KeyOf(reference), info));
    }

    private byte[] SignWithCertificate(byte[] data)
    {
        using var curve = Signer.GetECDsaPrivateKey();
        using var rsa = Signer.GetRSAPrivateKey();
        return curve is not null
            ? EcdsaSignature.Sign(curve, _suite.EcdsaSignature!, data)
            : RsaSignature.Sign(rsa!, _suite.AsymmetricSignature, data);
    }

    public byte[] Mac(SymmetricKey key, byte[] data)
    {
        var value = new byte[_suite.SymmetricSignature.Size];
        key.ComputeHmac(_suite.SymmetricSignature, data, value);
        return value;
    }

    public byte[] Digest(XmlElement element)
    {
        using var index = XmlIndex.Parse(Encoding.UTF8.GetBytes(element.OuterXml), XmlLimits.Default);
        using var digest = new ReferenceDigest(_suite.Digest);
        var value = new byte[_suite.Digest.Size];
        digest.Compute(index.Root, default, CanonicalForm.Recommendation, value);
        return value;
    }

    /// <summary>The digest with a prefix list, for which the declarations around the element count.</summary>
    private byte[] DigestInPlace(XmlElement element, string list)
    {
        var number = Document.SelectNodes("//*")!.Cast<XmlElement>().TakeWhile(e => e != element).Count();
        using var index = XmlIndex.Parse(Encoding.UTF8.GetBytes(Document.OuterXml), XmlLimits.Default);
        using var digest = new ReferenceDigest(_suite.Digest);
        var value = new byte[_suite.Digest.Size];
        digest.Compute(Xml.XmlSupport.All(index).ElementAt(number), Encoding.UTF8.GetBytes(list), CanonicalForm.Recommendation, value);
        return value;
    }

    public static byte[] Canonical(XmlElement element)
    {
        using var index = XmlIndex.Parse(Encoding.UTF8.GetBytes(element.OuterXml), XmlLimits.Default);
        using var sink = new BufferSink(int.MaxValue);
        ExclusiveCanonicalizer.Canonicalize(index.Root, default, CanonicalForm.Recommendation, sink);
        return sink.WrittenSpan.ToArray();
    }

    /// <summary>The message for the wire.</summary>
    /// <param name="only">The part that is encrypted again, where the ciphertext of all others stays as it was; null for all.</param>
    public byte[] Seal(SealedPart? only = null)
    {
        var unchanged = Sealed.Where(p => _untouched.Contains(p.Target.OuterXml)).Select(p => p.IsContent ? Body : p.Holder).ToList();
        foreach (var part in Sealed)
        {
            if (only is null || part == only)
            {
                var plain = part.Plain ?? Encoding.UTF8.GetBytes(part.IsContent ? part.Target.InnerXml : part.Target.OuterXml);
                part.SetCipher(Encrypt(plain, KeyInfoOf(part.Data)));
            }

            if (part.IsContent)
            {
                part.Target.InnerXml = "";
                part.Target.AppendChild(part.Data);
            }
            else
            {
                part.Target.ParentNode?.ReplaceChild(part.Holder, part.Target);
            }
        }

        if (_suite.IsStrong)
        {
            SignCiphertext(unchanged);
        }

        _afterwards.ForEach(change => change(this));
        return Encoding.UTF8.GetBytes(Document.OuterXml);
    }

    /// <summary>What a part decrypts to, octet for octet.</summary>
    public byte[] Plaintext(SealedPart part)
    {
        var buffer = new byte[part.Cipher.Length];
        Assert.True(KeyOf(KeyInfoOf(part.Data)).TryDecrypt(_suite.Encryption, part.Cipher, buffer, out var length));
        return buffer[..length];
    }

    /// <summary>Whether a ciphertext in the place of a part has valid padding.</summary>
    public bool IsPadded(SealedPart part, byte[] cipher) =>
        KeyOf(KeyInfoOf(part.Data)).TryDecrypt(_suite.Encryption, cipher, new byte[cipher.Length], out _);

    public byte[] Encrypt(byte[] plain, XmlElement? reference)
    {
        var cipher = new byte[SymmetricKey.GetCiphertextLength(_suite.Encryption, plain.Length)];
        KeyOf(reference).Encrypt(_suite.Encryption, plain, cipher);
        return cipher;
    }

    /// <summary>The key behind a reference, as it stands in the message; derived where it names a DerivedKeyToken.</summary>
    public SymmetricKey KeyOf(XmlElement? reference)
    {
        var id = reference is null ? null : Children(reference, "Reference").FirstOrDefault()?.GetAttribute("URI").TrimStart('#');
        return DerivedKeys.FirstOrDefault(t => IdOf(t) == id) is { } token && id is not null ? Derive(token) : Root;
    }

    private SymmetricKey Derive(XmlElement token)
    {
        int Number(string name, int otherwise) =>
            Children(token, name).FirstOrDefault() is { } e && int.TryParse(e.InnerText, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n < 4096 ? n : otherwise;
        var length = Number("Length", 32);
        var label = Children(token, "Label").FirstOrDefault()?.InnerText is { } text ? Encoding.UTF8.GetBytes(text) : DerivedKeyToken.DefaultLabel;
        return Root.Derive(_suite.KeyDerivation, label, Convert.FromBase64String(Child(token, "Nonce").InnerText), Number("Offset", Number("Generation", 0) * length), length);
    }

    private void Decrypt(XmlElement data)
    {
        var cipher = Convert.FromBase64String(Descendant(data, "CipherValue").InnerText);
        var buffer = new byte[cipher.Length];
        Assert.True(KeyOf(KeyInfoOf(data)).TryDecrypt(_suite.Encryption, cipher, buffer, out var length));
        var plain = Encoding.UTF8.GetString(buffer, 0, length);
        if (data.ParentNode == Body)
        {
            Body.InnerXml = plain;
            Sealed.Add(new SealedPart(Body, data, data, IsContent: true));
            return;
        }

        var holder = data.ParentNode is XmlElement { LocalName: "EncryptedHeader" } wrapper ? wrapper : data;
        // Read in its place, where the prefixes are in scope that it leaves to its surroundings.
        var place = Document.CreateElement("place");
        holder.ParentNode!.ReplaceChild(place, holder);
        place.InnerXml = plain;
        var element = (XmlElement)place.FirstChild!;
        place.ParentNode!.ReplaceChild(element, place);
        Sealed.Add(new SealedPart(element, data, holder, IsContent: false));
    }

    private static XmlElement? KeyInfoOf(XmlElement data) =>
        Children(data, "KeyInfo").FirstOrDefault() is { } info ? Descendant(info, "SecurityTokenReference") : null;

    private bool IsCertificate(XmlElement reference) =>
        Children(reference, "Reference").FirstOrDefault() is { } r
            ? Children(Security, "BinarySecurityToken").Any(t => IdOf(t) == r.GetAttribute("URI").TrimStart('#'))
            : Children(reference, "KeyIdentifier").All(k => !k.GetAttribute("ValueType").EndsWith("EncryptedKeySHA1", StringComparison.Ordinal));

    private XmlElement? FindPart(string id) =>
        Security.ChildNodes.OfType<XmlElement>().Concat(Header.ChildNodes.OfType<XmlElement>()).Append(Body).FirstOrDefault(e => IdOf(e) == id);
}

/// <summary>A part that is encrypted on the wire.</summary>
/// <param name="Target">The element in clear; of a body its content is meant.</param>
/// <param name="Data">The EncryptedData.</param>
/// <param name="Holder">What stands in the place of the element: the EncryptedData, or the EncryptedHeader around it.</param>
/// <param name="IsContent">Whether only the content is encrypted.</param>
internal sealed record SealedPart(XmlElement Target, XmlElement Data, XmlElement Holder, bool IsContent)
{
    /// <summary>Encrypted instead of what the target holds.</summary>
    public byte[]? Plain { get; set; }

    public byte[] Cipher => Convert.FromBase64String(Forgery.Descendant(Data, "CipherValue").InnerText);

    public void SetCipher(byte[] cipher) => Forgery.Descendant(Data, "CipherValue").InnerText = Convert.ToBase64String(cipher);
}
