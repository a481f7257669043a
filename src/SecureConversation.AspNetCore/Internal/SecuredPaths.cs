using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace SecureConversation.AspNetCore.Internal;

/// <summary>
/// Finds at the start of the host what no request could get through: message security twice on one path, of which the second sees plain
/// envelopes and refuses them, and policies that nobody judges.
/// </summary>
internal sealed class SecuredPaths : IStartupFilter
{
    private readonly List<(IApplicationBuilder Pipeline, PathString Path)> _used = [];

    /// <summary>Notes a path of the middleware.</summary>
    /// <exception cref="InvalidOperationException">The pipeline has message security on it already.</exception>
    public void Add(IApplicationBuilder pipeline, PathString path)
    {
        foreach (var (other, taken) in _used)
        {
            if (ReferenceEquals(other, pipeline) && (path.StartsWithSegments(taken) || taken.StartsWithSegments(path)))
            {
                throw Twice($"'{NameOf(taken)}' and '{NameOf(path)}'", "UseSecureConversation");
            }
        }

        _used.Add((pipeline, path));
    }

    /// <summary>Checks the endpoints when all have been mapped, before the server listens.</summary>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        next(app);
        Check(app.ApplicationServices);
    };

    private void Check(IServiceProvider services)
    {
        var mapped = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var endpoint in services.GetService<EndpointDataSource>()?.Endpoints ?? [])
        {
            if (endpoint is not RouteEndpoint route || endpoint.Metadata.GetMetadata<JudgedWhenVerified>() is not { } secured)
            {
                continue;
            }

            var pattern = "/" + route.RoutePattern.RawText?.Trim('/');
            var hosts = endpoint.Metadata.GetMetadata<IHostMetadata>()?.Hosts ?? [];
            if (secured.IsMapped && !mapped.Add($"{pattern} {string.Join(' ', hosts)}"))
            {
                throw Twice($"'{pattern}'", "MapSecureConversation");
            }

            foreach (var (pipeline, path) in _used)
            {
                // The path of a branch is relative to where it branches off, which it does not say.
                if (pipeline is IEndpointRouteBuilder && new PathString(pattern).StartsWithSegments(path))
                {
                    throw Twice($"'{pattern}'", "UseSecureConversation, and MapSecureConversation or RequireSecureConversation");
                }
            }

            if (JudgedWhenVerified.AsksForAuthorization(endpoint.Metadata) && services.GetService<IAuthorizationPolicyProvider>() is null)
            {
                throw new InvalidOperationException($"'{pattern}' requires authorization, which is not set up: call "
                    + "services.AddAuthorization().");
            }
        }
    }

    private static string NameOf(PathString path) => path.HasValue ? path.Value! : "/";

    private static InvalidOperationException Twice(string paths, string calls) => new(
        $"Message security is there twice on {paths}: the second would see plain envelopes and refuse them. Leave one call of {calls}.");
}
