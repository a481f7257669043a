using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;
using System.Xml;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Encodings;

/// <summary>
/// Copies an envelope from one encoding to another, values of base64 as octets: WCF's writers put them into records or parts of their
/// own.
/// </summary>
/// <param name="reader">A reader of the envelope.</param>
/// <param name="writer">Where it goes.</param>
/// <param name="names">The dictionary of the writer; null where it has none that is known.</param>
/// <param name="isText">Whether the writer is one of text, to which values go as they come: nothing of them is collected.</param>
/// <param name="values">The values that were taken out of what the reader reads; null for none.</param>
internal readonly ref struct InfosetCopy(
    XmlDictionaryReader reader, XmlDictionaryWriter writer, XmlDictionary? names, bool isText = false, TakenValues? values = null)
{
    private const int ChunkBytes = 16 * 1024;

    /// <summary>Writes the document element of a text.</summary>
    /// <param name="envelope">UTF-8 that was made or accepted here.</param>
    /// <param name="writer">Where it goes.</param>
    /// <param name="names">The dictionary of the writer; null where it has none that is known.</param>
    public static void Write(ReadOnlyMemory<byte> envelope, XmlDictionaryWriter writer, XmlDictionary? names)
    {
        // The readers of the platform look at each character, so they do not get the long values.
        using var values = TakenValues.Of(envelope);
        using var reader = Utf8Transcoder.CreateReader(values?.Rest ?? envelope);
        reader.MoveToContent();
        new InfosetCopy(reader, writer, names, values: values).WriteElement();
        values?.RequireAllWritten();
    }

    /// <summary>Writes the element at the position of a reader.</summary>
    public static void Write(XmlDictionaryReader reader, XmlDictionaryWriter writer, XmlDictionary? names) =>
        new InfosetCopy(reader, writer, names).WriteElement();

    /// <summary>Writes the element at the position of a reader to a writer of text.</summary>
    public static void WriteText(XmlDictionaryReader reader, XmlDictionaryWriter writer) =>
        new InfosetCopy(reader, writer, names: null, isText: true).WriteElement();

    private void WriteElement()
    {
        var open = 0;
        do
        {
            if (isText && reader.NodeType == XmlNodeType.Text && reader.TryGetBase64ContentLength(out _))
            {
                WriteRecordsOfOctets();
            }

            // A value leaves the reader on what follows it, which may be the start of another one.
            var isValue = IsValue();
            open += WriteNode();
            while (isValue)
            {
                reader.Read();
                WriteValue();
                isValue = IsValue();
                open += WriteNode();
            }
        }
        while (open > 0 && reader.Read());
    }

    private bool IsValue() =>
        !isText && reader.NodeType == XmlNodeType.Element && !reader.IsEmptyElement && LongBase64.IsName(reader.LocalName);

    /// <summary>Writes records of octets up to the end of their element, which is where the reader is then.</summary>
    private void WriteRecordsOfOctets()
    {
        var chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            int count;
            while ((count = reader.ReadContentAsBase64(chunk, 0, chunk.Length)) > 0)
            {
                writer.WriteBase64(chunk, 0, count);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    /// <summary>Writes the node at the position of the reader; by how much the number of open elements changes.</summary>
    private int WriteNode()
    {
        switch (reader.NodeType)
        {
            case XmlNodeType.Element:
                WriteStartTag();
                if (!reader.IsEmptyElement)
                {
                    return 1;
                }

                writer.WriteEndElement();
                return 0;
            case XmlNodeType.EndElement:
                writer.WriteEndElement();
                return -1;
            case XmlNodeType.Comment:
                writer.WriteComment(reader.Value);
                return 0;
            default:
                writer.WriteString(reader.Value);
                return 0;
        }
    }

    private void WriteStartTag()
    {
        if (Known(reader.LocalName) is { } local && Known(reader.NamespaceURI) is { } ns)
        {
            writer.WriteStartElement(reader.Prefix, local, ns);
        }
        else
        {
            writer.WriteStartElement(reader.Prefix, reader.LocalName, reader.NamespaceURI);
        }

        while (reader.MoveToNextAttribute())
        {
            WriteAttribute();
        }

        reader.MoveToElement();
    }

    private void WriteAttribute()
    {
        if (reader.Prefix == "xmlns" || (reader.Prefix.Length == 0 && reader.LocalName == "xmlns"))
        {
            var prefix = reader.Prefix.Length == 0 ? "" : reader.LocalName;
            if (Known(reader.Value) is { } declared)
            {
                writer.WriteXmlnsAttribute(prefix, declared);
            }
            else
            {
                writer.WriteXmlnsAttribute(prefix, reader.Value);
            }

            return;
        }

        if (Known(reader.LocalName) is { } local && Known(reader.NamespaceURI) is { } ns)
        {
            writer.WriteStartAttribute(reader.Prefix, local, ns);
        }
        else
        {
            writer.WriteStartAttribute(reader.Prefix, reader.LocalName, reader.NamespaceURI);
        }

        if (Known(reader.Value) is { } value)
        {
            writer.WriteString(value);
        }
        else
        {
            writer.WriteString(reader.Value);
        }

        writer.WriteEndAttribute();
    }

    /// <summary>Writes the text at the position of the reader, as octets where it is base64, and goes to what follows it.</summary>
    private void WriteValue()
    {
        if (values is not null && reader.NodeType == XmlNodeType.Text && reader.Value == values.Mark)
        {
            values.WriteNext(writer);
            reader.Read();
            return;
        }

        using var text = new PooledBytes();
        while (reader.NodeType is XmlNodeType.Text or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace)
        {
            text.WriteText(reader.Value);
            reader.Read();
        }

        var octets = LongBase64.OctetsOf(text.Span);
        if (octets < 0)
        {
            writer.WriteString(Encoding.UTF8.GetString(text.Span));
        }
        else if (MemoryMarshal.TryGetArray(text.Memory, out var array))
        {
            Base64.DecodeFromUtf8InPlace(array.AsSpan(), out _);
            writer.WriteBase64(array.Array!, array.Offset, octets);
        }
    }

    private XmlDictionaryString? Known(string text) => names is not null && names.TryLookup(text, out var known) ? known : null;
}
