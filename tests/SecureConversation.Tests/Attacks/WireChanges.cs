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

    /// <summary>The changes of a message. Each can be made to any message of the same shape.</summary>
    public static List<WireChange> Of(ReadOnlyMemory<byte> wire)
    {
        var changes = new List<WireChange>();
        var elements = Elements(Forgery.Load(wire));
        for (var i = 0; i < elements.Length; i++)
        {
            AddChanges(elements[i], i, changes);
        }

        return changes;
    }

    private static void AddChanges(XmlElement element, int number, List<WireChange> changes)
    {
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

            if (attribute.NamespaceURI == Xmlns)
            {
                changes.Add(new($"{name}: @{attribute.Name} changed", wire => WithAnotherNamespace(wire, number, attribute.Name)));
                continue;
            }

            Change($"@{attribute.Name} changed", e =>
            {
                var value = e.GetAttributeNode(attribute.LocalName, attribute.NamespaceURI)!;
                value.Value = Another(value.Value);
            });
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

        void Change(string what, Action<XmlElement> change) => changes.Add(new($"{name}: {what}", wire =>
        {
            var document = Forgery.Load(wire);
            change(Elements(document)[number]);
            return Encoding.UTF8.GetBytes(document.OuterXml);
        }));
    }

    /// <summary>On the wire only: the names of a document that was read keep their namespace.</summary>
    private static byte[] WithAnotherNamespace(ReadOnlyMemory<byte> wire, int number, string declaration)
    {
        var text = Encoding.UTF8.GetString(wire.Span);
        var at = text.IndexOf($" {declaration}=\"", Start(text, number), StringComparison.Ordinal) + declaration.Length + 3;
        return Encoding.UTF8.GetBytes(text.Insert(at, "urn:changed:"));
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

/// <param name="Name">What is changed.</param>
/// <param name="On">Makes the change to a message of the shape of that whose changes were listed.</param>
internal sealed record WireChange(string Name, Func<ReadOnlyMemory<byte>, byte[]> On);
