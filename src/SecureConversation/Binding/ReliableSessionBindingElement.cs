namespace SecureConversation.Binding;

/// <summary>The versions of WS-ReliableMessaging. Names are those of WCF.</summary>
public enum ReliableMessagingVersion
{
    /// <summary>WS-ReliableMessaging of February 2005, the default of WSHttpBinding.</summary>
    WSReliableMessagingFebruary2005,

    /// <summary>WS-ReliableMessaging 1.1 (OASIS), that of WS2007HttpBinding.</summary>
    WSReliableMessaging11,
}

/// <summary>
/// A reliable session over a secure conversation (WS-ReliableMessaging): each request reaches the application once, also where messages
/// are lost, repeated or overtaken on the way. Names and defaults are those of WCF. Immutable.
/// </summary>
public sealed record ReliableSessionBindingElement
{
    internal const int MostWindow = 4096;
    internal const int MostRetries = 1000;

    /// <summary>The version. Both sides need the same. Default February 2005.</summary>
    public ReliableMessagingVersion ReliableMessagingVersion { get; init; }

    /// <summary>
    /// Whether requests reach the application in the order of their numbers, each after the one before is answered. Default true.
    /// </summary>
    public bool Ordered { get; init; } = true;

    /// <summary>
    /// After how much silence of the other side a sequence is over. The client asks for a sign of life at half of it. Positive; default 10
    /// minutes.
    /// </summary>
    public TimeSpan InactivityTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// WCF's delay of acknowledgements in one-way and duplex shapes. Between request and reply each reply acknowledges at once, so only the
    /// default, 200 milliseconds, is accepted.
    /// </summary>
    public TimeSpan AcknowledgementInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Whether the service says how many messages it has room for, and the client heeds it. Default true.</summary>
    public bool FlowControlEnabled { get; init; } = true;

    /// <summary>
    /// WCF's limit of sequences that wait to be accepted. A sequence is accepted with its security session here, of which
    /// MaxPendingSessions limits those that are not used, so only the default, 4, is accepted.
    /// </summary>
    public int MaxPendingChannels { get; init; } = 4;

    /// <summary>How many times a message is sent again before the sequence is given up. From 1 to 1000; default 8.</summary>
    public int MaxRetryCount { get; init; } = 8;

    /// <summary>
    /// How many messages may be under way, and how many replies the service keeps until they are acknowledged. 1 to 4,096; default 8.
    /// </summary>
    public int MaxTransferWindowSize { get; init; } = 8;
}
