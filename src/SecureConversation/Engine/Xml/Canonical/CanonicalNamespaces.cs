using System.Buffers;
using System.Runtime.CompilerServices;

namespace SecureConversation.Engine.Xml;

/// <summary>What is in scope and what was written for each prefix, while one element is canonicalized.</summary>
/// <remarks>
/// Both forms are followed at once, which costs one more flag per prefix: that is how the caller learns that they differ.
/// </remarks>
internal ref struct CanonicalNamespaces : IDisposable
{
    private readonly ReadOnlySpan<byte> document;
    private readonly ReadOnlySpan<byte> inclusivePrefixes;
    private readonly CanonicalForm form;
    private ulong[] keys;
    private PrefixState[] states;
    private Undo[] undo;
    private int[] pending;
    private List<byte[]>? decoded;
    private int count;
    private int undoCount;
    private int pendingCount;
    private bool atApex = true;

    public CanonicalNamespaces(ReadOnlySpan<byte> document, ReadOnlySpan<byte> inclusivePrefixes, CanonicalForm form)
    {
        this.document = document;
        this.inclusivePrefixes = inclusivePrefixes;
        this.form = form;
        keys = ArrayPool<ulong>.Shared.Rent(16);
        states = ArrayPool<PrefixState>.Shared.Rent(16);
        undo = ArrayPool<Undo>.Shared.Rent(32);
        pending = ArrayPool<int>.Shared.Rent(16);
        // The default namespace begins as the empty one, which needs no declaration.
        Add(0, default, document[..0]);
        states[0].Current = states[0].Written = default;
        states[0].IsSettled = states[0].IsSettledForWcf = true;
    }

    public bool FormsDiffer { get; private set; }

    /// <summary>The prefixes whose declarations the start tag needs, in canonical order.</summary>
    public readonly ReadOnlySpan<int> Pending => pending.AsSpan(0, pendingCount);

    public readonly Mark Position => new(count, undoCount);

    public readonly ReadOnlySpan<byte> Prefix(int state) => states[state].Prefix(document);

    public readonly ReadOnlySpan<byte> Uri(int state) => Uri(states[state].Current);

    /// <summary>The declaration in the document that the state stands for is at this position.</summary>
    public readonly bool IsDeclaredAt(int state, int prefixStart) => states[state].PrefixStart == prefixStart;

    public void Dispose()
    {
        ArrayPool<ulong>.Shared.Return(keys);
        ArrayPool<PrefixState>.Shared.Return(states);
        ArrayPool<Undo>.Shared.Return(undo);
        ArrayPool<int>.Shared.Return(pending);
        keys = [];
        states = [];
        undo = [];
        pending = [];
    }

    /// <summary>Adds a declaration of an ancestor outside, unless a nearer one of its prefix was added before.</summary>
    public void DeclareOutside(in AttributeRecord record)
    {
        int state = StateOf(record);
        if (state >= 0 && !states[state].IsDeclared)
        {
            ref PrefixState known = ref states[state];
            known.IsDeclared = true;
            known.Current = UriOf(record);
            known.IsSettled = known.IsSettledForWcf = state == 0 && known.Current.Length == 0;
        }
    }

    /// <summary>Adds a declaration of the current start tag.</summary>
    public void Declare(in AttributeRecord record)
    {
        int state = StateOf(record);
        if (state < 0)
        {
            return;
        }
        ref PrefixState known = ref states[state];
        Save(state, known);
        UriRange uri = UriOf(record);
        known.IsSettled = known.Written.Length >= 0 && Same(known.Written, uri);
        known.IsSettledForWcf = atApex
            ? state == 0 && uri.Length == 0
            : known.IsSettledForWcf && Same(known.Current, uri);
        known.Current = uri;
        known.IsDeclared = true;
        known.PrefixStart = record.PrefixLength == 0 ? record.NameStart : record.LocalStart;
        if (known.IsListed)
        {
            Use(state);
        }
    }

    /// <summary>Treats the inclusive prefixes in scope as used by the start tag of the apex.</summary>
    public void UseListed()
    {
        for (int state = 0; state < count && !inclusivePrefixes.IsEmpty; state++)
        {
            if (states[state].IsListed && states[state].IsDeclared)
            {
                Use(state);
            }
        }
    }

    /// <summary>A prefix is visibly used by the current start tag; returns its state.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Use(int prefixStart, int prefixLength)
    {
        int state = prefixLength == 0
            ? 0
            : Find(PrefixKey.Of(document, prefixStart, prefixLength), document.Slice(prefixStart, prefixLength));
        if (state < 0)
        {
            // The document was checked: only this prefix is bound without a declaration, and it is never written.
            return AttributeRecord.XmlNamespace;
        }
        if (!(states[state].IsSettled & states[state].IsSettledForWcf))
        {
            Use(state);
        }
        return state;
    }

    /// <summary>The start tag is done.</summary>
    public void Leave()
    {
        pendingCount = 0;
        atApex = false;
    }

    /// <summary>Goes back to what was known before an element.</summary>
    public void Return(Mark mark)
    {
        while (undoCount > mark.UndoCount)
        {
            ref Undo last = ref undo[--undoCount];
            states[last.State] = last.Saved;
        }
        count = mark.Count;
    }

    private void Use(int state)
    {
        ref PrefixState known = ref states[state];
        if (known.IsSettled && known.IsSettledForWcf)
        {
            return;
        }
        Save(state, known);
        FormsDiffer |= known.IsSettled != known.IsSettledForWcf;
        bool write = form == CanonicalForm.Recommendation ? !known.IsSettled : !known.IsSettledForWcf;
        known.IsSettled = known.IsSettledForWcf = true;
        known.Written = known.Current;
        if (write)
        {
            AddPending(state);
        }
    }

    private void AddPending(int state)
    {
        if (pendingCount == pending.Length)
        {
            Pooled.Grow(ref pending, pendingCount);
        }
        // Binary insertion: a tag full of declarations must not cost quadratic comparisons.
        ReadOnlySpan<byte> prefix = Prefix(state);
        int low = 0;
        for (int high = pendingCount; low < high;)
        {
            int middle = (low + high) / 2;
            if (Prefix(pending[middle]).SequenceCompareTo(prefix) > 0)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }
        pending.AsSpan(low, pendingCount - low).CopyTo(pending.AsSpan(low + 1));
        pending[low] = state;
        pendingCount++;
    }

    private int StateOf(in AttributeRecord record)
    {
        ReadOnlySpan<byte> prefix = record.DeclaredPrefix(document);
        if (prefix.IsEmpty)
        {
            return 0;
        }
        if (prefix.SequenceEqual("xml"u8))
        {
            return -1;
        }
        ulong key = PrefixKey.Of(document, record.LocalStart, record.LocalLength);
        int state = Find(key, prefix);
        return state >= 0 ? state : Add(key, record, prefix);
    }

    private readonly int Find(ulong key, ReadOnlySpan<byte> prefix)
    {
        ReadOnlySpan<ulong> known = keys.AsSpan(0, count);
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
        if (count == keys.Length)
        {
            Pooled.Grow(ref keys, count);
        }
        if (count == states.Length)
        {
            Pooled.Grow(ref states, count);
        }
        keys[count] = key;
        states[count] = new PrefixState
        {
            PrefixStart = record.LocalStart,
            PrefixLength = prefix.Length,
            Current = UriRange.None,
            Written = UriRange.None,
            IsListed = IsListed(prefix.IsEmpty ? "#default"u8 : prefix),
        };
        return count++;
    }

    private readonly bool IsListed(ReadOnlySpan<byte> token)
    {
        ReadOnlySpan<byte> list = inclusivePrefixes;
        for (int start = 0, at; (at = list[start..].IndexOf(token)) >= 0; start += at + 1)
        {
            int first = start + at;
            int end = first + token.Length;
            if ((first == 0 || XmlChars.IsWhite(list[first - 1])) && (end == list.Length || XmlChars.IsWhite(list[end])))
            {
                return true;
            }
        }
        return false;
    }

    private void Save(int state, in PrefixState saved)
    {
        if (undoCount == undo.Length)
        {
            Pooled.Grow(ref undo, undoCount);
        }
        undo[undoCount].State = state;
        undo[undoCount].Saved = saved;
        undoCount++;
    }

    private UriRange UriOf(in AttributeRecord record)
    {
        if (!record.NeedsDecoding)
        {
            return new UriRange(record.ValueStart, record.ValueLength);
        }
        var buffer = new byte[record.ValueLength];
        int length = XmlReferences.DecodeAttribute(record.Value(document), buffer);
        decoded ??= [];
        decoded.Add(buffer);
        return new UriRange(~(decoded.Count - 1), length);
    }

    private readonly ReadOnlySpan<byte> Uri(UriRange range) => range.Start >= 0
        ? document.Slice(range.Start, range.Length)
        : decoded![~range.Start].AsSpan(0, range.Length);

    private readonly bool Same(UriRange a, UriRange b) => a == b || (a.Length == b.Length && Uri(a).SequenceEqual(Uri(b)));

    internal readonly record struct Mark(int Count, int UndoCount);

    /// <summary>A URI in the document or, with a negative start, among the decoded ones.</summary>
    private readonly record struct UriRange(int Start, int Length)
    {
        public static UriRange None => new(0, -1);
    }

    private struct PrefixState
    {
        public int PrefixStart;
        public int PrefixLength;

        /// <summary>The nearest declaration in scope.</summary>
        public UriRange Current;

        /// <summary>The nearest declaration written, as the recommendation has it.</summary>
        public UriRange Written;

        public bool IsDeclared;

        /// <summary>On the list of inclusive prefixes.</summary>
        public bool IsListed;

        /// <summary>The recommendation needs nothing written when the prefix is used.</summary>
        public bool IsSettled;

        /// <summary>WCF would write nothing: the declaration in scope was written, or repeats one that was.</summary>
        public bool IsSettledForWcf;

        public readonly ReadOnlySpan<byte> Prefix(ReadOnlySpan<byte> document) => document.Slice(PrefixStart, PrefixLength);
    }

    private struct Undo
    {
        public int State;
        public PrefixState Saved;
    }
}
