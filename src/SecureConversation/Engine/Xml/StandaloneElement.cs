using System.Text;
using SecureConversation.Engine.Failures;

namespace SecureConversation.Engine.Xml;

/// <summary>
/// Takes an element out of its document without changing it, but for the namespace declarations that it needs from outside. Those are found
/// by their prefix, wherever it occurs as a word: names, values (<c>xsi:type="q:X"</c>) and lists of prefixes refer to them.
/// </summary>
internal static class StandaloneElement
{
    public static void Write(XmlElement element, PooledBytes output, int maxBytes)
    {
        var document = element.Index.Bytes;
        var octets = document[element.Start..element.End];
        if (octets.Length > maxBytes)
        {
            TooLarge(octets.Length, maxBytes);
        }

        var start = output.Length;
        var nameEnd = 1 + element.QualifiedName.Length;
        output.Write(octets[..nameEnd]);
        WriteDeclarations(element, octets, output, maxBytes);
        output.Write(octets[nameEnd..]);
        if (output.Length - start > maxBytes)
        {
            TooLarge(output.Length - start, maxBytes);
        }
    }

    private static void WriteDeclarations(XmlElement element, ReadOnlySpan<byte> octets, PooledBytes output, int maxBytes)
    {
        var document = element.Index.Bytes;
        var declarations = new List<(string Prefix, Range Octets)>();
        var prefixes = new HashSet<string>(StringComparer.Ordinal);
        for (var outer = element.Parent; !outer.IsNull; outer = outer.Parent)
        {
            foreach (ref readonly var record in outer.Records)
            {
                if (!record.IsDeclaration || element.Declares(record.DeclaredPrefix(document)))
                {
                    continue;
                }

                var prefix = Encoding.UTF8.GetString(record.DeclaredPrefix(document));
                if (prefixes.Add(prefix))
                {
                    declarations.Add((prefix, record.NameStart..(record.ValueEnd + 1)));
                }
            }
        }

        var isDefaultTaken = TakesDefault(element);
        var words = FindWords(octets, prefixes);
        foreach (var (prefix, declaration) in declarations)
        {
            if (prefix.Length == 0 ? isDefaultTaken : words.Contains(prefix))
            {
                output.Write(" "u8);
                output.Write(document[declaration]);
            }

            if (output.Length > maxBytes * 2L)
            {
                TooLarge(output.Length, maxBytes);
            }
        }

        // Where it will stand, a default namespace may be declared.
        if (isDefaultTaken && !prefixes.Contains(""))
        {
            output.Write(" xmlns=\"\""u8);
        }
    }

    /// <summary>Whether the element, or one in it, has a name without a prefix and takes the namespace of it from outside.</summary>
    private static bool TakesDefault(XmlElement element)
    {
        if (element.Declares(default))
        {
            return false;
        }

        if (element.Prefix.IsEmpty)
        {
            return true;
        }

        foreach (var child in element.Children)
        {
            if (TakesDefault(child))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Those of some words that occur. It reads the octets once, however many words there are: the sender chose both.</summary>
    private static HashSet<string> FindWords(ReadOnlySpan<byte> octets, HashSet<string> words)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var longest = words.Select(word => word.Length).DefaultIfEmpty().Max();
        var sought = words.GetAlternateLookup<ReadOnlySpan<char>>();
        Span<char> chars = stackalloc char[XmlLimits.Default.MaxNameBytes];
        for (var start = 0; longest > 0 && start < octets.Length;)
        {
            var end = start;
            while (end < octets.Length && IsOfName(octets[end]))
            {
                end++;
            }

            // A word in UTF-8 has at most three octets for each of its characters.
            if (end > start && end - start <= longest * 3 && Encoding.UTF8.TryGetChars(octets[start..end], chars, out var length)
                && sought.TryGetValue(chars[..length], out var word))
            {
                found.Add(word);
            }

            start = end + 1;
        }

        return found;
    }

    private static bool IsOfName(byte octet) =>
        octet is >= (byte)'a' and <= (byte)'z' or >= (byte)'A' and <= (byte)'Z' or >= (byte)'0' and <= (byte)'9'
            or (byte)'-' or (byte)'.' or (byte)'_' or >= 0x80;

    private static void TooLarge(int length, int maxBytes) =>
        Fail.With(FailureCode.LimitExceeded, "an element on its own", FailureText.Of(length, "bytes"), FailureText.AtMost(maxBytes));
}
