using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;

namespace SecureConversation.Configuration.Json;

/// <summary>A filter by its name, or an object with the key OneOf and the addresses.</summary>
internal sealed class AddressFilterForm : Form<AddressFilter?>
{
    private const string OneOf = nameof(AddressFilter.OneOf);

    private static readonly Uri Nowhere = new("about:blank");

    private static readonly NameForm<AddressFilter> Named = new(nameof(AddressFilter),
    [
        (nameof(AddressFilter.IgnoringHost), AddressFilter.IgnoringHost), (nameof(AddressFilter.Exact), AddressFilter.Exact),
        (nameof(AddressFilter.PathOnly), AddressFilter.PathOnly), (nameof(AddressFilter.Any), AddressFilter.Any),
    ]);

    private static readonly ObjectForm<Draft> Addresses = new("AddressFilterOneOf", () => new(),
    [
        new Key<Draft, ImmutableArray<Uri>>(OneOf, "The addresses that are accepted.",
            new ListForm<Uri>(UriForm.Instance, () => Nowhere), d => d.Addresses, (d, v) => d with { Addresses = v }) { IsRequired = true },
    ])
    {
        Incomplete = d => d.Addresses.IsEmpty ? $"{OneOf} has no address: name at least one." : null,
    };

    public static AddressFilterForm Instance { get; } = new();

    public override AddressFilter? Read(IConfigurationSection section, AddressFilter? current, Reading reading)
    {
        if (!section.GetChildren().Any())
        {
            return Named.Read(section, current ?? AddressFilter.IgnoringHost, reading);
        }

        var known = reading.ProblemCount;
        var draft = Addresses.Read(section, new Draft(), reading);
        return reading.ProblemCount > known ? current : AddressFilter.OneOf(draft.Addresses);
    }

    public override JsonObject Schema(JsonObject definitions) =>
        new() { ["anyOf"] = new JsonArray(Named.Schema(definitions), Addresses.Schema(definitions)) };

    private sealed record Draft
    {
        public ImmutableArray<Uri> Addresses { get; init; } = [];
    }
}
