using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Soap;

/// <summary>
/// Copies one part for the application. Its digest says nothing of comments, and does not tell CDATA from text (Canonical XML 1.0
/// section 2.1), so comments are left out and CDATA becomes text. All other bytes stay as they came.
/// </summary>
internal static class PlainPart
{
    /// <param name="output">Takes the part.</param>
    /// <param name="element">The body or a header block.</param>
    /// <param name="form">The canonical form by which it was digested. That of WCF keeps carriage returns in CDATA sections.</param>
    public static void Write(PooledBytes output, XmlElement element, CanonicalForm form)
    {
        var bytes = element.Index.Bytes[element.Start..element.End];
        if (bytes.IndexOf("<!"u8) < 0)
        {
            output.Write(bytes);
            return;
        }

        // Line ends are normalised and ">" is escaped here, because two pieces of text may become one: CR and LF, "]]" and ">".
        var document = element.Index.Bytes;
        using var text = new CopySink(output);
        var tokens = new Utf8XmlTokenizer(document, XmlCharacterData.Unlimited, element.Start, element.End);
        try
        {
            while (tokens.Read())
            {
                switch (tokens.Kind)
                {
                    case XmlTokenKind.Comment:
                        break;
                    case XmlTokenKind.Text when tokens.HasReferences | tokens.HasCarriageReturns | tokens.HasGreaterThan:
                        CanonicalEscapes.WriteText(text, document[tokens.ContentStart..tokens.ContentEnd]);
                        break;
                    case XmlTokenKind.CData:
                        CanonicalEscapes.WriteCData(text, document[tokens.ContentStart..tokens.ContentEnd], form == CanonicalForm.Wcf);
                        break;
                    default:
                        output.Write(document[tokens.Start..tokens.End]);
                        break;
                }

                text.Flush();
            }
        }
        finally
        {
            tokens.Dispose();
        }
    }
}
