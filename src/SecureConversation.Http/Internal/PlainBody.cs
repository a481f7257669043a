using System.Text.RegularExpressions;

namespace SecureConversation.Http.Internal;

/// <summary>
/// Takes the element in a body out of an envelope as it stands, where a reader and a writer of XML would make just that of it
/// (<see cref="EnvelopeBody.Rewrite"/>). What is more than tags and text as writers write them, or may need a prefix from outside, is left
/// to those. The envelope is known to be well-formed: the engine handed it out.
/// </summary>
internal static partial class PlainBody
{
    /// <summary>The element as text; null where it is not that simple.</summary>
    public static string? TryTake(string envelope)
    {
        // Comments, CDATA and instructions may look like tags.
        if (envelope.Contains("<!", StringComparison.Ordinal) || envelope.Contains("<?", StringComparison.Ordinal)
            || Start().Match(envelope) is not { Success: true } start)
        {
            return null;
        }

        var soap = start.Groups["soap"].Value;
        var end = $"</{soap}:Body></{soap}:Envelope>";
        if (!envelope.EndsWith(end, StringComparison.Ordinal)
            || envelope.LastIndexOf($"<{soap}:Body", StringComparison.Ordinal) != start.Groups["body"].Index)
        {
            return null;
        }

        var content = envelope.AsSpan()[start.Length..^end.Length];
        return IsOneElement(content) && Content().IsMatch(content) && !NeedsPrefix(start.ValueSpan, content) ? content.ToString() : null;
    }

    /// <summary>Whether the first end tag with the name of the first start tag is the end.</summary>
    private static bool IsOneElement(ReadOnlySpan<char> content)
    {
        if (content is not ['<', not '/', ..] || content.IndexOfAny(' ', '>') is not (> 1 and var nameEnd))
        {
            return false;
        }

        var end = $"</{content[1..nameEnd]}>";
        return content.IndexOf(end, StringComparison.Ordinal) == content.Length - end.Length;
    }

    /// <summary>Whether the content has what may be a prefix that is declared outside, or there is a default namespace outside.</summary>
    private static bool NeedsPrefix(ReadOnlySpan<char> outside, ReadOnlySpan<char> content)
    {
        foreach (var declaration in Declaration().EnumerateMatches(outside))
        {
            // One that declares no prefix is followed by the equals sign.
            var prefix = outside.Slice(declaration.Index, declaration.Length)["xmlns".Length..];
            if (prefix.IsEmpty || EnvelopeBody.MayUse(content, prefix[1..]))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>All up to the content: the envelope with its attributes, the header, the body with its attributes.</summary>
    [GeneratedRegex("""\A<(?<soap>[A-Za-z]+):Envelope(?> [A-Za-z0-9_.:-]+="[^<>"]*")*>.*?"""
        + """(?<body><\k<soap>:Body(?> [A-Za-z0-9_.:-]+="[^<>"]*")*>)""", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Start();

    /// <summary>Text and tags that a writer writes like that.</summary>
    [GeneratedRegex("""\A(?>(?>[^<>&\x00-\x08\x0B-\x1F\uFFFE\uFFFF]+|&(?:lt|gt|amp);|</[A-Za-z_][A-Za-z0-9_.:-]*>|"""
        + """<[A-Za-z_][A-Za-z0-9_.:-]*(?> [A-Za-z_][A-Za-z0-9_.:-]*="[^<>&"\x00-\x1F\uFFFE\uFFFF]*")*>)*)\z""",
        RegexOptions.CultureInvariant)]
    private static partial Regex Content();

    [GeneratedRegex("xmlns(?::[^=\\s]+)?(?=[=\\s])", RegexOptions.CultureInvariant)]
    private static partial Regex Declaration();
}
