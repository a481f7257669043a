using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Send;

/// <summary>
/// Rewrites parts that WCF would digest differently from the recommendation: those that redeclare a prefix without using it
/// in between, and those with a carriage return in a CDATA section (Deviation D1). Both ways give one digest for a part in
/// canonical form, so the sender writes these parts, and only these, in that form. The rewrite drops namespace declarations
/// that no name uses and that are not listed as inclusive, and turns CDATA into text.
/// </summary>
internal static class AgreedForm
{
    /// <summary>Returns the document with the elements in canonical form. Comments are kept, and the digests stay the same.</summary>
    /// <param name="document">The document to rewrite; the caller keeps it.</param>
    /// <param name="elements">
    /// The elements in document order, each with the list of its inclusive prefixes; none lies inside another.
    /// </param>
    /// <param name="limits">The limits for parsing the result.</param>
    public static SoapEnvelope Rewrite(
        SoapEnvelope document, IEnumerable<(XmlElement Element, byte[] Prefixes)> elements, XmlLimits limits)
    {
        var output = new PooledBytes(document.Bytes.Length + 1024);
        try
        {
            Copy(document, elements, limits, output);
        }
        catch
        {
            output.Dispose();
            throw;
        }

        return SoapEnvelope.Parse(output.Memory, document.Names, limits, buffer: output);
    }

    private static void Copy(
        SoapEnvelope document, IEnumerable<(XmlElement Element, byte[] Prefixes)> elements, XmlLimits limits, PooledBytes output)
    {
        var budget = Math.Min(limits.MaxBytes, CanonicalBudget.OfCopy(document.Bytes.Length));
        using var canonical = new BufferSink((int)budget);
        var copied = 0;
        foreach (var (element, prefixes) in elements)
        {
            canonical.Reset();
            ExclusiveCanonicalizer.Canonicalize(element, prefixes, CanonicalForm.Recommendation, canonical, withComments: true);
            output.Write(document.Bytes[copied..element.Start]);
            if (output.Length + canonical.WrittenSpan.Length > budget)
            {
                Fail.With(FailureCode.LimitExceeded, "canonical form");
            }

            Write(output, element, canonical.WrittenSpan);
            copied = element.End;
        }

        output.Write(document.Bytes[copied..]);
    }

    /// <summary>
    /// Writes the canonical bytes of an element. They are meant for the root of a document: inside an envelope with a default
    /// namespace, names without a prefix would fall into it. An added xmlns="" prevents that and leaves the digest as it is.
    /// </summary>
    private static void Write(PooledBytes output, XmlElement element, ReadOnlySpan<byte> canonical)
    {
        var nameEnd = 1 + element.LocalName.Length + (element.Prefix.IsEmpty ? 0 : element.Prefix.Length + 1);
        output.Write(canonical[..nameEnd]);
        var declaresDefault = canonical[nameEnd..].StartsWith(" xmlns=\""u8);
        if (!declaresDefault && element.Parent.TryLookupNamespace(default, out _))
        {
            output.Write(" xmlns=\"\""u8);
        }

        output.Write(canonical[nameEnd..]);
    }
}
