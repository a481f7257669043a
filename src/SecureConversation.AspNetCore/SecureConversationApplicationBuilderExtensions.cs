using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using SecureConversation.AspNetCore;
using SecureConversation.AspNetCore.Internal;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts message security in front of SOAP middleware.</summary>
public static class SecureConversationApplicationBuilderExtensions
{
    /// <summary>
    /// Ends message security for requests under a path: what follows in the pipeline sees plain envelopes, and what it writes is
    /// protected. Place it before <c>app.UseAuthorization()</c>, which then judges the verified user; call that yourself, or the host puts
    /// it at the beginning, where it would refuse handshakes: then the host does not start.
    /// </summary>
    /// <remarks>
    /// What follows sees the envelope as the body, the signed action as SOAPAction or content type parameter (without addressing no action
    /// is signed, and what the client wrote there stays), and the client as HttpContext.User, whatever other authentication stands in front
    /// or behind. What changes the path of requests, such as UsePathBase, belongs in front. An empty reply acknowledges a
    /// one-way message (202) or passes its error status on; status 401 or 403 becomes the protected fault of WCF that access is denied; a
    /// redirect, a reply that is no SOAP envelope, and an exception become a protected fault with a constant text. Handshakes and refusals
    /// never get there, and neither does a GET, unless <see cref="SecureConversationServiceOptions.HttpGetEnabled"/> is set.
    /// </remarks>
    /// <param name="app">The pipeline, or a branch of it.</param>
    /// <param name="path">
    /// The path and everything below it, without a slash at the end; the default is every request of this pipeline.
    /// </param>
    /// <param name="name">The name that the security was set up under; null for the one without a name.</param>
    /// <exception cref="ArgumentException">The path ends with a slash.</exception>
    /// <exception cref="InvalidOperationException">
    /// Nothing is set up under the name, or the pipeline has message security on the path already.
    /// </exception>
    public static IApplicationBuilder UseSecureConversation(this IApplicationBuilder app, PathString path = default, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (path.HasValue && path.Value!.EndsWith('/'))
        {
            throw new ArgumentException($"'{path}' ends with a slash, so it would leave the path without it, and all below, unsecured: "
                + "write it without, and nothing for every path.", nameof(path));
        }

        var endpoint = ServiceFactory.FindEndpoint(app.ApplicationServices, name);
        app.ApplicationServices.GetRequiredService<SecuredPaths>().Add(app, path);
        return app.Use(next =>
        {
            var application = new PipelineApplication(next);
            return context => context.Request.Path.StartsWithSegments(path, out var below)
                && !endpoint.LetsPass(context.Request, below)
                ? endpoint.InvokeAsync(context, application)
                : next(context);
        });
    }
}
