using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using SecureConversation.Configuration.Printing;

namespace SecureConversation.Configuration.Json;

/// <summary>A list. A list in the section takes the place of what would hold without it.</summary>
/// <param name="item">The form of an item.</param>
/// <param name="start">What an item starts from.</param>
/// <param name="most">The largest number of items.</param>
internal sealed class ListForm<T>(Form<T> item, Func<T> start, int most = 256) : PrintedForm<ImmutableArray<T>>
{
    public override ImmutableArray<T> Read(IConfigurationSection section, ImmutableArray<T> current, Reading reading)
    {
        var children = section.GetChildren().ToList();

        // A list without items is an empty text in a configuration.
        if ((children.Count == 0 && !string.IsNullOrEmpty(section.Value)) || children.Any(c => !c.Key.All(char.IsAsciiDigit)))
        {
            reading.ExpectedKeys(section, "a list");
            return current;
        }

        if (children.Count > most)
        {
            reading.Refuse(section, $"found {children.Count} items, expected at most {most}.");
            return current;
        }

        return [.. children.Select(child => item.Read(child, start(), reading))];
    }

    public override bool Same(ImmutableArray<T> one, ImmutableArray<T> other) => one.SequenceEqual(other);

    public override JsonObject Schema(JsonObject definitions) =>
        new() { ["type"] = "array", ["items"] = item.Schema(definitions), ["maxItems"] = most };

    public override JsonNode? ToJson(ImmutableArray<T> value, ImmutableArray<T> baseline) =>
        new JsonArray([.. value.Select(v => Printed.ToJson(v, start()))]);

    public override string ToCSharp(ImmutableArray<T> value) => CSharpText.Collection([.. value.Select(Printed.ToCSharp)]);

    private PrintedForm<T> Printed => (PrintedForm<T>)item;
}
