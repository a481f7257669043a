using System.Text;
using XmlElement = System.Xml.XmlElement;

namespace SecureConversation.Tests.Attacks;

/// <summary>A signature of somebody without a key, which costs whoever brings it into canonical form.</summary>
internal static class CostlySignature
{
    /// <summary>Puts it in the place of the signature of a message.</summary>
    /// <param name="wire">The message of the victim.</param>
    /// <param name="uriKilobytes">Length of the namespace that each of its elements is in.</param>
    /// <param name="elements">How many elements it has.</param>
    /// <param name="prefixes">How many prefixes its canonicalization is told to keep.</param>
    public static byte[] Put(ReadOnlyMemory<byte> wire, int uriKilobytes, int elements, int prefixes = 0)
    {
        var document = Forgery.Load(wire);
        var suite = Forgery.SuiteOf(document);
        var envelope = document.DocumentElement!;
        var security = Forgery.Child((XmlElement)envelope.FirstChild!, "Security");
        var bodyId = ((XmlElement)((XmlElement)envelope.LastChild!).FirstChild!).GetAttribute("Id");
        foreach (var child in security.ChildNodes.OfType<XmlElement>().Where(e => e.LocalName is "EncryptedData" or "Signature" or "BinarySecurityToken").ToArray())
        {
            security.RemoveChild(child);
        }

        foreach (var list in document.GetElementsByTagName("ReferenceList", Forgery.Xenc).Cast<XmlElement>().ToArray())
        {
            foreach (var reference in list.ChildNodes.OfType<XmlElement>().Where(r => r.GetAttribute("URI") != $"#{bodyId}").ToArray())
            {
                list.RemoveChild(reference);
            }
        }

        var key = Forgery.Children(security, "DerivedKeyToken").FirstOrDefault()
            ?? Forgery.Children(security, "SecurityContextToken").Concat(Forgery.Children(security, "EncryptedKey")).First();
        var text = document.OuterXml;
        var prefixList = string.Join(' ', Enumerable.Range(0, prefixes).Select(i => $"q{i:x}"));
        var kept = prefixes == 0 ? "" : $"<InclusiveNamespaces xmlns=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"{prefixList}\"/>";
        var signature = $"<Signature xmlns=\"{Forgery.Ds}\"><SignedInfo>"
            + $"<CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\">{kept}</CanonicalizationMethod>"
            + $"<SignatureMethod Algorithm=\"{suite.DefaultSymmetricSignatureAlgorithm}\"/><Reference URI=\"#_0\"><Transforms>"
            + $"<Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\">{kept}</Transform></Transforms>"
            + $"<DigestMethod Algorithm=\"{suite.DefaultDigestAlgorithm}\">{string.Concat(Enumerable.Repeat("<p:a/>", elements))}</DigestMethod>"
            + "<DigestValue>AAAA</DigestValue></Reference></SignedInfo><SignatureValue>AAAA</SignatureValue><KeyInfo>"
            + $"<o:SecurityTokenReference xmlns:o=\"{Forgery.Wsse}\"><o:Reference URI=\"#{Forgery.IdOf(key)}\"/></o:SecurityTokenReference></KeyInfo></Signature>";
        var end = text.LastIndexOf("</", text.IndexOf(":Security>", StringComparison.Ordinal), StringComparison.Ordinal);
        var root = text.IndexOf('>', StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(
            $"{text[..root]} xmlns:p=\"urn:{new string('A', uriKilobytes * 1024)}\"{text[root..end]}{signature}{text[end..]}");
    }

    /// <summary>
    /// The message with a header block that nobody signs and that costs whoever reads it, about as much as the limits allow, and a namespace on the envelope that each of its
    /// elements is in. What is signed stays as it is, because exclusive canonicalization leaves out a namespace that a part does not use.
    /// </summary>
    public static byte[] Load(byte[] wire)
    {
        const int UriLength = 1024;
        const int Elements = 300;
        var text = Encoding.UTF8.GetString(wire);
        var root = text.IndexOf('>', StringComparison.Ordinal);
        var end = text.IndexOf("</s:Header>", StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes($"{text[..root]} xmlns:p=\"urn:{new string('A', UriLength)}\"{text[root..end]}"
            + $"<p:x>{string.Concat(Enumerable.Repeat("<p:a/>", Elements))}</p:x>{text[end..]}");
    }
}
