using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// Writes an envelope of the octets that were digested: each part in its canonical form, with the prefixes that its reference listed. A
/// declaration that no digest covers is not there, so what refers to it is an error for its reader, and not another name.
/// </summary>
internal static class DigestedEnvelope
{
    /// <summary>Writes the body and the signed blocks.</summary>
    /// <param name="wire">The envelope on the wire.</param>
    /// <param name="opened">The decrypted envelope.</param>
    /// <param name="signed">The signature that covers the parts.</param>
    /// <param name="signsFirst">Whether the plaintext was digested; otherwise ciphertext was.</param>
    /// <exception cref="Failures.SecurityFailureException">A canonical form is too long; only that of an unsigned body can be.</exception>
    public static PooledBytes Write(SoapEnvelope wire, OpenedMessage opened, MessageIntegrity signed, bool signsFirst)
    {
        var plain = opened.Plain;
        var output = new PooledBytes(plain.Bytes.Length);
        try
        {
            // Parts bring all their declarations. The frame must add none that they could refer to, above all no default namespace.
            output.Write("<_frame:Envelope xmlns:_frame=\""u8);
            output.WriteText(plain.Names.Soap);
            output.Write("\"><_frame:Header>"u8);
            for (var i = 0; i < plain.Headers.Count; i++)
            {
                if (signed.Find(MessagePart.HeaderBlock(i)) is { } block)
                {
                    Part(output, plain.Headers[i].Element, wire.Headers[i].Element, block, IsSealed(block));
                }
            }

            output.Write("</_frame:Header>"u8);
            var body = signed.Find(MessagePart.Body) ?? new CoveredPart(MessagePart.Body, default, CanonicalForm.Recommendation);
            Part(output, plain.Body, wire.Body, body, IsSealed(body));
            output.Write("</_frame:Envelope>"u8);
            return output;
        }
        catch
        {
            output.Dispose();
            throw;
        }

        bool IsSealed(CoveredPart part) => !signsFirst && opened.IsEncrypted(part.Location);
    }

    private static void Part(PooledBytes output, XmlElement plain, XmlElement wire, CoveredPart covered, bool isSealed)
    {
        if (isSealed)
        {
            WriteSealed(output, plain, wire, covered.InclusivePrefixes.Span);
            return;
        }

        using var canonical = new CopySink(output, CanonicalBudget.Of(plain.Index.Bytes.Length));
        ExclusiveCanonicalizer.Canonicalize(plain, covered.InclusivePrefixes.Span, covered.Form, canonical);
        canonical.Flush();
    }

    /// <summary>
    /// Writes what was signed as ciphertext. Of the declarations around it those are covered that the reference listed or that the start
    /// tag on the wire uses.
    /// </summary>
    private static void WriteSealed(PooledBytes output, XmlElement plain, XmlElement wire, ReadOnlySpan<byte> listed)
    {
        using var declarations = new CopySink(output, CanonicalBudget.Of(plain.Index.Bytes.Length));
        using var copy = new PooledBytes(plain.End - plain.Start);
        PlainPart.Write(copy, plain, CanonicalForm.Recommendation);
        var content = copy.Span[(plain.StartTagEnd - plain.Start)..];
        var isBody = plain.LocalName.SequenceEqual("Body"u8) && plain.Parent == plain.Index.Root;
        var document = plain.Index.Bytes;

        output.Write("<"u8);
        output.Write(plain.QualifiedName);
        foreach (var prefix in CoveredPrefixes(wire, listed))
        {
            // A block brought its own declarations inside the ciphertext; the start tag of the body is the one on the wire.
            if (wire.TryLookupNamespace(prefix, out var uri) && (isBody || !plain.Declares(prefix)))
            {
                output.Write(prefix.Length == 0 ? " xmlns"u8 : " xmlns:"u8);
                output.Write(prefix);
                output.Write("=\""u8);
                CanonicalEscapes.WriteDecodedValue(declarations, uri);
                declarations.Flush();
                output.Write("\""u8);
            }
        }

        foreach (ref readonly var record in plain.Records)
        {
            if (!record.IsDeclaration || !isBody)
            {
                output.Write(" "u8);
                output.Write(document[record.NameStart..record.NameEnd]);
                output.Write("="u8);
                output.Write(document[(record.ValueStart - 1)..(record.ValueEnd + 1)]);
            }
        }

        output.Write(">"u8);
        if (!plain.IsEmptyElementTag)
        {
            output.Write(content);
            return;
        }

        output.Write("</"u8);
        output.Write(plain.QualifiedName);
        output.Write(">"u8);
    }

    private static List<byte[]> CoveredPrefixes(XmlElement wire, ReadOnlySpan<byte> listed)
    {
        var document = wire.Index.Bytes;
        var prefixes = new List<byte[]>(8);
        foreach (var range in listed.SplitAny(" \t\r\n"u8))
        {
            var token = listed[range];
            if (!token.IsEmpty)
            {
                Add(prefixes, token.SequenceEqual("#default"u8) ? default : token);
            }
        }

        Add(prefixes, wire.Prefix);
        foreach (ref readonly var record in wire.Records)
        {
            if (!record.IsDeclaration && record.PrefixLength != 0 && !record.Prefix(document).SequenceEqual("xml"u8))
            {
                Add(prefixes, record.Prefix(document));
            }
        }

        return prefixes;

        static void Add(List<byte[]> prefixes, ReadOnlySpan<byte> prefix)
        {
            foreach (var known in prefixes)
            {
                if (prefix.SequenceEqual(known))
                {
                    return;
                }
            }

            prefixes.Add(prefix.ToArray());
        }
    }
}
