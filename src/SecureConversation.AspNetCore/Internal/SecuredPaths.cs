using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace SecureConversation.AspNetCore.Internal;

/// <summary>
/// Finds at the start of the host what no request could get through: message security twice on one path, of which the second sees plain
/// envelopes and refuses them, authorization before message security, which refuses handshakes, and policies that nobody judges or meets.
/// </summary>
internal sealed class SecuredPaths : IStartupFilter
{
    // The framework notes in the properties of a pipeline that UseAuthorization was called.
    private const string AuthorizationSet = "__AuthorizationMiddlewareSet";

    private readonly List<Use> _used = [];

    /// <summary>Notes a path of the middleware.</summary>
    /// <exception cref="InvalidOperationException">The pipeline has message security on it already.</exception>
    public void Add(IApplicationBuilder pipeline, PathString path)
    {
        foreach (var (other, taken, _) in _used)
        {
            if (ReferenceEquals(other, pipeline) && (path.StartsWithSegments(taken) || taken.StartsWithSegments(path)))
            {
                throw Twice($"'{NameOf(taken)}' and '{NameOf(path)}'", "UseSecureConversation");
            }
        }

        _used.Add(new Use(pipeline, path, pipeline.Properties.ContainsKey(AuthorizationSet)));
    }

    /// <summary>Checks the endpoints when all have been mapped, before the server listens.</summary>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        // A WebApplication whose author did not call UseAuthorization calls it by itself, before all else, where authorization is set up.
        var refused = app.ApplicationServices.GetService<IAuthorizationPolicyProvider>() is null ? []
            : _used.Where(use => use.HasAuthorizationBefore
                || (use.Pipeline is WebApplication && !use.Pipeline.Properties.ContainsKey(AuthorizationSet))).ToList();
        next(app);
        StartChecks.RequireAuthentication(app.ApplicationServices);
        Check(app.ApplicationServices);
        CheckAuthorization(app.ApplicationServices, refused);
    };

    private void Check(IServiceProvider services)
    {
        var mapped = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var endpoint in services.GetService<EndpointDataSource>()?.Endpoints ?? [])
        {
            if (endpoint is not RouteEndpoint route)
            {
                continue;
            }

            var pattern = PatternOf(route);
            if (endpoint.Metadata.GetMetadata<JudgedWhenVerified>() is not { } secured)
            {
                if (StartChecks.TakesMessages(route) && _used.Exists(use => use.Covers(pattern)))
                {
                    StartChecks.RequireNoShortCircuit(route, pattern);
                    StartChecks.RequireScheme(services, route, pattern);
                }

                continue;
            }

            var hosts = endpoint.Metadata.GetMetadata<IHostMetadata>()?.Hosts ?? [];
            if (secured.IsMapped && !mapped.Add($"{pattern} {string.Join(' ', hosts)}"))
            {
                throw Twice($"'{pattern}'", "MapSecureConversation");
            }

            if (_used.Exists(use => use.Covers(pattern)))
            {
                throw Twice($"'{pattern}'", "UseSecureConversation, and MapSecureConversation or RequireSecureConversation");
            }

            if (JudgedWhenVerified.AsksForAuthorization(endpoint.Metadata) && services.GetService<IAuthorizationPolicyProvider>() is null)
            {
                throw new InvalidOperationException($"'{pattern}' requires authorization, which is not set up: call "
                    + "services.AddAuthorization().");
            }

            if (!JudgedWhenVerified.AllowsAnybody(endpoint.Metadata))
            {
                StartChecks.RequireScheme(services, route, pattern);
            }
        }
    }

    private static void CheckAuthorization(IServiceProvider services, List<Use> refused)
    {
        if (refused.Count == 0)
        {
            return;
        }

        if (services.GetService<IOptions<AuthorizationOptions>>()?.Value.FallbackPolicy is not null)
        {
            throw TooEarly("the fallback policy", NameOf(refused[0].Path));
        }

        foreach (var endpoint in services.GetService<EndpointDataSource>()?.Endpoints ?? [])
        {
            if (endpoint is RouteEndpoint route && JudgedWhenVerified.AsksForAuthorization(route.Metadata)
                && route.Metadata.GetMetadata<IAllowAnonymous>() is null
                && refused.Find(use => use.Covers(PatternOf(route))) is { } use)
            {
                throw TooEarly($"'{PatternOf(route)}'", NameOf(use.Path));
            }
        }
    }

    private static string PatternOf(RouteEndpoint route) => "/" + route.RoutePattern.RawText?.Trim('/');

    private static InvalidOperationException TooEarly(string what, string path) => new(
        $"The authorization of {what} stands before message security on '{path}', where it would refuse handshakes: call "
        + "app.UseAuthorization() after app.UseSecureConversation(...).");

    private static string NameOf(PathString path) => path.HasValue ? path.Value! : "/";

    private static InvalidOperationException Twice(string paths, string calls) => new(
        $"Message security is there twice on {paths}: the second would see plain envelopes and refuse them. Leave one call of {calls}.");

    /// <param name="Pipeline">Where the middleware stands.</param>
    /// <param name="Path">Its path.</param>
    /// <param name="HasAuthorizationBefore">Whether authorization stands before it.</param>
    private sealed record Use(IApplicationBuilder Pipeline, PathString Path, bool HasAuthorizationBefore)
    {
        // The path of a branch is relative to where it branches off, which it does not say: it covers nothing that is known.
        public bool Covers(string pattern) =>
            Pipeline is IEndpointRouteBuilder && new PathString(pattern).StartsWithSegments(Path);
    }
}
