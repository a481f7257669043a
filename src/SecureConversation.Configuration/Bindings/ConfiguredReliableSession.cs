using SecureConversation.Binding;

namespace SecureConversation.Configuration;

/// <summary>WS-ReliableMessaging of a binding.</summary>
public sealed record ConfiguredReliableSession
{
    /// <summary>Whether messages are delivered in order. Default true.</summary>
    public bool Ordered { get; init; } = true;

    /// <summary>Time without messages after which the session faults. Default 10 minutes.</summary>
    public TimeSpan InactivityTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Time between acknowledgements. Default 0.2 seconds.</summary>
    public TimeSpan AcknowledgementInterval { get; init; } = TimeSpan.FromSeconds(0.2);

    /// <summary>Whether the receiver tells how much it can buffer. Default true.</summary>
    public bool FlowControlEnabled { get; init; } = true;

    /// <summary>Maximum number of pending channels. Default 4.</summary>
    public int MaxPendingChannels { get; init; } = 4;

    /// <summary>Maximum number of resendings. Default 8.</summary>
    public int MaxRetryCount { get; init; } = 8;

    /// <summary>Maximum number of buffered messages. Default 8.</summary>
    public int MaxTransferWindowSize { get; init; } = 8;

    /// <summary>
    /// The version: <c>WSReliableMessagingFebruary2005</c> (default) or <c>WSReliableMessaging11</c>.
    /// </summary>
    public string ReliableMessagingVersion { get; init; } = "WSReliableMessagingFebruary2005";

    /// <summary>The element of the engine, for ASP.NET Core and HTTP clients; the stacks of WCF have one of their own.</summary>
    public ReliableSessionBindingElement ToElement() => new()
    {
        ReliableMessagingVersion = Enum.Parse<Binding.ReliableMessagingVersion>(ReliableMessagingVersion),
        Ordered = Ordered,
        InactivityTimeout = InactivityTimeout,
        AcknowledgementInterval = AcknowledgementInterval,
        FlowControlEnabled = FlowControlEnabled,
        MaxPendingChannels = MaxPendingChannels,
        MaxRetryCount = MaxRetryCount,
        MaxTransferWindowSize = MaxTransferWindowSize,
    };
}
