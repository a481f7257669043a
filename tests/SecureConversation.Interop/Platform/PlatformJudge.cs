using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography.Xml;
using System.Text;
using System.Xml;
using SecureConversation.Binding;
using SecureConversation.Engine.Names;
using SecureConversation.Interop.Support;
using SecureConversation.Testing;

namespace SecureConversation.Interop.Platform;

/// <summary>
/// Follows a conversation with the XML Signature and XML Encryption of .NET. It starts with the private keys of both sides and learns
/// every other key from what it decrypted. What WS-Security and WS-SecureConversation add is written anew here.
/// </summary>
internal sealed class PlatformJudge
{
    private readonly Dictionary<string, byte[]> _known = [];
    private readonly HashAlgorithmName _derivation;
    private byte[] _clientEntropy = [];

    private XmlDocument _last = new();

    /// <param name="suite">The suite, whose derivation makes the keys of sessions; P_SHA1 of WCF without one.</param>
    public PlatformJudge(SecurityAlgorithmSuite? suite = null)
    {
        WsSignedXml.LearnPss();
        _derivation = suite?.KeyDerivation.Hash ?? HashAlgorithmName.SHA1;
    }

    /// <summary>Keys of the last message by the Id of their token.</summary>
    private Dictionary<string, byte[]> Keys { get; } = [];

    /// <summary>Expanded names of what the signatures of the last message cover.</summary>
    public List<string> Signed { get; } = [];

    /// <summary>Names of what was encrypted in the last message.</summary>
    public List<string> Decrypted { get; } = [];

    /// <summary>Decrypts a message and verifies all its signatures; gives it in clear.</summary>
    public XmlDocument Verify(WireMessage message)
    {
        var document = Load(message.Bytes);
        _last = (XmlDocument)document.Clone();
        ReadKeys(document);
        Signed.Clear();
        Decrypted.Clear();
        if (IsSignedFirst(document))
        {
            Decrypt(document);
            VerifySignatures(document);
        }
        else
        {
            VerifySignatures(document);
            Decrypt(document);
        }

        Learn(message.Leg, document);
        return document;
    }

    /// <summary>The key that the element at a path of the last message, as it was sent, names.</summary>
    public byte[] KeyBehind(string path) => KeyOf(_last, (XmlElement)_last.SelectSingleNode(path)!);

    public static XmlDocument Load(byte[] envelope)
    {
        var document = new XmlDocument { PreserveWhitespace = true };
        using var reader = XmlReader.Create(new MemoryStream(envelope));
        document.Load(reader);
        return document;
    }

    private static XmlElement Security(XmlDocument document) => All(document, "Security", Ns.Wsse).Single();

    private static List<XmlElement> All(XmlNode node, string name, string ns) =>
        [.. node.SelectNodes($"descendant::*[local-name()='{name}' and namespace-uri()='{ns}']")!.OfType<XmlElement>()];

    private static bool IsSignedFirst(XmlDocument document)
    {
        var children = Security(document).ChildNodes.OfType<XmlElement>().Select(e => e.LocalName).ToList();
        return !children.Contains("ReferenceList") || !children.Contains("Signature") || children.IndexOf("ReferenceList") < children.IndexOf("Signature");
    }

    private void ReadKeys(XmlDocument document)
    {
        Keys.Clear();
        foreach (var token in Security(document).ChildNodes.OfType<XmlElement>())
        {
            var id = token.GetAttribute("Id", Ns.Wsu) is { Length: > 0 } wsu ? wsu : token.GetAttribute("Id");
            switch (token.LocalName)
            {
                case "EncryptedKey":
                    Keys[id] = Unwrap(token);
                    break;
                case "SecurityContextToken":
                    Keys[id] = _known[token.FirstChild!.InnerText];
                    break;
                case "DerivedKeyToken":
                    Keys[id] = Derive(token);
                    break;
                default:
                    break;
            }
        }
    }

    private byte[] Unwrap(XmlElement element)
    {
        var encrypted = new EncryptedKey();
        encrypted.LoadXml(element);
        var padding = encrypted.EncryptionMethod!.KeyAlgorithm switch
        {
            EncryptedXml.XmlEncRSAOAEPUrl => RSAEncryptionPadding.OaepSHA1,
            EncryptedXml.XmlEncRSA15Url => RSAEncryptionPadding.Pkcs1,
            _ => RSAEncryptionPadding.CreateOaep(HashOf(All(element, "DigestMethod", Ns.Ds).Single().GetAttribute("Algorithm"))),
        };
        // Either side may be the recipient; the reference says which, but trying is enough for a judge.
        foreach (var certificate in new[] { TestCertificates.Service, TestCertificates.Client })
        {
            using var rsa = certificate.GetRSAPrivateKey()!;
            try
            {
                var key = rsa.Decrypt(encrypted.CipherData.CipherValue!, padding);
                _known[Convert.ToBase64String(SHA1.HashData(encrypted.CipherData.CipherValue!))] = key;
                return key;
            }
            catch (CryptographicException)
            {
            }
        }

        throw new CryptographicException("The key is for neither side.");
    }

    private byte[] Derive(XmlElement token)
    {
        string Child(string name, string otherwise) => token.ChildNodes.OfType<XmlElement>().SingleOrDefault(e => e.LocalName == name)?.InnerText ?? otherwise;
        var seed = Encoding.ASCII.GetBytes("WS-SecureConversationWS-SecureConversation").Concat(Convert.FromBase64String(Child("Nonce", ""))).ToArray();
        var length = int.Parse(Child("Length", "32"), null);
        return PHash(HashOf(token.GetAttribute("Algorithm")), Source((XmlElement)token.FirstChild!), seed, length);
    }

    /// <summary>The key that an o:SecurityTokenReference stands for.</summary>
    private byte[] Source(XmlElement reference)
    {
        var inner = (XmlElement)reference.FirstChild!;
        var uri = inner.GetAttribute("URI");
        return uri.StartsWith('#') ? Keys[uri[1..]] : _known[uri.Length > 0 ? uri : inner.InnerText];
    }

    /// <summary>RFC 5246 section 5, the first bytes.</summary>
    private static byte[] PHash(HashAlgorithmName hash, byte[] secret, byte[] seed, int length)
    {
        var (output, a) = (new List<byte>(), seed);
        while (output.Count < length)
        {
            a = CryptographicOperations.HmacData(hash, secret, a);
            output.AddRange(CryptographicOperations.HmacData(hash, secret, a.Concat(seed).ToArray()));
        }

        return [.. output.Take(length)];
    }

    /// <summary>The hash that an identifier names at its end; none named is SHA-1.</summary>
    private static HashAlgorithmName HashOf(string uri) => uri.Split("sha")[^1] switch
    {
        "256" => HashAlgorithmName.SHA256,
        "384" => HashAlgorithmName.SHA384,
        "512" => HashAlgorithmName.SHA512,
        _ => HashAlgorithmName.SHA1,
    };

    private void Decrypt(XmlDocument document)
    {
        var xml = new EncryptedXml(document);
        foreach (var id in All(Security(document), "DataReference", Ns.Xenc).Select(e => e.GetAttribute("URI")[1..]).ToList())
        {
            var element = WsSignedXml.Find(document, id)!;
            var data = new EncryptedData();
            var cipher = element.LocalName == "EncryptedHeader" ? (XmlElement)element.FirstChild! : element;
            data.LoadXml(cipher);
            var parent = (XmlElement)element.ParentNode!;
            xml.ReplaceData(element, Decrypt(xml, data, KeyOf(document, cipher)));
            Decrypted.Add(parent.LocalName == "Body" ? "Body" : ((XmlElement)parent.ChildNodes.OfType<XmlElement>().Last(e => e.LocalName != "EncryptedData")).LocalName);
        }
    }

    /// <summary>In an asymmetric binding the EncryptedKey lists the data, or they refer to it.</summary>
    private byte[] KeyOf(XmlDocument document, XmlElement data) =>
        All(data, "SecurityTokenReference", Ns.Wsse).SingleOrDefault() is { } reference
            ? Source(reference)
            : Keys[All(Security(document), "EncryptedKey", Ns.Xenc).Single().GetAttribute("Id")];

    /// <summary>EncryptedXml knows no GCM, the IV first and the tag last (XML Encryption 1.1 section 5.2.4).</summary>
    private static byte[] Decrypt(EncryptedXml xml, EncryptedData data, byte[] key)
    {
        if (!data.EncryptionMethod!.KeyAlgorithm!.EndsWith("gcm", StringComparison.Ordinal))
        {
            using var algorithm = Algorithm(data.EncryptionMethod.KeyAlgorithm, key);
            return xml.DecryptData(data, algorithm);
        }

        var (octets, plain) = (data.CipherData.CipherValue!, new byte[data.CipherData.CipherValue!.Length - 28]);
        using var gcm = new AesGcm(key, tagSizeInBytes: 16);
        gcm.Decrypt(octets.AsSpan(0, 12), octets.AsSpan(12, plain.Length), octets.AsSpan(12 + plain.Length), plain);
        return plain;
    }

    private static SymmetricAlgorithm Algorithm(string uri, byte[] key)
    {
        SymmetricAlgorithm algorithm = uri == EncryptedXml.XmlEncTripleDESUrl ? TripleDES.Create() : Aes.Create();
        algorithm.Key = key;
        return algorithm;
    }

    private void VerifySignatures(XmlDocument document)
    {
        foreach (var element in Security(document).ChildNodes.OfType<XmlElement>().Where(e => e.LocalName == "Signature"))
        {
            var signature = new WsSignedXml(document);
            signature.LoadXml(element);
            Assert.True(Check(signature, element), element.OuterXml);
            Signed.AddRange(signature.SignedInfo!.References.Cast<Reference>().Select(r => WsSignedXml.Find(document, r.Uri![1..])!).Select(e => $"{{{e.NamespaceURI}}}{e.LocalName}"));
        }
    }

    private bool Check(WsSignedXml signature, XmlElement element)
    {
        var method = signature.SignedInfo!.SignatureMethod!;
        if (method.Contains("rsa", StringComparison.Ordinal))
        {
            return Certificates(element).Any(certificate => signature.CheckSignature(certificate, verifySignatureOnly: true));
        }

        var key = Source(All(element, "SecurityTokenReference", Ns.Wsse).Single());
        using KeyedHashAlgorithm hmac = HashOf(method).Name switch
        {
            "SHA256" => new HMACSHA256(key),
            "SHA384" => new HMACSHA384(key),
            "SHA512" => new HMACSHA512(key),
            _ => new HMACSHA1(key),
        };
        return signature.CheckSignature(hmac);
    }

    /// <summary>The one in the message, or those that both sides know.</summary>
    private static IEnumerable<X509Certificate2> Certificates(XmlElement signature)
    {
        var uri = All(signature, "Reference", Ns.Wsse).SingleOrDefault()?.GetAttribute("URI");
        return uri is null
            ? [TestCertificates.Service, TestCertificates.Client]
            : [X509CertificateLoader.LoadCertificate(Convert.FromBase64String(WsSignedXml.Find(signature.OwnerDocument, uri[1..])!.InnerText))];
    }

    private void Learn(Leg leg, XmlDocument document)
    {
        IEnumerable<byte[]> Secrets(string holder) => document.SelectNodes($"//*[local-name()='{holder}']/*[local-name()='BinarySecret']")!
            .OfType<XmlElement>().Select(e => Convert.FromBase64String(e.InnerText));
        if (leg == Leg.Open)
        {
            _clientEntropy = Secrets("Entropy").SingleOrDefault([]);
        }
        else if (leg == Leg.Opened)
        {
            var context = document.SelectSingleNode("//*[local-name()='Identifier']")!.InnerText;
            _known[context] = Secrets("RequestedProofToken").SingleOrDefault()
                ?? (Secrets("Entropy").SingleOrDefault() is { } entropy ? PHash(_derivation, _clientEntropy, entropy, entropy.Length) : _clientEntropy);
        }
    }
}
