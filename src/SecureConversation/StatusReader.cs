using SecureConversation.Binding;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Sessions;

namespace SecureConversation;

/// <summary>Reads how a service does.</summary>
internal sealed class StatusReader(
    MessageSecurityServiceOptions options, LocalServiceSecuritySettings settings, Func<StatusReader.Counts> count)
{
    public MessageSecurityServiceStatus Read()
    {
        var counts = count();
        return new MessageSecurityServiceStatus
        {
            CertificateValidFrom = counts.Certificates.ValidFrom,
            CertificateValidUntil = counts.Certificates.ValidUntil,
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
    internal readonly record struct Counts(ServiceCertificates Certificates, int Sessions, int Pending, int Waiting, StoreFailure? Failure);
}
