using System.Buffers;
using System.Globalization;
using System.Text;
using System.Xml;

namespace SecureConversation.Http.Internal;

/// <summary>Puts content into envelopes and takes it out, for callers who care for the body only.</summary>
internal static class EnvelopeBody
{
    // Elements repeat the declarations that they need, as in canonical form; the bounds on it are the same.
    private const int MaxGrowth = 32;
    private const int FreeGrowth = 64 * 1024;

    // Each is read once more. Bodies have one or two.
    private const int MaxElements = 1000;

    // A carriage return that a document means is a reference, and so is white space in attributes (XML 1.0 sections 2.11 and 3.3.3): it
    // stays one, or whoever reads the text gets a line feed or a space.
    private static readonly XmlWriterSettings Fragment = new()
    {
        OmitXmlDeclaration = true,
        ConformanceLevel = ConformanceLevel.Fragment,
        NewLineHandling = NewLineHandling.Entitize,
    };

    private static readonly SearchValues<char> EndsOfNames = SearchValues.Create(" \t\r\n/>");

    /// <summary>Refuses what is more than the content of a body. Whether it is XML is seen where the envelope is protected.</summary>
    /// <exception cref="ArgumentException">The text is a whole envelope or document.</exception>
    public static void RequireContent(string body)
    {
        var start = body.AsSpan().TrimStart("\uFEFF \t\r\n");
        if (start.StartsWith("<?xml ", StringComparison.Ordinal) || IsEnvelope(start))
        {
            throw new ArgumentException("The body is a whole document or envelope. Give the content of s:Body here, without an XML "
                + "declaration; SecureConversationClient.SendAsync takes whole envelopes.", nameof(body));
        }
    }

    // An element of the application may be called Envelope, too.
    private static bool IsEnvelope(ReadOnlySpan<char> start)
    {
        var end = start.IndexOf('>');
        if (end < 0 || start.IndexOfAny(EndsOfNames) is not (> 0 and var nameEnd)
            || !start[1..nameEnd][(start[1..nameEnd].IndexOf(':') + 1)..].SequenceEqual("Envelope"))
        {
            return false;
        }

        return start[..end].Contains(SoapUris.Soap12, StringComparison.Ordinal)
            || start[..end].Contains(SoapUris.Soap11, StringComparison.Ordinal);
    }

    /// <summary>The content of the body of an envelope that the engine handed out, as XML that stands on its own.</summary>
    /// <exception cref="SecureConversationException">The elements on their own would be many times as long as the envelope.</exception>
    public static string Read(ReadOnlyMemory<byte> envelope) =>
        PlainBody.TryTake(Encoding.UTF8.GetString(envelope.Span)) ?? Rewrite(envelope);

    /// <summary>The same by a reader and a writer of XML, whatever the content is.</summary>
    public static string Rewrite(ReadOnlyMemory<byte> envelope)
    {
        var most = ((long)envelope.Length * MaxGrowth) + FreeGrowth;
        var inherited = new Dictionary<string, string>(StringComparer.Ordinal);
        using var reader = BodyReader.Create(envelope, inherited);
        var text = new StringBuilder();
        var elements = 0;
        while (!IsAtEnd(reader))
        {
            var isElement = reader.NodeType == XmlNodeType.Element;
            var xml = Write(reader, most - text.Length);
            xml = isElement ? Complete(xml, inherited) : xml;
            if (text.Length + xml.Length > most || (isElement && ++elements > MaxElements))
            {
                throw TooLong();
            }

            // Bodies have one element mostly.
            if (text.Length == 0 && IsAtEnd(reader))
            {
                return xml;
            }

            text.Append(xml);
        }

        return text.ToString();
    }

    private static bool IsAtEnd(XmlDictionaryReader reader) => reader.EOF || reader.NodeType == XmlNodeType.EndElement;

    /// <summary>
    /// The writer declares the prefixes of names. Those in values (xsi:type="p:T") it cannot know: any that the text seems
    /// to use is declared.
    /// </summary>
    private static string Complete(string xml, Dictionary<string, string> inherited)
    {
        var used = inherited.Where(declared => MayUse(xml, declared.Key)).ToList();
        if (used.Count == 0)
        {
            return xml;
        }

        using var reader = XmlReader.Create(new StringReader(xml));
        reader.MoveToContent();
        var added = new StringBuilder();
        foreach (var (prefix, ns) in used)
        {
            if (reader.GetAttribute("xmlns:" + prefix) is null)
            {
                added.Append(" xmlns:").Append(prefix).Append("=\"").Append(System.Security.SecurityElement.Escape(ns)).Append('"');
            }
        }

        return added.Length == 0 ? xml : xml.Insert(xml.AsSpan().IndexOfAny(" />"), added.ToString());
    }

    /// <summary>Whether a prefix seems to be used: it stands before a colon, and is not the end of a longer name.</summary>
    public static bool MayUse(ReadOnlySpan<char> xml, ReadOnlySpan<char> prefix)
    {
        var sought = $"{prefix}:";
        for (int found; (found = xml.IndexOf(sought, StringComparison.Ordinal)) >= 0; xml = xml[(found + 1)..])
        {
            if (found == 0 || !(char.IsAsciiLetterOrDigit(xml[found - 1]) || xml[found - 1] is '_' or '-' or '.'))
            {
                return true;
            }
        }

        return false;
    }

    private static string Write(XmlDictionaryReader reader, long most)
    {
        using var text = new BoundedText(most);
        using (var writer = XmlWriter.Create(text, Fragment))
        {
            writer.WriteNode(reader, defattr: false);
        }

        return text.ToString();
    }

    private static SecureConversationException TooLong() => new(SecureConversationFailure.InvalidSecurity, FailureCode.LimitExceeded,
        "The body is too long as elements that stand on their own: read it by CreateBodyReader.");

    /// <summary>Takes the buffers of a writer until there are too many characters.</summary>
    private sealed class BoundedText(long most) : StringWriter(CultureInfo.InvariantCulture)
    {
        private bool _isOver;

        public override void Write(char[] buffer, int index, int count)
        {
            // The writer flushes its buffer once more when it is disposed of.
            if (_isOver)
            {
                return;
            }

            if (GetStringBuilder().Length + count > most)
            {
                _isOver = true;
                throw TooLong();
            }

            base.Write(buffer, index, count);
        }
    }
}
