using Microsoft.Extensions.Logging;

namespace SecureConversation;

/// <summary>Settings of a <see cref="MessageSecurityService"/> beside its binding and credentials.</summary>
public sealed class MessageSecurityServiceOptions
{
    /// <summary>Source of time; a fake one makes expiry testable.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Log of the engine. Null logs nothing.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>Largest envelope in bytes that is parsed. Default 64 MiB.</summary>
    public int MaxEnvelopeBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>How long a used session may be idle; WCF's ReceiveTimeout. Default 10 minutes.</summary>
    public TimeSpan SessionIdleTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Where signature values of accepted messages are remembered; null for the memory of this process.</summary>
    public IReplayCache? ReplayCache { get; init; }

    /// <summary>
    /// Where other instances of the service find its sessions; null (default) for the memory of this process. With a store, the idle
    /// timeout only frees the memory of this process.
    /// </summary>
    public ISessionStore? SessionStore { get; init; }

    /// <summary>Called when a session has ended.</summary>
    public Action<ServiceSession>? SessionClosed { get; init; }

    /// <summary>
    /// Whether <see cref="VerifiedMessage.Envelope"/> keeps header blocks that no signature covers, as WCF does.
    /// Anybody on the way can add or change them; the application must not trust them. Default false: they are removed.
    /// </summary>
    public bool HandOutUnsignedHeaders { get; init; }
}
