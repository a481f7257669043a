using SecureConversation.Engine.Failures;

namespace SecureConversation.Engine.Xml;

/// <summary>Which namespace declarations canonicalization writes out.</summary>
internal enum CanonicalForm
{
    /// <summary>A declaration is compared with the nearest one that was written (Exclusive XML Canonicalization 1.0, section 3).</summary>
    Recommendation,

    /// <summary>
    /// A declaration is compared with the nearest one in scope, written or not. WCF computes its digests like this; the
    /// two differ where a prefix is redeclared and the redeclaration is not used. Nor does WCF normalise line ends in
    /// CDATA sections (and in comments, when they count).
    /// </summary>
    Wcf,
}

/// <summary>Exclusive XML Canonicalization 1.0 of one element.</summary>
internal static class ExclusiveCanonicalizer
{
    private const int MaxPrefixListBytes = 1024;

    /// <param name="element">The element; its content need not be indexed.</param>
    /// <param name="inclusivePrefixes">The PrefixList of InclusiveNamespaces as on the wire, <c>#default</c> included.</param>
    /// <param name="form">The rule for namespace declarations.</param>
    /// <param name="sink">Takes the canonical bytes.</param>
    /// <param name="withComments">Comments are kept.</param>
    /// <returns>The other form would differ for this element.</returns>
    public static bool Canonicalize(
        XmlElement element,
        ReadOnlySpan<byte> inclusivePrefixes,
        CanonicalForm form,
        CanonicalSink sink,
        bool withComments = false)
    {
        if (inclusivePrefixes.Length > MaxPrefixListBytes)
        {
            Fail.With(FailureCode.LimitExceeded, "PrefixList");
        }

        var run = new CanonicalizerRun(element, inclusivePrefixes, form, sink, withComments);
        try
        {
            return run.Execute();
        }
        finally
        {
            run.Dispose();
        }
    }
}
