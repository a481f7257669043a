using System.Buffers;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// Leaves no room for text in an encrypted signature outside of what its value covers. Its ciphertext is decrypted before anything is
/// authentic, and who holds a message back may put recorded ciphertext in its place. Wherever text of some length could stand, acceptance
/// of the message, now or later, would say whether a block of another message decrypts to what he guessed. So what stands around
/// ds:SignedInfo and ds:SignatureValue, and each namespace declaration, is one of a closed list, or short and of few characters: between
/// two blocks of his choice he needs some that happen to decrypt to those, and a random block of AES does once in three thousand million.
/// </summary>
internal static class SealedForm
{
    // XML allows names of any length; the longest prefix that others write here is wsse11.
    private const int MaxPrefix = 8;

    // WCF's Ids have up to 50, those of WSS4J 36.
    private const int MaxId = 64;

    // Less than a block. Platforms write an escaped quotation mark beside one that encloses, or a line end and some blanks.
    private const int MaxPadding = 12;

    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private static readonly SearchValues<byte> OfIds = Octets(Letters + "-._");
    private static readonly SearchValues<byte> OfContexts = Octets(Letters + "-._:/");
    private static readonly SearchValues<byte> Padding = Octets(" \t\r\n\"\\");
    private static readonly SearchValues<byte> OfBase64 = Octets(Letters + "+/= \t\r\n");

    /// <exception cref="SecurityFailureException">There is something in it that no sender writes there.</exception>
    public static void Require(XmlElement signature, ReadOnlySpan<byte> plaintext)
    {
        if (plaintext.IndexOf("<!"u8) >= 0 || plaintext.IndexOf("<?"u8) >= 0)
        {
            Refuse("comment, CDATA section or processing instruction");
        }

        RequireElement(signature);
    }

    /// <summary>
    /// Requires the name of an issuer to be that of the certificate. Elsewhere a name that nobody can read is no other name.
    /// </summary>
    /// <exception cref="SecurityFailureException">It is another one, or cannot be read in full.</exception>
    public static void RequireName(KeyReference reference, X509Certificate2? signer)
    {
        if (reference is { Kind: KeyReferenceKind.IssuerSerial, IssuerName: { } name }
            && (signer is null || DistinguishedName.SameName(name, signer.IssuerName) != true || !DistinguishedName.IsPlain(name)))
        {
            Refuse("issuer name");
        }
    }

    private static void RequireElement(XmlElement element)
    {
        RequireDeclarations(element);
        RequireShort(element.Prefix, OfIds, MaxPrefix);
        foreach (var attribute in element.Attributes)
        {
            RequireAttribute(element, attribute);
        }

        RequireText(element);
        foreach (var child in element.Children)
        {
            if (child.Is(Ds.SignedInfo))
            {
                RequireDeclarationsWithin(child);
            }
            else
            {
                RequireElement(child);
            }
        }
    }

    /// <summary>The value covers all of ds:SignedInfo but the declarations that nothing in it uses.</summary>
    private static void RequireDeclarationsWithin(XmlElement element)
    {
        RequireDeclarations(element);
        foreach (var child in element.Children)
        {
            RequireDeclarationsWithin(child);
        }
    }

    private static void RequireDeclarations(XmlElement element)
    {
        foreach (var declaration in element.NamespaceDeclarations)
        {
            RequireShort(declaration.Prefix, OfIds, MaxPrefix);
            if (!KnownUris.IsNamespace(declaration.Raw))
            {
                Refuse("namespace");
            }
        }
    }

    private static void RequireAttribute(XmlElement element, XmlAttributeValue attribute)
    {
        RequireShort(attribute.Prefix, OfIds, MaxPrefix);
        if (attribute.Is(Attr.Id) || attribute.Is(Wsu.Id))
        {
            RequireShort(attribute.Raw, OfIds, MaxId);
        }
        else if (element.Is(Wsse.Reference) && attribute.Is(Attr.Uri))
        {
            // The Id on the wire that it names may have been given by whoever changed the message. Another URI is that of the context.
            var isId = attribute.Raw.StartsWith("#"u8);
            RequireShort(isId ? attribute.Raw[1..] : attribute.Raw, isId ? OfIds : OfContexts, MaxId);
        }
        else if (element.Is(Wsse.Reference)
            && (attribute.Is(ProtocolVersion.February2005.Instance) || attribute.Is(ProtocolVersion.V13.Instance)))
        {
            RequireShort(attribute.Raw, OfContexts, MaxId);
        }
        else if (!(attribute.Is(Attr.ValueType) || attribute.Is(Attr.EncodingType) || attribute.Is(Wsse.TokenType))
            || !KnownUris.IsKnown(attribute.Raw))
        {
            Refuse("attribute");
        }
    }

    private static void RequireText(XmlElement element)
    {
        var isValue = element.Is(Ds.SignatureValue) || element.Is(Wsse.KeyIdentifier) || element.Is(Ds.X509Certificate)
            || element.Is(Ds.X509SerialNumber) || element.Is(Ds.Modulus) || element.Is(Ds.Exponent);

        if (element.Is(Wsse.KeyIdentifier) && KnownUris.Get(element, Attr.ValueType) is Uris.SamlAssertionId or Uris.SamlId)
        {
            RequireShort(element.RawText, OfIds, MaxId);
        }
        else if (element.Is(Ds.X509IssuerName))
        {
            // RequireName judges the rest.
            RequireUnpadded(element.RawText);
            if (element.GetText().Any(c => !char.IsAscii(c) && char.IsWhiteSpace(c)))
            {
                Refuse("issuer name");
            }
        }
        else if (element.HasText && !(isValue && !element.RawText.ContainsAnyExcept(OfBase64)))
        {
            Refuse("text");
        }

        if (element.Is(Wsse.Reference) && !element.FirstChild.IsNull)
        {
            Refuse("element");
        }
    }

    /// <summary>Refuses more characters together than any platform writes of those that count for nothing in a name.</summary>
    private static void RequireUnpadded(ReadOnlySpan<byte> name)
    {
        for (int at; (at = name.IndexOfAny(Padding)) >= 0;)
        {
            name = name[at..];
            var end = name.IndexOfAnyExcept(Padding);
            var run = end < 0 ? name.Length : end;
            if (run > MaxPadding)
            {
                Refuse("issuer name");
            }

            name = name[run..];
        }
    }

    private static void RequireShort(ReadOnlySpan<byte> text, SearchValues<byte> allowed, int most)
    {
        if (text.Length > most || text.ContainsAnyExcept(allowed))
        {
            Refuse("name or reference");
        }
    }

    private static SearchValues<byte> Octets(string characters) => SearchValues.Create(System.Text.Encoding.ASCII.GetBytes(characters));

    private static void Refuse(string what) => Fail.With(FailureCode.MalformedSecurityElement, what + " in an encrypted ds:Signature");
}
