using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace SecureConversation.AspNetCore.Internal;

/// <summary>What ends the start of the host because somebody else would be taken for the verified sender, or nobody for him.</summary>
internal static class StartChecks
{
    // Its type is not public.
    private const string ShortCircuit = "ShortCircuit";

    /// <exception cref="InvalidOperationException">The application would authenticate senders in its own way.</exception>
    public static void RequireAuthentication(IServiceProvider services)
    {
        using var scope = services.CreateScope();
        if (scope.ServiceProvider.GetService<IAuthenticationService>() is { } other and not VerifiedAuthentication)
        {
            throw new InvalidOperationException($"{other.GetType()} is registered as IAuthenticationService after AddSecureConversation: "
                + "behind message security it would take a cookie or token for the sender of a message. Register it before "
                + "services.AddSecureConversation(...), which then asks it for all other requests.");
        }
    }

    /// <summary>Whether an endpoint answers requests that can carry a message.</summary>
    public static bool TakesMessages(RouteEndpoint route) =>
        route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is not { Count: > 0 } methods
        || methods.Contains(HttpMethods.Post, StringComparer.OrdinalIgnoreCase);

    /// <exception cref="InvalidOperationException">Policies of the endpoint name schemes, and not ours.</exception>
    public static void RequireScheme(IServiceProvider services, RouteEndpoint route, string pattern)
    {
        // Another provider may make policies when they are asked for. What those refuse is logged with the reason.
        if (services.GetService<IAuthorizationPolicyProvider>() is not DefaultAuthorizationPolicyProvider provider
            || provider.GetType() != typeof(DefaultAuthorizationPolicyProvider))
        {
            return;
        }

        // This provider waits for nothing.
        var policy = JudgedWhenVerified.PolicyOfAsync(provider, route.Metadata).GetAwaiter().GetResult();
        if (policy?.AuthenticationSchemes is { Count: > 0 } schemes
            && !schemes.Contains(SecureConversationDefaults.AuthenticationScheme))
        {
            throw new InvalidOperationException($"The policies of '{pattern}' name the authentication scheme "
                + $"{string.Join(", ", schemes)} and not SecureConversation, and nobody else is known behind message security. Let them "
                + "name no scheme, or SecureConversation, which services.AddAuthentication().AddSecureConversation() adds.");
        }
    }

    /// <exception cref="InvalidOperationException">Routing runs the endpoint at once, in front of the middleware.</exception>
    public static void RequireNoShortCircuit(RouteEndpoint route, string pattern)
    {
        if (route.Metadata.Any(data => data.GetType() is var type && type.Name.StartsWith(ShortCircuit, StringComparison.Ordinal)
            && type.Assembly == typeof(RouteEndpoint).Assembly))
        {
            throw new InvalidOperationException($"'{pattern}' has ShortCircuit(), by which routing runs it without the message security of "
                + "UseSecureConversation: leave one of them, or call RequireSecureConversation() on the endpoint.");
        }
    }
}
