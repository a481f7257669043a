using System.Globalization;
using System.Text.Json.Nodes;
using SecureConversation.Configuration.Json;

namespace SecureConversation.Gateway.Settings;

/// <summary>A time up to a limit: timers do not take any.</summary>
internal sealed class LimitedTimeForm(TimeSpan most)
    : TextForm<TimeSpan>(string.Create(
        CultureInfo.InvariantCulture, $"a time as hours:minutes:seconds, such as 00:05:00, of at most {most:c}"))
{
    public static LimitedTimeForm Hour { get; } = new(TimeSpan.FromHours(1));

    public static LimitedTimeForm Day { get; } = new(TimeSpan.FromDays(1));

    public override JsonObject Schema(JsonObject definitions) => TimeForm.Instance.Schema(definitions);

    public override JsonNode? ToJson(TimeSpan value, TimeSpan baseline) => TimeForm.Instance.ToJson(value, baseline);

    public override string ToCSharp(TimeSpan value) => TimeForm.Instance.ToCSharp(value);

    // A number alone would be days, which nobody means.
    protected override bool TryParse(string text, out TimeSpan value) =>
        TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out value) && text.Contains(':', StringComparison.Ordinal)
        && value >= TimeSpan.Zero && value <= most;
}

/// <summary>A directory; read as a full path, which begins where the settings are.</summary>
internal sealed class FolderForm : Form<string>
{
    public static FolderForm Instance { get; } = new();

    public override string Read(IConfigurationSection section, string current, Reading reading)
    {
        if (section.Value is not { Length: > 0 and <= 4096 } path || section.GetChildren().Any()
            || path.Contains('\0', StringComparison.Ordinal))
        {
            reading.ExpectedKeys(section, "the path of a directory, of 1 to 4096 characters without NUL");
            return current;
        }

        return Path.GetFullPath(path, reading.BasePath);
    }

    public override JsonObject Schema(JsonObject definitions) => StringForm.Instance.Schema(definitions);
}
