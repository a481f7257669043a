using SecureConversation.Binding;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Handshake;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Sessions;

namespace SecureConversation;

/// <summary>What the service sends by itself, over a transport whose messages go both ways.</summary>
public sealed partial class MessageSecurityService
{
    /// <summary>
    /// Protects a message that goes to the client of a session by itself: a reply, or a callback. It is under the key that the client used
    /// last. Not before the first message of the client was received.
    /// </summary>
    /// <param name="session">An open session of this service.</param>
    /// <param name="envelope">A plain SOAP envelope of the binding's version, in UTF-8. What it relates to is its own matter.</param>
    /// <returns>The message to send; dispose of it after sending.</returns>
    /// <exception cref="ObjectDisposedException">The session has ended.</exception>
    /// <exception cref="SecureConversationException">
    /// The key of the session has expired (<see cref="FailureCode.ContextKeyExpired"/>). Only the client renews it.
    /// </exception>
    /// <exception cref="ArgumentException">The envelope cannot be protected.</exception>
    /// <exception cref="InvalidOperationException">
    /// The binding offers no such sessions, see <see cref="MessageSecurityBinding.RequireDuplex"/>.
    /// </exception>
    public ProtectedMessage Secure(ServiceSession session, ReadOnlyMemory<byte> envelope)
    {
        using var protection = EnterToSend(session);
        var now = _environment.Clock.GetUtcNow();
        if (SessionRules.IsExpired(MessageKind.Application, session.Expires, now))
        {
            throw new SecureConversationException(SecureConversationFailure.BadContextToken, FailureCode.ContextKeyExpired,
                $"The key of the session expired at {session.Expires.UtcDateTime:u}; it is {now.UtcDateTime:u}. The client renews it with "
                + "what it sends next.");
        }

        var message = protection.Secure(envelope).Message;
        return new ProtectedMessage(message.Memory, message);
    }

    /// <summary>
    /// Makes the message by which the service says that it sends nothing more in a session. The client goes on sending until it is done,
    /// and confirms (<see cref="ServiceResult.Closing.IsAnswer"/>).
    /// </summary>
    /// <param name="session">An open session of this service.</param>
    /// <returns>The message to send; dispose of it after sending.</returns>
    /// <exception cref="ObjectDisposedException">The session has ended.</exception>
    /// <exception cref="InvalidOperationException">
    /// The binding offers no such sessions, see <see cref="MessageSecurityBinding.RequireDuplex"/>.
    /// </exception>
    public ProtectedMessage SecureCancel(ServiceSession session)
    {
        using var protection = EnterToSend(session);
        var message = _sessions!.Cancel.Request(session, protection);
        return new ProtectedMessage(message.Memory, message);
    }

    /// <summary>
    /// Makes the fault by which the service tells the client that it gives a session up, as WCF does. Whoever has sent it ends the session
    /// by <see cref="AbortAsync"/>, and the connection.
    /// </summary>
    /// <param name="session">An open session of this service.</param>
    /// <returns>The message to send; dispose of it after sending.</returns>
    /// <exception cref="ObjectDisposedException">The session has ended.</exception>
    /// <exception cref="InvalidOperationException">
    /// The binding offers no such sessions, see <see cref="MessageSecurityBinding.RequireDuplex"/>.
    /// </exception>
    public ProtectedMessage SecureAbort(ServiceSession session)
    {
        using var protection = EnterToSend(session);
        var message = _sessions!.Cancel.Abort(protection);
        return new ProtectedMessage(message.Memory, message);
    }

    private ReplyProtection EnterToSend(ServiceSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        Binding.RequireDuplex();
        ObjectDisposedException.ThrowIf(session.IsClosed || !session.TryEnter(), session);
        return ReplyProtection.ForMessage(Formats, session, _environment);
    }

    /// <summary>What a message is for. In a session whose messages go both ways either side cancels or confirms.</summary>
    private MessageKind KindOf(string? action, MessageOrigin origin) =>
        _messages.KindOf(action, MessageRole.Request) is MessageKind.Application && origin.IsDuplex && Binding.EstablishesSession
            ? _messages.KindInDuplex(action)
            : _messages.KindOf(action, MessageRole.Request);

    /// <summary>Whether a message ends a direction of a session whose messages go both ways, and not the session at once.</summary>
    private static bool IsHalfClose(MessageKind kind, MessageOrigin origin) => kind is MessageKind.CancelResponse
        || (kind == MessageKind.CancelRequest && origin.IsDuplex);

    /// <summary>The client has closed its direction of a session. From now on nothing else of the session is taken.</summary>
    private async ValueTask<ServiceResult> CloseInputAsync(
        VerifiedMessage request, ServiceSession session, ReplyProtection protection, MessageKind kind)
    {
        var isAnswer = kind == MessageKind.CancelResponse;
        if (isAnswer)
        {
            if (!HandshakeBody.ReadResponse(request, Formats.Protocol, _environment.XmlLimits).IsCancelled)
            {
                Fail.With(FailureCode.InvalidTrustResponse, "wst:RequestedTokenCancelled");
            }

            await _sessions!.Cancel.EndAsync(session).ConfigureAwait(false);
        }
        else
        {
            ServiceCancel.RequireTarget(HandshakeBody.ReadRequest(request, Formats.Protocol, _environment.XmlLimits), session.Id);
            session.IsInputClosed = true;
        }

        return new ServiceResult.Closing(request, session, protection, _sessions!.Cancel, isAnswer);
    }
}
