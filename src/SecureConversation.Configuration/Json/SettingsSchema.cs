using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SecureConversation.Configuration.Json;

/// <summary>
/// The JSON schema (draft 7, which editors know) of appsettings.json, made of the tables by which sections are read. Sections may have
/// other names: their schemas are the definitions Service and Client.
/// </summary>
internal static class SettingsSchema
{
    public const string RootSection = "SecureConversation";

    private static readonly JsonSerializerOptions Format =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Text => Create().ToJsonString(Format).ReplaceLineEndings("\n") + "\n";

    public static JsonObject Create()
    {
        var definitions = new JsonObject();
        var service = SettingsForms.Service.Schema(definitions);
        var client = SettingsForms.Client.Schema(definitions);
        return new JsonObject
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["definitions"] = definitions,
            ["type"] = "object",
            ["properties"] = new JsonObject
            {
                [RootSection] = new JsonObject
                {
                    ["type"] = "object",
                    ["description"] = "WCF message security.",
                    ["properties"] = new JsonObject
                    {
                        ["Service"] = service,
                        ["Client"] = client,
                        ["Services"] = new JsonObject
                        {
                            ["type"] = "object",
                            ["description"] = "Services by name.",
                            ["additionalProperties"] = service.DeepClone(),
                        },
                        ["Clients"] = new JsonObject
                        {
                            ["type"] = "object",
                            ["description"] = "Clients by name.",
                            ["additionalProperties"] = client.DeepClone(),
                        },
                    },
                    ["additionalProperties"] = false,
                },
            },
        };
    }
}
