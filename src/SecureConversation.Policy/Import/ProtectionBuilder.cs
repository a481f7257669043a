using System.Collections.Immutable;
using System.Net.Security;
using SecureConversation.Binding;

namespace SecureConversation.Policy.Import;

/// <summary>Makes protection requirements of the parts of all messages.</summary>
internal sealed class ProtectionBuilder(ImportContext context, SecurityBindingElement? element)
{
    private readonly List<Entry> _entries = [];
    private MessageParts? _all;

    public bool HasParts => _entries.Any(e => !e.Parts.IsEmpty) || _all is { IsEmpty: false };

    /// <summary>Sets the parts of all messages, where no operation is known.</summary>
    public void AddAll(MessageParts parts) => _all = parts;

    public void Add(ContractOperation operation, MessagePolicy message, MessageParts parts) => _entries.Add(new(operation, message, parts));

    public ChannelProtectionRequirements Build()
    {
        if (!HasParts)
        {
            if (element is TransportSecurityBindingElement)
            {
                return ChannelProtectionRequirements.Default;
            }

            context.Warn("The policy signs and encrypts no body: messages would go out without protection of their content.");
            return ChannelProtectionRequirements.Default.WithDefault(ProtectionLevel.None);
        }

        if (_all is { } all)
        {
            return Headers(ChannelProtectionRequirements.Default.WithDefault(Level(all)), all);
        }

        WarnOfUnsigned();
        return WithHeaders(Bodies());
    }

    private ChannelProtectionRequirements Bodies()
    {
        var requests = Levels(isRequest: true);
        var replies = Levels(isRequest: false);
        if (requests.Count == 1 && replies.Count <= 1)
        {
            var request = requests.Single();
            return replies.Count == 0 || replies.Single() == request
                ? ChannelProtectionRequirements.Default.WithDefault(request)
                : ChannelProtectionRequirements.Default.WithDefault(request, replies.Single());
        }

        var result = ChannelProtectionRequirements.Default with { ListsAllMessages = true };
        // Where messages share an action, the weakest comes first and the strongest stays.
        foreach (var entry in _entries.OrderBy(e => Level(e.Parts)))
        {
            var (action, level) = (entry.Message.Action, Level(entry.Parts));
            result = entry.Message.Kind switch
            {
                MessageKind.Request => result.WithRequest(action, level),
                MessageKind.Reply => result.WithReply(action, level).WithReplyTo(entry.Operation.Action, level),
                _ => result.WithFault(action, level),
            };
        }

        return result;
    }

    private HashSet<ProtectionLevel> Levels(bool isRequest) =>
        [.. _entries.Where(e => (e.Message.Kind == MessageKind.Request) == isRequest).Select(e => Level(e.Parts))];

    private ChannelProtectionRequirements WithHeaders(ChannelProtectionRequirements result)
    {
        var first = _entries[0].Parts;
        if (_entries.All(e =>
            e.Parts.SignedHeaders.SetEquals(first.SignedHeaders) && e.Parts.EncryptedHeaders.SetEquals(first.EncryptedHeaders)))
        {
            return Headers(result, first);
        }

        return result with
        {
            Headers =
            [
                .. _entries.SelectMany(entry => Sorted(entry.Parts.SignedHeaders).Select(header => Protected(entry.Parts, header) with
                {
                    Direction = entry.Message.Kind == MessageKind.Request
                        ? MessageDirection.ClientToService : MessageDirection.ServiceToClient,
                    Action = entry.Message.Action,
                })),
            ],
        };
    }

    private static ChannelProtectionRequirements Headers(ChannelProtectionRequirements result, MessageParts parts) =>
        parts.SignedHeaders.IsEmpty ? result
            : result with { Headers = [.. Sorted(parts.SignedHeaders).Select(header => Protected(parts, header))] };

    private static HeaderProtection Protected(MessageParts parts, HeaderName header) =>
        new() { Name = header.Name, Namespace = header.Namespace, ProtectionLevel = Level(parts, header) };

    private static IEnumerable<HeaderName> Sorted(ImmutableHashSet<HeaderName> headers) =>
        headers.OrderBy(h => h.Namespace, StringComparer.Ordinal).ThenBy(h => h.Name, StringComparer.Ordinal);

    private static ProtectionLevel Level(MessageParts parts, HeaderName header) =>
        parts.EncryptedHeaders.Contains(header) ? ProtectionLevel.EncryptAndSign : ProtectionLevel.Sign;

    private static ProtectionLevel Level(MessageParts parts) =>
        parts.EncryptsBody ? ProtectionLevel.EncryptAndSign : parts.SignsBody ? ProtectionLevel.Sign : ProtectionLevel.None;

    private void WarnOfUnsigned()
    {
        var unsigned = _entries.Where(e => !e.Parts.SignsBody).Select(e => $"{e.Operation.Name} ({e.Message.Kind})").ToList();
        if (unsigned.Count > 0)
        {
            context.Warn($"The policy signs no body of {string.Join(", ", unsigned.Take(8))}{(unsigned.Count > 8 ? ", …" : "")}.");
        }
    }

    private sealed record Entry(ContractOperation Operation, MessagePolicy Message, MessageParts Parts);
}
