using SecureConversation.Diagnosis;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Telemetry;

namespace SecureConversation;

/// <summary>Reports to telemetry, and to the log of messages, what became of a message that no exception refused.</summary>
internal static class ReceivedOutcome
{
    /// <param name="result">What became of it. One that goes no further is answered under its own protection.</param>
    /// <param name="verifying">The operation, which ends.</param>
    /// <param name="envelope">The message as it came.</param>
    /// <param name="message">The message. Its envelope may have been disposed of.</param>
    /// <param name="messages">Records envelopes; null when nobody logs them.</param>
    /// <returns>The result.</returns>
    public static ServiceResult Report(ServiceResult result, in EngineTelemetry.Operation verifying, ReadOnlyMemory<byte> envelope,
        ReceivedEnvelope message, MessageRecorder? messages)
    {
        using (verifying)
        {
            switch (result)
            {
                case ServiceResult.Dispatch dispatch:
                    verifying.Session(dispatch.Session?.Id);
                    verifying.Action(dispatch.Request.Action);
                    verifying.Succeeded(EngineMetrics.VerifiedMessages, EngineMetrics.VerifiedBytes, envelope.Length);
                    break;
                case ServiceResult.Closing closing:
                    verifying.Session(closing.Session.Id);
                    verifying.Succeeded(EngineMetrics.VerifiedMessages, EngineMetrics.VerifiedBytes, envelope.Length);
                    break;
                case ServiceResult.Respond { Code: FailureCode.None } answer:
                    verifying.Session(answer.Opened?.Id);
                    verifying.Succeeded(EngineMetrics.VerifiedMessages, EngineMetrics.VerifiedBytes, envelope.Length);
                    break;
                case ServiceResult.Respond refusal:
                    verifying.Failed(refusal.Code);
                    break;
            }
        }

        if (messages is not null)
        {
            Record(messages, result, envelope, message);
        }

        return result;
    }

    /// <summary>Records the reply to a message that was refused.</summary>
    public static ServiceResult Record(
        MessageRecorder? messages, ServiceResult.Respond reply, string? relatesTo, MessageOrigin origin, string? session = null)
    {
        if (messages is not null && !reply.Envelope.IsEmpty)
        {
            messages.Write(MessageLoggingSource.TransportSend, reply.Envelope,
                new MessageFacts { RelatesTo = relatesTo, SessionId = session, RemoteAddress = origin.RemoteAddress });
        }

        return reply;
    }

    /// <summary>Records a message that is not looked at, because too many wait, and the reply to it.</summary>
    public static ServiceResult TooBusy(
        MessageRecorder? messages, ServiceResult.Respond reply, ReadOnlyMemory<byte> envelope, MessageOrigin origin)
    {
        messages?.Arrived(
            envelope, new(reply.Code) { Action = origin.Action, RemoteAddress = origin.RemoteAddress }, isReply: false);
        return Record(messages, reply, relatesTo: null, origin);
    }

    private static void Record(
        MessageRecorder messages, ServiceResult result, ReadOnlyMemory<byte> envelope, ReceivedEnvelope message)
    {
        var remote = message.Origin.RemoteAddress;
        if (result is ServiceResult.Dispatch dispatch)
        {
            messages.Verified(envelope, dispatch.Request, message.Origin.Action, dispatch.Session?.Id, remote);
        }
        else if (result is ServiceResult.Respond reply)
        {
            var session = reply.Opened?.Id ?? message.Use.Context;
            messages.Arrived(envelope, new(reply.Code)
            {
                Action = message.Action ?? message.Origin.Action,
                MessageId = message.MessageId,
                SessionId = session,
                RemoteAddress = remote,
            }, isReply: false);
            Record(messages, reply, message.MessageId, message.Origin, session);
        }
    }
}
