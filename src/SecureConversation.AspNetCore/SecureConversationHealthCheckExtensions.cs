using Microsoft.Extensions.Diagnostics.HealthChecks;
using SecureConversation;
using SecureConversation.AspNetCore.Internal;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds health checks of services with message security.</summary>
public static class SecureConversationHealthCheckExtensions
{
    /// <summary>
    /// Adds a health check of the service that was set up by <c>AddSecureConversation</c>. It fails when the certificate of the service is
    /// outside its period, and is degraded when that ends soon, when a limit is used up (MaxSessions, MaxPendingSessions, MaxWaiting of
    /// FailureAnswers), and when the last call of the session store failed. The description says which in words.
    /// </summary>
    /// <param name="builder">The health checks of the application.</param>
    /// <param name="endpoint">The name that the service was set up under; null for that without a name.</param>
    /// <param name="certificateWarning">How long before its end the certificate is reported; null for 30 days.</param>
    /// <param name="failureStatus">The status of a failure; null for <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">Tags of the health check; null for none.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="certificateWarning"/> is negative.</exception>
    public static IHealthChecksBuilder AddSecureConversation(this IHealthChecksBuilder builder, string? endpoint = null,
        TimeSpan? certificateWarning = null, HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var warning = certificateWarning ?? ServiceHealthCheck.DefaultWarning;
        ArgumentOutOfRangeException.ThrowIfLessThan(warning, TimeSpan.Zero, nameof(certificateWarning));
        var name = string.IsNullOrEmpty(endpoint) ? "SecureConversation" : $"SecureConversation {endpoint}";
        return builder.Add(new HealthCheckRegistration(name, services => new ServiceHealthCheck(
            services.GetRequiredKeyedService<MessageSecurityService>(endpoint ?? Options.Options.DefaultName),
            services.GetRequiredService<TimeProvider>(), warning), failureStatus, tags));
    }
}
