using System.Globalization;
using SecureConversation.Configuration;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>What the behaviors of a service say and CoreWCF has no place for; the log has each one when the service starts.</summary>
internal static class ServiceNotes
{
    public static IEnumerable<ConfigurationProblem> Of(ConfiguredService service) =>
        Of(service.Behavior, service.Behavior.Location ?? service.Location)
            .Concat(service.Endpoints.Select(endpoint => endpoint.Behavior).Distinct()
                .SelectMany(behavior => Of(behavior, behavior.Location ?? service.Location)));

    // CoreWCF 1.9 has no such behavior, and its throttles cannot be reached.
    private static IEnumerable<ConfigurationProblem> Of(ConfiguredServiceBehavior behavior, ConfigurationLocation location)
    {
        if (behavior.Throttling is not { } limits)
        {
            yield break;
        }

        const string LimitRequests = "Limit requests with UseRateLimiter and a concurrency limiter of ASP.NET Core.";
        foreach (var (attribute, value, remedy) in new[]
        {
            ("maxConcurrentCalls", limits.MaxConcurrentCalls, LimitRequests),
            ("maxConcurrentSessions", limits.MaxConcurrentSessions, "What strangers open is limited by maxPendingSessions and "
                + "maxStatefulNegotiations of localServiceSettings, and by Kestrel:Limits:MaxConcurrentConnections."),
            ("maxConcurrentInstances", limits.MaxConcurrentInstances, LimitRequests),
        })
        {
            if (value > 0)
            {
                yield return Note(location, $"serviceBehaviors/behavior[{behavior.Name}]/serviceThrottling", attribute,
                    value.ToString(CultureInfo.InvariantCulture), "CoreWCF has no serviceThrottling, so this limit does not hold.", remedy);
            }
        }
    }

    private static IEnumerable<ConfigurationProblem> Of(ConfiguredEndpointBehavior behavior, ConfigurationLocation location)
    {
        foreach (var (element, isWritten) in new[]
        {
            ("clientCredentials", behavior.ClientCredentials is not null),
            ("clientVia", behavior.ClientVia is not null),
            ("callbackDebug", behavior.IncludeExceptionDetailInFaults),
        })
        {
            if (isWritten)
            {
                yield return Note(location, $"endpointBehaviors/behavior[{behavior.Name}]/{element}", null, null,
                    "It belongs to clients, and has no effect on the endpoint of a service.",
                    "Give the endpoints of clients a behavior of their own.");
            }
        }
    }

    private static ConfigurationProblem Note(
        ConfigurationLocation location, string path, string? attribute, string? found, string reason, string remedy) => new()
        {
            Severity = ConfigurationProblemSeverity.Note,
            Location = location,
            Path = path,
            Attribute = attribute,
            Found = found,
            Reason = reason,
            Remedy = remedy,
        };
}
