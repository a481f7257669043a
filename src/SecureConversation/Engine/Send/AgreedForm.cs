using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Send;

/// <summary>
/// WCF digests some elements differently from the recommendation: where a prefix is redeclared without use in between, and
/// where a CDATA section holds a carriage return (Deviation D1). A part in its canonical form is never such an element, so
/// a sender writes these parts, and only these, canonically: every receiver then computes one digest. Declarations that
/// no name uses are lost with that, and CDATA becomes text; a QName in content loses its prefix if nothing else uses it.
/// </summary>
internal static class AgreedForm
{
    /// <summary>The document with each of the elements in canonical form, comments kept; their digests stay the same.</summary>
    /// <param name="document">Stays with the caller.</param>
    /// <param name="elements">In document order, none inside another.</param>
    /// <param name="limits">For reading the result.</param>
    public static SoapEnvelope Rewrite(SoapEnvelope document, IEnumerable<XmlElement> elements, XmlLimits limits)
    {
        var output = new PooledBytes(document.Bytes.Length + 1024);
        using var canonical = new BufferSink();
        var copied = 0;
        foreach (var element in elements)
        {
            canonical.Reset();
            ExclusiveCanonicalizer.Canonicalize(element, default, CanonicalForm.Recommendation, canonical, withComments: true);
            output.Write(document.Bytes[copied..element.Start]);
            Write(output, element, canonical.WrittenSpan);
            copied = element.End;
        }

        output.Write(document.Bytes[copied..]);
        return SoapEnvelope.Parse(output.Memory, document.Names, limits, buffer: output);
    }

    /// <summary>
    /// Canonical bytes stand for themselves at the root of a document. Inside an envelope with a default namespace, names
    /// without a prefix would fall into it: the declaration that takes it away is no part of the canonical form.
    /// </summary>
    private static void Write(PooledBytes output, XmlElement element, ReadOnlySpan<byte> canonical)
    {
        var nameEnd = 1 + element.LocalName.Length + (element.Prefix.IsEmpty ? 0 : element.Prefix.Length + 1);
        output.Write(canonical[..nameEnd]);
        var declaresDefault = element.Prefix.IsEmpty && !element.NamespaceUri.IsEmpty;
        if (!declaresDefault && element.Parent.TryLookupNamespace(default, out _))
        {
            output.Write(" xmlns=\"\""u8);
        }

        output.Write(canonical[nameEnd..]);
    }
}
