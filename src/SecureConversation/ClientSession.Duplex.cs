using SecureConversation.Binding;
using SecureConversation.Engine.Handshake;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Requirements;

namespace SecureConversation;

// Transports whose messages go both ways, such as net.tcp: no message of the session belongs to a request.
public sealed partial class ClientSession
{
    /// <summary>
    /// Protects a message that goes to the service by itself: a request, or the reply to a callback. What comes back is given to
    /// <see cref="Receive"/>.
    /// </summary>
    /// <param name="envelope">A plain SOAP envelope with a:Action and a:To.</param>
    /// <inheritdoc cref="Secure(ReadOnlyMemory{byte})" path="/exception"/>
    /// <exception cref="InvalidOperationException">
    /// The binding offers no such sessions, see <see cref="MessageSecurityBinding.RequireDuplex"/>.
    /// </exception>
    public ProtectedMessage SecureMessage(ReadOnlyMemory<byte> envelope)
    {
        DuplexChecks.Require(Messages.Element);
        var request = Secure(envelope);
        return new ProtectedMessage(request.Envelope, request);
    }

    /// <summary>
    /// Verifies a message that the service sent by itself: a callback, a reply, or the end of the session. Each is accepted once, under the
    /// current key, or under the one before for SessionKeyRolloverInterval of LocalClientSettings. Works until the session is disposed of,
    /// also when the client has cancelled it.
    /// </summary>
    /// <param name="envelope">The message in UTF-8. Must stay unchanged until the result is disposed of.</param>
    /// <exception cref="SecureConversationException">
    /// The message breaks a rule, or is a fault without message security. WCF gives the session up then.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The session was disposed of.</exception>
    /// <exception cref="InvalidOperationException">
    /// The binding offers no such sessions, see <see cref="MessageSecurityBinding.RequireDuplex"/>.
    /// </exception>
    public ReceivedInSession Receive(ReadOnlyMemory<byte> envelope)
    {
        DuplexChecks.Require(Messages.Element);
        var key = Enter();
        var keys = new SessionReplyKeySource(key, _enterOther ??= EnterOther);
        try
        {
            var received = new DuplexReceiver(_role, Id, ExpiryOf).Receive(envelope, keys);
            if (received.Kind == ReceivedInSessionKind.RenewalNeeded)
            {
                AskForRenewal(received.Message.Context?.Instance);
            }

            return received;
        }
        finally
        {
            keys.LeaveOthers();
            Leave(key);
        }
    }

    /// <summary>
    /// Makes the message that confirms the Cancel of the service. The session takes no further messages. When it is sent, the session is
    /// over.
    /// </summary>
    /// <param name="cancel">The Cancel of the service.</param>
    /// <exception cref="ArgumentException">It is no Cancel.</exception>
    /// <exception cref="ObjectDisposedException">The session is closed: who has cancelled confirms nothing.</exception>
    public ProtectedMessage ConfirmCancel(ReceivedInSession cancel)
    {
        ArgumentNullException.ThrowIfNull(cancel);
        if (cancel.Kind != ReceivedInSessionKind.Cancel)
        {
            throw new ArgumentException($"The message is {cancel.Kind} and no Cancel: there is nothing to confirm.", nameof(cancel));
        }

        ObjectDisposedException.ThrowIf(Interlocked.Exchange(ref _isClosed, 1) == 1, this);
        var key = Enter();
        try
        {
            using var plain = ClientCancel.Response(_role, cancel.Message.MessageId, _to);
            var action = plain.FindText(Messages.Soap.Action);
            var response = Secure(plain, action, key, Messages.ForCancel(MessageRole.Request), MessageKind.CancelResponse);
            return new ProtectedMessage(response.Envelope, response);
        }
        catch
        {
            Leave(key);
            throw;
        }
    }

    // One that dropped out meanwhile was accepted when the message came.
    private DateTimeOffset ExpiryOf(string? instance) =>
        Keys.All.FirstOrDefault(key => key.Instance == instance)?.Expires ?? DateTimeOffset.MaxValue;

    /// <summary>The service did not take a message under the key of an instance. It says so under that key.</summary>
    private void AskForRenewal(string? instance)
    {
        while (Keys is { RenewAfter.Ticks: > 0 } keys && keys.Current.Instance == instance)
        {
            if (TryChange(keys, keys with { RenewAfter = TimeSpan.Zero }))
            {
                return;
            }
        }
    }
}
