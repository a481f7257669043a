using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace SecureConversation.AspNetCore.Internal;

/// <summary>Says in words what is wrong with a service, or will be.</summary>
internal sealed class ServiceHealthCheck(MessageSecurityService service, TimeProvider clock, TimeSpan certificateWarning) : IHealthCheck
{
    public static readonly TimeSpan DefaultWarning = TimeSpan.FromDays(30);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        var status = service.GetStatus();
        var now = clock.GetUtcNow();
        var data = new Dictionary<string, object>
        {
            ["sessions"] = status.Sessions,
            ["pending_sessions"] = status.PendingSessions,
            ["waiting_refusals"] = status.WaitingRefusals,
        };
        if (status.CertificateValidUntil is { } until)
        {
            data["certificate_valid_until"] = until;
        }

        if (now >= status.CertificateValidUntil || now < status.CertificateValidFrom)
        {
            var why = now < status.CertificateValidFrom
                ? Text($"The certificate of the service is not valid before {status.CertificateValidFrom:u}; it is {now:u}.")
                : Text($"The certificate of the service expired at {status.CertificateValidUntil:u}: clients refuse it.");
            return Task.FromResult(new HealthCheckResult(context.Registration.FailureStatus, why, data: data));
        }

        var problems = Problems(status, now).ToList();
        return Task.FromResult(problems.Count == 0
            ? HealthCheckResult.Healthy(status.CertificateValidUntil is null
                ? "No limit is used up." : "The certificate is valid and no limit is used up.", data)
            : HealthCheckResult.Degraded(string.Join(' ', problems), status.StoreFailure, data));
    }

    private IEnumerable<string> Problems(MessageSecurityServiceStatus status, DateTimeOffset now)
    {
        if (status.CertificateValidUntil - now <= certificateWarning)
        {
            yield return Text($"The certificate of the service expires at {status.CertificateValidUntil:u}.");
        }

        if (status.Sessions >= status.MaxSessions)
        {
            yield return Text($"{status.Sessions} sessions are open, as many as MaxSessions allows: new ones end others or are refused.");
        }

        if (status.PendingSessions >= status.MaxPendingSessions)
        {
            yield return Text($"{status.PendingSessions} sessions were opened and not used yet, as many as MaxPendingSessions allows.");
        }

        if (status.WaitingRefusals >= status.MaxWaitingRefusals)
        {
            yield return Text($"{status.WaitingRefusals} refusals wait, as many as MaxWaiting of FailureAnswers allows.");
        }

        if (status.StoreFailedAt is { } at)
        {
            yield return Text($"The session store failed at {at:u} and has not answered since: {status.StoreFailure?.Message}");
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
