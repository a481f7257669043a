using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Soap;

/// <summary>
/// Where encryption came first, the signature covers the ciphertext and not the key, and under another key the same ciphertext is another
/// text. CBC cannot tell: one in 256 keys makes of one block a message without content, one in some millions makes of two blocks characters
/// that XML allows. To hit an element by chance takes more than 2^34 keys for one block and more than 2^48 for two. So content is an
/// element, or nothing, which SOAP 1.2 part 1 section 5.3 asks of a body anyway. Where the sender of the ciphertext can choose the key
/// (a key that is wrapped for the receiver beside a signature with another one), 2^34 tries are possible, and one block is nothing.
/// </summary>
internal static class TellingContent
{
    // One block of AES holds 15 octets of content.
    private const int MoreThanOneBlock = 16;

    /// <summary>Whether the content of a body can be told from what another key makes of its ciphertext.</summary>
    /// <param name="body">The body in clear.</param>
    /// <param name="keyIsFree">Whether anybody can choose the key.</param>
    public static bool IsOf(XmlElement body, bool keyIsFree)
    {
        var length = body.IsEmptyElementTag ? 0 : body.ContentEnd - body.ContentStart;
        return length == 0
            || (!body.HasText && (!body.FirstChild.IsNull || body.HasUnindexedChildren) && (length >= MoreThanOneBlock || !keyIsFree));
    }

    /// <summary>The same for an element that is encrypted as a whole. That it is one element is checked where it is parsed.</summary>
    public static bool IsElement(XmlElement element, bool keyIsFree) => element.End - element.Start >= MoreThanOneBlock || !keyIsFree;
}
