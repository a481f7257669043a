using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SecureConversation.AspNetCore;
using SecureConversation.AspNetCore.Internal;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps SOAP endpoints behind message security.</summary>
public static class SecureConversationEndpointExtensions
{
    /// <summary>Answers the verified requests to a route by a handler.</summary>
    /// <param name="endpoints">Where routes are mapped.</param>
    /// <param name="pattern">The route.</param>
    /// <param name="handler">Answers requests.</param>
    /// <param name="name">The name that the security was set up under; null for the one without a name.</param>
    /// <exception cref="InvalidOperationException">Nothing is set up under the name.</exception>
    public static IEndpointConventionBuilder MapSecureConversation(this IEndpointRouteBuilder endpoints,
        [StringSyntax("Route")] string pattern, SecureConversationRequestDelegate handler, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(handler);
        var endpoint = ServiceFactory.FindEndpoint(endpoints.ServiceProvider, name);
        var application = new DelegateApplication(handler);
        return endpoints.MapPost(pattern, context => endpoint.InvokeAsync(context, application)).WithDisplayName($"SOAP: {pattern}");
    }

    /// <summary>
    /// Answers the verified requests to a route by a branch of the pipeline: SOAP middleware, a reverse proxy. The branch sees plain
    /// envelopes; see <see cref="SecureConversationApplicationBuilderExtensions.UseSecureConversation"/>.
    /// </summary>
    /// <param name="endpoints">Where routes are mapped.</param>
    /// <param name="pattern">The route.</param>
    /// <param name="branch">Builds the branch.</param>
    /// <param name="name">The name that the security was set up under; null for the one without a name.</param>
    /// <exception cref="InvalidOperationException">Nothing is set up under the name.</exception>
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
        return endpoints.MapPost(pattern, context => endpoint.InvokeAsync(context, application)).WithDisplayName($"SOAP: {pattern}");
    }

    /// <summary>
    /// Puts message security in front of endpoints that speak plain SOAP, such as <c>MapPost("/echo", ...)</c>. They see plain
    /// envelopes; see <see cref="SecureConversationApplicationBuilderExtensions.UseSecureConversation"/>. Authorization metadata
    /// of the endpoint is judged before, without the verified user: check the user in the endpoint.
    /// </summary>
    /// <typeparam name="TBuilder">The kind of endpoints.</typeparam>
    /// <param name="builder">The endpoints.</param>
    /// <param name="name">The name that the security was set up under; null for the one without a name.</param>
    /// <exception cref="InvalidOperationException">
    /// Nothing is set up under the name; thrown when the endpoint is built, and no request gets through.
    /// </exception>
    public static TBuilder RequireSecureConversation<TBuilder>(this TBuilder builder, string? name = null)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        // Finally runs after the other conventions, so message security is outside of whatever they wrap around the endpoint.
        builder.Finally(built =>
        {
            var endpoint = ServiceFactory.FindEndpoint(built.ApplicationServices, name);
            var application = new PipelineApplication(built.RequestDelegate
                ?? throw new InvalidOperationException($"'{built.DisplayName}' has no request delegate that could be secured."));
            built.RequestDelegate = context => endpoint.InvokeAsync(context, application);
        });
        return builder;
    }
}
