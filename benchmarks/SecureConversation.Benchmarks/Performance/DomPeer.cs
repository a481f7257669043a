using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.Xml;
using System.Text;
using System.Xml;
using SecureConversation.Binding;
using SecureConversation.Engine.Names;
using SecureConversation.Interop.Platform;
using SecureConversation.Interop.Support;
using SecureConversation.Testing;

namespace SecureConversation.Benchmarks.Performance;

/// <summary>
/// Session messages with the XML Signature and XML Encryption of .NET over a DOM, as somebody would write it who has nothing else: the same
/// parts signed and encrypted with keys derived from the same session. It learns the key from the handshake.
/// </summary>
internal sealed class DomPeer
{
    private const string Label = "WS-SecureConversationWS-SecureConversation";
    private const string TokenType = "http://schemas.xmlsoap.org/ws/2005/02/sc/";

    private readonly byte[] _secret;
    private readonly string _context;
    private readonly SecurityAlgorithmSuite _suite;

    public DomPeer(Conversation conversation)
    {
        var judge = new PlatformJudge();
        using var handshake = conversation.Client.StartSession(Conversation.Address);
        judge.Verify(new WireMessage(Leg.Open, handshake.Envelope.ToArray()));
        using var response = (ServiceResult.Respond)conversation.Receive(handshake.Envelope);
        judge.Verify(new WireMessage(Leg.Opened, response.Envelope.ToArray()));
        Session = handshake.Complete(response.Envelope);
        using var request = Session.Secure(Conversation.Envelope(100));
        judge.Verify(new WireMessage(Leg.Request, request.Envelope.ToArray()));
        _secret = judge.KeyBehind("//*[local-name()='DerivedKeyToken']");
        _suite = conversation.Binding.Element.DefaultAlgorithmSuite;
        _context = Session.Id;
    }

    /// <summary>The session that the peer is in, as our client has it.</summary>
    public ClientSession Session { get; }

    /// <summary>Our WSS4J peer is given the same key.</summary>
    public byte[] Secret => _secret;

    /// <summary>Decrypts and verifies a message, and gives its body; null when anything of it does not hold.</summary>
    public XmlElement? Verify(byte[] message) => Open(message)?.Body;

    /// <summary>What the cryptography of one of our messages reads.</summary>
    public MessageParts PartsOf(byte[] plain, byte[] message)
    {
        var opened = Open(message) ?? throw new InvalidOperationException("The platform refuses our message.");
        return new MessageParts(plain, [.. opened.Signed.Select(Bytes)], Bytes((XmlElement)opened.Signature.FirstChild!),
            [Bytes(opened.Signature), Encoding.UTF8.GetBytes(opened.Body.InnerXml)], _secret, _suite.Digest.Uri.Contains("sha256", StringComparison.Ordinal));
    }

    /// <summary>Signs and encrypts an envelope.</summary>
    public byte[] Secure(byte[] envelope)
    {
        var document = PlatformJudge.Load(envelope);
        var header = (XmlElement)document.DocumentElement!.FirstChild!;
        var body = (XmlElement)document.DocumentElement.LastChild!;
        var parts = header.ChildNodes.OfType<XmlElement>().Append(body).ToList();
        for (var i = 0; i < parts.Count; i++)
        {
            var id = document.CreateAttribute("u", "Id", Ns.Wsu);
            id.Value = $"_{i}";
            parts[i].SetAttributeNode(id);
        }

        var nonces = RandomNumberGenerator.GetBytes(32);
        var security = (XmlElement)header.AppendChild(Element(document, Header(nonces)))!;
        parts.Add((XmlElement)security.FirstChild!);
        var signature = security.AppendChild(document.ImportNode(Sign(document, parts, nonces.AsSpan(0, 16)), deep: true))!;
        using var aes = Aes.Create();
        aes.Key = Derive(_secret, nonces.AsSpan(16), 32);
        Encrypt((XmlElement)signature, aes, "e0", content: false);
        Encrypt(body, aes, "e1", content: true);
        using var output = new MemoryStream(envelope.Length + 8192);
        using (var writer = XmlWriter.Create(output, new XmlWriterSettings { Encoding = new UTF8Encoding(false), OmitXmlDeclaration = true }))
        {
            document.Save(writer);
        }

        return output.ToArray();
    }

    private OpenedDocument? Open(byte[] message)
    {
        var document = PlatformJudge.Load(message);
        var security = document.DocumentElement!.FirstChild!.ChildNodes.OfType<XmlElement>().Single(e => e.LocalName == "Security");
        var body = (XmlElement)document.DocumentElement.LastChild!;
        var ids = new Dictionary<string, XmlElement>();
        Index(document.DocumentElement, ids, depth: 0);
        var keys = security.ChildNodes.OfType<XmlElement>().Where(e => e.LocalName == "DerivedKeyToken").ToDictionary(e => e.GetAttribute("Id", Ns.Wsu), Derive);
        var xml = new EncryptedXml(document);
        foreach (var reference in security.ChildNodes.OfType<XmlElement>().Single(e => e.LocalName == "ReferenceList").ChildNodes.OfType<XmlElement>().ToList())
        {
            var element = ids[reference.GetAttribute("URI")[1..]];
            var data = new EncryptedData();
            data.LoadXml(element);
            using var aes = Aes.Create();
            aes.Key = keys[KeyName(element)];
            xml.ReplaceData(element, xml.DecryptData(data, aes));
        }

        var signature = security.ChildNodes.OfType<XmlElement>().Single(e => e.LocalName == "Signature");
        var signed = new IndexedSignedXml(document, ids);
        signed.LoadXml(signature);
        var key = keys[KeyName(signature)];
        using KeyedHashAlgorithm hmac = _suite.SymmetricSignature.Size == 20 ? new HMACSHA1(key) : new HMACSHA256(key);
        return signed.CheckSignature(hmac)
            ? new OpenedDocument(signature, body, [.. signed.SignedInfo!.References.Cast<Reference>().Select(r => ids[r.Uri![1..]])]) : null;
    }

    private XmlElement Sign(XmlDocument document, IEnumerable<XmlElement> parts, ReadOnlySpan<byte> nonce)
    {
        var ids = new Dictionary<string, XmlElement>();
        var signed = new IndexedSignedXml(document, ids);
        signed.SignedInfo!.CanonicalizationMethod = SignedXml.XmlDsigExcC14NTransformUrl;
        signed.SignedInfo.SignatureMethod = _suite.SymmetricSignature.Uri;
        foreach (var part in parts)
        {
            var id = part.GetAttribute("Id", Ns.Wsu);
            ids[id] = part;
            var reference = new Reference("#" + id) { DigestMethod = _suite.Digest.Uri };
            reference.AddTransform(new XmlDsigExcC14NTransform());
            signed.AddReference(reference);
        }

        signed.KeyInfo.AddClause(new KeyInfoNode(Element(document, KeyReference("k0"))));
        var key = Derive(_secret, nonce, 24);
        using KeyedHashAlgorithm hmac = _suite.SymmetricSignature.Size == 20 ? new HMACSHA1(key) : new HMACSHA256(key);
        signed.ComputeSignature(hmac);
        return signed.GetXml();
    }

    private void Encrypt(XmlElement element, Aes aes, string id, bool content)
    {
        var data = new EncryptedData
        {
            Id = id,
            Type = content ? EncryptedXml.XmlEncElementContentUrl : EncryptedXml.XmlEncElementUrl,
            EncryptionMethod = new EncryptionMethod(_suite.Encryption.Uri),
            CipherData = new CipherData(new EncryptedXml().EncryptData(element, aes, content)),
        };
        data.KeyInfo.AddClause(new KeyInfoNode(Element(element.OwnerDocument, KeyReference("k1"))));
        EncryptedXml.ReplaceElement(element, data, content);
    }

    private string Header(byte[] nonces)
    {
        static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var now = TimeProvider.System.GetUtcNow();
        string Key(int index, string form) => $"""<c:DerivedKeyToken u:Id="k{index}" xmlns:c="{Ns.ScFebruary2005}"><o:SecurityTokenReference"""
            + $"""><o:Reference ValueType="{TokenType}sct" URI="#ctx"/></o:SecurityTokenReference>{form}"""
            + $"<c:Nonce>{Convert.ToBase64String(nonces, index * 16, 16)}</c:Nonce></c:DerivedKeyToken>";
        return $"""<o:Security s:mustUnderstand="1" xmlns:s="{Ns.Soap12}" xmlns:o="{Ns.Wsse}" xmlns:u="{Ns.Wsu}"><u:Timestamp u:Id="ts">"""
            + $"<u:Created>{Time(now)}</u:Created><u:Expires>{Time(now.AddMinutes(5))}</u:Expires></u:Timestamp>"
            + $"""<c:SecurityContextToken u:Id="ctx" xmlns:c="{Ns.ScFebruary2005}"><c:Identifier>{_context}</c:Identifier></c:SecurityContextToken>"""
            + Key(0, "<c:Offset>0</c:Offset><c:Length>24</c:Length>") + Key(1, "")
            + $"""<e:ReferenceList xmlns:e="{Ns.Xenc}"><e:DataReference URI="#e0"/><e:DataReference URI="#e1"/></e:ReferenceList></o:Security>""";
    }

    private static string KeyReference(string id) =>
        $"""<o:SecurityTokenReference xmlns:o="{Ns.Wsse}"><o:Reference ValueType="{TokenType}dk" URI="#{id}"/></o:SecurityTokenReference>""";

    private static string KeyName(XmlElement element) =>
        ((XmlElement)element.GetElementsByTagName("Reference", Ns.Wsse)[0]!).GetAttribute("URI")[1..];

    /// <summary>Nothing deeper is referred to, and a body may be long.</summary>
    private static void Index(XmlElement element, Dictionary<string, XmlElement> ids, int depth)
    {
        foreach (var attribute in new[] { element.GetAttribute("Id", Ns.Wsu), element.GetAttribute("Id") })
        {
            if (attribute.Length > 0)
            {
                ids.Add(attribute, element);
            }
        }

        foreach (var child in depth < 3 ? element.ChildNodes.OfType<XmlElement>() : [])
        {
            Index(child, ids, depth + 1);
        }
    }

    private byte[] Derive(XmlElement token)
    {
        string Child(string name, string otherwise) => token[name, Ns.ScFebruary2005]?.InnerText ?? otherwise;
        return Derive(_secret, Convert.FromBase64String(Child("Nonce", "")), int.Parse(Child("Length", "32"), CultureInfo.InvariantCulture));
    }

    private static byte[] Derive(byte[] secret, ReadOnlySpan<byte> nonce, int length)
    {
        byte[] seed = [.. Encoding.ASCII.GetBytes(Label), .. nonce];
        var first = HMACSHA1.HashData(secret, seed);
        var second = HMACSHA1.HashData(secret, first);
        byte[][] blocks = [[.. first, .. seed], [.. second, .. seed]];
        return blocks.SelectMany(block => HMACSHA1.HashData(secret, block)).Take(length).ToArray();
    }

    private static byte[] Bytes(XmlElement element) => Encoding.UTF8.GetBytes(element.OuterXml);

    private static XmlElement Element(XmlDocument document, string xml)
    {
        var fragment = document.CreateDocumentFragment();
        fragment.InnerXml = xml;
        return (XmlElement)fragment.FirstChild!;
    }

    private sealed record OpenedDocument(XmlElement Signature, XmlElement Body, XmlElement[] Signed);

    private sealed class IndexedSignedXml(XmlDocument document, Dictionary<string, XmlElement> ids) : SignedXml(document)
    {
        public override XmlElement? GetIdElement(XmlDocument? document, string idValue) => ids.GetValueOrDefault(idValue);
    }
}
