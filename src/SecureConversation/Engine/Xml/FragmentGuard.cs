using SecureConversation.Engine.Failures;

namespace SecureConversation.Engine.Xml;

/// <summary>
/// Follows the tokens of a document across fragment boundaries: no token straddles one, and inside a fragment the
/// depth never falls below the one it started at. This stops decrypted content from closing its surroundings.
/// </summary>
internal ref struct FragmentGuard(ReadOnlySpan<FragmentBoundary> boundaries, int length)
{
    private readonly ReadOnlySpan<FragmentBoundary> boundaries = boundaries;
    private int current;
    private bool inside;
    private int depth;
    private int elements;

    /// <summary>The next position that no token may straddle.</summary>
    public int Stop { get; private set; } = boundaries.IsEmpty ? length : boundaries[0].Start;

    /// <summary>Before a token: enters and leaves fragments that begin or end at <paramref name="position"/>.</summary>
    public void Advance(int position, int openDepth)
    {
        while (current < boundaries.Length && position >= Stop)
        {
            FragmentBoundary fragment = boundaries[current];
            if (position > Stop || fragment.Start > fragment.End || openDepth == 0)
            {
                Refuse();
            }
            if (!inside)
            {
                inside = true;
                depth = openDepth;
                elements = 0;
                Stop = fragment.End;
                continue;
            }
            if (openDepth != depth || (fragment.SingleElement && elements != 1))
            {
                Refuse();
            }
            inside = false;
            current++;
            Stop = current == boundaries.Length ? length : boundaries[current].Start;
        }
    }

    /// <summary>After a token.</summary>
    public void Check(in Utf8XmlTokenizer tokens)
    {
        if (current == boundaries.Length)
        {
            return;
        }
        if (tokens.End > Stop)
        {
            Refuse();
        }
        if (!inside)
        {
            return;
        }
        if (tokens.Depth < depth)
        {
            Refuse();
        }
        bool outermost = tokens.Depth == depth;
        switch (tokens.Kind)
        {
            case XmlTokenKind.StartTag when tokens.IsEmptyElement ? outermost : tokens.Depth == depth + 1:
                elements++;
                break;
            case XmlTokenKind.Text when outermost && tokens.IsWhiteSpace():
                break;
            case XmlTokenKind.Text or XmlTokenKind.CData or XmlTokenKind.Comment
                when outermost && boundaries[current].SingleElement:
                Refuse();
                break;
            default:
                break;
        }
    }

    /// <summary>At the end of the document: every boundary was met.</summary>
    public readonly void Finish()
    {
        if (current != boundaries.Length)
        {
            Refuse();
        }
    }

    private static void Refuse() => Fail.With(FailureCode.DecryptionFailed, "fragment is not closed in itself");
}
