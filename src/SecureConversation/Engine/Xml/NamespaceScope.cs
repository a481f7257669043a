using System.Buffers;
using SecureConversation.Engine.Failures;

namespace SecureConversation.Engine.Xml;

/// <summary>
/// The namespace declarations in scope while a document is read, and the constraints of Namespaces in XML 1.0.
/// A binding is the number of the attribute record that declares it.
/// </summary>
internal ref struct NamespaceScope : IDisposable
{
    private const int HashedFrom = 12;

    private readonly ReadOnlySpan<byte> document;
    private readonly int limit;
    private readonly List<byte[]> decodedUris;
    private ulong[] keys;
    private int[] bindings;
    private ulong[]? table;

    public NamespaceScope(ReadOnlySpan<byte> document, XmlLimits limits, List<byte[]> decodedUris)
    {
        this.document = document;
        this.decodedUris = decodedUris;
        limit = limits.MaxNamespaceDeclarationsInScope;
        keys = ArrayPool<ulong>.Shared.Rent(16);
        bindings = ArrayPool<int>.Shared.Rent(16);
    }

    public int Count { get; private set; }

    /// <summary>Forgets the declarations of elements that are closed.</summary>
    public void Truncate(int count) => Count = count;

    public void Dispose()
    {
        ArrayPool<ulong>.Shared.Return(keys);
        ArrayPool<int>.Shared.Return(bindings);
        keys = [];
        bindings = [];
    }

    /// <summary>Declares, resolves and compares the attributes of one start tag.</summary>
    /// <remarks>
    /// <paramref name="records"/> holds all so far; the ones of the tag are <paramref name="count"/> from <paramref name="first"/>.
    /// </remarks>
    public void Enter(Span<AttributeRecord> records, int first, int count)
    {
        bool prefixed = false;
        for (int i = first; i < first + count; i++)
        {
            ref AttributeRecord record = ref records[i];
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
        for (int i = first; i < first + count; i++)
        {
            ref AttributeRecord record = ref records[i];
            if (!record.IsDeclaration && record.PrefixLength != 0)
            {
                record.Binding = Resolve(records, record.NameStart, record.PrefixLength);
            }
        }
    }

    /// <summary>The binding of a prefix; the empty prefix may be unbound.</summary>
    public readonly int Resolve(ReadOnlySpan<AttributeRecord> records, int prefixStart, int prefixLength)
    {
        ulong key = PrefixKey.Of(document, prefixStart, prefixLength);
        ReadOnlySpan<ulong> inScope = keys.AsSpan(0, Count);
        int at;
        while ((at = inScope.LastIndexOf(key)) >= 0)
        {
            ref readonly AttributeRecord declaration = ref records[bindings[at]];
            if (prefixLength <= PrefixKey.MaxExactLength
                || declaration.DeclaredPrefix(document).SequenceEqual(document.Slice(prefixStart, prefixLength)))
            {
                // Namespaces in XML 1.0, section 6.2: an empty value takes the default namespace away.
                return declaration.ValueStart == declaration.ValueEnd ? AttributeRecord.NoNamespace : bindings[at];
            }
            inScope = inScope[..at];
        }
        if (prefixLength == 0)
        {
            return AttributeRecord.NoNamespace;
        }
        if (document.Slice(prefixStart, prefixLength).SequenceEqual("xml"u8))
        {
            return AttributeRecord.XmlNamespace;
        }
        return Fail.With<int>(FailureCode.NotWellFormed, "undeclared prefix");
    }

    /// <summary>Namespaces in XML 1.0, section 6.3: no two attributes of one tag have the same expanded name.</summary>
    public void CheckUnique(ReadOnlySpan<AttributeRecord> records, int first, int count)
    {
        if (count >= HashedFrom)
        {
            CheckUniqueHashed(records, first, count);
            return;
        }
        for (int i = first + 1; i < first + count; i++)
        {
            for (int j = first; j < i; j++)
            {
                if (records[i].LocalLength == records[j].LocalLength)
                {
                    Compare(records, i, j);
                }
            }
        }
    }

    /// <summary>Sorts by a keyed hash of the local name, so that a tag full of attributes costs no quadratic time.</summary>
    private void CheckUniqueHashed(ReadOnlySpan<AttributeRecord> records, int first, int count)
    {
        if (table is null || table.Length < count)
        {
            table = new ulong[count];
        }
        for (int i = 0; i < count; i++)
        {
            var hash = default(HashCode);
            hash.AddBytes(records[first + i].Local(document));
            table[i] = unchecked(((ulong)(uint)hash.ToHashCode() << 32) | (uint)(first + i));
        }
        Span<ulong> sorted = table.AsSpan(0, count);
        sorted.Sort();
        for (int i = 1; i < count; i++)
        {
            for (int j = i - 1; j >= 0 && sorted[j] >> 32 == sorted[i] >> 32; j--)
            {
                Compare(records, (int)(sorted[i] & int.MaxValue), (int)(sorted[j] & int.MaxValue));
            }
        }
    }

    private readonly void Compare(ReadOnlySpan<AttributeRecord> records, int i, int j)
    {
        ref readonly AttributeRecord a = ref records[i];
        ref readonly AttributeRecord b = ref records[j];
        if (a.Local(document).SequenceEqual(b.Local(document))
            && a.IsDeclaration == b.IsDeclaration
            && (a.IsDeclaration ? a.PrefixLength == b.PrefixLength : SameNamespace(records, a.Binding, b.Binding)))
        {
            Fail.With(FailureCode.NotWellFormed, "attribute occurs twice");
        }
    }

    private readonly bool SameNamespace(ReadOnlySpan<AttributeRecord> records, int a, int b) =>
        a == b || (a != AttributeRecord.NoNamespace && b != AttributeRecord.NoNamespace
            && Uri(records, a).SequenceEqual(Uri(records, b)));

    private readonly ReadOnlySpan<byte> Uri(ReadOnlySpan<AttributeRecord> records, int binding) =>
        XmlNamespaces.Uri(document, records, decodedUris, binding);

    private void Declare(ref AttributeRecord record, int index)
    {
        ReadOnlySpan<byte> uri = record.Value(document);
        if (record.NeedsDecoding)
        {
            var buffer = new byte[uri.Length];
            int length = XmlReferences.DecodeAttribute(uri, buffer);
            record.Binding = decodedUris.Count;
            decodedUris.Add(buffer.AsSpan(0, length).ToArray());
            uri = decodedUris[^1];
        }
        XmlNamespaces.CheckDeclaration(record.DeclaredPrefix(document), uri);
        if (Count >= limit)
        {
            Fail.With(FailureCode.LimitExceeded, "namespace declarations in scope");
        }
        if (Count == keys.Length)
        {
            Pooled.Grow(ref keys, Count);
        }
        if (Count == bindings.Length)
        {
            Pooled.Grow(ref bindings, Count);
        }
        keys[Count] = record.PrefixLength == 0 ? 0 : PrefixKey.Of(document, record.LocalStart, record.LocalLength);
        bindings[Count] = index;
        Count++;
    }
}
