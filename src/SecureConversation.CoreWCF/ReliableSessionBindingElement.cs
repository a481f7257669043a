namespace SecureConversation.CoreWCF;

/// <summary>
/// Reliable sessions (WS-ReliableMessaging) of a CoreWCF service: the place of WCF's binding element of this name. It stands first in a
/// <see cref="CustomBinding"/>, above a <see cref="MessageSecurityBindingElement"/> with sessions, and is offered over HTTP and HTTPS.
/// Names and defaults are those of WCF. CoreWCF has none of its own.
/// </summary>
public sealed class ReliableSessionBindingElement : BindingElement
{
    internal const long DefaultKeptReplyBytes = 256L * 1024 * 1024;

    private EngineBinding.ReliableSessionBindingElement _settings = new();

    /// <summary>Reliable sessions with WCF's defaults: ordered, of February 2005.</summary>
    public ReliableSessionBindingElement()
    {
    }

    /// <summary>Reliable sessions with WCF's defaults.</summary>
    /// <param name="ordered">Whether requests reach the service in the order of their numbers.</param>
    public ReliableSessionBindingElement(bool ordered) => Ordered = ordered;

    /// <summary>The version. Both sides need the same. Default February 2005.</summary>
    public EngineBinding.ReliableMessagingVersion ReliableMessagingVersion
    {
        get => _settings.ReliableMessagingVersion;
        set => _settings = _settings with { ReliableMessagingVersion = value };
    }

    /// <summary>Whether requests reach the service in the order of their numbers. Default true.</summary>
    public bool Ordered
    {
        get => _settings.Ordered;
        set => _settings = _settings with { Ordered = value };
    }

    /// <summary>After how much silence of the client a sequence is over. Positive; default 10 minutes.</summary>
    public TimeSpan InactivityTimeout
    {
        get => _settings.InactivityTimeout;
        set => _settings = _settings with { InactivityTimeout = value };
    }

    /// <summary>Without effect between request and reply: only the default, 200 milliseconds, is accepted.</summary>
    public TimeSpan AcknowledgementInterval
    {
        get => _settings.AcknowledgementInterval;
        set => _settings = _settings with { AcknowledgementInterval = value };
    }

    /// <summary>Whether the service says how many messages it has room for. Default true.</summary>
    public bool FlowControlEnabled
    {
        get => _settings.FlowControlEnabled;
        set => _settings = _settings with { FlowControlEnabled = value };
    }

    /// <summary>Without effect, since a sequence is accepted with its security session: only the default, 4, is accepted.</summary>
    public int MaxPendingChannels
    {
        get => _settings.MaxPendingChannels;
        set => _settings = _settings with { MaxPendingChannels = value };
    }

    /// <summary>A setting of clients, which a service has for the sake of one binding for both. Positive; default 8.</summary>
    public int MaxRetryCount
    {
        get => _settings.MaxRetryCount;
        set => _settings = _settings with { MaxRetryCount = value };
    }

    /// <summary>How many replies are kept until they are acknowledged. 1 to 4,096; default 8.</summary>
    public int MaxTransferWindowSize
    {
        get => _settings.MaxTransferWindowSize;
        set => _settings = _settings with { MaxTransferWindowSize = value };
    }

    /// <summary>
    /// Size of the replies that the service keeps until its clients acknowledge them, in bytes; for all clients together, each of whom gets
    /// three quarters while nobody else needs them. Beyond that requests count as lost, and come again. WCF has no such limit. Positive;
    /// default 256 MiB.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to a value that is not positive.</exception>
    public long MaxKeptReplyBytes
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            field = value;
        }
    } = DefaultKeptReplyBytes;

    /// <summary>All settings that WCF has, in the words of the engine, as an HTTP client of this library takes them.</summary>
    public EngineBinding.ReliableSessionBindingElement Settings => _settings;

    /// <inheritdoc/>
    public override BindingElement Clone() => new ReliableSessionBindingElement
    {
        _settings = _settings,
        MaxKeptReplyBytes = MaxKeptReplyBytes,
    };

    /// <inheritdoc/>
    public override T GetProperty<T>(BindingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.GetInnerProperty<T>();
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">No message security stands below.</exception>
    public override IServiceDispatcher BuildServiceDispatcher<TChannel>(BindingContext context, IServiceDispatcher innerDispatcher)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.RemainingBindingElements.Find<MessageSecurityBindingElement>() is null
            ? throw new InvalidOperationException("The ReliableSessionBindingElement needs message security with sessions below it: add a "
                + "MessageSecurityBindingElement of CreateSecureConversationBindingElement, or take it out.")
            : context.BuildNextServiceDispatcher<TChannel>(innerDispatcher);
    }
}
