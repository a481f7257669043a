using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace SecureConversation.AspNetCore.Internal;

/// <summary>
/// What becomes of a caller whom the authorization behind message security refuses: status 403, which becomes a protected fault. The
/// handler of the application may send him to a page for logging in.
/// </summary>
internal sealed class RefusalResultHandler(IAuthorizationMiddlewareResultHandler inner) : IAuthorizationMiddlewareResultHandler
{
    public Task HandleAsync(
        RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Succeeded || context.Features.Get<ISecureConversationFeature>() is not { } feature)
        {
            return inner.HandleAsync(next, context, policy, authorizeResult);
        }

        (feature as SecureConversationFeature)?.NoteRefusal(policy.AuthenticationSchemes);
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }

    /// <summary>
    /// Wraps the handler that is registered, or that of ASP.NET Core; called once. One that is registered later takes its place.
    /// </summary>
    public static void Register(IServiceCollection services)
    {
        var registered = services.LastOrDefault(service => service.ServiceType == typeof(IAuthorizationMiddlewareResultHandler));
        services.Add(ServiceDescriptor.Singleton<IAuthorizationMiddlewareResultHandler>(
            provider => new RefusalResultHandler(Inner(registered, provider))));
    }

    private static IAuthorizationMiddlewareResultHandler Inner(ServiceDescriptor? registered, IServiceProvider provider) =>
        registered is null ? new AuthorizationMiddlewareResultHandler()
        : (IAuthorizationMiddlewareResultHandler)(registered.ImplementationInstance
            ?? registered.ImplementationFactory?.Invoke(provider)
            ?? ActivatorUtilities.CreateInstance(provider, registered.ImplementationType!));
}
