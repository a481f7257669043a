using System.Text;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Encodings;

/// <summary>
/// Finds the xop:Include elements of a root part (XOP 1.0 section 4.2) in one pass. Each is the only content of the element around it, and
/// refers to a part of its own package.
/// </summary>
internal ref struct XopReader
{
    private readonly ReadOnlySpan<byte> _root;
    private readonly XmlLimits _limits;
    private readonly List<XopInclude> _found = [];

    // What the prefixes stand for: XOP or something else. Names are looked up at a cost that does not grow with the declarations.
    private readonly Dictionary<string, bool> _isXop = new(StringComparer.Ordinal);

    // The declarations in scope, innermost last: the depth of the element, the prefix, and what it stood for before.
    private readonly List<(int Depth, string Prefix, bool Before)> _scope = [];

    // The Include that was read and whose end tag has not been seen; where it started, and at which depth its parent is.
    private string? _open;
    private int _openStart;

    // Depth of an element whose content is an Include: nothing else may follow in it. 0 when there is none.
    private int _filled;

    private bool _isFresh;

    private XopReader(ReadOnlySpan<byte> root, XmlLimits limits)
    {
        _root = root;
        _limits = limits;
    }

    private static ReadOnlySpan<byte> XopNamespace => "http://www.w3.org/2004/08/xop/include"u8;

    /// <summary>The Includes in their order. Throws where the root part is no well-formed XML or an Include breaks a rule.</summary>
    /// <param name="root">UTF-8.</param>
    /// <param name="limits">The limits of the document.</param>
    public static List<XopInclude> Read(ReadOnlySpan<byte> root, XmlLimits limits)
    {
        // Without the name there is no element of it, whatever its prefix is: names have no references.
        if (root.IndexOf("Include"u8) < 0)
        {
            return [];
        }

        XmlChars.Validate(root);
        var reader = new XopReader(root, limits);
        reader.ReadAll();
        return reader._found;
    }

    /// <summary>Whether an envelope that was made here has an xop:Include, in its place or not.</summary>
    public static bool Contains(ReadOnlySpan<byte> envelope)
    {
        try
        {
            return Read(envelope, XmlLimits.Known).Count > 0;
        }
        catch (SecurityFailureException)
        {
            return true;
        }
    }

    private void ReadAll()
    {
        var tokens = new Utf8XmlTokenizer(_root, _limits, 0, _root.Length);
        try
        {
            tokens.ReadProlog();
            while (tokens.Read())
            {
                switch (tokens.Kind)
                {
                    case XmlTokenKind.StartTag:
                        OnStart(ref tokens);
                        break;
                    case XmlTokenKind.EndTag:
                        OnEnd(tokens.Depth + 1, tokens.End);
                        break;
                    default:
                        OnContent();
                        break;
                }
            }
        }
        finally
        {
            tokens.Dispose();
        }
    }

    private void OnStart(ref Utf8XmlTokenizer tokens)
    {
        var isOnly = _isFresh;
        OnContent();
        var depth = tokens.IsEmptyElement ? tokens.Depth + 1 : tokens.Depth;
        Declare(ref tokens, depth);
        var name = _root[(tokens.Start + 1)..tokens.NameEnd];
        if (name[^tokens.LocalLength..].SequenceEqual("Include"u8) && IsXop(name[..tokens.PrefixLength]))
        {
            if (!isOnly)
            {
                Fail.With(FailureCode.MalformedPackage, "content beside xop:Include");
            }

            _open = TargetOf(ref tokens);
            _openStart = tokens.Start;
            _filled = depth - 1;
        }

        _isFresh = true;
        if (tokens.IsEmptyElement)
        {
            OnEnd(depth, tokens.End);
        }
    }

    private void OnEnd(int depth, int end)
    {
        while (_scope.Count > 0 && _scope[^1].Depth >= depth)
        {
            _isXop[_scope[^1].Prefix] = _scope[^1].Before;
            _scope.RemoveAt(_scope.Count - 1);
        }

        if (_open is not null)
        {
            _found.Add(new XopInclude(_openStart, end, _open));
            _open = null;
        }
        else if (_filled == depth)
        {
            _filled = 0;
        }

        _isFresh = false;
    }

    // Text, white space too, a comment, or an element.
    private void OnContent()
    {
        if (_open is not null || _filled != 0)
        {
            Fail.With(FailureCode.MalformedPackage, "content beside or within xop:Include");
        }

        _isFresh = false;
    }

    private readonly void Declare(ref Utf8XmlTokenizer tokens, int depth)
    {
        if (!tokens.HasQualifiedAttributes)
        {
            return;
        }

        foreach (ref readonly var record in tokens.Attributes)
        {
            if (!record.IsDeclaration)
            {
                continue;
            }

            if (_scope.Count == _limits.MaxNamespaceDeclarationsInScope)
            {
                Fail.With(FailureCode.LimitExceeded, "namespace declarations",
                    expected: FailureText.AtMost(_limits.MaxNamespaceDeclarationsInScope, "MaxNamespaceDeclarations"));
            }

            var prefix = Encoding.UTF8.GetString(record.DeclaredPrefix(_root));
            _scope.Add((depth, prefix, _isXop.GetValueOrDefault(prefix)));
            _isXop[prefix] = ValueOf(record).SequenceEqual(XopNamespace);
        }
    }

    private readonly bool IsXop(ReadOnlySpan<byte> prefix) => _isXop.GetValueOrDefault(Encoding.UTF8.GetString(prefix));

    /// <summary>The Content-ID that the Include refers to (RFC 2392 section 2).</summary>
    private readonly string TargetOf(ref Utf8XmlTokenizer tokens)
    {
        string? target = null;
        foreach (ref readonly var record in tokens.Attributes)
        {
            if (record.IsDeclaration)
            {
                continue;
            }

            if (record.PrefixLength != 0 || !record.Local(_root).SequenceEqual("href"u8))
            {
                Fail.With(FailureCode.MalformedPackage, "attribute of xop:Include", expected: "href alone");
            }

            target = ContentIds.OfReference(ValueOf(record));
        }

        return target ?? Fail.With<string>(FailureCode.MalformedPackage, "xop:Include without href");
    }

    private readonly ReadOnlySpan<byte> ValueOf(in AttributeRecord record)
    {
        var raw = record.Value(_root);
        if (!record.NeedsDecoding)
        {
            return raw;
        }

        var decoded = new byte[raw.Length];
        return decoded.AsSpan(0, XmlReferences.DecodeAttribute(raw, decoded));
    }
}
