using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Encryption;

/// <summary>
/// xenc:ReferenceList: the Ids of the encrypted parts (XML Encryption 1.0 section 3.6, WS-Security 1.1 section 9.1).
/// <code>
/// e:ReferenceList
///   e:DataReference @URI="#id" +               required; an Id that occurs twice is refused
///   e:KeyReference                             refused
/// </code>
/// </summary>
internal static class ReferenceList
{
    /// <exception cref="SecurityFailureException">The element has another shape, or more entries than allowed.</exception>
    public static List<XmlId> Read(XmlElement element, int maxEntries)
    {
        var ids = new List<XmlId>(2);
        foreach (var child in element.Children)
        {
            if (!child.Is(Xenc.DataReference) || XmlId.OfReference(child, Attr.Uri) is not { } id)
            {
                return Fail.With<List<XmlId>>(FailureCode.MalformedSecurityElement, "xenc:ReferenceList");
            }

            if (ids.Count == maxEntries)
            {
                Fail.With(FailureCode.LimitExceeded, "xenc:ReferenceList");
            }

            if (ids.Contains(id))
            {
                Fail.With(FailureCode.DuplicateId, "xenc:ReferenceList");
            }

            ids.Add(id);
        }

        return ids.Count > 0 ? ids : Fail.With<List<XmlId>>(FailureCode.MalformedSecurityElement, "xenc:ReferenceList");
    }
}
