using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;

namespace SecureConversation.Configuration.Json;

/// <summary>A value that is one text, number or truth value. A configuration holds all of them as text.</summary>
/// <param name="expected">What stands in messages: "a number from 1 to 3".</param>
internal abstract class TextForm<T>(string expected) : PrintedForm<T>
{
    public sealed override T Read(IConfigurationSection section, T current, Reading reading)
    {
        if (section.Value is { } text && !section.GetChildren().Any() && TryParse(text, out var value))
        {
            return value;
        }

        var wrong = section.Value;
        if (wrong is not null && HasSecret(wrong))
        {
            reading.ExpectedKeys(section, expected);
        }
        else
        {
            reading.Expected(section, expected, wrong is null ? null : Hint(wrong));
        }

        return current;
    }

    protected abstract bool TryParse(string text, [MaybeNullWhen(false)] out T value);

    /// <summary>Whether what was written may have a secret in it, and is not repeated.</summary>
    protected virtual bool HasSecret(string wrong) => false;

    /// <summary>What may have been meant.</summary>
    protected virtual string? Hint(string wrong) => null;
}

/// <summary>A form of a value that may be absent: null stands for null.</summary>
internal sealed class OptionalForm<T>(PrintedForm<T> form) : PrintedForm<T?>
    where T : class
{
    public override T? Read(IConfigurationSection section, T? current, Reading reading) =>
        section.Value is null && !section.GetChildren().Any() ? null : form.Read(section, current!, reading);

    public override bool Same(T? one, T? other) => one is null || other is null ? ReferenceEquals(one, other) : form.Same(one, other);

    public override JsonObject Schema(JsonObject definitions) => OrNull(form.Schema(definitions));

    public override JsonNode? ToJson(T? value, T? baseline) => value is null ? null : form.ToJson(value, baseline!);

    public override string ToCSharp(T? value) => value is null ? "null" : form.ToCSharp(value);

    public static JsonObject OrNull(JsonObject schema)
    {
        if (schema["type"] is JsonValue type)
        {
            schema["type"] = new JsonArray(type.DeepClone(), "null");
            return schema;
        }

        return new JsonObject { ["anyOf"] = new JsonArray(schema, new JsonObject { ["type"] = "null" }) };
    }
}

/// <summary>The same for values of the stack.</summary>
internal sealed class OptionalValueForm<T>(PrintedForm<T> form) : PrintedForm<T?>
    where T : struct
{
    public override T? Read(IConfigurationSection section, T? current, Reading reading)
    {
        if (section.Value is null && !section.GetChildren().Any())
        {
            return null;
        }

        return form.Read(section, current ?? default, reading);
    }

    public override JsonObject Schema(JsonObject definitions) => OptionalForm<string>.OrNull(form.Schema(definitions));

    public override JsonNode? ToJson(T? value, T? baseline) => value is { } some ? form.ToJson(some, baseline ?? default) : null;

    public override string ToCSharp(T? value) => value is { } some ? form.ToCSharp(some) : "null";
}
