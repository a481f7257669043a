namespace SecureConversation.Engine.Xml;

/// <summary>Judges a document before its opaque element is read, which may be most of it.</summary>
internal interface IHeadJudge
{
    /// <summary>
    /// Whether the rest is not worth reading. Called once, when the first thing in the opaque element was read but text: that is its first
    /// child, if it has one. The ends of elements that are still open are not known.
    /// </summary>
    /// <param name="head">The index of the head. The same object has all of the document later, unless the answer is true.</param>
    bool IsHopeless(XmlIndex head);
}
