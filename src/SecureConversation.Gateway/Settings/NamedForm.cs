using System.Collections.Immutable;
using System.Text.Json.Nodes;
using SecureConversation.Configuration.Json;

namespace SecureConversation.Gateway.Settings;

/// <summary>Objects by a name of the administrator's choice.</summary>
internal sealed class NamedForm<T>(ObjectForm<T> item, Func<T> start, string what = "routes", int most = 256)
    : Form<ImmutableSortedDictionary<string, T>>
{
    public override ImmutableSortedDictionary<string, T> Read(
        IConfigurationSection section, ImmutableSortedDictionary<string, T> current, Reading reading)
    {
        var children = section.GetChildren().ToList();
        if (children.Count == 0 && !string.IsNullOrEmpty(section.Value))
        {
            reading.ExpectedKeys(section, $"an object with {what} by name");
            return current;
        }

        if (children.Count > most)
        {
            reading.Refuse(section, $"found {children.Count} {what}, expected at most {most}.");
            return current;
        }

        return children.ToImmutableSortedDictionary(
            child => child.Key, child => item.Read(child, start(), reading), StringComparer.OrdinalIgnoreCase);
    }

    public override JsonObject Schema(JsonObject definitions) =>
        new() { ["type"] = "object", ["additionalProperties"] = item.Schema(definitions), ["maxProperties"] = most };
}

/// <summary>A section that somebody else reads again. It is read here to find what is wrong with it.</summary>
internal sealed class SectionForm<T>(ObjectForm<T> form, Func<T> start) : Form<IConfigurationSection?>
{
    public override IConfigurationSection? Read(IConfigurationSection section, IConfigurationSection? current, Reading reading)
    {
        form.Read(section, start(), reading);
        return section;
    }

    public override JsonObject Schema(JsonObject definitions) => form.Schema(definitions);
}

/// <summary>A path without a slash at the end.</summary>
internal sealed class PathForm() : TextForm<string>("a path such as /orders, without a slash at the end, dots as segments, or a query")
{
    public static PathForm Instance { get; } = new();

    public override JsonObject Schema(JsonObject definitions) => new() { ["type"] = "string", ["pattern"] = "^/[^?#%\\\\]*[^/?#%\\\\]$" };

    public override JsonNode? ToJson(string value, string baseline) => JsonValue.Create(value);

    public override string ToCSharp(string value) => value;

    protected override bool TryParse(string text, out string value)
    {
        value = text;
        return text.Length is > 1 and <= 1024 && text[0] == '/' && text[^1] != '/' && text.AsSpan().IndexOfAny("?#%\\ ") < 0
            && text.All(c => c is > ' ' and < '\x7F') && text[1..].Split('/').All(segment => segment is not ("" or "." or ".."));
    }
}

/// <summary>The name of a header field (RFC 9110 section 5.1).</summary>
internal sealed class HeaderNameForm() : TextForm<string>("the name of a header")
{
    public static HeaderNameForm Instance { get; } = new();

    public override JsonObject Schema(JsonObject definitions) =>
        new() { ["type"] = "string", ["pattern"] = "^[A-Za-z0-9-]+$", ["maxLength"] = 128 };

    public override JsonNode? ToJson(string value, string baseline) => JsonValue.Create(value);

    public override string ToCSharp(string value) => value;

    protected override bool TryParse(string text, out string value)
    {
        value = text;
        return text.Length is > 0 and <= 128 && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
    }
}

/// <summary>An address of HTTP without user name, fragment or query.</summary>
internal sealed class HttpAddressForm(bool allowsQuery = false)
    : TextForm<Uri?>("an address of http or https, such as http://localhost:8080/orders, without user name and fragment")
{
    public static HttpAddressForm Instance { get; } = new();

    public override JsonObject Schema(JsonObject definitions) => new() { ["type"] = "string", ["pattern"] = "^[Hh][Tt][Tt][Pp][Ss]?://" };

    public override JsonNode? ToJson(Uri? value, Uri? baseline) => JsonValue.Create(value?.AbsoluteUri);

    public override string ToCSharp(Uri? value) => $"{value}";

    protected override bool TryParse(string text, out Uri? value) =>
        Uri.TryCreate(text, UriKind.Absolute, out value) && value.Scheme is "http" or "https"
        && value is { UserInfo.Length: 0, Fragment.Length: 0 } && (allowsQuery || value.Query.Length == 0);

    // user:password@ before the host.
    protected override bool HasSecret(string wrong) => wrong.Contains('@', StringComparison.Ordinal);
}
