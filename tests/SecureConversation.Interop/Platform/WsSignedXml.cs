using System.Security.Cryptography.Xml;
using System.Xml;
using SecureConversation.Engine.Names;

namespace SecureConversation.Interop.Platform;

/// <summary>XML Signature of the platform, taught to find elements by wsu:Id.</summary>
internal sealed class WsSignedXml(XmlDocument document) : SignedXml(document)
{
    private readonly XmlDocument _document = document;

    public override XmlElement? GetIdElement(XmlDocument? document, string idValue) => Find(_document, idValue) ?? base.GetIdElement(document, idValue);

    public static XmlElement? Find(XmlDocument document, string id) =>
        document.GetElementsByTagName("*").OfType<XmlElement>().SingleOrDefault(e => e.GetAttribute("Id", Ns.Wsu) == id || e.GetAttribute("Id") == id);
}
