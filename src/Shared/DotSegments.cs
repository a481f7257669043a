namespace SecureConversation.Shared;

/// <summary>
/// Finds the segments . and .. of a path, encoded or not (RFC 3986 section 5.2.4). Who removes them, and when, differs between servers,
/// routes and System.Uri, so a path that has them names another endpoint to each. No client of ours or of WCF sends any.
/// </summary>
internal static class DotSegments
{
    // A server decodes once, a gateway behind it once more. What is encoded deeper is refused, so nobody chooses the work.
    private const int MaxDecodings = 4;

    /// <summary>Whether a path, or a URI without its query, has one after however many decodings.</summary>
    public static bool AreIn(string text)
    {
        for (var i = 0; i < MaxDecodings; i++)
        {
            if (HavePlain(text))
            {
                return true;
            }

            if (!text.Contains('%'))
            {
                return false;
            }

            var decoded = Uri.UnescapeDataString(text);
            if (decoded == text)
            {
                return false;
            }

            text = decoded;
        }

        return true;
    }

    private static bool HavePlain(ReadOnlySpan<char> text)
    {
        if (!text.Contains('.'))
        {
            return false;
        }

        foreach (var segment in text.SplitAny('/', '\\'))
        {
            // Parameters end the segment for some, and so do a query and a fragment once they are decoded.
            var name = text[segment];
            var end = name.IndexOfAny(";?#");
            if ((end < 0 ? name : name[..end]) is "." or "..")
            {
                return true;
            }
        }

        return false;
    }
}
