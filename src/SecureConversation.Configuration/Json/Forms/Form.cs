using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;

namespace SecureConversation.Configuration.Json;

/// <summary>
/// How one kind of value stands in a configuration: it is read by it, and the JSON schema says it. Explicit tables of forms take the place
/// of binding by reflection.
/// </summary>
internal abstract class Form<T>
{
    /// <summary>Reads a value. Adds what is wrong to the reading and returns <paramref name="current"/> then.</summary>
    /// <param name="section">Where the value stands.</param>
    /// <param name="current">The value that holds without it. A form of an object changes only what the section says.</param>
    /// <param name="reading">Gathers problems.</param>
    public abstract T Read(IConfigurationSection section, T current, Reading reading);

    /// <summary>The JSON schema of the value. Forms with a name put it into the definitions and return a reference.</summary>
    public abstract JsonObject Schema(JsonObject definitions);
}

/// <summary>A form that can be written as well, for the text of a binding.</summary>
internal abstract class PrintedForm<T> : Form<T>
{
    /// <summary>Whether two values are written alike.</summary>
    public virtual bool Same(T one, T other) => EqualityComparer<T>.Default.Equals(one, other);

    /// <summary>The value as JSON: what differs from a value that holds without it.</summary>
    public abstract JsonNode? ToJson(T value, T baseline);

    /// <summary>An expression of C# that makes the value.</summary>
    public abstract string ToCSharp(T value);
}
