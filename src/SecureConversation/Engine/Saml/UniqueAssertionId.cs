using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Saml;

/// <summary>
/// Requires that no other element of the message, as far as it is indexed, has the Id of an assertion, in whatever attribute. Nothing here
/// is found by it; others that read the same message may look for it.
/// </summary>
internal static class UniqueAssertionId
{
    private static readonly XmlName[] Names =
    [
        SamlAttr.AssertionId, SamlAttr.Id, Attr.Id, Wsu.Id, new("id", ""), new("id", "http://www.w3.org/XML/1998/namespace"),
    ];

    /// <exception cref="SecurityFailureException">Another element has the Id.</exception>
    public static void Require(XmlElement assertion, XmlId id)
    {
        var count = 0;
        for (var element = assertion.Index.Root; !element.IsNull; element = Next(element))
        {
            foreach (var attribute in element.Attributes)
            {
                if (attribute.ValueEquals(id.Utf8) && Array.Exists(Names, attribute.Is) && ++count > 1)
                {
                    Fail.With(FailureCode.DuplicateId, "the Id of an assertion", $"{element.Describe()} with the Id {id}");
                }
            }
        }
    }

    /// <summary>The next element in document order.</summary>
    private static XmlElement Next(XmlElement element)
    {
        if (!element.FirstChild.IsNull)
        {
            return element.FirstChild;
        }

        while (!element.IsNull && element.NextSibling.IsNull)
        {
            element = element.Parent;
        }

        return element.NextSibling;
    }
}
