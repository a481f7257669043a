using System.Xml.Linq;
using SecureConversation.Policy.Assertions;

namespace SecureConversation.Policy.Import;

/// <summary>
/// Reads the XPath expressions that name a body or a header: <c>/s:Envelope/s:Body</c>, <c>/s:Envelope/s:Header/x:Name</c>.
/// </summary>
internal static class XPathPart
{
    public static bool TryRead(XElement xpath, out bool isBody, out HeaderName header)
    {
        isBody = false;
        header = default;
        if (xpath.HasElements)
        {
            return false;
        }

        var text = xpath.Value.Trim();
        var steps = text.Split('/');
        if (steps is not ["", ..] || steps.Length is < 3 or > 4)
        {
            return false;
        }

        var names = new XName[steps.Length - 1];
        for (var i = 1; i < steps.Length; i++)
        {
            if (Name(xpath, steps[i]) is not { } name)
            {
                return false;
            }

            names[i - 1] = name;
        }

        var soap = names[0].Namespace;
        if (names[0].LocalName != "Envelope" || (soap != Namespaces.Soap11 && soap != Namespaces.Soap12))
        {
            return false;
        }

        isBody = names.Length == 2 && names[1] == soap + "Body";
        if (isBody)
        {
            return true;
        }

        if (names.Length != 3 || names[1] != soap + "Header")
        {
            return false;
        }

        header = new HeaderName(names[2].LocalName, names[2].NamespaceName);
        return true;
    }

    /// <summary>A step is a name with or without a prefix. Without one the name has no namespace (XPath 1.0 section 2.3).</summary>
    private static XName? Name(XElement scope, string step)
    {
        var colon = step.IndexOf(':', StringComparison.Ordinal);
        var local = step[(colon + 1)..];
        if (local.Length == 0 || local.Any(c => !char.IsLetterOrDigit(c) && c is not ('_' or '-' or '.'))
            || !(char.IsLetter(local[0]) || local[0] == '_'))
        {
            return null;
        }

        if (colon < 0)
        {
            return local;
        }

        var prefix = step[..colon];
        return prefix.Length > 0 && prefix.All(c => char.IsLetterOrDigit(c) || c is '_' or '-' or '.')
            && scope.GetNamespaceOfPrefix(prefix) is { } ns
            ? ns + local
            : null;
    }
}
