using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using SecureConversation.AspNetCore;
using SecureConversation.AspNetCore.Internal;

namespace Microsoft.AspNetCore.Builder;

/// <summary>
/// Maps SOAP endpoints behind message security. <c>RequireAuthorization</c>, other authorization metadata and the fallback policy are
/// judged at the verified request; whom they refuse gets the protected fault of WCF that access is denied.
/// </summary>
public static class SecureConversationEndpointExtensions
{
    /// <summary>Answers the verified requests to a route by a handler.</summary>
    /// <param name="endpoints">Where routes are mapped.</param>
    /// <param name="pattern">The route.</param>
    /// <param name="handler">Answers requests. Its attributes, such as [Authorize], are metadata of the endpoint.</param>
    /// <param name="name">The name that the security was set up under; null for the one without a name.</param>
    /// <exception cref="InvalidOperationException">
    /// Nothing is set up under the name; or, when the endpoint is built, it has endpoint filters.
    /// </exception>
    public static IEndpointConventionBuilder MapSecureConversation(this IEndpointRouteBuilder endpoints,
        [StringSyntax("Route")] string pattern, SecureConversationRequestDelegate handler, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(handler);
        var endpoint = ServiceFactory.FindEndpoint(endpoints.ServiceProvider, name);
        return Map(endpoints, pattern, endpoint, new DelegateApplication(handler))
            .WithMetadata(handler.Method.GetCustomAttributes(inherit: true));
    }

    /// <summary>
    /// Answers the verified requests to a route by a branch of the pipeline: SOAP middleware, a reverse proxy. The branch sees plain
    /// envelopes; see <see cref="SecureConversationApplicationBuilderExtensions.UseSecureConversation"/>.
    /// </summary>
    /// <param name="endpoints">Where routes are mapped.</param>
    /// <param name="pattern">The route.</param>
    /// <param name="branch">Builds the branch.</param>
    /// <param name="name">The name that the security was set up under; null for the one without a name.</param>
    /// <exception cref="InvalidOperationException">
    /// Nothing is set up under the name; or, when the endpoint is built, it has endpoint filters.
    /// </exception>
    public static IEndpointConventionBuilder MapSecureConversation(this IEndpointRouteBuilder endpoints,
        [StringSyntax("Route")] string pattern, Action<IApplicationBuilder> branch, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(branch);
        var endpoint = ServiceFactory.FindEndpoint(endpoints.ServiceProvider, name);
        var builder = endpoints.CreateApplicationBuilder();
        branch(builder);
        var pipeline = builder.Build();
        var application = new PipelineApplication(async context =>
        {
            // The branch must not see the endpoint that led here: routing in it would find nothing else, and SOAP middleware with routes
            // of its own leaves requests alone that have an endpoint.
            var mapped = context.GetEndpoint();
            context.SetEndpoint(null);
            try
            {
                await pipeline(context).ConfigureAwait(false);
            }
            finally
            {
                context.SetEndpoint(mapped);
            }
        });
        return Map(endpoints, pattern, endpoint, application);
    }

    /// <summary>
    /// Puts message security in front of endpoints that speak plain SOAP, such as <c>MapPost("/echo", ...)</c>. They see plain
    /// envelopes; see <see cref="SecureConversationApplicationBuilderExtensions.UseSecureConversation"/>. Call it last on builders that
    /// have no final conventions, such as that of <c>MapReverseProxy()</c>: what is added after it there runs outside of message security.
    /// </summary>
    /// <typeparam name="TBuilder">The kind of endpoints.</typeparam>
    /// <param name="builder">The endpoints.</param>
    /// <param name="name">The name that the security was set up under; null for the one without a name.</param>
    /// <exception cref="InvalidOperationException">
    /// Nothing is set up under the name, or the endpoint has message security already; thrown when the endpoint is built, which is at the
    /// start of the host, and no request gets through.
    /// </exception>
    public static TBuilder RequireSecureConversation<TBuilder>(this TBuilder builder, string? name = null)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        try
        {
            // Finally runs after the other conventions, so message security is outside of whatever they wrap around the endpoint.
            builder.Finally(built => Secure(built, name));
        }
        catch (NotImplementedException)
        {
            // The default of the interface, which the builder of YARP has.
            builder.Add(built => Secure(built, name));
        }

        return builder;
    }

    private static void Secure(EndpointBuilder built, string? name)
    {
        if (built.Metadata.OfType<JudgedWhenVerified>().Any())
        {
            throw new InvalidOperationException($"'{built.DisplayName}' has message security already: leave one call of "
                + "RequireSecureConversation or MapSecureConversation.");
        }

        var application = new PipelineApplication(built.RequestDelegate
            ?? throw new InvalidOperationException($"'{built.DisplayName}' has no request delegate that could be secured."));

        // YARP builds its endpoints without the services of the application; then they are those of the request.
        var endpoint = built.ApplicationServices is IKeyedServiceProvider
            ? ServiceFactory.FindEndpoint(built.ApplicationServices, name)
            : null;
        built.Metadata.Add(new JudgedWhenVerified(isMapped: false));
        built.RequestDelegate = context =>
            (endpoint ?? ServiceFactory.FindEndpoint(context.RequestServices, name)).InvokeAsync(context, application);
    }

    private static IEndpointConventionBuilder Map(
        IEndpointRouteBuilder endpoints, string pattern, SecureEndpoint endpoint, IPlainApplication application)
    {
        var builder = endpoints.MapPost(pattern, context => endpoint.InvokeAsync(context, application))
            .WithDisplayName($"SOAP: {pattern}").WithMetadata(new JudgedWhenVerified(isMapped: true));
        builder.Finally(built => RequireNoFilters(built, pattern));
        return builder;
    }

    // Routing wraps filters around the delegate, where nothing is verified and the user is whoever the connection says.
    private static void RequireNoFilters(EndpointBuilder built, string pattern)
    {
        if (built.FilterFactories.Count > 0)
        {
            throw new InvalidOperationException($"'{pattern}' has endpoint filters, which would run in front of message security, for "
                + "handshakes as well and for another user than the sender. Write MapPost(...).AddEndpointFilter(...)."
                + "RequireSecureConversation(), where they run behind it, or put middleware into a branch.");
        }
    }
}
