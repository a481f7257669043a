namespace SecureConversation.Diagnosis;

/// <summary>What an <see cref="IMessageLog"/> is given. Names and defaults are those of WCF's message logging, where it has them.</summary>
public sealed class MessageLoggingOptions
{
    /// <summary>
    /// Whether envelopes are logged as they go over the wire, which everybody between client and service sees as well: a
    /// <see cref="ConversationDecoder"/> with the private key reads them. What a message has in clear is there in clear. Default true.
    /// </summary>
    public bool LogMessagesAtTransportLevel { get; init; } = true;

    /// <summary>
    /// Whether envelopes are logged in clear, which holds the content of all messages; a warning (event 70) says so when the client or
    /// service is made. Passwords of UsernameTokens and the key material of WS-Trust are taken out: wsse:Password, and BinarySecret,
    /// Entropy and RequestedProofToken of both versions, and what <see cref="IsSecret"/> names. Default false.
    /// </summary>
    public bool LogMessagesAtServiceLevel { get; init; }

    /// <summary>
    /// Largest envelope in bytes that is logged; of larger ones there is an entry without the envelope. Positive; default 256 KiB, as
    /// WCF's maxSizeOfMessageToLog.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to a value that is not positive.</exception>
    public int MaxEnvelopeBytes
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value, nameof(MaxEnvelopeBytes));
            field = value;
        }
    } = 256 * 1024;

    /// <summary>
    /// Whether an element of the application holds what must not be logged, by its namespace ("" for none) and its local name. Of envelopes
    /// in clear its content and the values of its attributes are taken out. Asked of every element. Null (default): none does.
    /// </summary>
    public Func<string, string, bool>? IsSecret { get; init; }
}
