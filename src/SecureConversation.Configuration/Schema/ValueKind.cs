using System.Globalization;
using System.Security.Authentication;
using SecureConversation.Binding;

namespace SecureConversation.Configuration.Schema;

/// <summary>How the text of an attribute is read. Returns null for text that is no such value.</summary>
internal sealed record ValueKind(string Expected, Func<string, object?> Parse)
{
    public static ValueKind Text { get; } = new("text", text => text);

    public static ValueKind Boolean { get; } =
        new("true or false", text => bool.TryParse(text, out var value) ? value : null);

    /// <summary>Any URI; the empty text stands for none (the attribute is not set).</summary>
    public static ValueKind Address { get; } =
        new("a URI", text => Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out var uri) ? uri : null);

    public static ValueKind Time { get; } = new("a time as [days.]hh:mm:ss[.fraction], not negative, or Infinite", text => ParseTime(text));

    public static ValueKind Suite { get; } = new(
        $"Default or one of {string.Join(", ", SecurityAlgorithmSuite.Known.Select(suite => suite.Name))}, Strong256MLKem",
        text => SecurityAlgorithmSuite.TryParse(text, out var suite) ? suite : null);

    public static ValueKind SecurityVersion { get; } = new(
        $"Default or one of {string.Join(", ", MessageSecurityVersion.All.Select(version => version.Name))}",
        text => MessageSecurityVersion.TryParse(text, out var version) ? version : null);

    public static ValueKind MessageVersions { get; } = new(
        $"Default or one of {string.Join(", ", MessageVersion.All.Select(version => version.Name))}",
        text => text == nameof(MessageVersion.Default) ? MessageVersion.Default : MessageVersion.All.FirstOrDefault(v => v.Name == text));

    public static ValueKind TlsVersions { get; } = new(
        "names of System.Security.Authentication.SslProtocols with commas between",
        text => Enum.TryParse<SslProtocols>(text, out var versions) && !int.TryParse(text, out _) ? $"{versions}" : null);

    /// <summary>The encodings that the encoders of WCF take; .NET compares names without case.</summary>
    public static ValueKind TextEncoding { get; } = Words(StringComparison.OrdinalIgnoreCase, "utf-8", "utf-16", "unicodeFFFE");

    /// <summary>One of some words; configuration files compare enumerations with case.</summary>
    public static ValueKind Word(params string[] words) => Words(StringComparison.Ordinal, words);

    /// <summary>A value of an enumeration by its name, never by its number.</summary>
    public static ValueKind Enumeration<T>(params T[] values)
        where T : struct, Enum
    {
        var allowed = (values.Length == 0 ? Enum.GetValues<T>() : values).ToDictionary(value => value.ToString(), value => (object)value);
        return new($"one of {string.Join(", ", allowed.Keys)}", allowed.GetValueOrDefault);
    }

    public static ValueKind Number(int minimum = 0, int maximum = int.MaxValue) => new(
        $"a number from {minimum} to {maximum}",
        text => ParseNumber(text) is { } value && value >= minimum && value <= maximum ? (int)value : null);

    public static ValueKind LongNumber(long minimum = 0) => new(
        $"a number from {minimum} to {long.MaxValue}",
        text => ParseNumber(text) is { } value && value >= minimum ? value : null);

    private static ValueKind Words(StringComparison comparison, params string[] words) => new(
        $"one of {string.Join(", ", words)}",
        text => words.FirstOrDefault(word => word.Equals(text, comparison)));

    // .NET converts numbers with white space around, and hexadecimal ones.
    private static long? ParseNumber(string text)
    {
        var trimmed = text.Trim();
        var hexadecimal = trimmed.StartsWith("0x", StringComparison.OrdinalIgnoreCase) || trimmed.StartsWith('#');
        return long.TryParse(
            hexadecimal ? trimmed.TrimStart('#').Replace("0x", "", StringComparison.OrdinalIgnoreCase) : trimmed,
            hexadecimal ? NumberStyles.AllowHexSpecifier : NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture,
            out var value)
                ? value
                : null;
    }

    private static TimeSpan? ParseTime(string text)
    {
        if (text.Equals("Infinite", StringComparison.OrdinalIgnoreCase))
        {
            return TimeSpan.MaxValue;
        }

        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) && time >= TimeSpan.Zero ? time : null;
    }
}
