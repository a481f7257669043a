using System.Runtime.CompilerServices;
using SecureConversation.Shared;

namespace SecureConversation.Engine.Xml;

/// <summary>For each prefix, the declaration in scope and the declaration last written, while one element is canonicalized.</summary>
/// <remarks>Tracks both canonical forms at once, at the cost of one flag per prefix, to tell the caller whether they differ.</remarks>
internal ref struct CanonicalNamespaces : IDisposable
{
    private readonly ReadOnlySpan<byte> _document;
    private InclusivePrefixes _inclusivePrefixes;
    private readonly CanonicalForm _form;
    private readonly PrefixSurvey? _survey;
    private readonly DecodedUris _decoded;
    private readonly UriSource _uris;
    private ulong[] _keys;
    private PrefixState[] _states;
    private Undo[] _undo;
    private int[] _pending;
    private UriOrder _order;
    private int _count;
    private int _undoCount;
    private int _pendingCount;
    private bool _atApex = true;

    public CanonicalNamespaces(XmlIndex index, ReadOnlySpan<byte> inclusivePrefixes, CanonicalForm form, PrefixSurvey? survey = null)
    {
        _survey = survey;
        _document = index.Bytes;
        _inclusivePrefixes = new InclusivePrefixes(inclusivePrefixes);
        _form = form;
        _decoded = new DecodedUris();
        _uris = new UriSource(_document, index.DecodedUris, _decoded);
        _order = new UriOrder(16);
        _keys = Buffers.Rent<ulong>(16);
        _states = Buffers.Rent<PrefixState>(16);
        _undo = Buffers.Rent<Undo>(32);
        _pending = Buffers.Rent<int>(16);
        // At first the default namespace is empty, which needs no declaration.
        Add(0, default, default);
        _states[0].Current = _states[0].Written = default;
        _states[0].Number = _order.Add(default);
        _states[0].IsSettled = _states[0].IsSettledForWcf = true;
    }

    public bool FormsDiffer { get; private set; }

    /// <summary>The prefixes whose declarations the start tag needs, in canonical order.</summary>
    public readonly ReadOnlySpan<int> Pending => _pending.AsSpan(0, _pendingCount);

    public readonly Mark Position => new(_count, _undoCount, _order.Count, _decoded.End);

    /// <summary>Bytes of namespace URIs that were compared for sorting.</summary>
    public readonly long Compared => _order.Compared;

    public readonly ReadOnlySpan<byte> Prefix(int state) => _states[state].Prefix(_document);

    public readonly ReadOnlySpan<byte> Uri(int state) => _uris.Get(_states[state].Current);

    /// <summary>To be called before <see cref="CompareUris"/>, once for a tag.</summary>
    public void RankUris() => _order.Rank(_uris);

    /// <summary>Compares the URIs that two prefixes stand for.</summary>
    public readonly int CompareUris(int state, int other) => _order.Compare(_states[state].Number, _states[other].Number);

    /// <summary>Whether the declaration of a state is at this position in the document.</summary>
    public readonly bool IsDeclaredAt(int state, int prefixStart) => _states[state].PrefixStart == prefixStart;

    /// <summary>Whether a default namespace is in scope.</summary>
    public readonly bool HasDefault => _states[0].Current.Length > 0;

    /// <summary>
    /// Where the declaration in scope of a prefix stands in the document; -1 when it has none. The empty prefix always has one, at the
    /// start of the document if nowhere else.
    /// </summary>
    public readonly int DeclaredAt(ReadOnlySpan<byte> prefix)
    {
        var state = prefix.IsEmpty ? 0 : Find(PrefixKey.Of(prefix, 0, prefix.Length), prefix);
        return state < 0 ? -1 : _states[state].PrefixStart;
    }

    /// <summary>Notes a reference to every prefix in scope.</summary>
    public readonly void ReferAll(PrefixSurvey survey)
    {
        for (var state = 0; state < _count; state++)
        {
            survey.Refer(Prefix(state), _states[state].PrefixStart);
        }
    }

    public void Dispose()
    {
        Buffers.Return(_keys);
        Buffers.Return(_states);
        Buffers.Return(_undo);
        Buffers.Return(_pending);
        _order.Dispose();
        _inclusivePrefixes.Dispose();
        _keys = [];
        _states = [];
        _undo = [];
        _pending = [];
    }

    /// <summary>Adds a declaration of an ancestor of the apex, unless a nearer declaration of its prefix was added before.</summary>
    public void DeclareOutside(in AttributeRecord record)
    {
        var state = StateOf(record);
        if (state >= 0 && !_states[state].IsDeclared)
        {
            ref var known = ref _states[state];
            known.IsDeclared = true;
            known.Current = record.NeedsDecoding
                ? new UriRange(record.Binding, _uris.Get(new UriRange(record.Binding, 0, UriPlace.Index)).Length, UriPlace.Index)
                : new UriRange(record.ValueStart, record.ValueLength);
            known.Number = _order.Add(known.Current);
            known.IsSettled = known.IsSettledForWcf = state == 0 && known.Current.Length == 0;
        }
    }

    /// <summary>Adds a declaration of the current start tag.</summary>
    public void Declare(in AttributeRecord record)
    {
        var state = StateOf(record);
        if (state < 0)
        {
            // The prefix xml has its namespace everywhere.
            _survey?.DeclareAgain(record, isSame: true);
            return;
        }

        ref var known = ref _states[state];
        Save(state, known);
        var uri = UriOf(record);
        if (_survey is not null && (known.IsDeclared || uri.Length == 0))
        {
            _survey.DeclareAgain(record, Same(known.Current, uri));
        }

        known.IsSettled = known.Written.Length >= 0 && Same(known.Written, uri);
        known.IsSettledForWcf = _atApex
            ? state == 0 && uri.Length == 0
            : known.IsSettledForWcf && Same(known.Current, uri);
        known.Current = uri;
        known.Number = _order.Add(uri);
        known.IsDeclared = true;
        known.PrefixStart = record.PrefixLength == 0 ? record.NameStart : record.LocalStart;
        if (known.IsListed)
        {
            Use(state);
        }
    }

    /// <summary>Marks the inclusive prefixes in scope as used by the start tag of the apex.</summary>
    public void UseListed()
    {
        var isList = !_inclusivePrefixes.IsEmpty || _survey is { ListsAll: true };
        for (var state = 0; state < _count && isList; state++)
        {
            if (_states[state].IsListed && _states[state].IsDeclared)
            {
                Use(state);
            }
        }
    }

    /// <summary>Marks a prefix as visibly used by the current start tag; returns its state.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Use(int prefixStart, int prefixLength)
    {
        var state = prefixLength == 0
            ? 0
            : Find(PrefixKey.Of(_document, prefixStart, prefixLength), _document.Slice(prefixStart, prefixLength));
        if (state < 0)
        {
            // The document was checked, so this is the prefix xml: it needs no declaration, and none is written.
            return AttributeRecord.XmlNamespace;
        }

        if (!(_states[state].IsSettled & _states[state].IsSettledForWcf))
        {
            Use(state);
        }

        return state;
    }

    /// <summary>
    /// Whether the content of the apex, whose start tag was read, keeps its declarations as they are: no name in it needs one from outside,
    /// and those that no name in their tag uses are listed.
    /// </summary>
    public readonly bool Keeps(CanonicalContent content, int contentStart)
    {
        foreach (var (start, length, note) in content.Prefixes)
        {
            var prefix = _document.Slice(contentStart + start, length);
            var state = length == 0 ? 0 : Find(PrefixKey.Of(_document, contentStart + start, length), prefix);
            if ((note == PrefixNote.Outside && !(state >= 0 && _states[state].IsSettled && _states[state].IsSettledForWcf))
                || (note == PrefixNote.Unused && !_inclusivePrefixes.Contains(prefix)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Ends the start tag.</summary>
    public void Leave()
    {
        _pendingCount = 0;
        _atApex = false;
    }

    /// <summary>Restores the state before an element.</summary>
    public void Return(Mark mark)
    {
        while (_undoCount > mark.UndoCount)
        {
            ref var last = ref _undo[--_undoCount];
            _states[last.State] = last.Saved;
        }

        _count = mark.Count;
        _order.Truncate(mark.UriCount);
        _decoded.Truncate(mark.DecodedEnd);
    }

    private void Use(int state)
    {
        ref var known = ref _states[state];
        if (known.IsSettled && known.IsSettledForWcf)
        {
            return;
        }

        Save(state, known);
        FormsDiffer |= known.IsSettled != known.IsSettledForWcf;
        var write = _form == CanonicalForm.Recommendation ? !known.IsSettled : !known.IsSettledForWcf;
        known.IsSettled = known.IsSettledForWcf = true;
        known.Written = known.Current;
        if (write)
        {
            AddPending(state);
        }
    }

    private void AddPending(int state)
    {
        if (_pendingCount == _pending.Length)
        {
            Pooled.Grow(ref _pending, _pendingCount);
        }

        // Binary insertion, so that a tag with many declarations does not need a quadratic number of comparisons.
        var prefix = Prefix(state);
        var low = 0;
        for (var high = _pendingCount; low < high;)
        {
            var middle = (low + high) / 2;
            if (Prefix(_pending[middle]).SequenceCompareTo(prefix) > 0)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        _pending.AsSpan(low, _pendingCount - low).CopyTo(_pending.AsSpan(low + 1));
        _pending[low] = state;
        _pendingCount++;
    }

    private int StateOf(in AttributeRecord record)
    {
        var prefix = record.DeclaredPrefix(_document);
        if (prefix.IsEmpty)
        {
            return 0;
        }

        if (prefix.SequenceEqual("xml"u8))
        {
            return -1;
        }

        var key = PrefixKey.Of(_document, record.LocalStart, record.LocalLength);
        var state = Find(key, prefix);
        return state >= 0 ? state : Add(key, record, prefix);
    }

    private readonly int Find(ulong key, ReadOnlySpan<byte> prefix)
    {
        var known = _keys.AsSpan(0, _count);
        int at;
        while ((at = known.LastIndexOf(key)) >= 0)
        {
            if (prefix.Length <= PrefixKey.MaxExactLength || Prefix(at).SequenceEqual(prefix))
            {
                return at;
            }

            known = known[..at];
        }

        return -1;
    }

    private int Add(ulong key, in AttributeRecord record, ReadOnlySpan<byte> prefix)
    {
        if (_count == _keys.Length)
        {
            Pooled.Grow(ref _keys, _count);
        }

        if (_count == _states.Length)
        {
            Pooled.Grow(ref _states, _count);
        }

        _keys[_count] = key;
        _states[_count] = new PrefixState
        {
            PrefixStart = record.LocalStart,
            PrefixLength = prefix.Length,
            Current = UriRange.None,
            Written = UriRange.None,
            IsListed = _survey?.Declare(prefix, _inclusivePrefixes.Contains(prefix)) ?? _inclusivePrefixes.Contains(prefix),
        };
        return _count++;
    }

    private void Save(int state, in PrefixState saved)
    {
        if (_undoCount == _undo.Length)
        {
            Pooled.Grow(ref _undo, _undoCount);
        }

        _undo[_undoCount].State = state;
        _undo[_undoCount].Saved = saved;
        _undoCount++;
    }

    private UriRange UriOf(in AttributeRecord record)
    {
        if (!record.NeedsDecoding)
        {
            return new UriRange(record.ValueStart, record.ValueLength);
        }

        var position = _decoded.Add(record.Value(_document));
        return new UriRange(position, _decoded[position].Length, UriPlace.Run);
    }

    private readonly bool Same(UriRange a, UriRange b) => a == b || (a.Length == b.Length && _uris.Get(a).SequenceEqual(_uris.Get(b)));

    internal readonly record struct Mark(int Count, int UndoCount, int UriCount, int DecodedEnd);

    private struct PrefixState
    {
        public int PrefixStart;
        public int PrefixLength;

        /// <summary>The nearest declaration in scope.</summary>
        public UriRange Current;

        /// <summary>The nearest declaration that was written, as the recommendation defines it.</summary>
        public UriRange Written;

        /// <summary>The number of the nearest declaration in scope among the URIs that are compared.</summary>
        public int Number;

        public bool IsDeclared;

        /// <summary>Whether the prefix is on the list of inclusive prefixes.</summary>
        public bool IsListed;

        /// <summary>Whether the recommendation writes no declaration when the prefix is used.</summary>
        public bool IsSettled;

        /// <summary>Whether WCF writes no declaration: the one in scope was written, or repeats one that was written.</summary>
        public bool IsSettledForWcf;

        public readonly ReadOnlySpan<byte> Prefix(ReadOnlySpan<byte> document) => document.Slice(PrefixStart, PrefixLength);
    }

    private struct Undo
    {
        public int State;
        public PrefixState Saved;
    }
}
