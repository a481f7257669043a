using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Soap;

/// <summary>Replaces parts of an envelope and adds header blocks. All other bytes stay as they are.</summary>
internal sealed class EnvelopeSplice(SoapEnvelope envelope)
{
    private readonly List<Edit> _edits = new(4);

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
                _edits.Add(new Edit(end, end, write));
            }

            return;
        }

        var start = envelope.Body.Start;
        _edits.Add(new Edit(start, start, WriteHeader));

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
    public void Insert(int position, string text) => _edits.Add(new Edit(position, position, text));

    /// <summary>Replaces the value of an attribute by text that needs no escaping.</summary>
    public void Replace(XmlAttributeValue attribute, string text) =>
        _edits.Add(new Edit(attribute.RawStart, attribute.RawEnd, text));

    /// <summary>Writes the envelope with all changes.</summary>
    /// <param name="capacity">The initial size of the buffer in octets.</param>
    public PooledBytes Apply(int capacity)
    {
        _edits.Sort(static (a, b) => a.Start.CompareTo(b.Start));
        var output = new PooledBytes(capacity);
        var copied = 0;
        foreach (var edit in _edits)
        {
            output.Write(envelope.Bytes[copied..edit.Start]);
            edit.Write(output);
            copied = edit.End;
        }

        output.Write(envelope.Bytes[copied..]);
        return output;
    }

    /// <summary>Replaces a whole element.</summary>
    public void Replace(XmlElement element, Action<PooledBytes> write) => _edits.Add(new Edit(element.Start, element.End, write));

    /// <summary>Replaces the content of an element, and keeps its tags.</summary>
    public void ReplaceContent(XmlElement element, Action<PooledBytes> write)
    {
        if (!element.IsEmptyElementTag)
        {
            _edits.Add(new Edit(element.ContentStart, element.ContentEnd, write));
            return;
        }

        _edits.Add(new Edit(element.End - 2, element.End, WriteOpened));

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

    /// <summary>A change: what takes the place of the octets from start to end.</summary>
    /// <param name="Start">Where it begins.</param>
    /// <param name="End">Where it ends.</param>
    /// <param name="Text">A text that needs no escaping; null where a delegate writes.</param>
    /// <param name="Writer">Writes what is no text; null where it is one.</param>
    private readonly record struct Edit(int Start, int End, string? Text, Action<PooledBytes>? Writer)
    {
        public Edit(int start, int end, string text)
            : this(start, end, text, null)
        {
        }

        public Edit(int start, int end, Action<PooledBytes> writer)
            : this(start, end, null, writer)
        {
        }

        public void Write(PooledBytes output)
        {
            if (Text is { } text)
            {
                output.WriteText(text);
                return;
            }

            Writer!(output);
        }
    }
}
