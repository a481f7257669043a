using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography.Xml;
using System.Text;
using System.Xml;
using SecureConversation.Binding;
using SecureConversation.Engine.Names;
using SecureConversation.Testing;

namespace SecureConversation.Interop.Platform;

/// <summary>
/// Requests secured by SignedXml and EncryptedXml of .NET: signed by the client's certificate with an EncryptedKey for the ciphertext
/// (WS-Security 1.0), or with an EncryptedKey for both (WS-Security 1.1, no derived keys).
/// </summary>
internal sealed class PlatformMessage
{
    private readonly SecurityAlgorithmSuite _suite;
    private readonly bool _isSymmetric;
    private readonly XmlDocument _document;
    private readonly SymmetricAlgorithm _cipher;
    private readonly List<string> _references = [];

    private PlatformMessage(byte[] envelope, SecurityAlgorithmSuite suite, bool isSymmetric)
    {
        _suite = suite;
        _isSymmetric = isSymmetric;
        _document = Mark(PlatformJudge.Load(envelope));
        _cipher = suite.Name.StartsWith("TripleDes", StringComparison.Ordinal) ? TripleDES.Create() : Aes.Create();
        _cipher.KeySize = suite.DefaultSymmetricKeyLength;
    }

    private XmlElement Security => (XmlElement)_document.GetElementsByTagName("Security", Ns.Wsse)[0]!;

    private XmlElement Body => (XmlElement)_document.DocumentElement!.LastChild!;

    /// <param name="envelope">SOAP 1.2 with header blocks to sign; those of WS-Addressing.</param>
    /// <param name="suite">The algorithms.</param>
    /// <param name="isSymmetric">One key for everything.</param>
    /// <param name="inclusivePrefixes">A PrefixList for every reference; null for none.</param>
    public static byte[] Create(byte[] envelope, SecurityAlgorithmSuite suite, bool isSymmetric, string? inclusivePrefixes = null)
    {
        var message = new PlatformMessage(envelope, suite, isSymmetric);
        var signature = message.Sign(inclusivePrefixes);
        message.Encrypt(message.Body, content: true);
        message.Encrypt(signature, content: false);
        message.WriteKey();
        return Encoding.UTF8.GetBytes(message._document.OuterXml);
    }

    /// <summary>The security header with what is signed of it, and a wsu:Id wherever one is needed.</summary>
    private static XmlDocument Mark(XmlDocument document)
    {
        var header = (XmlElement)document.DocumentElement!.FirstChild!;
        var number = 0;
        foreach (var part in header.ChildNodes.OfType<XmlElement>().Where(e => e.NamespaceURI == Ns.Wsa10).Append((XmlElement)document.DocumentElement.LastChild!))
        {
            if (!part.HasAttribute("Id", Ns.Wsu))
            {
                part.SetAttribute("xmlns:wsu9", Ns.Wsu);
                var id = document.CreateAttribute("wsu9", "Id", Ns.Wsu);
                id.Value = $"part-{number++}";
                part.SetAttributeNode(id);
            }
        }

        var now = DateTime.UtcNow;
        string Time(int minutes) => now.AddMinutes(minutes).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var fragment = document.CreateDocumentFragment();
        fragment.InnerXml = $"""
            <wsse:Security xmlns:wsse="{Ns.Wsse}" xmlns:wsu="{Ns.Wsu}" xmlns:soap="{Ns.Soap12}" soap:mustUnderstand="true"><wsu:Timestamp wsu:Id="ts"
            ><wsu:Created>{Time(0)}</wsu:Created><wsu:Expires>{Time(5)}</wsu:Expires></wsu:Timestamp><wsse:BinarySecurityToken wsu:Id="token" ValueType="{Uris.X509V3}"
            >{Convert.ToBase64String(TestCertificates.Client.RawData)}</wsse:BinarySecurityToken></wsse:Security>
            """;
        header.AppendChild(fragment);
        // Read again, so that what is signed is what is sent.
        return PlatformJudge.Load(Encoding.UTF8.GetBytes(document.OuterXml));
    }

    private XmlElement Sign(string? inclusivePrefixes)
    {
        var signature = new WsSignedXml(_document);
        signature.SignedInfo!.CanonicalizationMethod = SignedXml.XmlDsigExcC14NTransformUrl;
        signature.SignedInfo.SignatureMethod = _isSymmetric ? _suite.SymmetricSignature.Uri : _suite.AsymmetricSignature.Uri;
        var header = (XmlElement)_document.DocumentElement!.FirstChild!;
        var parts = header.ChildNodes.OfType<XmlElement>().Where(e => e.NamespaceURI == Ns.Wsa10).Append(Body).Append((XmlElement)Security.FirstChild!);
        foreach (var part in parts)
        {
            var reference = new Reference("#" + part.GetAttribute("Id", Ns.Wsu)) { DigestMethod = _suite.Digest.Uri };
            reference.AddTransform(inclusivePrefixes is null ? new XmlDsigExcC14NTransform() : new XmlDsigExcC14NTransform(inclusivePrefixes));
            signature.AddReference(reference);
        }

        signature.KeyInfo.AddClause(new KeyInfoNode(Element($"<o:SecurityTokenReference xmlns:o=\"{Ns.Wsse}\"><o:Reference URI=\"#{(_isSymmetric ? "key" : "token")}\"/></o:SecurityTokenReference>")));
        if (_isSymmetric)
        {
            using KeyedHashAlgorithm hmac = _suite.SymmetricSignature.Size == 20 ? new HMACSHA1(_cipher.Key) : new HMACSHA256(_cipher.Key);
            signature.ComputeSignature(hmac);
            Security.RemoveChild(Security.LastChild!);
        }
        else
        {
            signature.SigningKey = TestCertificates.Client.GetRSAPrivateKey();
            signature.ComputeSignature();
        }

        return (XmlElement)Security.AppendChild(_document.ImportNode(signature.GetXml(), deep: true))!;
    }

    private void Encrypt(XmlElement element, bool content)
    {
        var id = $"data-{_references.Count}";
        _references.Add(id);
        var data = new EncryptedData
        {
            Id = id,
            Type = content ? EncryptedXml.XmlEncElementContentUrl : EncryptedXml.XmlEncElementUrl,
            EncryptionMethod = new EncryptionMethod(_suite.Encryption.Uri),
            CipherData = new CipherData(new EncryptedXml().EncryptData(element, _cipher, content)),
        };
        if (_isSymmetric)
        {
            data.KeyInfo.AddClause(new KeyInfoNode(Element($"<o:SecurityTokenReference xmlns:o=\"{Ns.Wsse}\"><o:Reference URI=\"#key\"/></o:SecurityTokenReference>")));
        }

        EncryptedXml.ReplaceElement(element, data, content);
    }

    private void WriteKey()
    {
        using var recipient = TestCertificates.Service.GetRSAPublicKey()!;
        var isOaep = _suite.AsymmetricKeyWrap.Uri == EncryptedXml.XmlEncRSAOAEPUrl;
        var list = $"<x:ReferenceList xmlns:x=\"{Ns.Xenc}\">{string.Concat(_references.Select(id => $"<x:DataReference URI=\"#{id}\"/>"))}</x:ReferenceList>";
        var keyIdentifier = TestCertificates.Service.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Single().SubjectKeyIdentifierBytes;
        var key = Element($"""
            <x:EncryptedKey xmlns:x="{Ns.Xenc}" Id="key"><x:EncryptionMethod Algorithm="{_suite.AsymmetricKeyWrap.Uri}"/><ds:KeyInfo xmlns:ds="{Ns.Ds}"
            ><o:SecurityTokenReference xmlns:o="{Ns.Wsse}"><o:KeyIdentifier ValueType="{Uris.X509SubjectKeyIdentifier}">{Convert.ToBase64String(keyIdentifier.Span)}</o:KeyIdentifier
            ></o:SecurityTokenReference></ds:KeyInfo><x:CipherData><x:CipherValue>{Convert.ToBase64String(EncryptedXml.EncryptKey(_cipher.Key, recipient, isOaep))}</x:CipherValue
            ></x:CipherData>{(_isSymmetric ? "" : list)}</x:EncryptedKey>
            """);
        Security.InsertBefore(key, Security.LastChild);
        if (_isSymmetric)
        {
            Security.InsertBefore(Element(list), Security.LastChild);
        }
    }

    private XmlElement Element(string xml)
    {
        var fragment = _document.CreateDocumentFragment();
        fragment.InnerXml = xml;
        return (XmlElement)fragment.FirstChild!;
    }
}
