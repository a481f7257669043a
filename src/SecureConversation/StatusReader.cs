using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Sessions;

namespace SecureConversation;

/// <summary>Reads how a service does.</summary>
internal sealed class StatusReader(
    X509Credential own, MessageSecurityServiceOptions options, LocalServiceSecuritySettings settings, Func<StatusReader.Counts> count)
{
    public MessageSecurityServiceStatus Read()
    {
        var counts = count();
        return new MessageSecurityServiceStatus
        {
            CertificateValidFrom = own.Certificate.NotBefore.ToUniversalTime(),
            CertificateValidUntil = own.Certificate.NotAfter.ToUniversalTime(),
            Sessions = counts.Sessions,
            MaxSessions = options.MaxSessions,
            PendingSessions = counts.Pending,
            MaxPendingSessions = settings.MaxPendingSessions,
            WaitingRefusals = counts.Waiting,
            MaxWaitingRefusals = options.FailureAnswers.MaxWaiting,
            StoreFailedAt = counts.Failure?.At,
            StoreFailure = counts.Failure?.Thrown,
        };
    }

    /// <summary>What the parts of the service count.</summary>
    internal readonly record struct Counts(int Sessions, int Pending, int Waiting, StoreFailure? Failure);
}
