using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using SecureConversation.Cli.Decoding;
using SecureConversation.Cli.Reports;

namespace SecureConversation.Cli.Output;

/// <summary>A report as one JSON object. Names of properties stay; what is not known is left out.</summary>
internal static class ConversationJson
{
    // The encoder writes control characters as escapes, so that a terminal obeys none of them.
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.Default,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        MaxDepth = 128,
    };

    public static void Write(ConversationReport report, TextWriter output) => output.WriteLine(JsonSerializer.Serialize(report, Options));

    public static void Write(Comparison comparison, TextWriter output) => output.WriteLine(JsonSerializer.Serialize(comparison, Options));
}
