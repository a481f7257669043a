namespace SecureConversation.Shared;

/// <summary>The header Content-Encoding (RFC 9110 section 8.4).</summary>
internal static class ContentCoding
{
    /// <summary>Whether the body is as it is: the header is absent, or names no coding but "identity", which is none.</summary>
    public static bool IsIdentity(IEnumerable<string?> values) => values
        .SelectMany(value => (value ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        .All(coding => coding.Equals("identity", StringComparison.OrdinalIgnoreCase));
}
