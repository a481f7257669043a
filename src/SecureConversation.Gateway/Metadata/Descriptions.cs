extern alias Engine;

using SecureConversation.AspNetCore.Internal;
using SecureConversation.AspNetCore.Internal.Wsdl;
using SecureConversation.Binding;
using SecureConversation.Gateway.Routing;
using SecureConversation.Gateway.Settings;
using LogLimit = Engine::SecureConversation.Shared.LogLimit;

namespace SecureConversation.Gateway.Metadata;

/// <summary>
/// Answers ?wsdl and ?singleWsdl by the description of the service behind the gateway, with the address of the gateway: outward without
/// policies, inward with that of the gateway. What was read is kept for a minute, and that nothing could be read for some seconds: whoever
/// asks often makes no requests and fills no log.
/// </summary>
internal sealed class Descriptions : IDisposable
{
    private const int MostWaiting = 16;

    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FailureKept = TimeSpan.FromSeconds(10);

    private readonly string _route;
    private readonly RouteSettings _settings;
    private readonly MessageSecurityBinding? _binding;
    private readonly SoapVersion _soap;
    private readonly GatewayServices _gateway;
    private readonly SocketsHttpHandler _transport = GatewayServices.CreateTransport();
    private readonly SemaphoreSlim _reading = new(1);
    private readonly LogLimit _noAddress;
    private (WsdlDocuments? Documents, long Time)? _last;
    private int _waiting;

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
        _noAddress = new LogLimit(entries: 1, gateway.Clock, _ => { });
    }

    /// <summary>Whether a request asks for the description and for nothing else.</summary>
    public bool Asks(HttpRequest request) => _settings.ServesWsdl && SoapHttp.AsksForMetadata(request);

    public async Task AnswerAsync(HttpContext context)
    {
        WsdlDocuments? documents;
        try
        {
            if (Interlocked.Increment(ref _waiting) > MostWaiting)
            {
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                context.Response.Headers.RetryAfter = "1";
                return;
            }

            documents = await FindAsync(context.RequestAborted).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }

        if (documents is null)
        {
            context.Response.StatusCode = StatusCodes.Status502BadGateway;
            return;
        }

        var (name, value) = context.Request.Query.First();
        var query = value.ToString() is { Length: > 0 } text ? $"{name}={text}" : name;
        if (AddressOf(context.Request) is not { } address || documents.Find(query, address) is not { } found)
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
        _noAddress.Dispose();
    }

    // The address of the file is one behind the gateway, or goes round it. Without another one nothing is served.
    private string? AddressOf(HttpRequest request)
    {
        var address = PublicAddress.Of(request, _settings.PublicAddress, _gateway.Configuration["AllowedHosts"]);
        if (address is null && _noAddress.TryTake())
        {
            GatewayLog.WsdlFailed(_gateway.Log, _route, "nothing says under which address clients know the gateway; set PublicAddress of "
                + "the route, or AllowedHosts.", null);
        }

        return address;
    }

    private async Task<WsdlDocuments?> FindAsync(CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_last is not { } last || _gateway.Clock.GetElapsedTime(last.Time) > (last.Documents is null ? FailureKept : Kept))
            {
                _last = last = (await TryReadAsync(cancellationToken).ConfigureAwait(false), _gateway.Clock.GetTimestamp());
            }

            return last.Documents;
        }
        finally
        {
            _reading.Release();
        }
    }

    private async Task<WsdlDocuments?> TryReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidOperationException e)
        {
            GatewayLog.WsdlFailed(_gateway.Log, _route, Headers.Printable(e.Message), e);
            return null;
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
            DescriptionReader.RemoveOtherServers(files);
            WsdlPolicies.Attach(files, port, _binding);
        }

        return WsdlDocuments.Create(files, port);
    }
}
