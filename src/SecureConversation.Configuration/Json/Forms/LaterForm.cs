using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;

namespace SecureConversation.Configuration.Json;

/// <summary>A form that refers to itself, or to one that refers to it.</summary>
internal sealed class LaterForm<T>(Func<PrintedForm<T>> form) : PrintedForm<T>
{
    public override T Read(IConfigurationSection section, T current, Reading reading) => form().Read(section, current, reading);

    public override bool Same(T one, T other) => form().Same(one, other);

    public override JsonObject Schema(JsonObject definitions) => form().Schema(definitions);

    public override JsonNode? ToJson(T value, T baseline) => form().ToJson(value, baseline);

    public override string ToCSharp(T value) => form().ToCSharp(value);
}
