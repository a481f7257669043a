using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using SecureConversation.Binding;

namespace SecureConversation.Configuration.Json;

/// <summary>A kind of token, by the value of its key Type.</summary>
internal abstract class TokenKind(string name)
{
    public const string TypeKey = "Type";

    public string Name { get; } = name;

    /// <summary>The name of the type in C#.</summary>
    public abstract string TypeName { get; }

    public abstract bool Has(SecurityTokenParameters? token);

    /// <summary>Reads what differs from a token of this kind, or from the defaults where it is of another kind.</summary>
    public abstract SecurityTokenParameters Read(IConfigurationSection section, SecurityTokenParameters? current, Reading reading);

    public abstract JsonObject Properties(JsonObject definitions);

    /// <summary>What differs; with the kind where the baseline is of another kind.</summary>
    public abstract JsonObject ToJson(SecurityTokenParameters value, SecurityTokenParameters? baseline);

    public abstract string ToCSharp(SecurityTokenParameters value);
}

/// <summary>A kind of token with its keys.</summary>
internal sealed class TokenKind<T>(string name, Func<T> start, ObjectForm<T> form) : TokenKind(name)
    where T : SecurityTokenParameters
{
    public override string TypeName => typeof(T).Name;

    public override bool Has(SecurityTokenParameters? token) => token is T;

    public override SecurityTokenParameters Read(IConfigurationSection section, SecurityTokenParameters? current, Reading reading)
    {
        var (token, unknown) = form.ReadKnown(section, current as T ?? start(), reading);
        foreach (var child in unknown.Where(c => !string.Equals(c.Key, TypeKey, StringComparison.OrdinalIgnoreCase)))
        {
            ObjectForm<T>.RefuseUnknown(child, ObjectForm<T>.NamesOf(form.Keys).Append(TypeKey), reading);
        }

        return token;
    }

    public override JsonObject Properties(JsonObject definitions) => form.PropertiesOf(definitions);

    public override JsonObject ToJson(SecurityTokenParameters value, SecurityTokenParameters? baseline)
    {
        var json = new JsonObject();
        if (baseline is not T)
        {
            json[TypeKey] = Name;
        }

        foreach (var (key, item) in form.ToJsonObject((T)value, baseline as T ?? start()).ToList())
        {
            json[key] = item?.DeepClone();
        }

        return json;
    }

    public override string ToCSharp(SecurityTokenParameters value) => form.ToCSharp((T)value);
}

/// <summary>The settings of a token of any kind. Without a key Type they change those of the token that is there already.</summary>
/// <param name="isItem">Whether it stands in a list, where no token is there already.</param>
internal sealed class TokenForm(bool isItem) : PrintedForm<SecurityTokenParameters?>
{
    private static NameForm<TokenKind> Types =>
        new(nameof(TokenKind), [.. TokenForms.Kinds.Select(kind => (kind.Name, kind))]);

    public override SecurityTokenParameters? Read(IConfigurationSection section, SecurityTokenParameters? current, Reading reading)
    {
        if (!section.GetChildren().Any() && section.Value is null && !isItem)
        {
            return null;
        }

        if (!ObjectForm<SecurityTokenParameters>.IsObject(section, reading))
        {
            return current;
        }

        var kind = TokenForms.Kinds.FirstOrDefault(k => k.Has(current));
        var type = section.GetSection(TokenKind.TypeKey);
        if (type.Value is not null)
        {
            var before = kind;
            kind = Types.Read(type, kind!, reading);
            if (kind == before && current is null)
            {
                return current;
            }
        }

        if (kind is null)
        {
            reading.Refuse(section, $"Type is missing: expected one of {string.Join(", ", TokenForms.Kinds.Select(k => k.Name))}.");
            return current;
        }

        return kind.Read(section, current, reading);
    }

    public override JsonObject Schema(JsonObject definitions) => ObjectForm<SecurityTokenParameters>.Reference(definitions,
        isItem ? "SupportingToken" : nameof(SecurityTokenParameters), () =>
        {
            // All keys of all kinds: which belong to which kind is said for each kind.
            var all = new JsonObject { [TokenKind.TypeKey] = Types.Schema(definitions) };
            foreach (var (key, schema) in TokenForms.Kinds.SelectMany(kind => kind.Properties(definitions)).ToList())
            {
                all.TryAdd(key, schema?.DeepClone());
            }

            var closed = ObjectForm<SecurityTokenParameters>.Closed(all, isItem ? [TokenKind.TypeKey] : []);
            closed["allOf"] = new JsonArray([.. TokenForms.Kinds.Select(kind => Only(kind, definitions))]);
            return isItem ? closed : OptionalForm<string>.OrNull(closed);
        });

    public override JsonNode? ToJson(SecurityTokenParameters? value, SecurityTokenParameters? baseline) =>
        value is null ? null : KindOf(value).ToJson(value, isItem ? null : baseline);

    public override string ToCSharp(SecurityTokenParameters? value) => value is null ? "null" : KindOf(value).ToCSharp(value);

    private static JsonObject Only(TokenKind kind, JsonObject definitions) => new JsonObject
    {
        ["if"] = new JsonObject
        {
            ["properties"] = new JsonObject { [TokenKind.TypeKey] = new JsonObject { ["const"] = kind.Name } },
            ["required"] = new JsonArray(TokenKind.TypeKey),
        },
        ["then"] = new JsonObject
        {
            ["propertyNames"] = new JsonObject
            {
                ["enum"] = new JsonArray([.. kind.Properties(definitions).Select(p => (JsonNode)p.Key).Prepend(TokenKind.TypeKey)]),
            },
        },
    };

    private static TokenKind KindOf(SecurityTokenParameters token) => TokenForms.Kinds.First(kind => kind.Has(token));
}
