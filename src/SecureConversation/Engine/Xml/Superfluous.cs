namespace SecureConversation.Engine.Xml;

/// <summary>
/// Leaves out of XML what no digest covers: comments (XML Signature section 4.3.3.3), CDATA sections without text, and namespace
/// declarations that repeat one in scope. In what is encrypted they would be a place for somebody else's blocks.
/// </summary>
internal static class Superfluous
{
    private static ReadOnlySpan<byte> CData => "<![CDATA["u8;

    private static ReadOnlySpan<byte> CDataEnd => "]]>"u8;

    private static ReadOnlySpan<byte> Comment => "<!--"u8;

    private static ReadOnlySpan<byte> CommentEnd => "-->"u8;

    /// <summary>Writes elements and text without it. The canonical form stays as it is.</summary>
    /// <param name="output">Takes the rest.</param>
    /// <param name="document">The document.</param>
    /// <param name="at">Where the elements and text begin.</param>
    /// <param name="end">Where they end.</param>
    /// <param name="repeats">Where declarations repeat one in scope, in ascending order: from xmlns to the closing quote.</param>
    public static void LeaveOut(
        PooledBytes output, ReadOnlySpan<byte> document, int at, int end, IReadOnlyList<(int Start, int End)> repeats)
    {
        var next = 0;
        while (next < repeats.Count && repeats[next].Start < at)
        {
            next++;
        }

        while (at < end)
        {
            var isRepeat = next < repeats.Count && repeats[next].Start < end;
            var stop = isRepeat ? SpaceBefore(document, repeats[next].Start) : end;
            var markup = document[at..stop].IndexOf("<!"u8);
            if (markup < 0)
            {
                Join(output, document[at..stop]);
                at = isRepeat ? repeats[next++].End : end;
                continue;
            }

            var length = MarkupLength(document[(at + markup)..], out var isDropped);
            WriteBefore(output, document.Slice(at, markup), isDropped);
            at += markup;
            output.Write(document.Slice(at, isDropped ? 0 : length));
            at += length;
        }
    }

    private static int SpaceBefore(ReadOnlySpan<byte> document, int position)
    {
        while (document[position - 1] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
        {
            position--;
        }

        return position;
    }

    private static int MarkupLength(ReadOnlySpan<byte> markup, out bool isDropped)
    {
        var isComment = markup.StartsWith(Comment);
        var start = isComment ? Comment : CData;
        var text = markup[start.Length..].IndexOf(isComment ? CommentEnd : CDataEnd);
        isDropped = isComment || text == 0;
        return start.Length + text + CDataEnd.Length;
    }

    // A carriage return means a line feed (XML 1.0 section 2.11), but not two of them together with one behind the markup.
    private static void WriteBefore(PooledBytes output, ReadOnlySpan<byte> text, bool isDropped)
    {
        var rest = isDropped ? text.TrimEnd((byte)'\r') : text;
        Join(output, rest);
        output.GetSpan(text.Length - rest.Length)[..(text.Length - rest.Length)].Fill((byte)'\n');
        output.Advance(text.Length - rest.Length);
    }

    // The text on both sides of markup that is left out must not become the end of a CDATA section.
    private static void Join(PooledBytes output, ReadOnlySpan<byte> text)
    {
        var at = text.StartsWith("]>"u8) ? 1 : 0;
        var joins = text[at..].StartsWith(">"u8) && output.Span.EndsWith("]"u8);
        output.Write(joins ? text[..at] : default);
        output.Write(joins ? "&gt;"u8 : default);
        output.Write(joins ? text[(at + 1)..] : text);
    }
}
