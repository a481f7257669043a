using System.Buffers;
using System.Text;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// Leaves no room for arbitrary text in an encrypted signature outside of what its value covers. Each message has one attempt, and somebody
/// who holds many of them back should learn nothing from that either: a block of another ciphertext, put where text may stand, would say
/// by acceptance whether it decrypts to text. No sender writes what is refused here.
/// </summary>
internal static class SealedForm
{
    // Of Ids, URIs, names of namespaces and base64. Not one random block of AES in a hundred million has only these.
    private const string Characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#+=@%";

    private static readonly SearchValues<byte> InTags = SearchValues.Create(Encoding.ASCII.GetBytes(Characters));
    private static readonly SearchValues<byte> InText = SearchValues.Create(Encoding.ASCII.GetBytes(Characters + " \t\r\n"));

    /// <exception cref="SecurityFailureException">
    /// A comment, a CDATA section, text between elements, or other characters in an attribute, a declaration or a value.
    /// </exception>
    public static void Require(XmlElement signature, ReadOnlySpan<byte> plaintext)
    {
        if (plaintext.IndexOf("<!"u8) >= 0 || signature.HasText)
        {
            Fail.With(FailureCode.MalformedSecurityElement, "comment or text in an encrypted ds:Signature");
        }

        Require(signature, isSigned: false);
    }

    private static void Require(XmlElement element, bool isSigned)
    {
        foreach (var declaration in element.NamespaceDeclarations)
        {
            RequireOnly(InTags, declaration.Raw);
        }

        if (!isSigned)
        {
            foreach (var attribute in element.Attributes)
            {
                RequireOnly(InTags, attribute.Raw);
            }
        }

        foreach (var child in element.Children)
        {
            Require(child, isSigned || child.Is(Ds.SignedInfo));
        }

        // The name of an issuer has to be that of a known certificate.
        if (!isSigned && element.HasText && !element.Is(Ds.X509IssuerName))
        {
            RequireOnly(InText, element.RawText);
        }
    }

    private static void RequireOnly(SearchValues<byte> allowed, ReadOnlySpan<byte> text)
    {
        if (text.ContainsAnyExcept(allowed))
        {
            Fail.With(FailureCode.MalformedSecurityElement, "characters in an encrypted ds:Signature");
        }
    }
}
