using System.Collections.Immutable;
using System.Net.Security;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using SecureConversation.Binding;
using SecureConversation.Configuration.Printing;

namespace SecureConversation.Configuration.Json;

/// <summary>
/// What is signed and encrypted. Actions and headers stand in lists, since their colons would separate keys in a configuration.
/// </summary>
internal sealed class ProtectionForm : PrintedForm<ChannelProtectionRequirements>
{
    private static readonly NameForm<ProtectionLevel> Level = EnumForm.Of<ProtectionLevel>();

    private static readonly ObjectForm<ActionLevel> ActionForm = new("ActionProtection", () => new(),
    [
        new Key<ActionLevel, string>("Action", "The action of the message.",
            StringForm.Instance, e => e.Action, (e, v) => e with { Action = v })
        {
            IsRequired = true,
        },
        new Key<ActionLevel, ProtectionLevel?>("ProtectionLevel", "Whether the body is signed, or signed and encrypted.",
            new OptionalValueForm<ProtectionLevel>(Level), e => e.Level, (e, v) => e with { Level = v }) { IsRequired = true },
    ])
    {
        Incomplete = entry => entry is { Action.Length: > 0, Level: not null } ? null : "Action and ProtectionLevel are both needed.",
    };

    private static readonly ObjectForm<HeaderLevel> HeaderForm = new("HeaderProtection", () => new(),
    [
        new Key<HeaderLevel, string>("Name", "The local name.", StringForm.Instance, e => e.Name, (e, v) => e with { Name = v })
        {
            IsRequired = true,
        },
        new Key<HeaderLevel, string>("Namespace", "The namespace; leave it out for none.",
            StringForm.Instance, e => e.Namespace, (e, v) => e with { Namespace = v }),
        new Key<HeaderLevel, ProtectionLevel?>("ProtectionLevel", "Whether the header is signed, or signed and encrypted.",
            new OptionalValueForm<ProtectionLevel>(Level), e => e.Level, (e, v) => e with { Level = v }) { IsRequired = true },
        new Key<HeaderLevel, MessageDirection?>("Direction", "The direction of the messages; without it and Action all messages.",
            new OptionalValueForm<MessageDirection>(EnumForm.Of<MessageDirection>()), e => e.Direction, (e, v) => e with { Direction = v }),
        new Key<HeaderLevel, string?>("Action", "The action of the messages; needs Direction.",
            new OptionalForm<string>(StringForm.Instance), e => e.Action, (e, v) => e with { Action = v }),
    ])
    {
        Incomplete = entry => entry is not { Name.Length: > 0, Level: not null } ? "Name and ProtectionLevel are both needed."
            : entry.Direction is null != entry.Action is null ? "Direction and Action need each other." : null,
    };

    private static readonly ObjectForm<Draft> Form = new(nameof(ChannelProtectionRequirements), () => new(),
    [
        new Key<Draft, ProtectionLevel>("DefaultProtectionLevel", "The level of bodies whose action has no entry. Default EncryptAndSign.",
            Level, d => d.Default, (d, v) => d with { Default = v }),
        new Key<Draft, ProtectionLevel?>("DefaultReplyProtectionLevel", "The same for replies; without it DefaultProtectionLevel.",
            new OptionalValueForm<ProtectionLevel>(Level), d => d.DefaultReply, (d, v) => d with { DefaultReply = v }),
        new Key<Draft, bool>("ListsAllMessages", "Whether there are no messages but those with an entry. Default false.",
            TruthForm.Instance, d => d.ListsAll, (d, v) => d with { ListsAll = v }),
        new Key<Draft, ImmutableArray<ActionLevel>>("Requests", "Levels of the bodies of requests by their action.",
            Actions, d => d.Requests, (d, v) => d with { Requests = v }),
        new Key<Draft, ImmutableArray<ActionLevel>>("Replies", "Levels of the bodies of replies and faults by their action.",
            Actions, d => d.Replies, (d, v) => d with { Replies = v }),
        new Key<Draft, ImmutableArray<ActionLevel>>("RepliesTo", "Levels of the bodies of answers by the action of their request.",
            Actions, d => d.RepliesTo, (d, v) => d with { RepliesTo = v }),
        new Key<Draft, ImmutableArray<HeaderLevel>>("Headers", "Headers that are protected besides those of WS-Addressing.",
            new ListForm<HeaderLevel>(HeaderForm, () => new()), d => d.Headers, (d, v) => d with { Headers = v }),
    ]);

    public static ProtectionForm Instance { get; } = new();

    private static ListForm<ActionLevel> Actions => new(ActionForm, () => new(), most: 4096);

    public override ChannelProtectionRequirements Read(
        IConfigurationSection section, ChannelProtectionRequirements current, Reading reading)
    {
        var before = reading.HasProblems;
        var draft = Form.Read(section, DraftOf(current ?? ChannelProtectionRequirements.Default), reading);
        return reading.HasProblems && !before ? current! : Create(draft);
    }

    public override JsonObject Schema(JsonObject definitions) => Form.Schema(definitions);

    public override JsonNode? ToJson(ChannelProtectionRequirements value, ChannelProtectionRequirements baseline) =>
        Form.ToJson(DraftOf(value), DraftOf(baseline ?? ChannelProtectionRequirements.Default));

    public override string ToCSharp(ChannelProtectionRequirements value)
    {
        var text = $"{nameof(ChannelProtectionRequirements)}.{nameof(ChannelProtectionRequirements.Default)}";
        if (value.DefaultReplyProtectionLevel is { } reply)
        {
            text += $"\n    .WithDefault({Level.ToCSharp(value.DefaultProtectionLevel)}, {Level.ToCSharp(reply)})";
        }
        else if (value.DefaultProtectionLevel != ProtectionLevel.EncryptAndSign)
        {
            text += $"\n    .WithDefault({Level.ToCSharp(value.DefaultProtectionLevel)})";
        }

        text += string.Concat(Calls(value).Select(call => $"\n    .{call}"));
        return value.ListsAllMessages ? $"({text}) with {{ ListsAllMessages = true }}" : text;
    }

    private static IEnumerable<string> Calls(ChannelProtectionRequirements value) =>
    [
        .. value.Requests.Select(e => $"WithRequest({CSharpText.Quoted(e.Action)}, {Level.ToCSharp(e.ProtectionLevel)})"),
        .. value.Replies.Select(e => $"WithReply({CSharpText.Quoted(e.Action)}, {Level.ToCSharp(e.ProtectionLevel)})"),
        .. value.RepliesTo.Select(e => $"WithReplyTo({CSharpText.Quoted(e.Action)}, {Level.ToCSharp(e.ProtectionLevel)})"),
        .. value.Headers.Select(h => h is { Direction: { } direction, Action: { } action }
            ? $"WithHeader(MessageDirection.{direction}, {CSharpText.Quoted(action)}, {HeaderArguments(h)})"
            : $"WithHeader({HeaderArguments(h)})"),
    ];

    private static string HeaderArguments(HeaderProtection header) =>
        $"{CSharpText.Quoted(header.Name)}, {CSharpText.Quoted(header.Namespace)}, {Level.ToCSharp(header.ProtectionLevel)}";

    private static Draft DraftOf(ChannelProtectionRequirements value) => new()
    {
        Default = value.DefaultProtectionLevel,
        DefaultReply = value.DefaultReplyProtectionLevel,
        ListsAll = value.ListsAllMessages,
        Requests = [.. value.Requests.Select(e => new ActionLevel { Action = e.Action, Level = e.ProtectionLevel })],
        Replies = [.. value.Replies.Select(e => new ActionLevel { Action = e.Action, Level = e.ProtectionLevel })],
        RepliesTo = [.. value.RepliesTo.Select(e => new ActionLevel { Action = e.Action, Level = e.ProtectionLevel })],
        Headers =
        [
            .. value.Headers.Select(h => new HeaderLevel
            {
                Direction = h.Direction, Action = h.Action, Name = h.Name, Namespace = h.Namespace, Level = h.ProtectionLevel,
            }),
        ],
    };

    private static ChannelProtectionRequirements Create(Draft draft)
    {
        var result = ChannelProtectionRequirements.Default with
        {
            DefaultProtectionLevel = draft.Default,
            DefaultReplyProtectionLevel = draft.DefaultReply,
            ListsAllMessages = draft.ListsAll,
        };
        result = draft.Requests.Where(IsComplete).Aggregate(result, (r, e) => r.WithRequest(e.Action, e.Level!.Value));
        result = draft.Replies.Where(IsComplete).Aggregate(result, (r, e) => r.WithReply(e.Action, e.Level!.Value));
        result = draft.RepliesTo.Where(IsComplete).Aggregate(result, (r, e) => r.WithReplyTo(e.Action, e.Level!.Value));
        return draft.Headers.Where(h => HeaderForm.Incomplete(h) is null).Aggregate(result, (r, h) =>
            h is { Direction: { } direction, Action: { } action }
                ? r.WithHeader(direction, action, h.Name, h.Namespace, h.Level!.Value)
                : r.WithHeader(h.Name, h.Namespace, h.Level!.Value));
    }

    private static bool IsComplete(ActionLevel entry) => ActionForm.Incomplete(entry) is null;

    private sealed record ActionLevel
    {
        public string Action { get; init; } = "";

        public ProtectionLevel? Level { get; init; }
    }

    private sealed record HeaderLevel
    {
        public string Name { get; init; } = "";

        public string Namespace { get; init; } = "";

        public ProtectionLevel? Level { get; init; }

        public MessageDirection? Direction { get; init; }

        public string? Action { get; init; }
    }

    private sealed record Draft
    {
        public ProtectionLevel Default { get; init; } = ProtectionLevel.EncryptAndSign;

        public ProtectionLevel? DefaultReply { get; init; }

        public bool ListsAll { get; init; }

        public ImmutableArray<ActionLevel> Requests { get; init; } = [];

        public ImmutableArray<ActionLevel> Replies { get; init; } = [];

        public ImmutableArray<ActionLevel> RepliesTo { get; init; } = [];

        public ImmutableArray<HeaderLevel> Headers { get; init; } = [];
    }
}
