using SecureConversation.Engine.Names;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Signature;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Send;

/// <summary>
/// Digests the children of the security header as they will stand in the envelope: with every prefix listed that is in scope there
/// (<see cref="Binding.MessageProtectionProfile.Bound"/>).
/// </summary>
internal static class BoundItems
{
    /// <param name="envelope">The envelope that takes the header.</param>
    /// <param name="security">The header without its signatures.</param>
    /// <param name="requirements">The requirements for the message.</param>
    /// <param name="limits">The limits for parsing.</param>
    /// <exception cref="Failures.SecurityFailureException">
    /// The namespaces in scope, or the lists of their prefixes, are too long.
    /// </exception>
    public static List<PartDigest> Digest(
        SoapEnvelope envelope, ReadOnlySpan<byte> security, MessageRequirements requirements, XmlLimits limits)
    {
        using var document = new PooledBytes(security.Length + 2048);
        document.Write("<w"u8);
        (envelope.Header.IsNull ? envelope.Xml.Root : envelope.Header).WriteNamespacesInScope(document, Limits.MaxScopeBytes);
        document.Write(">"u8);
        if (envelope.Header.IsNull)
        {
            EnvelopeSplice.StartHeader(document, envelope.Names);
        }

        document.Write(security);
        document.Write(envelope.Header.IsNull ? "</h:Header></w>"u8 : "</w>"u8);
        using var index = XmlIndex.Parse(document.Memory, limits);
        var header = envelope.Header.IsNull ? index.Root.FirstChild.FirstChild : index.Root.FirstChild;

        var items = new List<PartDigest>(12);
        using var digest = new ReferenceDigest(requirements.Suite.Digest);
        foreach (var item in header.Children)
        {
            var id = TokenKind.OfElement(item, requirements.Protocol)?.IdOf(item) ?? item.GetId(Wsu.Id) ?? item.GetId(Attr.Id)
                ?? throw new InvalidOperationException("A child of the security header has no Id.");
            var value = new byte[requirements.Suite.Digest.Size];
            using var survey = new PrefixSurvey(PrefixInterest.All);
            digest.Compute(item, default, CanonicalForm.Recommendation, value, survey);
            items.Add(new PartDigest(id.ToString(), value, survey.ToCompleteList()));
        }

        return items;
    }
}
