using System.Security.Cryptography;
using System.Text;
using System.Xml;
using SecureConversation.Tests.Xml;

namespace SecureConversation.Fuzz.Targets;

/// <summary>
/// Looks at what a receiver hands out, with nothing of the library: XmlDocument, the canonicalization of the platform, SHA-256. Each part
/// that is handed out has to be one that a reference of the primary signature names, with the digest that stands there.
/// </summary>
internal static class DispatchJudge
{
    private const string Ds = "http://www.w3.org/2000/09/xmldsig#";
    private const string Wsu = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
    private const string Wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";

    public static void Judge(VerifiedMessage message, ReadOnlyMemory<byte> wire, bool signsFirst)
    {
        var handedOut = Load(message.Envelope, "handed out");
        var decrypted = Load(message.DecryptedEnvelope, "decrypted");
        var signedIn = signsFirst ? decrypted : Load(wire, "received");
        if (HasOtherNames(message.DecryptedEnvelope))
        {
            return;
        }

        var covered = Covered(signedIn);
        var whole = Parts(decrypted).ToList();
        var signed = Parts(signedIn).ToList();
        var left = whole.Count;
        foreach (var part in Parts(handedOut).Reverse())
        {
            // The order is kept, so each is looked for before the one that follows it.
            var canonical = Canonical(part);
            do
            {
                left--;
                Require(left >= 0, $"{part.Name} is handed out and was not in the message");
            }
            while (Canonical(whole[left]) != canonical);
            Require(covered.Contains(signed[left]), $"{part.Name} is handed out, but no digest covers it");
        }

        Require(Parts(handedOut).Any(p => p.LocalName == "Body"), "no body is handed out");
        RequireSays(handedOut, "Action", message.Action);
        RequireSays(handedOut, "MessageID", message.MessageId);
        RequireSays(handedOut, "To", message.To);
        RequireSays(handedOut, "RelatesTo", message.RelatesTo);
    }

    /// <summary>The elements that the first signature covers, each with the right digest.</summary>
    private static HashSet<XmlElement> Covered(XmlDocument document)
    {
        var covered = new HashSet<XmlElement>();
        var security = Children(Children(document.DocumentElement!).First()).FirstOrDefault(e => e.NamespaceURI == Wsse && e.LocalName == "Security" && IsForUs(e));
        var signature = security is null ? null : Children(security).Where(e => e.NamespaceURI == Ds && e.LocalName == "Signature").MinBy(IsEndorsing);
        Require(signature is not null, "a message without a signature was accepted");
        foreach (var reference in Children(Children(signature!).First()).Where(e => e.LocalName == "Reference"))
        {
            var id = reference.GetAttribute("URI")[1..];
            var digest = Children(reference).Single(e => e.LocalName == "DigestValue").InnerText.Trim();
            var prefixes = reference.GetElementsByTagName("InclusiveNamespaces", "*") is { Count: > 0 } list ? ((XmlElement)list[0]!).GetAttribute("PrefixList") : "";
            foreach (var part in Parts(document).Where(p => p.GetAttribute("Id", Wsu) == id))
            {
                var value = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(XmlSupport.PlatformCanonical(part, prefixes, comments: false))));
                Require(value == Convert.ToBase64String(Convert.FromBase64String(digest)), $"the digest of {part.Name} is wrong");
                covered.Add(part);
            }
        }

        return covered;
    }

    private static bool IsEndorsing(XmlElement signature) =>
        Children(Children(signature).First()).Count(e => e.LocalName == "Reference") == 1
        && Children(Children(signature).First()).Single(e => e.LocalName == "Reference").GetAttribute("URI")[1..] is var id
        && Children((XmlElement)signature.ParentNode!).Any(e => e != signature && e.LocalName == "Signature" && e.GetAttribute("Id") == id);

    private static bool IsForUs(XmlElement security) =>
        security.GetAttribute("role", security.ParentNode!.NamespaceURI) is "" or "http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver"
            or "http://www.w3.org/2003/05/soap-envelope/role/next";

    private static void RequireSays(XmlDocument document, string name, string? value)
    {
        var said = Parts(document).FirstOrDefault(e => e.LocalName == name && e.NamespaceURI == "http://www.w3.org/2005/08/addressing")?.InnerText;
        Require(said?.Trim(' ', '\t', '\r', '\n') == value, $"{name} says something else than the message");
    }

    /// <summary>Header blocks and the body.</summary>
    private static IEnumerable<XmlElement> Parts(XmlDocument document)
    {
        var children = Children(document.DocumentElement!).ToList();
        return children.Count == 1 ? children : Children(children[0]).Concat(children.Skip(1));
    }

    private static IEnumerable<XmlElement> Children(XmlElement element) => element.ChildNodes.OfType<XmlElement>();

    private static string Canonical(XmlElement element) => XmlSupport.PlatformCanonical(element, "", comments: false);

    private static XmlDocument Load(ReadOnlyMemory<byte> octets, string what)
    {
        try
        {
            var document = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
            using var reader = XmlReader.Create(new MemoryStream(octets.ToArray()), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
            document.Load(reader);
            return document;
        }
        catch (XmlException e) when (!HasOtherNames(octets))
        {
            throw new FuzzFindingException($"the {what} envelope is no XML for System.Xml", e);
        }
        catch (XmlException)
        {
            return new XmlDocument();
        }
    }

    /// <summary>System.Xml knows the names of the fourth edition of XML only, the engine those of the fifth.</summary>
    private static bool HasOtherNames(ReadOnlyMemory<byte> octets) => octets.Span.IndexOfAnyExceptInRange((byte)0, (byte)0x7F) >= 0;

    private static void Require(bool holds, string rule)
    {
        if (!holds)
        {
            throw new FuzzFindingException(rule);
        }
    }
}
