using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Nodes;
using SecureConversation.Configuration.Printing;

namespace SecureConversation.Configuration.Json;

/// <summary>true or false.</summary>
internal sealed class TruthForm() : TextForm<bool>("true or false")
{
    public static TruthForm Instance { get; } = new();

    // As text where the configuration does not come from JSON, such as an environment variable.
    public override JsonObject Schema(JsonObject definitions) => new() { ["type"] = "boolean" };

    public override JsonNode? ToJson(bool value, bool baseline) => JsonValue.Create(value);

    public override string ToCSharp(bool value) => value ? "true" : "false";

    protected override bool TryParse(string text, out bool value) => bool.TryParse(text, out value);
}

/// <summary>A whole number.</summary>
internal sealed class NumberForm(long least, long most)
    : TextForm<long>(string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"))
{
    public override JsonObject Schema(JsonObject definitions) =>
        new() { ["type"] = "integer", ["minimum"] = least, ["maximum"] = most };

    public override JsonNode? ToJson(long value, long baseline) => JsonValue.Create(value);

    public override string ToCSharp(long value) => value.ToString(CultureInfo.InvariantCulture);

    protected override bool TryParse(string text, out long value) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value >= least && value <= most;
}

/// <summary>A whole number of 32 bits.</summary>
internal sealed class IntForm(int least = 0, int most = int.MaxValue)
    : TextForm<int>(string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"))
{
    public static IntForm Positive { get; } = new(1);

    public override JsonObject Schema(JsonObject definitions) =>
        new() { ["type"] = "integer", ["minimum"] = least, ["maximum"] = most };

    public override JsonNode? ToJson(int value, int baseline) => JsonValue.Create(value);

    public override string ToCSharp(int value) => value.ToString(CultureInfo.InvariantCulture);

    protected override bool TryParse(string text, out int value) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value >= least && value <= most;
}

/// <summary>A time as the constant form of TimeSpan: [days.]hours:minutes:seconds[.fraction].</summary>
internal sealed class TimeForm() : TextForm<TimeSpan>("a time as [days.]hours:minutes:seconds, such as 00:05:00")
{
    public static TimeForm Instance { get; } = new();

    public override JsonObject Schema(JsonObject definitions) =>
        new() { ["type"] = "string", ["pattern"] = @"^(\d+\.)?\d{1,2}:\d{1,2}:\d{1,2}(\.\d{1,7})?$" };

    public override JsonNode? ToJson(TimeSpan value, TimeSpan baseline) =>
        JsonValue.Create(value.ToString("c", CultureInfo.InvariantCulture));

    public override string ToCSharp(TimeSpan value) => CSharpText.Time(value);

    // A number alone would be days, which nobody means.
    protected override bool TryParse(string text, out TimeSpan value) =>
        TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out value) && text.Contains(':', StringComparison.Ordinal)
        && value >= TimeSpan.Zero;
}

/// <summary>Any text that is not empty.</summary>
internal sealed class StringForm(int longest = 4096) : TextForm<string>($"a text of 1 to {longest} characters")
{
    public static StringForm Instance { get; } = new();

    public override JsonObject Schema(JsonObject definitions) => new() { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = longest };

    public override JsonNode? ToJson(string value, string baseline) => JsonValue.Create(value);

    public override string ToCSharp(string value) => CSharpText.Quoted(value);

    protected override bool TryParse(string text, [MaybeNullWhen(false)] out string value)
    {
        value = text;
        return text.Length >= 1 && text.Length <= longest;
    }
}

/// <summary>An absolute URI.</summary>
internal sealed class UriForm() : TextForm<Uri>("an absolute URI, such as http://localhost/orders")
{
    public static UriForm Instance { get; } = new();

    public override JsonObject Schema(JsonObject definitions) => new() { ["type"] = "string", ["format"] = "uri", ["minLength"] = 1 };

    public override JsonNode? ToJson(Uri value, Uri baseline) => JsonValue.Create(value.OriginalString);

    public override string ToCSharp(Uri value) => $"new Uri({CSharpText.Quoted(value.OriginalString)})";

    // A path alone counts as the absolute URI of a file on some platforms.
    protected override bool TryParse(string text, [MaybeNullWhen(false)] out Uri value) =>
        Uri.TryCreate(text, UriKind.Absolute, out value) && text.Contains(':', StringComparison.Ordinal);
}

/// <summary>Values that have a name. Names are read in upper and lower case.</summary>
/// <param name="type">The type in C#.</param>
/// <param name="values">All values by name.</param>
/// <param name="alias">Another name of a value, which is read and not written.</param>
internal sealed class NameForm<T>(string type, ImmutableArray<(string Name, T Value)> values, (string Name, T Value)? alias = null)
    : TextForm<T>($"one of {string.Join(", ", values.Select(v => v.Name))}")
{
    public override JsonObject Schema(JsonObject definitions) =>
        new() { ["enum"] = new JsonArray([.. Names.Select(name => (JsonNode)name)]) };

    public override JsonNode? ToJson(T value, T baseline) => JsonValue.Create(NameOf(value));

    public override string ToCSharp(T value) => $"{type}.{NameOf(value)}";

    public string NameOf(T value) => values.First(v => EqualityComparer<T>.Default.Equals(v.Value, value)).Name;

    protected override bool TryParse(string text, [MaybeNullWhen(false)] out T value)
    {
        foreach (var (name, named) in alias is { } other ? values.Add(other) : values)
        {
            if (string.Equals(name, text, StringComparison.OrdinalIgnoreCase))
            {
                value = named;
                return true;
            }
        }

        value = default;
        return false;
    }

    protected override string? Hint(string wrong) => Spelling.Hint(wrong, Names);

    private IEnumerable<string> Names => (alias is { } other ? values.Add(other) : values).Select(v => v.Name);
}

/// <summary>Makes forms of enumerations.</summary>
internal static class EnumForm
{
    public static NameForm<T> Of<T>()
        where T : struct, Enum => new(typeof(T).Name, [.. Enum.GetValues<T>().Select(value => (value.ToString(), value))]);
}
