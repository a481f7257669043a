using System.Collections.Immutable;
using System.Xml;
using System.Xml.Linq;
using SecureConversation.Policy.Assertions;
using SecureConversation.Policy.Wsp;

namespace SecureConversation.Policy.Import;

/// <summary>Reads sp:SignedParts, sp:EncryptedParts, sp:SignedElements and sp:EncryptedElements.</summary>
internal static class PartsImporter
{
    private static readonly ImmutableArray<string> OfAddressing =
        ["To", "From", "FaultTo", "ReplyTo", "MessageID", "RelatesTo", "Action"];

    public static MessageParts Read(AssertionBag bag, SpVersion sp, ImportContext context)
    {
        var parts = MessageParts.None;
        foreach (var signed in bag.TakeAll(sp.Name("SignedParts")))
        {
            parts = parts.Union(Parts(signed, sp, context, isEncrypted: false));
        }

        foreach (var encrypted in bag.TakeAll(sp.Name("EncryptedParts")))
        {
            parts = parts.Union(Parts(encrypted, sp, context, isEncrypted: true));
        }

        foreach (var signed in bag.TakeAll(sp.Name("SignedElements")))
        {
            parts = parts.Union(Elements(signed, sp, context, isEncrypted: false));
        }

        foreach (var encrypted in bag.TakeAll(sp.Name("EncryptedElements")))
        {
            parts = parts.Union(Elements(encrypted, sp, context, isEncrypted: true));
        }

        return parts;
    }

    /// <summary>Checks what the union of all scopes says of one message, which no single scope shows.</summary>
    /// <param name="parts">The union.</param>
    /// <param name="place">The element that the words are about.</param>
    /// <param name="message">The message, in words.</param>
    /// <param name="context">Where problems go.</param>
    public static void Check(MessageParts parts, XElement place, string message, ImportContext context)
    {
        // As WCF: who could read nothing but change everything would have no protection that is worth its name.
        var unsigned = parts.EncryptedHeaders.Except(parts.SignedHeaders);
        if ((parts.EncryptsBody && !parts.SignsBody) || !unsigned.IsEmpty)
        {
            var part = parts.EncryptsBody && !parts.SignsBody ? "the body" : $"the header '{Text.Short(unsigned.First().Name)}'";
            context.Refuse(
                place, $"{part} of {message} is encrypted and not signed (confidentiality without integrity).",
                "Add it to sp:SignedParts.");
        }
    }

    private static MessageParts Parts(Assertion assertion, SpVersion sp, ImportContext context, bool isEncrypted)
    {
        var element = assertion.Element;
        context.RequireAttributes(element);
        context.RequireNoText(element);
        if (assertion.Nested is { } nested)
        {
            new AssertionBag(nested, context, assertion.Name.LocalName).RefuseLeft();
        }

        var parts = MessageParts.None with { HasSigned = !isEncrypted, HasEncrypted = isEncrypted };
        var children = assertion.Parameters.ToList();
        if (children.Count == 0)
        {
            return AllParts(parts, element, context, isEncrypted);
        }

        foreach (var child in children)
        {
            if (child.Name == sp.Name("Body"))
            {
                RequireLeaf(child, context);
                parts = WithBody(parts, isEncrypted);
            }
            else if (child.Name == sp.Name("Header"))
            {
                RequireLeaf(child, context, "Name", "Namespace");
                var (name, ns) = (child.Attribute("Name")?.Value.Trim(), child.Attribute("Namespace")?.Value.Trim() ?? "");
                parts = Header(parts, child, name, ns, context, isEncrypted);
            }
            else
            {
                context.RefuseUnknown(child, element.Name.LocalName);
            }
        }

        return parts;
    }

    private static void RequireLeaf(XElement child, ImportContext context, params ReadOnlySpan<XName> attributes)
    {
        context.RequireAttributes(child, attributes);
        context.RequireNoText(child);
        foreach (var inner in child.Elements())
        {
            context.RefuseUnknown(inner, child.Name.LocalName);
        }
    }

    /// <summary>Without children all of a message is signed, but only the body is encrypted (sections 4.1.1, 4.2.1).</summary>
    private static MessageParts AllParts(MessageParts parts, XElement element, ImportContext context, bool isEncrypted)
    {
        if (!isEncrypted)
        {
            context.Refuse(
                element, "without children it signs every header, also those that nobody has named, which is not offered.",
                "Name the parts: sp:Body and sp:Header.");
        }

        return WithBody(parts, isEncrypted);
    }

    private static MessageParts WithBody(MessageParts parts, bool isEncrypted) =>
        isEncrypted ? parts with { EncryptsBody = true } : parts with { SignsBody = true };

    private static MessageParts Header(
        MessageParts parts, XElement place, string? name, string ns, ImportContext context, bool isEncrypted)
    {
        if (Namespaces.IsAddressing(ns))
        {
            if (isEncrypted)
            {
                context.Refuse(
                    place, "headers of WS-Addressing are not encrypted: the service has to know what a message is for.", "Leave it out.");
            }

            if (!string.IsNullOrEmpty(name) && !OfAddressing.Contains(name))
            {
                context.Refuse(
                    place, $"WS-Addressing has no header '{Text.Short(name)}' that is signed.", $"Use {string.Join(", ", OfAddressing)}.");
            }

            // By name for now: whether they are those of the binding, which are always signed, is known where its version is.
            return parts with
            {
                SignedHeaders = parts.SignedHeaders.Union(
                    OfAddressing.Where(n => string.IsNullOrEmpty(name) || n == name).Select(n => new HeaderName(n, ns))),
            };
        }

        if (string.IsNullOrEmpty(name))
        {
            context.Refuse(place, "it names all headers of a namespace, which is not offered.", "Name each header.");
            return parts;
        }

        if (!IsName(name))
        {
            context.Refuse(
                place, $"'{Text.Short(name)}' is no name of an element, so that no header would be protected.",
                "Write the local name into Name and the namespace into Namespace.");
            return parts;
        }

        var header = new HeaderName(name, ns);
        return isEncrypted
            ? parts with { EncryptedHeaders = parts.EncryptedHeaders.Add(header) }
            : parts with { SignedHeaders = parts.SignedHeaders.Add(header) };
    }

    private static bool IsName(string name)
    {
        try
        {
            return XmlConvert.VerifyNCName(name).Length > 0;
        }
        catch (XmlException)
        {
            return false;
        }
    }

    private static MessageParts Elements(Assertion assertion, SpVersion sp, ImportContext context, bool isEncrypted)
    {
        var element = assertion.Element;
        context.RequireAttributes(element, "XPathVersion", sp.Name("XPathVersion"));
        context.RequireNoText(element);
        context.Open(assertion).RefuseLeft();
        var parts = MessageParts.None with { HasSigned = !isEncrypted, HasEncrypted = isEncrypted };
        foreach (var child in assertion.Parameters)
        {
            if (child.Name != sp.Name("XPath"))
            {
                context.RefuseUnknown(child, element.Name.LocalName);
            }
            else if (XPathPart.TryRead(child, out var isBody, out var header))
            {
                parts = isBody ? WithBody(parts, isEncrypted) : Header(parts, child, header.Name, header.Namespace, context, isEncrypted);
            }
            else
            {
                context.Refuse(
                    child, $"'{Text.Short(child.Value.Trim())}' names neither the body nor a header, and other elements are not offered.",
                    "Use sp:SignedParts and sp:EncryptedParts.");
            }
        }

        return parts;
    }
}
