using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Soap;

/// <summary>Replaces parts of an envelope and adds header blocks. All other bytes stay as they are.</summary>
internal sealed class EnvelopeSplice(SoapEnvelope envelope)
{
    private readonly List<(int Start, int End, Action<PooledBytes> Write)> _edits = new(4);

    /// <summary>Adds a block as the last one of the header; adds the header element where the envelope has none.</summary>
    public void InsertHeader(Action<PooledBytes> write)
    {
        if (!envelope.Header.IsNull)
        {
            var end = envelope.Header.ContentEnd;
            if (envelope.Header.IsEmptyElementTag)
            {
                ReplaceContent(envelope.Header, write);
            }
            else
            {
                _edits.Add((end, end, write));
            }

            return;
        }

        var start = envelope.Body.Start;
        _edits.Add((start, start, WriteHeader));

        void WriteHeader(PooledBytes output)
        {
            StartHeader(output, envelope.Names);
            write(output);
            output.Write("</h:Header>"u8);
        }
    }

    /// <summary>Writes the start tag of a header where the envelope has none.</summary>
    public static void StartHeader(PooledBytes output, SoapNames names)
    {
        output.Write("<h:Header xmlns:h=\""u8);
        output.WriteText(names.Soap);
        output.Write("\">"u8);
    }

    /// <summary>Adds text that needs no escaping.</summary>
    public void Insert(int position, string text) => _edits.Add((position, position, output => output.WriteText(text)));

    /// <summary>Replaces the value of an attribute by text that needs no escaping.</summary>
    public void Replace(XmlAttributeValue attribute, string text) =>
        _edits.Add((attribute.RawStart, attribute.RawEnd, output => output.WriteText(text)));

    /// <summary>Writes the envelope with all changes.</summary>
    /// <param name="capacity">The initial size of the buffer in octets.</param>
    public PooledBytes Apply(int capacity)
    {
        _edits.Sort(static (a, b) => a.Start.CompareTo(b.Start));
        var output = new PooledBytes(capacity);
        var copied = 0;
        foreach (var (start, end, write) in _edits)
        {
            output.Write(envelope.Bytes[copied..start]);
            write(output);
            copied = end;
        }

        output.Write(envelope.Bytes[copied..]);
        return output;
    }

    /// <summary>Replaces a whole element.</summary>
    public void Replace(XmlElement element, Action<PooledBytes> write) => _edits.Add((element.Start, element.End, write));

    /// <summary>Replaces the content of an element, and keeps its tags.</summary>
    public void ReplaceContent(XmlElement element, Action<PooledBytes> write)
    {
        if (!element.IsEmptyElementTag)
        {
            _edits.Add((element.ContentStart, element.ContentEnd, write));
            return;
        }

        _edits.Add((element.End - 2, element.End, WriteOpened));

        void WriteOpened(PooledBytes output)
        {
            output.Write(">"u8);
            write(output);
            output.Write("</"u8);
            if (element.Prefix.Length > 0)
            {
                output.Write(element.Prefix);
                output.Write(":"u8);
            }

            output.Write(element.LocalName);
            output.Write(">"u8);
        }
    }
}
