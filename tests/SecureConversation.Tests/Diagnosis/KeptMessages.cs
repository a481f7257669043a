using System.Text;
using SecureConversation.Diagnosis;

namespace SecureConversation.Tests.Diagnosis;

/// <summary>Keeps what is logged.</summary>
public sealed class KeptMessages : IMessageLog
{
    private readonly List<LoggedMessage> _all = [];

    public IReadOnlyList<LoggedMessage> All => _all;

    public string Text => string.Join("\n", _all.Select(m => Encoding.UTF8.GetString(m.Envelope.Span)));

    public void Write(LoggedMessage message) => _all.Add(message with { Envelope = message.Envelope.ToArray() });
}
