using System.Text;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Replay;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Saml;

/// <summary>
/// Reads the children of an element of an assertion in the order of its schema. Text beside them is refused, and so is a child that nobody
/// takes. Text is read as it was digested: comments in it are no part of it, and white space around it is.
/// </summary>
internal ref struct ChildReader
{
    private readonly XmlElement _parent;
    private XmlElement _next;

    /// <exception cref="SecurityFailureException">The element has text.</exception>
    public ChildReader(XmlElement parent)
    {
        _parent = parent;
        _next = parent.FirstChild;
        if (parent.HasText || parent.HasUnindexedChildren)
        {
            Refuse(parent);
        }
    }

    /// <summary>Whether no child is left.</summary>
    public readonly bool IsAtEnd => _next.IsNull;

    /// <summary>Whether the next child has this name.</summary>
    public readonly bool IsNext(XmlName name) => _next.Is(name);

    /// <summary>Takes the next child if it has this name.</summary>
    public bool TryTake(XmlName name, out XmlElement child)
    {
        child = _next;
        if (!_next.Is(name))
        {
            return false;
        }

        _next = _next.NextSibling;
        return true;
    }

    /// <summary>Skips a child with this name, if it is the next one.</summary>
    public bool TrySkip(XmlName name) => TryTake(name, out _);

    /// <summary>Takes the next child, which has this name.</summary>
    /// <exception cref="SecurityFailureException">It has another name, or there is none.</exception>
    public XmlElement Take(XmlName name) => TryTake(name, out var child)
        ? child
        : Fail.With<XmlElement>(FailureCode.MalformedSecurityElement, _parent.Describe(), _next.Describe(), name.ToString());

    /// <summary>Refuses children that are left.</summary>
    /// <exception cref="SecurityFailureException">A child is left.</exception>
    public readonly void End()
    {
        if (!_next.IsNull)
        {
            Fail.With(FailureCode.UnknownSecurityElement, $"child of {_parent.Describe()}", _next.Describe());
        }
    }

    /// <summary>The text of an element without children, exactly as it was digested.</summary>
    /// <exception cref="SecurityFailureException">It has children, or is too long.</exception>
    public static string Text(XmlElement element, int maxLength)
    {
        var text = element.FirstChild.IsNull ? element.RawText : default;
        return element.FirstChild.IsNull && text.Length <= maxLength * 3L && Encoding.UTF8.GetString(text) is { } value
            && value.Length <= maxLength
            ? value
            : Refuse<string>(element);
    }

    /// <summary>The text of an element that is a URI or another value in which white space around it says nothing.</summary>
    /// <exception cref="SecurityFailureException">It is empty, has children, or is too long.</exception>
    public static string Token(XmlElement element, int maxLength) =>
        Text(element, maxLength).Trim(' ', '\t', '\r', '\n') is { Length: > 0 } value ? value : Refuse<string>(element);

    /// <summary>The value of an attribute; null when it is absent.</summary>
    /// <exception cref="SecurityFailureException">It is too long.</exception>
    public static string? Attribute(XmlElement element, XmlName name, int maxLength = 1024) =>
        element.GetAttribute(name) is not { } value ? null
        : value.Length <= maxLength ? value
        : Fail.With<string>(FailureCode.LimitExceeded, $"@{name} of {element.Describe()}");

    /// <summary>The value of an attribute that has to be there.</summary>
    /// <exception cref="SecurityFailureException">It is absent, empty or too long.</exception>
    public static string Required(XmlElement element, XmlName name) =>
        Attribute(element, name) is { Length: > 0 } value ? value
        : Fail.With<string>(FailureCode.MalformedSecurityElement, element.Describe(), "nothing", $"an attribute {name}");

    /// <summary>The time in an attribute; null when it is absent.</summary>
    /// <exception cref="SecurityFailureException">It is no time.</exception>
    public static DateTimeOffset? Instant(XmlElement element, XmlName name) =>
        !element.TryGetAttribute(name, out var value) ? null
        : Timestamp.TryParse(value.Value, out var instant) ? instant
        : Fail.With<DateTimeOffset?>(FailureCode.MalformedSecurityElement, $"@{name} of {element.Describe()}", null, "an xsd:dateTime");

    private static void Refuse(XmlElement element) => Fail.With(FailureCode.MalformedSecurityElement, element.Describe());

    private static T Refuse<T>(XmlElement element) => Fail.With<T>(FailureCode.MalformedSecurityElement, element.Describe());
}
