using System.Collections;
using System.Text;
using Microsoft.Extensions.Logging;
using SecureConversation.Engine.Failures;
using SecureConversation.Shared;

namespace SecureConversation.Engine.Telemetry;

/// <summary>
/// A kind of entry that says that a message was refused. Its first sentence is a template; what else is known of the message follows, and
/// is a property of the entry under a name that stays: Code, Detail or Setting, Found, Expected, Action, MessageId, SessionId,
/// RemoteAddress, Client, HelpLink. What is not known is neither.
/// </summary>
/// <param name="Id">The id of the event.</param>
/// <param name="Name">Its name.</param>
/// <param name="Level">Its level.</param>
/// <param name="Template">Its first sentence. {Code} and the other name in it stand for properties.</param>
internal sealed record RefusalEvent(int Id, string Name, LogLevel Level, string Template)
{
    /// <summary>A rule was broken.</summary>
    public static readonly RefusalEvent Refused = new(1, nameof(Refused), LogLevel.Information, "Message refused: {Code} ({Detail}).");

    /// <summary>An exception that no rule accounts for.</summary>
    public static readonly RefusalEvent Defect = new(
        4, nameof(Defect), LogLevel.Error, "Message refused: {Code}, because of a defect of the library.");

    /// <summary>A limit was reached.</summary>
    public static readonly RefusalEvent LimitReached = new(
        7, nameof(LimitReached), LogLevel.Warning, "Message refused: {Code}, because {Setting} is used up.");

    /// <summary>Code of the application threw.</summary>
    public static readonly RefusalEvent ValidatorFailed = new(35, nameof(ValidatorFailed), LogLevel.Error,
        "Message refused: {Code}, because {Setting} of the application threw an exception.");

    /// <summary>The session store or the replay cache of the application threw.</summary>
    public static readonly RefusalEvent StoreFailed = new(60, nameof(StoreFailed), LogLevel.Error,
        "Message refused: {Code}, because {Setting} of the application threw an exception. Messages that need it are refused until it "
        + "answers again.");

    /// <summary>The private key of another provider threw what .NET's own keys do not.</summary>
    public static readonly RefusalEvent KeyFailed = new(36, nameof(KeyFailed), LogLevel.Warning,
        "Message refused: {Code}, after our private key threw an exception that is none of .NET's own keys. Either "
        + "somebody forged the message, or the provider of the key (a vault, a module) fails: if no message is accepted, see to the "
        + "provider and the right to decrypt with the key.");

    public static IReadOnlyList<RefusalEvent> All { get; } = [Refused, Defect, LimitReached, ValidatorFailed, StoreFailed, KeyFailed];

    /// <summary>The event for a failure.</summary>
    public static RefusalEvent Of(in RefusedMessage message) => message.Code switch
    {
        FailureCode.StoreUnavailable => message.Thrown is StoreUnavailableException ? Refused : StoreFailed,
        FailureCode.ValidatorFailed => ValidatorFailed,
        _ when message.Thrown is not null => Defect,
        _ when message.KeyFailure is not null => KeyFailed,
        FailureCode.ServiceTooBusy or FailureCode.ReplayCacheFull => LimitReached,
        _ => Refused,
    };

    /// <summary>Writes the entry.</summary>
    public void Write(ILogger log, in RefusedMessage message)
    {
        if (log.IsEnabled(Level))
        {
            log.Log(Level, new EventId(Id, Name), new Entry(this, message), ThrownBy(message), static (entry, _) => entry.ToString());
        }
    }

    // A store that has told the operator says so by its exception; in an outage there are thousands.
    private static Exception? ThrownBy(in RefusedMessage message) =>
        message.Thrown is StoreUnavailableException ? null : message.Thrown ?? message.KeyFailure;

    private sealed class Entry : IReadOnlyList<KeyValuePair<string, object?>>
    {
        private readonly List<KeyValuePair<string, object?>> _properties = new(12);
        private readonly string _template;

        public Entry(RefusalEvent kind, in RefusedMessage message)
        {
            _template = kind.Template;
            Add("Code", message.Code.ToString());
            var namesSetting = _template.Contains("{Setting}", StringComparison.Ordinal);
            Add(namesSetting ? "Setting" : "Detail", message.Detail ?? (namesSetting ? "a setting" : null));
            Add("Found", message.Found);
            Add("Expected", message.Expected);
            Add("Action", LogText.OfAction(message.Action));
            Add("MessageId", message.MessageId, LogText.MaxName);
            Add("SessionId", message.SessionId, LogText.MaxName);
            Add("RemoteAddress", message.RemoteAddress?.ToString());
            Add("Client", message.Client);
            Add("HelpLink", FailureText.LinkTo(message.Code));
            _properties.Add(new("{OriginalFormat}", _template));
        }

        public int Count => _properties.Count;

        public KeyValuePair<string, object?> this[int index] => _properties[index];

        public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => _properties.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        public override string ToString()
        {
            var detail = Find("Detail");
            var text = new StringBuilder(_template)
                .Replace(" ({Detail})", detail is null ? "" : $" ({detail})")
                .Replace("{Code}", Find("Code"))
                .Replace("{Setting}", Find("Setting"));
            Sentence(text, "Found: ", Find("Found"));
            Sentence(text, "Expected: ", Find("Expected"));
            Sentence(text, "Message: ", string.Join(", ", new[]
            {
                Named("action", "Action"), Named("id", "MessageId"), Named("session", "SessionId"), Named("from", "RemoteAddress"),
                Named("client", "Client"),
            }.Where(part => part is not null)));
            return text.Append(" See ").Append(Find("HelpLink")).ToString();
        }

        private void Add(string name, string? value, int most = LogText.MaxSentence)
        {
            if (value is not null)
            {
                _properties.Add(new(name, LogText.Short(value, most)));
            }
        }

        private string? Find(string name) => _properties.Find(p => p.Key == name).Value as string;

        private string? Named(string word, string property) => Find(property) is { } value ? $"{word} {value}" : null;

        private static void Sentence(StringBuilder text, string start, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                text.Append(' ').Append(start).Append(value).Append('.');
            }
        }
    }
}
