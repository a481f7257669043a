using SecureConversation.Engine.Failures;

namespace SecureConversation.Engine.Xml;

/// <summary>
/// Checks the tokens of a document against the fragments in it: no token may cross a fragment boundary, and inside a fragment the depth
/// must not fall below that of its start. So decrypted content cannot close the elements around it.
/// </summary>
internal ref struct FragmentGuard(ReadOnlySpan<FragmentBoundary> boundaries, int length)
{
    private readonly ReadOnlySpan<FragmentBoundary> _boundaries = boundaries;
    private int _current;
    private bool _inside;
    private int _depth;
    private int _elements;

    /// <summary>The next position that no token may cross.</summary>
    public int Stop { get; private set; } = boundaries.IsEmpty ? length : boundaries[0].Start;

    /// <summary>To be called before a token: enters and leaves fragments that begin or end at <paramref name="position"/>.</summary>
    public void Advance(int position, int openDepth)
    {
        while (_current < _boundaries.Length && position >= Stop)
        {
            var fragment = _boundaries[_current];
            if (position > Stop || fragment.Start > fragment.End || openDepth == 0)
            {
                Refuse();
            }

            if (!_inside)
            {
                _inside = true;
                _depth = openDepth;
                _elements = 0;
                Stop = fragment.End;
                continue;
            }

            if (openDepth != _depth || (fragment.SingleElement && _elements != 1))
            {
                Refuse();
            }

            _inside = false;
            _current++;
            Stop = _current == _boundaries.Length ? length : _boundaries[_current].Start;
        }
    }

    /// <summary>Whether what is open is what was open where the fragment began: what stands deeper is the fragment's own.</summary>
    public readonly bool IsOutermost(int openDepth) => !_inside || openDepth <= _depth;

    /// <summary>To be called after a token: refuses a token that breaks the rules of its fragment.</summary>
    public void Check(in Utf8XmlTokenizer tokens)
    {
        if (_current == _boundaries.Length)
        {
            return;
        }

        if (tokens.End > Stop)
        {
            Refuse();
        }

        if (!_inside)
        {
            return;
        }

        if (tokens.Depth < _depth)
        {
            Refuse();
        }

        var outermost = tokens.Depth == _depth;
        switch (tokens.Kind)
        {
            case XmlTokenKind.StartTag when tokens.IsEmptyElement ? outermost : tokens.Depth == _depth + 1:
                _elements++;
                break;
            case XmlTokenKind.Leaf when outermost:
                _elements++;
                break;
            case XmlTokenKind.Text when outermost && tokens.IsWhiteSpace():
                break;
            case XmlTokenKind.Text or XmlTokenKind.CData or XmlTokenKind.Comment
                when outermost && _boundaries[_current].SingleElement:
                Refuse();
                break;
            default:
                break;
        }
    }

    /// <summary>To be called at the end of the document: refuses a document with boundaries that were not reached.</summary>
    public readonly void Finish()
    {
        if (_current != _boundaries.Length)
        {
            Refuse();
        }
    }

    private static void Refuse() => Fail.With(FailureCode.DecryptionFailed, "fragment is not closed in itself");
}
