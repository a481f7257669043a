using System.Collections.Immutable;
using System.Xml;
using System.Xml.Linq;
using SecureConversation.Policy.Assertions;

namespace SecureConversation.Policy.Wsp;

/// <summary>An assertion in normal form: it has one nested alternative, or none.</summary>
internal sealed record Assertion
{
    public required XElement Element { get; init; }

    /// <summary>The nested alternative; null where there is no wsp:Policy inside.</summary>
    public ImmutableArray<Assertion>? Nested { get; init; }

    /// <summary>wsp:Ignorable (WS-Policy 1.5 section 4.5.2).</summary>
    public bool IsIgnorable { get; init; }

    /// <summary>
    /// Whether a message may lack the token that the assertion in sp:...SupportingTokens names. All other optional assertions stand for
    /// two alternatives.
    /// </summary>
    public bool IsOptionalToken { get; init; }

    public XName Name => Element.Name;

    /// <summary>The children that are no wsp:Policy.</summary>
    public IEnumerable<XElement> Parameters => Element.Elements().Where(e => !WspNames.IsPolicyElement(e));
}

/// <summary>Where elements stand.</summary>
internal static class Locations
{
    public static PolicyLocation Of(XObject item)
    {
        var line = item as IXmlLineInfo;
        var element = item as XElement ?? item.Parent;
        return new PolicyLocation
        {
            Document = item.Document?.Annotation<DocumentName>()?.Value,
            Line = line is not null && line.HasLineInfo() ? line.LineNumber : 0,
            Column = line is not null && line.HasLineInfo() ? line.LinePosition : 0,
            Path = element is null ? "" : string.Join('/', element.AncestorsAndSelf()
                .TakeWhile(e => e.Name.Namespace != Namespaces.Wsdl)
                .Where(e => !Namespaces.IsPolicy(e.Name.Namespace))
                .Take(32).Select(e => e.Name.LocalName).Reverse()),
        };
    }

    public static PolicyException Fail(XObject item, string message) => new(message, Of(item));
}

/// <summary>The name of a document, beside its tree.</summary>
internal sealed record DocumentName(string? Value);
