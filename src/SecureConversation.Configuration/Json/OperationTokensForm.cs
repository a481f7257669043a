using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using SecureConversation.Binding;
using SecureConversation.Configuration.Printing;

namespace SecureConversation.Configuration.Json;

/// <summary>
/// Supporting tokens by action: a list of objects with the key Action and the lists of tokens, since keys of a configuration cannot have
/// the colons of actions.
/// </summary>
internal sealed class OperationTokensForm : PrintedForm<OperationSupportingTokens>
{
    private static readonly ListForm<Operation> Items = new(
        new ObjectForm<Operation>("OperationSupportingTokens", () => new(),
        [
            new Key<Operation, string>(nameof(Operation.Action), "The action of the requests, or * for all that have no item.",
                StringForm.Instance, o => o.Action, (o, v) => o with { Action = v }) { IsRequired = true },
            new Key<Operation, SupportingTokenParameters>(nameof(Operation.Tokens), "The tokens.",
                ElementKeys.Supporting, o => o.Tokens, (o, v) => o with { Tokens = v }),
        ])
        {
            Incomplete = o => o.Action.Length == 0 ? "Action is missing." : null,
        },
        () => new());

    public static OperationTokensForm Instance { get; } = new();

    public override OperationSupportingTokens Read(IConfigurationSection section, OperationSupportingTokens current, Reading reading)
    {
        var before = reading.ProblemCount;
        var items = Items.Read(section, Listed(current), reading);
        if (items.GroupBy(item => item.Action, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            reading.Refuse(section, $"found two items with the Action {twice.Key}: put their tokens into one.");
        }

        return reading.ProblemCount > before ? current
            : new(items.Select(item => KeyValuePair.Create(item.Action, item.Tokens)));
    }

    public override JsonObject Schema(JsonObject definitions) => Items.Schema(definitions);

    public override JsonNode? ToJson(OperationSupportingTokens value, OperationSupportingTokens baseline) =>
        Items.ToJson(Listed(value), Listed(baseline));

    public override string ToCSharp(OperationSupportingTokens value) => string.Concat(
        value.Select(o => $".With({CSharpText.Quoted(o.Key)}, {ElementKeys.Supporting.ToCSharp(o.Value)})")
            .Prepend($"{nameof(OperationSupportingTokens)}.{nameof(OperationSupportingTokens.None)}"));

    private static ImmutableArray<Operation> Listed(OperationSupportingTokens tokens) =>
        [.. tokens.Select(o => new Operation { Action = o.Key, Tokens = o.Value })];

    private sealed record Operation
    {
        public string Action { get; init; } = "";

        public SupportingTokenParameters Tokens { get; init; } = SupportingTokenParameters.None;
    }
}
