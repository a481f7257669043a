using System.Collections.Immutable;
using System.Net.Security;

namespace SecureConversation.Binding;

/// <summary>
/// Which bodies and headers of an endpoint are signed, and which are encrypted as well (WS-SecurityPolicy 1.2 sections 4.1, 4.2).
/// Client and service must have equal requirements. Timestamp, signature confirmations and the headers of WS-Addressing are always
/// signed and are not listed here. Immutable: every <c>With...</c> returns a changed copy.
/// </summary>
/// <remarks>
/// Without WS-Addressing no message says its action. The client knows that of its request, and the transport of the service says it
/// (<see cref="MessageOrigin.Action"/>); where nobody does, the strongest level of all requests counts. Replies go out at the strongest
/// level of all replies, as WCF's do, and the client demands that, or what <see cref="WithReplyTo"/> says of its request.
/// </remarks>
public sealed record ChannelProtectionRequirements
{
    private readonly ImmutableDictionary<(MessageDirection Direction, string Action), ProtectionLevel> _levels =
        ImmutableDictionary<(MessageDirection, string), ProtectionLevel>.Empty;

    private readonly ImmutableDictionary<string, ProtectionLevel> _replies = ImmutableDictionary<string, ProtectionLevel>.Empty;

    private readonly ImmutableArray<HeaderRule> _headers = [];

    /// <summary>Signs and encrypts all bodies, and protects no further headers.</summary>
    // A new one each time: whoever binds a configuration by reflection writes into what he finds.
    public static ChannelProtectionRequirements Default => new();

    /// <summary>The level of bodies whose action has no entry. Default: signed and encrypted.</summary>
    public ProtectionLevel DefaultProtectionLevel { get; init; } = ProtectionLevel.EncryptAndSign;

    /// <summary>The same for replies; null for <see cref="DefaultProtectionLevel"/>, the default.</summary>
    public ProtectionLevel? DefaultReplyProtectionLevel { get; init; }

    /// <summary>
    /// Whether there are no messages but those with an entry, as in a contract. Then the defaults are not among the levels of which the
    /// strongest counts where an action is not known. Default false.
    /// </summary>
    public bool ListsAllMessages { get; init; }

    /// <summary>Whether any header is encrypted, which WS-Security 1.0 does not support.</summary>
    public bool HasEncryptedHeaders => _headers.Any(h => h.Header.Level == ProtectionLevel.EncryptAndSign);

    /// <summary>
    /// The levels of the bodies of requests, ordered by action; what <see cref="WithRequest"/> sets. Setting it replaces all of them.
    /// </summary>
    /// <exception cref="ArgumentException">An entry has no action.</exception>
    public IReadOnlyList<ActionProtection> Requests
    {
        get => Listed(MessageDirection.ClientToService);
        init => _levels = Replaced(MessageDirection.ClientToService, value);
    }

    /// <summary>
    /// The levels of the bodies of replies and faults, ordered by action; what <see cref="WithReply"/> and <see cref="WithFault"/> set.
    /// Setting it replaces all of them.
    /// </summary>
    /// <exception cref="ArgumentException">An entry has no action.</exception>
    public IReadOnlyList<ActionProtection> Replies
    {
        get => Listed(MessageDirection.ServiceToClient);
        init => _levels = Replaced(MessageDirection.ServiceToClient, value);
    }

    /// <summary>
    /// The levels of the bodies of answers by the action of their request, ordered by it; what <see cref="WithReplyTo"/> sets. Setting it
    /// replaces all of them.
    /// </summary>
    /// <exception cref="ArgumentException">An entry has no action.</exception>
    public IReadOnlyList<ActionProtection> RepliesTo
    {
        get =>
        [
            .. _replies.OrderBy(e => e.Key, StringComparer.Ordinal)
                .Select(e => new ActionProtection { Action = e.Key, ProtectionLevel = e.Value }),
        ];
        init => _replies = Complete(value).ToImmutableDictionary(e => e.Action, e => e.ProtectionLevel);
    }

    /// <summary>The protected headers, as <c>WithHeader</c> adds them. Setting it replaces all of them.</summary>
    /// <exception cref="ArgumentException">An entry has no name, or one of Direction and Action without the other.</exception>
    public IReadOnlyList<HeaderProtection> Headers
    {
        get =>
        [
            .. _headers.Select(rule => new HeaderProtection
            {
                Name = rule.Header.Name,
                Namespace = rule.Header.Namespace,
                ProtectionLevel = rule.Header.Level,
                Direction = rule.Direction,
                Action = rule.Action,
            }),
        ];
        init => _headers = [.. (value ?? []).Select(RuleOf)];
    }

    /// <summary>Sets the default level of bodies.</summary>
    public ChannelProtectionRequirements WithDefault(ProtectionLevel level) =>
        this with { DefaultProtectionLevel = level, DefaultReplyProtectionLevel = null };

    /// <summary>Sets the default levels of the bodies of requests and of replies.</summary>
    public ChannelProtectionRequirements WithDefault(ProtectionLevel request, ProtectionLevel reply) =>
        this with { DefaultProtectionLevel = request, DefaultReplyProtectionLevel = reply };

    /// <summary>Sets the level of the body of requests and one-way messages with this action.</summary>
    public ChannelProtectionRequirements WithRequest(string action, ProtectionLevel level) =>
        WithLevel(MessageDirection.ClientToService, action, level);

    /// <summary>Sets the level of the body of replies with this action.</summary>
    public ChannelProtectionRequirements WithReply(string action, ProtectionLevel level) =>
        WithLevel(MessageDirection.ServiceToClient, action, level);

    /// <summary>
    /// Sets the level of the bodies of all answers to requests with this action, where the action of the answer has no entry and is not
    /// that of a fault. Without WS-Addressing it is the least that the client takes for an answer to its request.
    /// </summary>
    public ChannelProtectionRequirements WithReplyTo(string requestAction, ProtectionLevel level)
    {
        ArgumentNullException.ThrowIfNull(requestAction);
        return new(this, _levels, _replies.SetItem(requestAction, level), _headers);
    }

    /// <summary>Sets the level of the body of faults with this action.</summary>
    public ChannelProtectionRequirements WithFault(string action, ProtectionLevel level) =>
        WithLevel(MessageDirection.ServiceToClient, action, level);

    /// <summary>Protects a header in all messages of both directions that have it.</summary>
    public ChannelProtectionRequirements WithHeader(string name, string ns, ProtectionLevel level) =>
        WithHeader(new HeaderRule(null, null, new ProtectedHeader(name, ns, level)));

    /// <summary>Protects a header in messages with this action that have it.</summary>
    public ChannelProtectionRequirements WithHeader(
        MessageDirection direction,
        string action,
        string name,
        string ns,
        ProtectionLevel level) =>
        WithHeader(new HeaderRule(direction, action, new ProtectedHeader(name, ns, level)));

    /// <summary>
    /// The level of a body. A fault that no contract declares is signed and encrypted regardless of the default, unless it has an entry.
    /// </summary>
    public ProtectionLevel GetLevel(string? action, MessageDirection direction) =>
        direction == MessageDirection.ClientToService ? LevelOf(action, direction) ?? DefaultProtectionLevel : GetReplyLevel(action, null);

    /// <summary>The level of the body of a reply.</summary>
    /// <param name="action">Its action.</param>
    /// <param name="requestAction">That of the request; null when it is not known.</param>
    internal ProtectionLevel GetReplyLevel(string? action, string? requestAction) =>
        LevelOf(action, MessageDirection.ServiceToClient)
        ?? (FaultActions.Contains(action ?? "") ? ProtectionLevel.EncryptAndSign : GetLevelOfReplyTo(requestAction))
        ?? DefaultReplyProtectionLevel ?? DefaultProtectionLevel;

    /// <summary>The level of replies to a request by their entry in <see cref="WithReplyTo"/>; null when there is none.</summary>
    internal ProtectionLevel? GetLevelOfReplyTo(string? requestAction) =>
        requestAction is not null && _replies.TryGetValue(requestAction, out var level) ? level : null;

    /// <summary>The strongest level that a body of this direction may have, for messages whose action is not known.</summary>
    internal ProtectionLevel GetStrongest(MessageDirection direction) => LevelsOf(direction).Max();

    /// <summary>All levels that bodies of this direction may have.</summary>
    internal IEnumerable<ProtectionLevel> LevelsOf(MessageDirection direction)
    {
        var isReply = direction == MessageDirection.ServiceToClient;
        var listed = _levels.Where(e => e.Key.Direction == direction).Select(e => e.Value).Concat(isReply ? _replies.Values : []).ToList();
        return ListsAllMessages && listed.Count > 0
            ? listed
            : listed.Append((isReply ? DefaultReplyProtectionLevel : null) ?? DefaultProtectionLevel);
    }

    /// <summary>
    /// The headers to protect in a message; a header that is listed twice gets the higher level. A message without WS-Addressing has no
    /// action: then the result holds the headers of all actions, because the right one is not known.
    /// </summary>
    public ImmutableArray<ProtectedHeader> GetHeaders(string? action, MessageDirection direction)
    {
        if (_headers.IsEmpty)
        {
            return [];
        }

        return
        [
            .. _headers
                .Where(h => h.Action is null || ((action is null || h.Action == action) && h.Direction == direction))
                .GroupBy(h => (h.Header.Name, h.Header.Namespace), h => h.Header)
                .Select(g => g.MaxBy(h => h.Level)!),
        ];
    }

    /// <summary>Compares entries regardless of their order.</summary>
    public bool Equals(ChannelProtectionRequirements? other) =>
        other is not null
        && DefaultProtectionLevel == other.DefaultProtectionLevel
        && DefaultReplyProtectionLevel == other.DefaultReplyProtectionLevel
        && ListsAllMessages == other.ListsAllMessages
        && Same(_levels, other._levels)
        && Same(_replies, other._replies)
        && _headers.ToImmutableHashSet().SetEquals(other._headers);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(DefaultProtectionLevel, DefaultReplyProtectionLevel, _levels.Count);

    private static bool Same<T>(ImmutableDictionary<T, ProtectionLevel> one, ImmutableDictionary<T, ProtectionLevel> other)
        where T : notnull =>
        one.Count == other.Count && one.All(e => other.TryGetValue(e.Key, out var level) && level == e.Value);

    private ActionProtection[] Listed(MessageDirection direction) =>
    [
        .. _levels.Where(e => e.Key.Direction == direction).OrderBy(e => e.Key.Action, StringComparer.Ordinal)
            .Select(e => new ActionProtection { Action = e.Key.Action, ProtectionLevel = e.Value }),
    ];

    private ImmutableDictionary<(MessageDirection, string), ProtectionLevel> Replaced(
        MessageDirection direction, IReadOnlyList<ActionProtection>? entries) => _levels
        .RemoveRange(_levels.Keys.Where(key => key.Direction == direction).ToList())
        .SetItems(Complete(entries).Select(e => KeyValuePair.Create((direction, e.Action), e.ProtectionLevel)));

    private static IEnumerable<ActionProtection> Complete(IReadOnlyList<ActionProtection>? entries) => (entries ?? []).Select(entry =>
        entry?.Action is null
            ? throw new ArgumentException("An entry has no Action: name the action of the messages.", nameof(entries)) : entry);

    private static HeaderRule RuleOf(HeaderProtection entry) =>
        string.IsNullOrEmpty(entry?.Name) ? throw new ArgumentException("An entry has no Name: name the header.", nameof(entry))
        : entry.Direction is null != entry.Action is null
            ? throw new ArgumentException("An entry has one of Direction and Action: set both, or none for all messages.", nameof(entry))
        : new HeaderRule(entry.Direction, entry.Action, new ProtectedHeader(entry.Name, entry.Namespace ?? "", entry.ProtectionLevel));

    private ProtectionLevel? LevelOf(string? action, MessageDirection direction) =>
        action is not null && _levels.TryGetValue((direction, action), out var level) ? level : null;

    private ChannelProtectionRequirements WithLevel(MessageDirection direction, string action, ProtectionLevel level)
    {
        ArgumentNullException.ThrowIfNull(action);
        return new(this, _levels.SetItem((direction, action), level), _replies, _headers);
    }

    private ChannelProtectionRequirements WithHeader(HeaderRule rule)
    {
        ArgumentException.ThrowIfNullOrEmpty(rule.Header.Name);
        ArgumentNullException.ThrowIfNull(rule.Header.Namespace);
        return new(this, _levels, _replies, _headers.Add(rule));
    }

    /// <summary>The requirements of <see cref="Default"/>.</summary>
    public ChannelProtectionRequirements()
    {
    }

    private ChannelProtectionRequirements(
        ChannelProtectionRequirements original,
        ImmutableDictionary<(MessageDirection, string), ProtectionLevel> levels,
        ImmutableDictionary<string, ProtectionLevel> replies,
        ImmutableArray<HeaderRule> headers)
        : this(original)
    {
        _levels = levels;
        _replies = replies;
        _headers = headers;
    }

    // Protocol constants: the fault actions of WS-Addressing and of the .NET dispatcher.
    private static readonly ImmutableHashSet<string> FaultActions =
    [
        "http://www.w3.org/2005/08/addressing/fault",
        "http://www.w3.org/2005/08/addressing/soap/fault",
        "http://schemas.xmlsoap.org/ws/2004/08/addressing/fault",
        "http://schemas.microsoft.com/net/2005/12/windowscommunicationfoundation/dispatcher/fault",
        "http://schemas.microsoft.com/ws/2006/05/security/SecureConversationFault",
    ];

    private sealed record HeaderRule(MessageDirection? Direction, string? Action, ProtectedHeader Header);
}
