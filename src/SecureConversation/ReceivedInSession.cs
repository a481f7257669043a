namespace SecureConversation;

/// <summary>What a client received in a session whose messages go both ways. Dispose of it when it is done with.</summary>
public sealed class ReceivedInSession : IDisposable
{
    internal ReceivedInSession(ReceivedInSessionKind kind, VerifiedMessage message) => (Kind, Message) = (kind, message);

    /// <summary>What the message is for.</summary>
    public ReceivedInSessionKind Kind { get; }

    /// <summary>The verified message. Valid until disposal.</summary>
    public VerifiedMessage Message { get; }

    /// <inheritdoc/>
    public void Dispose() => Message.Dispose();
}

/// <summary>What a message of the service is for, in a session whose messages go both ways.</summary>
public enum ReceivedInSessionKind
{
    /// <summary>A message for the application: a reply, a callback, or a fault.</summary>
    Application,

    /// <summary>
    /// The service sends nothing more, and waits for the client to do the same. When that is so, the client confirms by
    /// <see cref="ClientSession.ConfirmCancel"/>, unless it has cancelled itself before.
    /// </summary>
    Cancel,

    /// <summary>The service confirms the end of the session, after <see cref="ClientSession.StartCancel"/>.</summary>
    Cancelled,

    /// <summary>
    /// The service did not process a message, since the key had expired: <see cref="ClientSession.IsRenewalDue"/> is true from now on. Not
    /// for the application: a call that waits for its reply ends with its time, as in WCF.
    /// </summary>
    RenewalNeeded,

    /// <summary>The service has given the session up: nothing in it is answered any more.</summary>
    Aborted,
}
