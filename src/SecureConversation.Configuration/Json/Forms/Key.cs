using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;

namespace SecureConversation.Configuration.Json;

/// <summary>A key of an object.</summary>
/// <param name="name">The name, as the property has it.</param>
/// <param name="summary">A sentence for the schema.</param>
internal abstract class Key<T>(string name, string summary)
{
    public string Name { get; } = name;

    /// <summary>A sentence about it.</summary>
    public string Summary { get; } = summary;

    /// <summary>Whether it is an object of code, which no configuration can say.</summary>
    public virtual bool IsOfCode => false;

    /// <summary>Whether the schema demands it.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Why an object cannot have the key; null when it can.</summary>
    public Func<T, string?> Misplaced { get; init; } = _ => null;

    public abstract T Read(IConfigurationSection section, T target, Reading reading);

    public abstract bool Differs(T value, T baseline);

    public abstract JsonNode? ToJson(T value, T baseline);

    public abstract string ToCSharp(T value);

    /// <summary>The schema of the value, with the summary as its description.</summary>
    public JsonObject Schema(JsonObject definitions)
    {
        var schema = ValueSchema(definitions);
        schema["description"] = Summary;
        return schema;
    }

    protected abstract JsonObject ValueSchema(JsonObject definitions);
}

/// <summary>A key with a value.</summary>
internal sealed class Key<T, TValue>(string name, string summary, Form<TValue> form, Func<T, TValue> get, Func<T, TValue, T> set)
    : Key<T>(name, summary)
{
    public override T Read(IConfigurationSection section, T target, Reading reading)
    {
        if (Misplaced(target) is { } reason)
        {
            reading.Refuse(section, reason);
            return target;
        }

        return set(target, form.Read(section, get(target), reading));
    }

    public override bool Differs(T value, T baseline) =>
        Misplaced(value) is null && (Misplaced(baseline) is not null || !Printed.Same(get(value), get(baseline)));

    public override JsonNode? ToJson(T value, T baseline) => Printed.ToJson(get(value), get(baseline));

    public override string ToCSharp(T value) => $"{Name} = {Printed.ToCSharp(get(value))}";

    protected override JsonObject ValueSchema(JsonObject definitions) => form.Schema(definitions);

    private PrintedForm<TValue> Printed => (PrintedForm<TValue>)form;
}

/// <summary>A key that is refused because its value is an object of code.</summary>
/// <param name="name">The name of the property.</param>
/// <param name="remedy">What to do in its place.</param>
internal sealed class CodeKey<T>(string name, string remedy) : Key<T>(name, remedy)
{
    public override bool IsOfCode => true;

    public override T Read(IConfigurationSection section, T target, Reading reading)
    {
        reading.Refuse(section, $"{Name} is an object of code, which a configuration cannot say: {Summary}");
        return target;
    }

    public override bool Differs(T value, T baseline) => false;

    public override JsonNode? ToJson(T value, T baseline) => null;

    public override string ToCSharp(T value) => "";

    protected override JsonObject ValueSchema(JsonObject definitions) => new() { ["not"] = new JsonObject() };
}
