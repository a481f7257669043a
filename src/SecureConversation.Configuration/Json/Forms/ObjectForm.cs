using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using SecureConversation.Configuration.Printing;

namespace SecureConversation.Configuration.Json;

/// <summary>An object with keys. Changes what the section says and leaves the rest. Unknown keys are refused.</summary>
/// <param name="name">The name of the type, in C# and in the definitions of the schema.</param>
/// <param name="start">Makes the object that nothing was set of; C# writes what differs from it.</param>
/// <param name="keys">All keys.</param>
internal sealed class ObjectForm<T>(string name, Func<T> start, ImmutableArray<Key<T>> keys) : PrintedForm<T>
{
    public ImmutableArray<Key<T>> Keys { get; } = keys;

    /// <summary>A key whose value every object needs; null when there is none.</summary>
    public Func<T, string?> Incomplete { get; init; } = _ => null;

    /// <summary>
    /// What to write where the object is empty, which would replace what code has set by defaults; null where it may be empty.
    /// </summary>
    public string? EmptyRemedy { get; init; }

    public override T Read(IConfigurationSection section, T current, Reading reading)
    {
        if (!IsObject(section, reading))
        {
            return current;
        }

        if (EmptyRemedy is not null && !section.GetChildren().Any())
        {
            // The configuration of .NET has the same for both.
            reading.Refuse(section, $"found null or an object without keys, expected keys: {EmptyRemedy}");
            return current;
        }

        var before = reading.ProblemCount;
        var (value, unknown) = ReadKnown(section, current, reading);
        foreach (var child in unknown)
        {
            RefuseUnknown(child, NamesOf(Keys), reading);
        }

        // What is missing may be what could not be read.
        if (reading.ProblemCount == before && Incomplete(value) is { } reason)
        {
            reading.Refuse(section, reason);
        }

        return value;
    }

    /// <summary>Reads the keys that are known, in the order of the table, and returns the others.</summary>
    public (T Value, ImmutableArray<IConfigurationSection> Unknown) ReadKnown(IConfiguration section, T current, Reading reading)
    {
        var children = section.GetChildren().ToDictionary(child => child.Key, StringComparer.OrdinalIgnoreCase);
        foreach (var key in Keys)
        {
            if (children.Remove(key.Name, out var child))
            {
                current = key.Read(child, current, reading);
            }
        }

        return (current, [.. children.Values.OrderBy(child => child.Key, StringComparer.Ordinal)]);
    }

    public override JsonObject Schema(JsonObject definitions) => Reference(definitions, name, () => Definition(definitions));

    /// <summary>A schema in the definitions, made once.</summary>
    public static JsonObject Reference(JsonObject definitions, string name, Func<JsonObject> make)
    {
        if (!definitions.ContainsKey(name))
        {
            // The name is there before the schema is made, which may refer to itself.
            definitions[name] = new JsonObject();
            definitions[name] = make();
        }

        return new JsonObject { ["$ref"] = $"#/definitions/{name}" };
    }

    /// <summary>The schema of an object with these keys.</summary>
    public JsonObject Definition(JsonObject definitions) =>
        Closed(PropertiesOf(definitions), Keys.Where(k => k.IsRequired).Select(k => k.Name));

    public JsonObject PropertiesOf(JsonObject definitions) => new(
        Keys.Where(key => !key.IsOfCode).Select(key => KeyValuePair.Create<string, JsonNode?>(key.Name, key.Schema(definitions))));

    /// <summary>An object that has no other keys.</summary>
    public static JsonObject Closed(JsonObject properties, IEnumerable<string> required)
    {
        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties, ["additionalProperties"] = false };
        if (required.ToList() is { Count: > 0 } names)
        {
            schema["required"] = new JsonArray([.. names.Select(required => (JsonNode)required)]);
        }

        return schema;
    }

    public override JsonNode? ToJson(T value, T baseline) => ToJsonObject(value, baseline);

    public JsonObject ToJsonObject(T value, T baseline)
    {
        var json = new JsonObject();
        foreach (var key in Keys.Where(key => key.Differs(value, baseline)))
        {
            json[key.Name] = key.ToJson(value, baseline);
        }

        return json;
    }

    public override string ToCSharp(T value) => CSharpText.Initializer($"new {name}", Members(value, start()), $"new {name}()");

    /// <summary>Assignments of C# for what differs.</summary>
    public IReadOnlyList<string> Members(T value, T baseline) =>
        [.. Keys.Where(key => key.Differs(value, baseline)).Select(key => key.ToCSharp(value))];

    public static IEnumerable<string> NamesOf(IEnumerable<Key<T>> keys) => keys.Where(key => !key.IsOfCode).Select(key => key.Name);

    public static bool IsObject(IConfigurationSection section, Reading reading)
    {
        // An empty text or list is no object, and no default either.
        if (!string.IsNullOrEmpty(section.Value) || (section.Value is not null && !section.GetChildren().Any()))
        {
            reading.ExpectedKeys(section, "an object with keys");
            return false;
        }

        return true;
    }

    public static void RefuseUnknown(IConfigurationSection child, IEnumerable<string> names, Reading reading)
    {
        var known = names.ToList();
        var hint = Spelling.Hint(child.Key, known) ?? $"Known are {string.Join(", ", known)}.";
        reading.Refuse(child, $"found a key that is not known. {hint}");
    }
}
