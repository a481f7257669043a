using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SecureConversation.Gateway.Settings;

/// <summary>The JSON schema (draft 7) of the settings, made of the tables by which they are read.</summary>
internal static class GatewaySchema
{
    private static readonly JsonSerializerOptions Format =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Text => Create().ToJsonString(Format).ReplaceLineEndings("\n") + "\n";

    private static JsonObject Create()
    {
        var definitions = new JsonObject();
        var gateway = GatewayForms.Gateway.Schema(definitions);
        return new JsonObject
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["definitions"] = definitions,
            ["type"] = "object",
            ["properties"] = new JsonObject { [GatewaySettings.Section] = gateway },
            ["required"] = new JsonArray(GatewaySettings.Section),
        };
    }
}
