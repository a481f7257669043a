using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using SecureConversation.AspNetCore;
using SecureConversation.AspNetCore.Internal;
using SecureConversation.AspNetCore.Internal.Wsdl;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Serves descriptions (WSDL 1.1) of endpoints with message security.</summary>
public static class SecureConversationWsdlExtensions
{
    /// <summary>
    /// Answers <c>?wsdl</c> and <c>?singleWsdl</c> by a WSDL of the application, into which the security policy of the endpoint
    /// (WS-SecurityPolicy) and its address are written. Files that it imports, from its directory or below, are served as
    /// <c>?wsdl=wsdl0</c> and <c>?xsd=xsd0</c>, as WCF does. Policies of security that the file has are replaced.
    /// </summary>
    /// <remarks>
    /// The address is <see cref="SecureConversationServiceOptions.Address"/>; where that is null, the URL of the request if the setting
    /// <c>AllowedHosts</c> names its host, or if the client is on this machine; else the one that the file has. The host of a request is
    /// what its sender says, and nothing else of him gets into a description. Behind a proxy use forwarded headers. The answer has an ETag,
    /// and caches ask each time. Everybody may read it, as with HttpGetEnabled of WCF; <c>RequireAuthorization</c> and other conventions
    /// work as on each endpoint. The files are read once, when this is called.
    /// </remarks>
    /// <param name="endpoints">Where routes are mapped.</param>
    /// <param name="pattern">The route, that of the endpoint.</param>
    /// <param name="path">The file; a relative path begins at the content root of the application.</param>
    /// <param name="name">The name that the security was set up under; null for the one without a name.</param>
    /// <param name="port">The wsdl:port of the endpoint; null where the file has one for its version of SOAP.</param>
    /// <exception cref="InvalidOperationException">
    /// Nothing is set up under the name; a file is missing or is no WSDL; it has no such port, or several; it imports something outside of
    /// its directory.
    /// </exception>
    public static IEndpointConventionBuilder MapSecureConversationWsdl(this IEndpointRouteBuilder endpoints,
        [StringSyntax("Route")] string pattern, string path, string? name = null, string? port = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentException.ThrowIfNullOrEmpty(path);
        var services = endpoints.ServiceProvider;
        ServiceFactory.FindEndpoint(services, name);
        var options = services.GetRequiredService<IOptionsMonitor<SecureConversationServiceOptions>>().Get(name ?? Options.DefaultName);
        var root = services.GetService<IHostEnvironment>()?.ContentRootPath ?? Directory.GetCurrentDirectory();
        var documents = WsdlDocuments.Load(Path.Combine(root, path), ServiceFactory.CreateBinding(options), port);
        var requests = new WsdlRequests(documents, options.Address);
        return endpoints.MapMethods(pattern, [HttpMethods.Get, HttpMethods.Head], requests.AnswerAsync)
            .WithDisplayName($"WSDL: {pattern}");
    }
}
