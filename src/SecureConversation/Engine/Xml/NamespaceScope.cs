using System.Runtime.CompilerServices;
using SecureConversation.Engine.Failures;
using SecureConversation.Shared;

namespace SecureConversation.Engine.Xml;

/// <summary>
/// The namespace declarations in scope while a document is read. Checks the constraints of Namespaces in XML 1.0. A binding is the number
/// of the attribute record with the declaration.
/// </summary>
internal ref struct NamespaceScope : IDisposable
{
    private const int HashedFrom = 12;
    private const ulong NoKey = ulong.MaxValue;

    private readonly ReadOnlySpan<byte> _document;
    private readonly int _limit;
    private readonly DecodedUris _decodedUris;
    private ulong[] _keys;
    private int[] _bindings;
    private ulong[]? _table;

    // The last prefix that was resolved while these declarations are in scope, and its binding. No prefix has the first key.
    private ulong _lastKey = NoKey;
    private int _lastBinding;

    public NamespaceScope(ReadOnlySpan<byte> document, XmlLimits limits, DecodedUris decodedUris)
    {
        _document = document;
        _decodedUris = decodedUris;
        _limit = limits.MaxNamespaceDeclarationsInScope;
        _keys = Buffers.Rent<ulong>(16);
        _bindings = Buffers.Rent<int>(16);
    }

    public int Count { get; private set; }

    /// <summary>Removes the declarations of elements that are closed.</summary>
    public void Truncate(int count)
    {
        if (Count != count)
        {
            Count = count;
            _lastKey = NoKey;
        }
    }

    public void Dispose()
    {
        Buffers.Return(_keys);
        Buffers.Return(_bindings);
        _keys = [];
        _bindings = [];
    }

    /// <summary>Adds the declarations of one start tag to the scope and resolves the prefixes of its attributes.</summary>
    /// <param name="records">All records of the document so far.</param>
    /// <param name="first">Number of the first record of the tag.</param>
    /// <param name="count">Number of records of the tag.</param>
    public void Enter(Span<AttributeRecord> records, int first, int count)
    {
        var prefixed = false;
        for (var i = first; i < first + count; i++)
        {
            ref var record = ref records[i];
            if (record.IsDeclaration)
            {
                Declare(ref record, i);
            }
            else
            {
                prefixed |= record.PrefixLength != 0;
            }
        }

        if (!prefixed)
        {
            return;
        }

        for (var i = first; i < first + count; i++)
        {
            ref var record = ref records[i];
            if (!record.IsDeclaration && record.PrefixLength != 0)
            {
                record.Binding = Resolve(records, record.NameStart, record.PrefixLength);
            }
        }
    }

    /// <summary>Finds the binding of a prefix. An undeclared prefix is refused, unless it is the empty prefix.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Resolve(ReadOnlySpan<AttributeRecord> records, int prefixStart, int prefixLength)
    {
        var key = PrefixKey.Of(_document, prefixStart, prefixLength);
        if (key == _lastKey)
        {
            return _lastBinding;
        }

        var binding = Find(records, key, prefixStart, prefixLength);
        if (prefixLength <= PrefixKey.MaxExactLength)
        {
            _lastKey = key;
            _lastBinding = binding;
        }

        return binding;
    }

    private readonly int Find(ReadOnlySpan<AttributeRecord> records, ulong key, int prefixStart, int prefixLength)
    {
        ReadOnlySpan<ulong> inScope = _keys.AsSpan(0, Count);
        int at;
        while ((at = inScope.LastIndexOf(key)) >= 0)
        {
            ref readonly var declaration = ref records[_bindings[at]];
            if (prefixLength <= PrefixKey.MaxExactLength
                || declaration.DeclaredPrefix(_document).SequenceEqual(_document.Slice(prefixStart, prefixLength)))
            {
                // Namespaces in XML 1.0, section 6.2: an empty value removes the default namespace.
                return declaration.ValueStart == declaration.ValueEnd ? AttributeRecord.NoNamespace : _bindings[at];
            }

            inScope = inScope[..at];
        }

        if (prefixLength == 0)
        {
            return AttributeRecord.NoNamespace;
        }

        if (_document.Slice(prefixStart, prefixLength).SequenceEqual("xml"u8))
        {
            return AttributeRecord.XmlNamespace;
        }

        return Fail.With<int>(FailureCode.NotWellFormed, "undeclared prefix");
    }

    /// <summary>Whether a prefix is declared in scope, or may be.</summary>
    public readonly bool Declares(int prefixStart, int prefixLength) =>
        _keys.AsSpan(0, Count).Contains(PrefixKey.Of(_document, prefixStart, prefixLength));

    /// <summary>Whether a declaration says what its prefix stands for already by the first declarations in scope, or may say so.</summary>
    /// <param name="records">All records of the document so far.</param>
    /// <param name="declaration">The declaration.</param>
    /// <param name="count">How many of the declarations in scope count.</param>
    public readonly bool Repeats(ReadOnlySpan<AttributeRecord> records, in AttributeRecord declaration, int count)
    {
        var length = declaration.PrefixLength == 0 ? 0 : declaration.LocalLength;
        var key = PrefixKey.Of(_document, declaration.LocalStart, length);
        var at = _keys.AsSpan(0, count).LastIndexOf(key);
        if (at < 0)
        {
            return false;
        }

        // Equal keys of long prefixes do not mean equal prefixes.
        ref readonly var known = ref records[_bindings[at]];
        return length > PrefixKey.MaxExactLength || known.NeedsDecoding || declaration.NeedsDecoding
            || known.Value(_document).SequenceEqual(declaration.Value(_document));
    }

    /// <summary>Refuses a tag with two attributes of the same expanded name (Namespaces in XML 1.0, section 6.3).</summary>
    public void CheckUnique(Span<AttributeRecord> records, int first, int count)
    {
        if (count >= HashedFrom)
        {
            CheckUniqueHashed(records, first, count);
            return;
        }

        for (var i = first + 1; i < first + count; i++)
        {
            for (var j = first; j < i; j++)
            {
                if (records[i].LocalLength == records[j].LocalLength)
                {
                    Compare(records, i, j);
                }
            }
        }
    }

    /// <summary>Sorts by a keyed hash of the expanded name, so that a tag with many attributes does not take quadratic time.</summary>
    private void CheckUniqueHashed(Span<AttributeRecord> records, int first, int count)
    {
        if (_table is null || _table.Length < count)
        {
            _table = new ulong[count];
        }

        for (var i = 0; i < count; i++)
        {
            ref readonly var record = ref records[first + i];
            var hash = KeyedHash.Of(record.Local(_document));
            if (!record.IsDeclaration && record.Binding >= 0)
            {
                // Many attributes may have one local name in as many namespaces.
                hash = unchecked((hash * 31) + UriHash(records, record.Binding));
            }

            _table[i] = ((ulong)hash << 32) | (uint)(first + i);
        }

        var sorted = _table.AsSpan(0, count);
        sorted.Sort();
        for (var i = 1; i < count; i++)
        {
            for (var j = i - 1; j >= 0 && sorted[j] >> 32 == sorted[i] >> 32; j--)
            {
                Compare(records, (int)(sorted[i] & int.MaxValue), (int)(sorted[j] & int.MaxValue));
            }
        }
    }

    private readonly void Compare(Span<AttributeRecord> records, int i, int j)
    {
        ref readonly var a = ref records[i];
        ref readonly var b = ref records[j];
        if (a.Local(_document).SequenceEqual(b.Local(_document))
            && a.IsDeclaration == b.IsDeclaration
            && (a.IsDeclaration ? a.PrefixLength == b.PrefixLength : SameNamespace(records, a.Binding, b.Binding)))
        {
            Fail.With(FailureCode.NotWellFormed, "attribute occurs twice");
        }
    }

    /// <summary>
    /// Compares the hashes first: unequal URIs may be long and differ in their last byte. Equal ones are compared in full only once,
    /// because then the document is refused.
    /// </summary>
    private readonly bool SameNamespace(Span<AttributeRecord> records, int a, int b) =>
        a == b || (a >= 0 && b >= 0
            ? UriHash(records, a) == UriHash(records, b) && Uri(records, a).SequenceEqual(Uri(records, b))
            : a != AttributeRecord.NoNamespace && b != AttributeRecord.NoNamespace && Uri(records, a).SequenceEqual(Uri(records, b)));

    private readonly uint UriHash(Span<AttributeRecord> records, int binding)
    {
        ref var declaration = ref records[binding];
        if (declaration.UriHash == 0)
        {
            declaration.UriHash = KeyedHash.Of(Uri(records, binding)) | 1;
        }

        return declaration.UriHash;
    }

    private readonly ReadOnlySpan<byte> Uri(ReadOnlySpan<AttributeRecord> records, int binding) =>
        XmlNamespaces.Uri(_document, records, _decodedUris, binding);

    private void Declare(ref AttributeRecord record, int index)
    {
        var uri = record.Value(_document);
        if (record.NeedsDecoding)
        {
            record.Binding = _decodedUris.Add(uri);
            uri = _decodedUris[record.Binding];
        }

        XmlNamespaces.CheckDeclaration(record.DeclaredPrefix(_document), uri);
        if (Count >= _limit)
        {
            Fail.With(FailureCode.LimitExceeded, "namespace declarations in scope",
                expected: FailureText.AtMost(_limit, "MaxNamespaceDeclarations"));
        }

        if (Count == _keys.Length)
        {
            Pooled.Grow(ref _keys, Count);
        }

        if (Count == _bindings.Length)
        {
            Pooled.Grow(ref _bindings, Count);
        }

        _keys[Count] = record.PrefixLength == 0 ? 0 : PrefixKey.Of(_document, record.LocalStart, record.LocalLength);
        _bindings[Count] = index;
        _lastKey = NoKey;
        Count++;
    }
}
