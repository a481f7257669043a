using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Saml;

/// <summary>Compares elements by their canonical forms.</summary>
internal static class SameContent
{
    public static bool Of(XmlElement left, XmlElement right)
    {
        using var first = Canonicalize(left);
        using var second = Canonicalize(right);
        return first.WrittenSpan.SequenceEqual(second.WrittenSpan);
    }

    private static BufferSink Canonicalize(XmlElement element)
    {
        var sink = new BufferSink(SamlAssertion.MaxBytes);
        try
        {
            ExclusiveCanonicalizer.Canonicalize(element, default, CanonicalForm.Recommendation, sink);
            return sink;
        }
        catch
        {
            sink.Dispose();
            throw;
        }
    }
}
