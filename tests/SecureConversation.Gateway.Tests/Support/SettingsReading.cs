using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using SecureConversation.Configuration;
using SecureConversation.Gateway.Settings;

namespace SecureConversation.Gateway.Tests.Support;

/// <summary>Reads settings without a gateway.</summary>
internal static class SettingsReading
{
    public static JsonObject Listener(string url = "http://127.0.0.1:0") => new() { ["Url"] = url };

    /// <summary>Settings with one inward route and its listener.</summary>
    public static JsonObject Inward(Action<JsonObject>? change = null, JsonObject? security = null)
    {
        var settings = Sections.GatewayInward(new Uri("http://localhost:9/service"), change, security);
        settings["Listeners"] = new JsonObject { ["Outer"] = Listener() };
        return settings;
    }

    public static GatewaySettings Read(JsonObject settings, string? folder = null)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(new JsonObject { ["Gateway"] = settings.DeepClone() }.ToJsonString()));
        return GatewayReader.Read(new ConfigurationBuilder().AddJsonStream(stream).Build(), folder ?? Path.GetTempPath());
    }

    public static ImmutableArray<string> ProblemsOf(JsonObject settings) =>
        [.. Assert.Throws<SettingsException>(() => Read(settings)).Problems];

    /// <summary>One problem that begins so.</summary>
    public static void Refuses(JsonObject settings, string start) =>
        Assert.StartsWith(start, Assert.Single(ProblemsOf(settings)), StringComparison.Ordinal);
}
