using Microsoft.Extensions.Logging;

namespace SecureConversation.Engine.Telemetry;

/// <summary>
/// Log events of the engine. Ids are never reused. No event contains keys, passwords or message content. Those that say that a message was
/// refused are in <see cref="RefusalEvent"/>.
/// </summary>
internal static partial class EngineLog
{
    [LoggerMessage(2, LogLevel.Information, "Session {SessionId} issued to {User}.")]
    public static partial void SessionIssued(ILogger logger, string sessionId, string user);

    [LoggerMessage(3, LogLevel.Information, "Session {SessionId} closed: {Reason}.")]
    public static partial void SessionClosed(ILogger logger, string sessionId, string reason);

    [LoggerMessage(6, LogLevel.Error, "A callback of the application failed when a session had ended.")]
    public static partial void CallbackFailed(ILogger logger, Exception exception);

    [LoggerMessage(20, LogLevel.Warning, "Possible decryption oracle: {Failures} messages of {Source} failed within a minute after a key "
        + "was used for them. Its next failures are answered after {Step} ms. An honest client fails like this when its keys, its "
        + "binding, its clock or its password differ from those of the service. If it is none: block the "
        + "sender, end the session, and prefer MessageProtectionProfile.Bound where both ends can, which verifies "
        + "before it decrypts. The limit is Budget of FailureAnswers.")]
    public static partial void PossibleOracle(ILogger logger, int failures, string source, string step);

    [LoggerMessage(21, LogLevel.Information, "{Count} more messages were refused within a second: {Code}.")]
    public static partial void MoreRefused(ILogger logger, int count, FailureCode code);

    [LoggerMessage(30, LogLevel.Information, "{Count} more anonymous sessions were issued within a second.")]
    public static partial void MoreSessionsIssued(ILogger logger, int count);

    [LoggerMessage(31, LogLevel.Information, "{Count} more anonymous sessions were closed within a second.")]
    public static partial void MoreSessionsClosed(ILogger logger, int count);

    [LoggerMessage(33, LogLevel.Information, "{Count} more sessions of clients with a name were closed within a second.")]
    public static partial void MoreNamedSessionsClosed(ILogger logger, int count);

    [LoggerMessage(22, LogLevel.Warning, "{Waiting} refusals wait to be answered, as many as FailureAnswers allows ({Limit}). New "
        + "messages of those whom it concerns are refused with ServerTooBusy until some are answered. Somebody floods the service with "
        + "messages that fail: find him by the warnings about a possible decryption oracle, or raise MaxWaiting.")]
    public static partial void TooManyWaiting(ILogger logger, int waiting, string limit);

    [LoggerMessage(23, LogLevel.Warning, "{Count} more messages were refused within a second because as many refusals wait as "
        + "MaxWaiting of FailureAnswers allows.")]
    public static partial void MoreTooBusy(ILogger logger, int count);

    [LoggerMessage(24, LogLevel.Warning, "{Count} more sources went beyond the Budget of FailureAnswers within a second.")]
    public static partial void MorePossibleOracles(ILogger logger, int count);

    [LoggerMessage(25, LogLevel.Warning, "A message refers in its values, such as xsi:type, to more prefixes than a signature lists "
        + "({MaxPrefixes} for a part, {MaxBytes} bytes together), or to some that are not ASCII, which WCF does not find in a list. "
        + "The namespaces of these are not signed, as in messages of WCF: "
        + "somebody on the way can bind these prefixes to another namespace if no name uses them. To have all signed, let the serializer "
        + "declare its prefixes once, or send fewer elements in one message. This is logged once.")]
    public static partial void PrefixesLeftOut(ILogger logger, int maxPrefixes, int maxBytes);

    [LoggerMessage(32, LogLevel.Information, "Session {SessionId} closed: it was idle for longest of the client who holds most, and one "
        + "who holds fewer opened another when MaxSessions ({MaxSessions}), or his share of it, was used up.")]
    public static partial void SessionDisplaced(ILogger logger, string sessionId, int maxSessions);

    [LoggerMessage(34, LogLevel.Warning, "This platform has no stores TrustedPeople and Disallowed of {Location}: they count as empty. "
        + "List trusted people in TrustedPeople of {Setting}, or set TrustedStoreLocation to CurrentUser.")]
    public static partial void StoreMissing(ILogger logger, string location, string setting);

    [LoggerMessage(56, LogLevel.Warning, "Passwords of this binding travel in clear text (AllowClearTextPassword of a user name under "
        + "Signed): whoever reads a message can take the password. Use it over a transport that encrypts (TLS) only; SignedEncrypted needs "
        + "no such transport.")]
    public static partial void ClearTextPasswords(ILogger logger);

    [LoggerMessage(50, LogLevel.Information, "Sessions of this endpoint travel in cookies (RequireCancellation = false), and accepted "
        + "messages are remembered by this process alone: after a restart, and at other instances, a message can be repeated within "
        + "ReplayWindow and MaxClockSkew. Set ReplayCache to one that all instances share.")]
    public static partial void CookiesWithoutSharedMemory(ILogger logger);

    [LoggerMessage(51, LogLevel.Information, "The credentials of the service changed: its certificate is {Certificate}, and it has "
        + "{Others} others.")]
    public static partial void CredentialsChanged(ILogger logger, string certificate, int others);

    [LoggerMessage(52, LogLevel.Information, "The credentials of the client changed. Open sessions go on.")]
    public static partial void ClientCredentialsChanged(ILogger logger);

    [LoggerMessage(53, LogLevel.Warning, "EnableUnsecuredResponse is set: replies of the service have no message security, but for faults "
        + "and the handshakes of sessions, and a client accepts them as they are. Whoever is on the way can read and change them, unless "
        + "the transport protects them. Set it to false on both sides where the other side allows that.")]
    public static partial void UnsecuredResponses(ILogger logger);

    [LoggerMessage(40, LogLevel.Information, "Session {SessionId} of {User} renewed: another key was issued for it.")]
    public static partial void SessionRenewed(ILogger logger, string sessionId, string user);

    [LoggerMessage(41, LogLevel.Information, "{Count} more anonymous sessions were renewed within a second.")]
    public static partial void MoreSessionsRenewed(ILogger logger, int count);

    [LoggerMessage(42, LogLevel.Information, "The key of session {SessionId} was renewed.")]
    public static partial void KeyRenewed(ILogger logger, string sessionId);

    [LoggerMessage(70, LogLevel.Warning, "Messages are logged in clear (LogMessagesAtServiceLevel of MessageLogging): whoever reads the "
        + "message log reads their content. Passwords and keys are taken out of them, and what IsSecret names. Set it to false when the "
        + "search is over.")]
    public static partial void ContentLogged(ILogger logger);

    [LoggerMessage(71, LogLevel.Error, "The message log of the application, or IsSecret of MessageLogging, failed. No message was harmed. "
        + "Of such failures one is logged in a minute.")]
    public static partial void MessageLogFailed(ILogger logger, Exception exception);

    [LoggerMessage(72, LogLevel.Warning, "The message log in {Directory} is written more slowly than messages come: MaxQueuedBytes "
        + "({MaxQueuedBytes}) is used up, and messages are left out of it. This is logged once; DroppedMessages counts them.")]
    public static partial void MessageLogDrops(ILogger logger, string directory, long maxQueuedBytes);

    [LoggerMessage(73, LogLevel.Error, "The message log in {Directory} cannot be written. Messages are left out of it, and counted in "
        + "DroppedMessages, until it can.")]
    public static partial void MessageLogNotWritten(ILogger logger, string directory, Exception exception);

    [LoggerMessage(74, LogLevel.Information, "The message log in {Directory} is written again; {Count} messages were left out of it.")]
    public static partial void MessageLogWrittenAgain(ILogger logger, string directory, long count);

    [LoggerMessage(80, LogLevel.Information,
        "A token for {Service} was issued, with a key of type {KeyType}. It is valid until {ValidTo:u}.")]
    public static partial void TokenIssued(ILogger logger, string service, string keyType, DateTime validTo);

    [LoggerMessage(81, LogLevel.Warning, "No other token for {Service} could be had. The one that is there is valid until {ValidTo:u} and "
        + "is used until then.")]
    public static partial void TokenNotRenewed(ILogger logger, string service, DateTime validTo, Exception exception);

    [LoggerMessage(82, LogLevel.Debug, "A context was negotiated with {Service}. It is valid until {ValidTo:u}.")]
    public static partial void Negotiated(ILogger logger, string service, DateTime validTo);

    [LoggerMessage(83, LogLevel.Warning, "No other context could be negotiated with {Service}. The one that is there is valid until "
        + "{ValidTo:u} and is used until then.")]
    public static partial void NotNegotiatedAgain(ILogger logger, string service, DateTime validTo, Exception exception);

    [LoggerMessage(5, LogLevel.Information, "Session {SessionId} opened.")]
    public static partial void SessionOpened(ILogger logger, string sessionId);

    [LoggerMessage(90, LogLevel.Debug, "Reliable session {SequenceId} of session {SessionId} opened.")]
    public static partial void SequenceOpened(ILogger logger, string sequenceId, string sessionId);

    [LoggerMessage(91, LogLevel.Debug, "Reliable session {SequenceId} of session {SessionId} ended: {Reason}")]
    public static partial void SequenceEnded(ILogger logger, string sequenceId, string sessionId, string reason);

    [LoggerMessage(92, LogLevel.Warning, "Reliable session {SequenceId} of session {SessionId} was ended: {Reason} Its client gets a fault "
        + "for each call that is not answered, and cannot tell which of them were executed.")]
    public static partial void SequenceFailed(ILogger logger, string sequenceId, string sessionId, string reason);

    [LoggerMessage(93, LogLevel.Information, "{Count} more reliable sessions were opened or ended within a second.")]
    public static partial void MoreSequences(ILogger logger, int count);

    [LoggerMessage(94, LogLevel.Warning, "A request of reliable session {SequenceId} counts as lost, and comes again: replies that their "
        + "clients have not acknowledged use up {Setting}. Where honest clients have large replies under way, raise it.")]
    public static partial void RepliesNotAcknowledged(ILogger logger, string sequenceId, string setting);

    [LoggerMessage(95, LogLevel.Warning, "{Count} more requests of reliable sessions counted as lost within a second: {Setting}.")]
    public static partial void MoreRepliesNotAcknowledged(ILogger logger, int count, string setting);
}
