using SecureConversation.Engine.Handshake;
using SecureConversation.Engine.Roles;

namespace SecureConversation;

public abstract partial class ServiceResult
{
    /// <summary>
    /// The client sends nothing more in a session whose messages go both ways (<see cref="MessageOrigin.IsDuplex"/>). The session goes on
    /// until the service has sent what it has to send, and calls <see cref="ConfirmAsync"/>.
    /// </summary>
    public sealed class Closing : ServiceResult
    {
        private readonly VerifiedMessage _request;
        private readonly ReplyProtection _protection;
        private readonly ServiceCancel _cancel;

        internal Closing(VerifiedMessage request, ServiceSession session, ReplyProtection protection, ServiceCancel cancel, bool isAnswer)
        {
            (_request, _protection, _cancel) = (request, protection, cancel);
            (Session, IsAnswer) = (session, isAnswer);
        }

        /// <summary>The session.</summary>
        public ServiceSession Session { get; }

        /// <summary>
        /// Whether the client confirms the Cancel of the service (<see cref="MessageSecurityService.SecureCancel"/>); the session is over
        /// then. Nobody sends that unasked: a host that has not cancelled aborts the connection, as WCF does.
        /// </summary>
        public bool IsAnswer { get; }

        /// <summary>Ends the session, and makes the message that tells the client so.</summary>
        /// <returns>The message to send; dispose of it after sending.</returns>
        /// <exception cref="InvalidOperationException">There is nothing to confirm, see <see cref="IsAnswer"/>.</exception>
        /// <exception cref="Exception">What the session store throws. The session goes on if the store has it.</exception>
        public async ValueTask<ProtectedMessage> ConfirmAsync(CancellationToken cancellationToken = default)
        {
            if (IsAnswer)
            {
                throw new InvalidOperationException("The client has confirmed the Cancel of the service: there is nothing to answer.");
            }

            var answer = await _cancel.AnswerAsync(_request, Session, _protection, cancellationToken).ConfigureAwait(false);
            return new ProtectedMessage(answer.Message.Memory, answer.Message);
        }

        /// <summary>Ends the session without an answer: both sides have cancelled at once, and neither confirms.</summary>
        /// <exception cref="Exception">What the session store throws. The session goes on if the store has it.</exception>
        public ValueTask EndAsync() => _cancel.EndAsync(Session);

        /// <inheritdoc/>
        public override void Dispose()
        {
            _request.Dispose();
            _protection.Dispose();
        }
    }
}
