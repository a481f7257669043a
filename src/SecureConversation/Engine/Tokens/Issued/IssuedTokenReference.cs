using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Tokens;

/// <summary>
/// A wsse:SecurityTokenReference to an issued token, as the issuer wrote it (WS-Trust 1.3 section 4.4, RequestedAttachedReference and
/// RequestedUnattachedReference), or made from the Id of an assertion (SAML Token Profile 1.1 section 3.4).
/// </summary>
internal static class IssuedTokenReference
{
    private const int MaxBytes = 16 * 1024;

    /// <summary>Takes a reference out of a response, in canonical form, so that it can stand in what is digested.</summary>
    /// <exception cref="SecurityFailureException">It is no wsse:SecurityTokenReference, or too large.</exception>
    public static byte[] Read(XmlElement reference)
    {
        if (!reference.Is(Wsse.SecurityTokenReference) || reference.FirstChild.IsNull)
        {
            Fail.With(FailureCode.InvalidTrustResponse, "reference to the issued token", reference.Describe(),
                Wsse.SecurityTokenReference.ToString());
        }

        using var canonical = new BufferSink(MaxBytes);
        ExclusiveCanonicalizer.Canonicalize(reference, default, CanonicalForm.Recommendation, canonical);
        return canonical.WrittenSpan.ToArray();
    }

    /// <summary>The same of a document.</summary>
    /// <exception cref="SecurityFailureException">It is no wsse:SecurityTokenReference, or too large.</exception>
    public static byte[] Parse(ReadOnlyMemory<byte> octets)
    {
        using var index = XmlIndex.Parse(octets, XmlLimits.Default);
        return Read(index.Root);
    }

    /// <summary>Whether <see cref="Write"/> can refer to such a token without a reference of the issuer.</summary>
    public static bool CanDerive(IssuedTokenXml token) => token is { Form: not IssuedTokenForm.Opaque, Id: not null };

    /// <summary>The Id of the assertion that a reference names; null when it names its token in another way.</summary>
    public static string? FindAssertionId(byte[] reference)
    {
        try
        {
            using var index = XmlIndex.Parse(reference, XmlLimits.Default);
            var read = SecurityTokenReferenceReader.Read(index.Root, ProtocolVersion.V13);
            return read.Kind == KeyReferenceKind.Assertion ? read.LocalId.ToString() : null;
        }
        catch (SecurityFailureException)
        {
            // The issuer and the service may know other forms than the client.
            return null;
        }
    }

    /// <summary>
    /// Writes a reference by the Id of an assertion; the form is the same inside and outside the message. TokenType exists since
    /// WS-Security 1.1, which WCF writes there whether or not the binding follows the Basic Security Profile.
    /// </summary>
    public static void Write(PooledBytes output, IssuedTokenXml token, bool isWss11) =>
        TokenWriter.AssertionReference(output, token.Id!, token.Form == IssuedTokenForm.Saml20, isWss11);
}
