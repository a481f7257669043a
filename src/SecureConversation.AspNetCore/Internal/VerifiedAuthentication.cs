using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace SecureConversation.AspNetCore.Internal;

/// <summary>
/// The authentication of ASP.NET Core, which knows nobody but the verified sender while a request is behind message security. What else
/// comes with the request, a cookie or a bearer token, is not signed: to whoever asks for another scheme nobody has come. Middleware,
/// policies, filters of MVC and forwarding schemes all ask here.
/// </summary>
internal sealed class VerifiedAuthentication(IServiceProvider services, object inner) : IAuthenticationService
{
    private IAuthenticationService Inner => services.GetRequiredKeyedService<IAuthenticationService>(inner);

    /// <summary>
    /// Wraps the authentication that is registered, or else that of ASP.NET Core, which is registered only where there is none.
    /// </summary>
    public static void Register(IServiceCollection services)
    {
        var registered = services.LastOrDefault(
            service => service.ServiceType == typeof(IAuthenticationService) && !service.IsKeyedService);
        if (registered?.ImplementationFactory is { Target: Factory })
        {
            return;
        }

        var factory = new Factory(registered ?? Default());
        services.Add(new ServiceDescriptor(typeof(IAuthenticationService), factory, factory.CreateInner, factory.Wrapped.Lifetime));
        services.Add(new ServiceDescriptor(typeof(IAuthenticationService), factory.Create, ServiceLifetime.Scoped));
    }

    public Task<AuthenticateResult> AuthenticateAsync(HttpContext context, string? scheme)
    {
        if (FeatureOf(context) is not { } feature || scheme == SecureConversationDefaults.AuthenticationScheme)
        {
            return Inner.AuthenticateAsync(context, scheme);
        }

        return Task.FromResult(scheme is null && feature.User is { Identity.IsAuthenticated: true } user
            ? AuthenticateResult.Success(new AuthenticationTicket(user, SecureConversationDefaults.AuthenticationScheme))
            : AuthenticateResult.NoResult());
    }

    /// <summary>Behind message security the status becomes a protected fault. A page for logging in is of no use there.</summary>
    public Task ChallengeAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) =>
        FeatureOf(context) is { } feature
            ? Refuse(context, feature, scheme, StatusCodes.Status401Unauthorized)
            : Inner.ChallengeAsync(context, scheme, properties);

    /// <inheritdoc cref="ChallengeAsync"/>
    public Task ForbidAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) =>
        FeatureOf(context) is { } feature
            ? Refuse(context, feature, scheme, StatusCodes.Status403Forbidden)
            : Inner.ForbidAsync(context, scheme, properties);

    public Task SignInAsync(HttpContext context, string? scheme, ClaimsPrincipal principal, AuthenticationProperties? properties) =>
        Inner.SignInAsync(context, scheme, principal, properties);

    public Task SignOutAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) =>
        Inner.SignOutAsync(context, scheme, properties);

    private static ISecureConversationFeature? FeatureOf(HttpContext context) => context.Features.Get<ISecureConversationFeature>();

    private static Task Refuse(HttpContext context, ISecureConversationFeature feature, string? scheme, int statusCode)
    {
        (feature as SecureConversationFeature)?.NoteRefusal(scheme);
        context.Response.StatusCode = statusCode;
        return Task.CompletedTask;
    }

    private static ServiceDescriptor Default()
    {
        var services = new ServiceCollection();
        services.AddAuthenticationCore();
        return services.Last(service => service.ServiceType == typeof(IAuthenticationService));
    }

    private sealed class Factory(ServiceDescriptor wrapped)
    {
        public ServiceDescriptor Wrapped => wrapped;

        public VerifiedAuthentication Create(IServiceProvider services) => new VerifiedAuthentication(services, this);

        public object CreateInner(IServiceProvider services, object? key)
        {
            if (wrapped.ImplementationInstance is { } instance)
            {
                return instance;
            }

            if (wrapped.ImplementationFactory is { } factory)
            {
                return factory(services);
            }

            if (services.GetService<IAuthenticationSchemeProvider>() is null)
            {
                throw new InvalidOperationException("Authentication is not set up: call services.AddAuthentication().");
            }

            return ActivatorUtilities.CreateInstance(services, wrapped.ImplementationType!);
        }
    }
}
