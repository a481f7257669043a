using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Encryption;

/// <summary>xenc:ReferenceList: the Ids of what was encrypted; not empty, no duplicates, no xenc:KeyReference.</summary>
internal static class ReferenceList
{
    public static List<XmlId> Read(XmlElement element, int maxEntries)
    {
        var ids = new List<XmlId>(8);
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
