namespace SecureConversation.Engine.Xml;

/// <summary>The rule by which canonicalization writes namespace declarations.</summary>
internal enum CanonicalForm
{
    /// <summary>A declaration is compared with the nearest one that was written (Exclusive XML Canonicalization 1.0, section 3).</summary>
    Recommendation,

    /// <summary>
    /// A declaration is compared with the nearest one in scope, written or not. WCF computes its digests in this form. The two forms differ
    /// when a prefix is redeclared and the redeclaration is not used. In addition, WCF does not normalise line ends in CDATA sections and
    /// in comments.
    /// </summary>
    Wcf,
}

/// <summary>Exclusive XML Canonicalization 1.0 of one element.</summary>
internal static class ExclusiveCanonicalizer
{
    /// <param name="element">The element. Its content need not be indexed.</param>
    /// <param name="inclusivePrefixes">The PrefixList of InclusiveNamespaces as in the message; it may contain <c>#default</c>.</param>
    /// <param name="form">The rule for namespace declarations.</param>
    /// <param name="sink">Receives the canonical bytes.</param>
    /// <param name="withComments">Whether comments are kept.</param>
    /// <param name="survey">Looks at the prefixes of the element on the way; null for nothing.</param>
    /// <param name="omitted">An element in it that is left out (XML Signature section 6.6.4); none by default.</param>
    /// <returns>Whether the other form differs for this element.</returns>
    public static bool Canonicalize(
        XmlElement element,
        ReadOnlySpan<byte> inclusivePrefixes,
        CanonicalForm form,
        CanonicalSink sink,
        bool withComments = false,
        PrefixSurvey? survey = null,
        XmlElement omitted = default)
    {
        var run = new CanonicalizerRun(element, inclusivePrefixes, form, sink, withComments, survey, omitted);
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
