using System.Text;
using System.Xml;

namespace SecureConversation.Tests.Attacks;

/// <summary>
/// Every single change of a message that somebody without keys can make, but for those that nobody reads: of ds:KeyInfo, which only says
/// which key to try, of namespaces inside ds:Signature, and of attributes of s:Envelope, s:Header and wsse:Security.
/// </summary>
internal static class WireChanges
{
    private const string Xmlns = "http://www.w3.org/2000/xmlns/";

    public static List<(string Name, byte[] Wire)> Of(ReadOnlyMemory<byte> wire)
    {
        var changes = new List<(string, byte[])>();
        var count = Elements(Forgery.Load(wire)).Length;
        for (var i = 0; i < count; i++)
        {
            AddChanges(wire, i, changes);
        }

        return changes;
    }

    private static void AddChanges(ReadOnlyMemory<byte> wire, int number, List<(string, byte[])> changes)
    {
        var element = Elements(Forgery.Load(wire))[number];
        var name = $"{element.Name} #{number}";
        var isSignature = Ancestors(element).Any(e => e.LocalName == "Signature");
        var isFrame = element.LocalName is "Envelope" or "Header" or "Security";
        if (Ancestors(element).Any(e => e.LocalName == "KeyInfo") && isSignature)
        {
            return;
        }

        foreach (XmlAttribute attribute in element.Attributes)
        {
            if (attribute.NamespaceURI == Xmlns ? IsUnsignedNamespace(element, isSignature) : isFrame)
            {
                continue;
            }

            Change($"@{attribute.Name} changed", e => e.SetAttribute(attribute.LocalName, attribute.NamespaceURI, Another(attribute.Value)), attribute);
        }

        if (!isSignature)
        {
            Change("prefix added", e => e.SetAttribute("xmlns:added", "urn:added"));
            Change("default namespace added", e => Replace(e, "xmlns", "urn:added"));
        }

        if (!element.ChildNodes.OfType<XmlElement>().Any() && element.InnerText.Length > 0)
        {
            Change("text changed", e => e.InnerText = Another(e.InnerText));
            if (element.LocalName != "CipherValue")
            {
                // What is too short to be unwrapped is refused for that, under the code of decryption.
                Change("text removed", e => e.InnerText = "");
            }
        }

        if (element.ParentNode is XmlElement)
        {
            Change("removed", e => e.ParentNode!.RemoveChild(e));
            if (element.ParentNode.LocalName != "Body")
            {
                // Ciphertext with something beside it is refused for that, under the code of decryption.
                Change("twice", e => e.ParentNode!.InsertAfter(e.CloneNode(true), e));
            }
        }

        void Change(string what, Action<XmlElement> change, XmlAttribute? declaration = null)
        {
            var document = Forgery.Load(wire);
            var text = document.OuterXml;
            if (declaration?.NamespaceURI == Xmlns)
            {
                // On the wire only: the names of a document that was read keep their namespace.
                var before = Encoding.UTF8.GetString(wire.Span);
                var start = Start(before, number);
                var at = before.IndexOf($"{declaration.Name}=\"{declaration.Value}\"", start, StringComparison.Ordinal);
                text = before.Insert(at + declaration.Name.Length + 2, "urn:changed:");
            }
            else
            {
                change(Elements(document)[number]);
                text = document.OuterXml;
            }

            changes.Add(($"{name}: {what}", Encoding.UTF8.GetBytes(text)));
        }
    }

    private static bool IsUnsignedNamespace(XmlElement element, bool isSignature) => isSignature && element.LocalName != "SignedInfo";

    private static void Replace(XmlElement element, string name, string value)
    {
        // Only where the element has no default namespace itself: else it is a change of a declaration.
        if (element.Prefix.Length > 0)
        {
            element.SetAttribute(name, value);
        }
        else
        {
            element.SetAttribute("xmlns:added", "urn:added");
        }
    }

    /// <summary>Another value of the same kind: base64 stays base64.</summary>
    private static string Another(string value) => value.Length == 0 ? "x" : (value[0] == 'A' ? 'B' : 'A') + value[1..];

    private static int Start(string wire, int number)
    {
        var at = -1;
        for (var i = 0; i <= number; i++)
        {
            do
            {
                at = wire.IndexOf('<', at + 1);
            }
            while (wire[at + 1] == '/');
        }

        return at;
    }

    private static XmlElement[] Elements(XmlDocument document) => [.. document.SelectNodes("//*")!.Cast<XmlElement>()];

    private static IEnumerable<XmlElement> Ancestors(XmlElement element)
    {
        for (XmlNode? node = element; node is XmlElement found; node = node.ParentNode)
        {
            yield return found;
        }
    }
}
