namespace SecureConversation;

/// <summary>How a <see cref="MessageSecurityService"/> does at one moment, for health checks. Each number is read by itself.</summary>
public sealed record MessageSecurityServiceStatus
{
    /// <summary>
    /// From when on the certificate of the service is valid, UTC; null where messages need none, because the transport protects them.
    /// </summary>
    public required DateTimeOffset? CertificateValidFrom { get; init; }

    /// <summary>Until when the certificate of the service is valid, UTC; null where messages need none.</summary>
    public required DateTimeOffset? CertificateValidUntil { get; init; }

    /// <summary>Sessions in the memory of this process, pending ones included.</summary>
    public required int Sessions { get; init; }

    /// <summary>How many there may be: <see cref="MessageSecurityServiceOptions.MaxSessions"/>.</summary>
    public required int MaxSessions { get; init; }

    /// <summary>Sessions that were opened here and not used yet, also those in a session store; 0 without sessions.</summary>
    public required int PendingSessions { get; init; }

    /// <summary>How many there may be: MaxPendingSessions of LocalServiceSettings.</summary>
    public required int MaxPendingSessions { get; init; }

    /// <summary>Refusals that wait to be answered.</summary>
    public required int WaitingRefusals { get; init; }

    /// <summary>How many may wait: <see cref="FailureAnswerOptions.MaxWaiting"/>.</summary>
    public required int MaxWaitingRefusals { get; init; }

    /// <summary>When the last call of the session store failed, UTC; null when it did not, and where there is no store.</summary>
    public DateTimeOffset? StoreFailedAt { get; init; }

    /// <summary>What the last call of the session store threw; null when it did not.</summary>
    public Exception? StoreFailure { get; init; }
}
