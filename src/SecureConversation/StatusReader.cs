using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Engine.Sessions;

namespace SecureConversation;

/// <summary>Reads how a service does.</summary>
internal sealed class StatusReader(
    Func<X509Certificate2> current, MessageSecurityServiceOptions options, LocalServiceSecuritySettings settings,
    Func<StatusReader.Counts> count)
{
    public MessageSecurityServiceStatus Read()
    {
        var counts = count();
        var own = current();
        return new MessageSecurityServiceStatus
        {
            CertificateValidFrom = own.NotBefore.ToUniversalTime(),
            CertificateValidUntil = own.NotAfter.ToUniversalTime(),
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
