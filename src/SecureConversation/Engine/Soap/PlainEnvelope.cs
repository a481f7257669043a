using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Soap;

/// <summary>
/// Writes the envelope that the application gets from the parts of the verified one. What stands around the parts is not signed, so of
/// s:Envelope and s:Header only the names and the namespace declarations are kept: no attributes, text, comments or prolog.
/// </summary>
internal static class PlainEnvelope
{
    /// <summary>Writes the body and the blocks that are kept.</summary>
    /// <param name="source">The decrypted envelope.</param>
    /// <param name="securityPosition">The index of the security header among the blocks.</param>
    /// <param name="keep">Whether to hand out the block with this index.</param>
    /// <param name="formOf">The canonical form by which a block, or with -1 the body, was digested.</param>
    public static PooledBytes Write(
        SoapEnvelope source, int securityPosition, Func<int, bool> keep, Func<int, CanonicalForm>? formOf = null)
    {
        var output = new PooledBytes(source.Bytes.Length);
        try
        {
            StartTag(output, source.Xml.Root);
            if (!source.Header.IsNull)
            {
                StartTag(output, source.Header);
                for (var i = 0; i < source.Headers.Count; i++)
                {
                    if (i != securityPosition && keep(i))
                    {
                        PlainPart.Write(output, source.Headers[i].Element, formOf?.Invoke(i) ?? CanonicalForm.Recommendation);
                    }
                }

                EndTag(output, source.Header);
            }

            PlainPart.Write(output, source.Body, formOf?.Invoke(-1) ?? CanonicalForm.Recommendation);
            EndTag(output, source.Xml.Root);
            return output;
        }
        catch
        {
            output.Dispose();
            throw;
        }
    }

    private static void StartTag(PooledBytes output, XmlElement element)
    {
        var document = element.Index.Bytes;
        output.Write("<"u8);
        output.Write(element.QualifiedName);
        foreach (ref readonly var record in element.Records)
        {
            if (record.IsDeclaration)
            {
                // The value stands between two quotes of either kind.
                output.Write(" "u8);
                output.Write(document[record.NameStart..record.NameEnd]);
                output.Write("="u8);
                output.Write(document[(record.ValueStart - 1)..(record.ValueEnd + 1)]);
            }
        }

        output.Write(">"u8);
    }

    private static void EndTag(PooledBytes output, XmlElement element)
    {
        output.Write("</"u8);
        output.Write(element.QualifiedName);
        output.Write(">"u8);
    }
}
