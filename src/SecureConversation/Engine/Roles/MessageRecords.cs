using System.Net;
using SecureConversation.Diagnosis;
using SecureConversation.Engine.Send;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Telemetry;

namespace SecureConversation.Engine.Roles;

/// <summary>
/// What the roles record. In clear a message is recorded when it is secured or was decrypted; as on the wire a request that was received
/// when it is known what becomes of it, and before its reply.
/// </summary>
internal static class MessageRecords
{
    /// <summary>A message in clear that is about to be secured.</summary>
    public static void Plain(this MessageRecorder recorder, SoapEnvelope plain, string? action, string? session, string? relatesTo,
        IPAddress? remote) =>
        recorder.Write(MessageLoggingSource.ServiceLevelSend, plain.Xml.Memory, FactsOf(plain, action, session, relatesTo, remote));

    /// <summary>A message that was secured.</summary>
    public static void Sent(this MessageRecorder recorder, SoapEnvelope plain, SecuredMessage message, string? action, string? session,
        string? relatesTo, IPAddress? remote) =>
        recorder.Write(MessageLoggingSource.TransportSend, message.Memory, FactsOf(plain, action, session, relatesTo, remote));

    /// <summary>A message in clear, after it was decrypted.</summary>
    public static void Opened(
        this MessageRecorder recorder, VerifiedMessage message, string? action, string? session, IPAddress? remote) =>
        recorder.Write(MessageLoggingSource.ServiceLevelReceive, message.DecryptedEnvelope, FactsOf(message, action, session, remote));

    /// <summary>A message that was verified, as it came.</summary>
    public static void Verified(this MessageRecorder recorder, ReadOnlyMemory<byte> envelope, VerifiedMessage message, string? action,
        string? session, IPAddress? remote) =>
        recorder.Write(MessageLoggingSource.TransportReceive, envelope, FactsOf(message, action, session, remote));

    /// <summary>A message that goes no further, as it came.</summary>
    /// <param name="recorder">The recorder.</param>
    /// <param name="envelope">The octets.</param>
    /// <param name="message">What is known of it, and why it was refused; <see cref="FailureCode.None"/> for a handshake message.</param>
    /// <param name="isReply">Whether it is a reply.</param>
    public static void Arrived(this MessageRecorder recorder, ReadOnlyMemory<byte> envelope, in RefusedMessage message, bool isReply) =>
        recorder.Write(MessageLoggingSource.TransportReceive, envelope, new MessageFacts
        {
            Action = message.Action,
            MessageId = isReply ? null : message.MessageId,
            RelatesTo = isReply ? message.MessageId : null,
            SessionId = message.SessionId,
            RemoteAddress = message.RemoteAddress,
            Failure = message.Code,
        });

    private static MessageFacts FactsOf(
        SoapEnvelope plain, string? action, string? session, string? relatesTo, IPAddress? remote) => new()
        {
            Action = plain.FindText(plain.Names.Action) ?? action,
            MessageId = plain.FindText(plain.Names.MessageId),
            RelatesTo = relatesTo,
            SessionId = session,
            RemoteAddress = remote,
        };

    private static MessageFacts FactsOf(VerifiedMessage message, string? action, string? session, IPAddress? remote) => new()
    {
        Action = message.Action ?? action,
        MessageId = message.MessageId,
        RelatesTo = message.RelatesTo,
        SessionId = session ?? message.ContextId,
        RemoteAddress = remote,
    };
}
