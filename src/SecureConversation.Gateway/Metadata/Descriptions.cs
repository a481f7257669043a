using Microsoft.AspNetCore.Http.Extensions;
using SecureConversation.AspNetCore.Internal;
using SecureConversation.AspNetCore.Internal.Wsdl;
using SecureConversation.Binding;
using SecureConversation.Gateway.Routing;
using SecureConversation.Gateway.Settings;

namespace SecureConversation.Gateway.Metadata;

/// <summary>
/// Answers ?wsdl and ?singleWsdl by the description of the service behind the gateway, with the address of the gateway: outward without
/// policies, inward with that of the gateway. What was read is kept for a minute.
/// </summary>
internal sealed class Descriptions : IDisposable
{
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);

    private readonly string _route;
    private readonly RouteSettings _settings;
    private readonly MessageSecurityBinding? _binding;
    private readonly SoapVersion _soap;
    private readonly GatewayServices _gateway;
    private readonly SocketsHttpHandler _transport = GatewayServices.CreateTransport();
    private readonly SemaphoreSlim _reading = new(1);
    private (WsdlDocuments Documents, long Time)? _last;

    /// <param name="route">The name of the route.</param>
    /// <param name="settings">Where the description is.</param>
    /// <param name="binding">The security that the gateway asks for; null where it asks for none.</param>
    /// <param name="gateway">The process.</param>
    /// <param name="soap">The version of SOAP where there is no binding.</param>
    public Descriptions(string route, RouteSettings settings, MessageSecurityBinding? binding, GatewayServices gateway,
        SoapVersion soap = SoapVersion.Soap12)
    {
        (_route, _settings, _binding, _gateway) = (route, settings, binding, gateway);
        _soap = binding?.MessageVersion.Soap ?? soap;
    }

    /// <summary>Whether a request asks for the description and for nothing else.</summary>
    public bool Asks(HttpRequest request) => _settings.ServesWsdl && SoapHttp.AsksForMetadata(request);

    public async Task AnswerAsync(HttpContext context)
    {
        WsdlDocuments documents;
        try
        {
            documents = await FindAsync(context.RequestAborted).ConfigureAwait(false);
        }
        catch (InvalidOperationException e)
        {
            GatewayLog.WsdlFailed(_gateway.Log, _route, Headers.Printable(e.Message), e);
            context.Response.StatusCode = StatusCodes.Status502BadGateway;
            return;
        }

        var (name, value) = context.Request.Query.First();
        var query = value.ToString() is { Length: > 0 } text ? $"{name}={text}" : name;
        if (documents.Find(query, AddressOf(context.Request)) is not { } found)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        context.Response.ContentType = "text/xml; charset=utf-8";
        context.Response.ContentLength = found.Length;
        // The address comes from the request, so the answer is for its sender alone.
        context.Response.Headers.CacheControl = "no-store";
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        foreach (var part in found.Parts)
        {
            await context.Response.Body.WriteAsync(part, context.RequestAborted).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        _transport.Dispose();
        _reading.Dispose();
    }

    private string AddressOf(HttpRequest request) => _settings.PublicAddress?.AbsoluteUri
        ?? UriHelper.BuildAbsolute(request.Scheme, request.Host, request.PathBase, new PathString(_settings.Path));

    private async Task<WsdlDocuments> FindAsync(CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_last is not { } last || _gateway.Clock.GetElapsedTime(last.Time) > Kept)
            {
                _last = last = (await ReadAsync(cancellationToken).ConfigureAwait(false), _gateway.Clock.GetTimestamp());
            }

            return last.Documents;
        }
        finally
        {
            _reading.Release();
        }
    }

    private async Task<WsdlDocuments> ReadAsync(CancellationToken cancellationToken)
    {
        var address = _settings.Wsdl ?? new UriBuilder(_settings.Address!) { Query = "wsdl" }.Uri;
        var files = await DescriptionReader.ReadAsync(address, _transport, cancellationToken).ConfigureAwait(false);
        DescriptionReader.RemovePolicies(files);
        var port = DescriptionReader.LeaveOnePort(files, _soap, _settings.Address!);
        if (_binding is not null)
        {
            WsdlPolicies.Attach(files, port, _binding);
        }

        return WsdlDocuments.Create(files, port);
    }
}
