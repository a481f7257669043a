using System.Globalization;
using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Cli.Captures;
using SecureConversation.Cli.Reports;

namespace SecureConversation.Cli.Decoding;

/// <summary>Decodes captures into a report: finds out the binding, and goes on after a failure.</summary>
internal static class ConversationReporter
{
    /// <summary>How many messages are read, which bounds work and memory. What is beyond is counted.</summary>
    public const int MaxMessages = 5_000;

    /// <summary>How many octets of bodies are read.</summary>
    public const long MaxOctets = 256L * 1024 * 1024;

    /// <summary>How many elements, attributes and texts the trees of all messages have; each takes about 100 octets of memory.</summary>
    public const long MaxNodes = 2_000_000;

    /// <summary>The report of a conversation.</summary>
    /// <param name="captures">The captures of one side, in their order.</param>
    /// <param name="keys">The private keys.</param>
    /// <param name="given">The binding; null to find it out.</param>
    /// <param name="cancellation">Ends the work.</param>
    public static ConversationReport Create(
        IReadOnlyList<Capture> captures, DecodingKeys keys, MessageSecurityBinding? given, CancellationToken cancellation) =>
        CreateWithBinding(captures, keys, given, cancellation).Report;

    /// <summary>The same, with the binding itself, and within a number of nodes.</summary>
    public static (MessageSecurityBinding? Binding, ConversationReport Report) CreateWithBinding(IReadOnlyList<Capture> captures,
        DecodingKeys keys, MessageSecurityBinding? given, CancellationToken cancellation, long maxNodes = MaxNodes)
    {
        var within = Within(captures).ToList();
        var beyond = captures.Sum(c => c.Messages.Count) - within.Count;
        var (number, nodes) = (0, 0L);
        var all = within.ConvertAll(captured => Read(++number, captured, maxNodes, ref nodes));
        var read = all.Where(IsRead).ToList();
        var recognition = Recognition.Of(read, keys, given, cancellation);
        var reporter = new MessageReporter(recognition);
        var messages = new List<MessageReport>();
        using (var run = new ConversationRun(recognition))
        {
            foreach (var message in all)
            {
                cancellation.ThrowIfCancellationRequested();
                messages.Add(IsRead(message) ? Decoded(run, reporter, message) : NotRead(message));
            }
        }

        return (recognition.Binding, new ConversationReport
        {
            Sources =
            [
                .. captures.Select((c, i) => new SourceReport(c.Name, c.Format, c.Messages.Count, beyond > 0 && i == captures.Count - 1
                    ? [.. c.Notes, $"{beyond} messages are beyond what is read at once: give a part of the capture that has the handshake."]
                    : c.Notes)),
            ],
            Binding = recognition.Binding is { } binding ? BindingReporter.Of(binding, recognition.Assumptions, given is not null) : null,
            Trust = keys.Trust,
            Messages = messages,
        });
    }

    private static MessageReport Decoded(ConversationRun run, MessageReporter reporter, WireMessage message)
    {
        var (decoded, verdict) = run.Next(message);
        using (decoded)
        {
            return reporter.Of(message, decoded, verdict);
        }
    }

    private static IEnumerable<CapturedMessage> Within(IReadOnlyList<Capture> captures)
    {
        var octets = 0L;
        // Exchanges are numbered in each capture.
        return captures.SelectMany((c, i) => c.Messages.Select(m => i == 0 ? m : m with { Exchange = m.Exchange + (i * 1_000_000) }))
            .Take(MaxMessages).TakeWhile(m => (octets += m.Body.Length) <= MaxOctets);
    }

    // The trees of all messages are kept until the end, since one message explains another.
    private static WireMessage Read(int number, CapturedMessage captured, long maxNodes, ref long nodes)
    {
        if (nodes < maxNodes)
        {
            var message = new WireMessage(number, captured, Utf8Of(captured));
            nodes += message.Envelope?.DescendantNodesAndSelf().Sum(node => 1L + ((node as XElement)?.Attributes().Count() ?? 0)) ?? 0;
            return message;
        }

        return new WireMessage(number, captured with
        {
            Problem = captured.Problem ?? string.Create(CultureInfo.InvariantCulture,
                $"It is not read: the messages before it have {maxNodes:N0} elements, attributes and texts. Give a part of the capture."),
        }, default);
    }

    private static bool IsRead(WireMessage message) => message.Captured is { IsInClear: false, Problem: null } && !message.Octets.IsEmpty;

    private static MessageReport NotRead(WireMessage message)
    {
        var captured = message.Captured;
        message.Direction = captured.Direction
            ?? (message.RelatesTo is null ? MessageDirection.ClientToService : MessageDirection.ServiceToClient);
        return MessageReporter.Plain(message, captured.IsInClear ? "InClear" : "Incomplete", MessageVerdict.NotRead) with
        {
            Envelope = EnvelopeTree.Of(message),
            Notes =
            [
                captured.Problem ?? (captured.IsInClear
                    ? "It was logged before it was secured, or after it was verified: there is nothing to verify."
                    : "Its body is empty, or no text in a charset that is read."),
            ],
        };
    }

    private static ReadOnlyMemory<byte> Utf8Of(CapturedMessage captured)
    {
        try
        {
            return EnvelopeEncoding.ToUtf8(captured.Body, charset: null);
        }
        catch (SecureConversationException)
        {
            return captured.Body;
        }
    }
}
