using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;

namespace SecureConversation.Configuration.Json;

/// <summary>A password. No message repeats it.</summary>
internal sealed class SecretForm : Form<string?>
{
    private const int Longest = 4096;

    public static SecretForm Instance { get; } = new();

    public override string? Read(IConfigurationSection section, string? current, Reading reading)
    {
        if (section.GetChildren().Any() || section.Value is { Length: > Longest })
        {
            reading.Refuse(section, $"expected a text of at most {Longest} characters.");
            return current;
        }

        return section.Value;
    }

    public override JsonObject Schema(JsonObject definitions) =>
        new() { ["type"] = new JsonArray("string", "null"), ["maxLength"] = Longest };
}
