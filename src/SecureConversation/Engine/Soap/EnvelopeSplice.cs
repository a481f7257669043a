using System.Buffers;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Soap;

/// <summary>Replaces parts of an envelope and adds header blocks. All other bytes stay as they are.</summary>
/// <param name="envelope">The envelope.</param>
internal sealed class EnvelopeSplice(SoapEnvelope envelope)
{
    private Edit[] _edits = ArrayPool<Edit>.Shared.Rent(16);
    private int _count;

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
                Add(new Edit(end, end, write));
            }

            return;
        }

        var start = envelope.Body.Start;
        Add(new Edit(start, start, WriteHeader));

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

    /// <summary>Adds an attribute, whose value needs no escaping, in a start tag.</summary>
    public void InsertAttribute(int position, string name, string value) => Add(new Edit(position, position, value, name, null));

    /// <summary>Replaces the value of an attribute by text that needs no escaping.</summary>
    public void Replace(XmlAttributeValue attribute, string text) =>
        Add(new Edit(attribute.RawStart, attribute.RawEnd, text, null, null));

    /// <summary>Writes the envelope with all changes. Called once.</summary>
    /// <param name="capacity">The initial size of the buffer in octets.</param>
    public PooledBytes Apply(int capacity)
    {
        var edits = _edits.AsSpan(0, _count);
        edits.Sort(static (a, b) => a.Start.CompareTo(b.Start));
        var output = new PooledBytes(capacity);
        var copied = 0;
        foreach (ref readonly var edit in edits)
        {
            output.Write(envelope.Bytes[copied..edit.Start]);
            edit.Write(output);
            copied = edit.End;
        }

        output.Write(envelope.Bytes[copied..]);
        ArrayPool<Edit>.Shared.Return(_edits, clearArray: true);
        (_edits, _count) = ([], 0);
        return output;
    }

    private void Add(Edit edit)
    {
        if (_count == _edits.Length)
        {
            var more = ArrayPool<Edit>.Shared.Rent(_count * 2);
            _edits.CopyTo(more, 0);
            ArrayPool<Edit>.Shared.Return(_edits, clearArray: true);
            _edits = more;
        }

        _edits[_count++] = edit;
    }

    /// <summary>Replaces a whole element.</summary>
    public void Replace(XmlElement element, Action<PooledBytes> write) => Add(new Edit(element.Start, element.End, write));

    /// <summary>Replaces the content of an element, and keeps its tags.</summary>
    public void ReplaceContent(XmlElement element, Action<PooledBytes> write)
    {
        if (!element.IsEmptyElementTag)
        {
            Add(new Edit(element.ContentStart, element.ContentEnd, write));
            return;
        }

        Add(new Edit(element.End - 2, element.End, WriteOpened));

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
    /// <param name="Name">The name of the attribute whose value the text is; null where it is no attribute.</param>
    /// <param name="Writer">Writes what is no text; null where it is one.</param>
    private readonly record struct Edit(int Start, int End, string? Text, string? Name, Action<PooledBytes>? Writer)
    {
        public Edit(int start, int end, Action<PooledBytes> writer)
            : this(start, end, null, null, writer)
        {
        }

        public void Write(PooledBytes output)
        {
            if (Text is not { } text)
            {
                Writer!(output);
            }
            else if (Name is { } name)
            {
                output.Write(" "u8);
                output.WriteText(name);
                output.Write("=\""u8);
                output.WriteText(text);
                output.Write("\""u8);
            }
            else
            {
                output.WriteText(text);
            }
        }
    }
}
