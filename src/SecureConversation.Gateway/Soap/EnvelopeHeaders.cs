using System.Text;
using System.Xml;
using static SecureConversation.Shared.SoapUris;

namespace SecureConversation.Gateway.Soap;

/// <summary>What a message says of itself.</summary>
/// <param name="HasAddressing">Whether its header has blocks of WS-Addressing.</param>
/// <param name="Action">a:Action; null when there is none.</param>
/// <param name="IsFault">Whether its body is a fault.</param>
internal sealed record EnvelopeGlance(bool HasAddressing, string? Action, bool IsFault);

/// <summary>What becomes of the header of a message.</summary>
internal sealed record HeaderChange
{
    /// <summary>Whether all blocks of WS-Addressing are removed.</summary>
    public bool RemovesAddressing { get; init; }

    /// <summary>Whether a:To is removed, which names the gateway.</summary>
    public bool RemovesTo { get; init; }

    /// <summary>An a:Action that is added.</summary>
    public string? Action { get; init; }

    /// <summary>The version of WS-Addressing of that action.</summary>
    public string Addressing { get; init; } = Addressing10;
}

/// <summary>
/// Adds and removes blocks of WS-Addressing: plain stacks often know none, and answer blocks that must be understood with a fault.
/// </summary>
internal static class EnvelopeHeaders
{
    private static readonly XmlReaderSettings Reading = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersFromEntities = 1024,
    };

    // A carriage return that is not written as a character reference would be read as a line feed.
    private static readonly XmlWriterSettings Writing = new()
    {
        Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        OmitXmlDeclaration = true,
        NewLineHandling = NewLineHandling.Entitize,
    };

    /// <summary>Whether it is worth to look for blocks of WS-Addressing.</summary>
    public static bool MayHaveAddressing(ReadOnlySpan<byte> utf8) =>
        utf8.IndexOf("/2005/08/addressing"u8) >= 0 || utf8.IndexOf("/2004/08/addressing"u8) >= 0 || utf8.IndexOf("&#"u8) >= 0;

    /// <exception cref="XmlException">It is no envelope.</exception>
    public static EnvelopeGlance Look(ReadOnlyMemory<byte> utf8)
    {
        using var reader = Open(utf8);
        var soap = ReadEnvelope(reader);
        var (hasAddressing, isFault, action) = (false, false, (string?)null);
        for (reader.Read(); !reader.EOF;)
        {
            if (reader.NodeType != XmlNodeType.Element || reader.Depth > 2)
            {
                reader.Read();
            }
            else if (reader.Depth == 2 && IsAddressing(reader.NamespaceURI))
            {
                hasAddressing = true;
                if (reader.LocalName == "Action")
                {
                    action = reader.ReadElementContentAsString().Trim();
                }
                else
                {
                    reader.Skip();
                }
            }
            else if (reader.Depth == 1 && reader.LocalName == "Body" && reader.NamespaceURI == soap)
            {
                isFault = !reader.IsEmptyElement && reader.Read() && reader.MoveToContent() == XmlNodeType.Element
                    && reader.LocalName == "Fault" && reader.NamespaceURI == soap;
                break;
            }
            else if (reader.Depth == 2)
            {
                reader.Skip();
            }
            else
            {
                reader.Read();
            }
        }

        return new EnvelopeGlance(hasAddressing, action, isFault);
    }

    /// <exception cref="XmlException">It is no envelope.</exception>
    public static byte[] Rewrite(ReadOnlyMemory<byte> utf8, HeaderChange change)
    {
        using var output = new MemoryStream(utf8.Length + 256);
        using (var reader = Open(utf8))
        using (var writer = XmlWriter.Create(output, Writing))
        {
            var soap = ReadEnvelope(reader);
            CopyStart(reader, writer);
            var needsAction = change.Action is not null;
            while (reader.NodeType != XmlNodeType.EndElement && !reader.EOF)
            {
                if (reader.NodeType == XmlNodeType.Element && reader.NamespaceURI == soap && reader.LocalName == "Header")
                {
                    CopyHeader(reader, writer, soap, change);
                    needsAction = false;
                    continue;
                }

                if (needsAction && reader.NodeType == XmlNodeType.Element)
                {
                    writer.WriteStartElement(writer.LookupPrefix(soap) ?? "s", "Header", soap);
                    WriteAction(writer, soap, change);
                    writer.WriteEndElement();
                    needsAction = false;
                }

                writer.WriteNode(reader, defattr: false);
            }

            writer.WriteEndElement();
        }

        return output.ToArray();
    }

    private static XmlReader Open(ReadOnlyMemory<byte> utf8)
    {
        var stream = System.Runtime.InteropServices.MemoryMarshal.TryGetArray(utf8, out var segment)
            ? new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false)
            : new MemoryStream(utf8.ToArray());
        return XmlReader.Create(stream, Reading);
    }

    private static string ReadEnvelope(XmlReader reader)
    {
        if (reader.MoveToContent() != XmlNodeType.Element || reader.LocalName != "Envelope"
            || reader.NamespaceURI is not (Soap11 or Soap12))
        {
            throw new XmlException("The message is no SOAP envelope.");
        }

        return reader.NamespaceURI;
    }

    /// <summary>Copies a start tag, and stands on what follows it.</summary>
    private static bool CopyStart(XmlReader reader, XmlWriter writer)
    {
        var isEmpty = reader.IsEmptyElement;
        writer.WriteStartElement(reader.Prefix, reader.LocalName, reader.NamespaceURI);
        writer.WriteAttributes(reader, defattr: false);
        reader.Read();
        return isEmpty;
    }

    private static void CopyHeader(XmlReader reader, XmlWriter writer, string soap, HeaderChange change)
    {
        var isEmpty = CopyStart(reader, writer);
        if (change.Action is not null)
        {
            WriteAction(writer, soap, change);
        }

        while (!isEmpty && reader.NodeType != XmlNodeType.EndElement && !reader.EOF)
        {
            if (reader.NodeType == XmlNodeType.Element && IsAddressing(reader.NamespaceURI)
                && (change.RemovesAddressing || (change.RemovesTo && reader.LocalName == "To")))
            {
                reader.Skip();
            }
            else
            {
                writer.WriteNode(reader, defattr: false);
            }
        }

        writer.WriteEndElement();
        if (!isEmpty)
        {
            reader.Read();
        }
    }

    private static void WriteAction(XmlWriter writer, string soap, HeaderChange change)
    {
        writer.WriteStartElement("a", "Action", change.Addressing);
        writer.WriteAttributeString("mustUnderstand", soap, "1");
        writer.WriteString(change.Action);
        writer.WriteEndElement();
    }

    private static bool IsAddressing(string uri) => uri is Addressing10 or AddressingAugust2004;
}
