using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using SecureConversation.Binding;

namespace SecureConversation.Configuration.Json;

/// <summary>A list of tokens. Those that could not be read are left out, since the reading has their problem.</summary>
internal sealed class TokenListForm : PrintedForm<ImmutableArray<SecurityTokenParameters>>
{
    private static readonly ListForm<SecurityTokenParameters?> Items = new(new TokenForm(isItem: true), () => null, most: 16);

    public override ImmutableArray<SecurityTokenParameters> Read(
        IConfigurationSection section, ImmutableArray<SecurityTokenParameters> current, Reading reading) =>
        [.. Items.Read(section, [.. current], reading).OfType<SecurityTokenParameters>()];

    public override bool Same(ImmutableArray<SecurityTokenParameters> one, ImmutableArray<SecurityTokenParameters> other) =>
        one.SequenceEqual(other);

    public override JsonObject Schema(JsonObject definitions) => Items.Schema(definitions);

    public override JsonNode? ToJson(ImmutableArray<SecurityTokenParameters> value, ImmutableArray<SecurityTokenParameters> baseline) =>
        Items.ToJson([.. value], [.. baseline]);

    public override string ToCSharp(ImmutableArray<SecurityTokenParameters> value) => Items.ToCSharp([.. value]);
}
