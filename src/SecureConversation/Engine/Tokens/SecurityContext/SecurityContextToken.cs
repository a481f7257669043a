using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Tokens;

/// <summary>
/// wsc:SecurityContextToken (WS-SecureConversation 1.3 section 2).
/// <code>
/// c:SecurityContextToken [@u:Id]
///   c:Identifier                               required, first
///   c:Instance?                                present after a renewal
///   dnse:Cookie?                               WCF's session state, in base64
///   other children                             refused
/// </code>
/// </summary>
internal sealed record SecurityContextToken(string Identifier, string? Instance, bool HasCookie)
{
    private const int MaxUri = 1024;
    private static readonly XmlName Cookie = new("Cookie", Ns.DotNetSecurity);

    /// <param name="element">The element.</param>
    /// <param name="protocol">The version of WS-SecureConversation.</param>
    /// <param name="known">The identifier that it may have; null when nothing is known.</param>
    /// <exception cref="SecurityFailureException">The element has another shape.</exception>
    public static SecurityContextToken Read(XmlElement element, ProtocolVersion protocol, string? known = null)
    {
        var child = element.FirstChild;
        if (child.IsNull || !child.Is(protocol.Identifier) || element.HasText)
        {
            Fail.With(FailureCode.MalformedSecurityElement, "wsc:SecurityContextToken");
        }

        var identifier = ElementValue.Text(child, MaxUri, known);
        string? instance = null;
        child = child.NextSibling;
        if (!child.IsNull && child.Is(protocol.Instance))
        {
            instance = ElementValue.Text(child, MaxUri);
            child = child.NextSibling;
        }

        var hasCookie = false;
        if (!child.IsNull && child.Is(Cookie))
        {
            hasCookie = true;
            child = child.NextSibling;
        }

        if (!child.IsNull)
        {
            Fail.With(FailureCode.MalformedSecurityElement, "wsc:SecurityContextToken");
        }

        return new SecurityContextToken(identifier, instance, hasCookie);
    }

    /// <summary>The cookie of a token that was read; no element when it has none.</summary>
    public static XmlElement FindCookie(XmlElement element)
    {
        foreach (var child in element.Children)
        {
            if (child.Is(Cookie))
            {
                return child;
            }
        }

        return default;
    }
}
