namespace SecureConversation.CoreWCF;

/// <summary>Whether the sessions of a binding are reliable. Names and defaults are those of WCF.</summary>
public sealed class OptionalReliableSession
{
    /// <summary>Whether they are. Default false.</summary>
    public bool Enabled { get; set; }

    /// <summary>Whether requests reach the service in the order of their numbers. Default true.</summary>
    public bool Ordered { get; set; } = true;

    /// <summary>After how much silence of the client a sequence is over. Positive; default 10 minutes.</summary>
    public TimeSpan InactivityTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>See <see cref="ReliableSessionBindingElement.MaxKeptReplyBytes"/>. Positive; default 256 MiB.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to a value that is not positive.</exception>
    public long MaxKeptReplyBytes
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            field = value;
        }
    } = ReliableSessionBindingElement.DefaultKeptReplyBytes;

    /// <summary>Puts the element where WCF has it, above message security.</summary>
    /// <param name="elements">The elements of the binding.</param>
    /// <param name="security">Message security; null for another mode.</param>
    /// <exception cref="InvalidOperationException">There is no security session.</exception>
    internal void AddTo(BindingElementCollection elements, MessageSecurityBindingElement? security)
    {
        if (!Enabled)
        {
            return;
        }

        if (security is null)
        {
            throw new InvalidOperationException("CoreWCF has no reliable sessions, and they are offered with message security only: use "
                + "SecurityMode.Message, or set ReliableSession.Enabled to false, on both sides.");
        }

        DropIn.RequireSession(security);
        elements.Insert(0, new ReliableSessionBindingElement
        {
            Ordered = Ordered,
            InactivityTimeout = InactivityTimeout,
            MaxKeptReplyBytes = MaxKeptReplyBytes,
            ReliableMessagingVersion = DropIn.IsLater(security)
                ? EngineBinding.ReliableMessagingVersion.WSReliableMessaging11
                : EngineBinding.ReliableMessagingVersion.WSReliableMessagingFebruary2005,
        });
    }
}
