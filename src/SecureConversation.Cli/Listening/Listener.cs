using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SecureConversation.Cli.Captures;
using Yarp.ReverseProxy.Forwarder;

namespace SecureConversation.Cli.Listening;

/// <summary>A server on the loopback interface that forwards every request to one service, and records both bodies.</summary>
internal sealed class Listener : IAsyncDisposable
{
    // Larger replies to ?wsdl and the like go through as they are.
    private const int MaxDescription = 16 << 20;

    private static readonly string[] OwnNames = ["localhost", "127.0.0.1", "[::1]"];
    private static readonly TimeSpan LongestCall = TimeSpan.FromMinutes(10);
    private static readonly string[] Headers = ["Content-Type", "SOAPAction", "Host", "Content-Encoding", "Date"];

    private readonly Uri _service;
    private readonly IExchangeRecord _record;
    private readonly TextWriter _output;
    private readonly WebApplication _server;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = TimeSpan.FromSeconds(15),
    });

    private Listener(Uri service, int port, IExchangeRecord record, TextWriter output)
    {
        (_service, _record, _output) = (new Uri(service.GetLeftPart(UriPartial.Authority)), record, output);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddHttpForwarder();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, port);
        });
        _server = builder.Build();
        var forwarder = _server.Services.GetRequiredService<IHttpForwarder>();
        _server.Run(context => Refusal(context.Request, out var address) is { } refusal
            ? RefuseAsync(context, refusal) : HandleAsync(context, address!, forwarder));
    }

    /// <summary>Where clients connect.</summary>
    public Uri Address { get; private set; } = new("http://localhost/");

    /// <summary>How many exchanges were recorded.</summary>
    public int Exchanges { get; private set; }

    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<Listener> StartAsync(Uri service, int port, IExchangeRecord record, TextWriter output)
    {
        var listener = new Listener(service, port, record, output);
        try
        {
            await listener._server.StartAsync().ConfigureAwait(false);
        }
        catch
        {
            await listener.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        var features = listener._server.Services.GetRequiredService<IServer>().Features;
        var bound = new Uri(features.Get<IServerAddressesFeature>()!.Addresses.First());
        listener.Address = new UriBuilder("http", "localhost", bound.Port).Uri;
        return listener;
    }

    public Task StopAsync() => _server.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync().ConfigureAwait(false);
        _client.Dispose();
        _writing.Dispose();
    }

    // A page in a browser of this machine reaches the listener, too. It names its own host, even where that leads here, or its origin.
    private (int Status, string Reason)? Refusal(HttpRequest request, out Uri? address)
    {
        address = null;
        var host = request.Host.Host;
        string[] names = [.. OwnNames, _service.Host, _service.IdnHost];
        if (!names.Contains(host, StringComparer.OrdinalIgnoreCase))
        {
            return (StatusCodes.Status403Forbidden,
                $"Its Host is {host}: connect to {Address.Authority}, or give that host as the one of --forward.");
        }

        if (request.Headers.ContainsKey("Origin"))
        {
            return (StatusCodes.Status403Forbidden, "It comes from a page in a browser (header Origin).");
        }

        return Uri.TryCreate(_service.GetLeftPart(UriPartial.Authority) + request.GetEncodedPathAndQuery(), UriKind.Absolute, out address)
            && address.Authority == _service.Authority ? null : (StatusCodes.Status400BadRequest, "Its path is none of an address.");
    }

    private async Task RefuseAsync(HttpContext context, (int Status, string Reason) refusal)
    {
        context.Response.StatusCode = refusal.Status;
        await _writing.WaitAsync().ConfigureAwait(false);
        try
        {
            await _output.WriteLineAsync(Plain.Text($"Refused with {refusal.Status}. {refusal.Reason}")).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task HandleAsync(HttpContext context, Uri address, IHttpForwarder forwarder)
    {
        var (instant, begun) = (TimeProvider.System.GetUtcNow(), Stopwatch.GetTimestamp());
        var isDescription = HttpMethods.IsGet(context.Request.Method) && context.Request.QueryString.HasValue;
        if (isDescription)
        {
            context.Request.Headers.AcceptEncoding = default;
        }

        var requestHeaders = Known(context.Request.Headers);
        var reply = context.Response.Body;
        using var buffer = new DescriptionStream(reply, MaxDescription);
        await using var sent = new TeeStream(context.Request.Body, CaptureLimits.MaxBodyBytes);
        await using var received = new TeeStream(isDescription ? buffer : reply, CaptureLimits.MaxBodyBytes);
        (context.Request.Body, context.Response.Body) = (sent, received);
        var error = await forwarder.SendAsync(context, _service.AbsoluteUri, _client,
            new ForwarderRequestConfig { ActivityTimeout = LongestCall }, new ToService(address)).ConfigureAwait(false);
        if (isDescription && buffer.Kept is { } description)
        {
            description = WsdlAddresses.Rewrite(description, _service, Address) ?? description;
            context.Response.Headers.ContentLength = context.Response.StatusCode == 304 ? null : description.Length;
            await reply.WriteAsync(description, context.RequestAborted).ConfigureAwait(false);
        }

        await RecordAsync(new RecordedExchange
        {
            Instant = instant,
            Duration = Stopwatch.GetElapsedTime(begun),
            Method = context.Request.Method,
            Address = address,
            Request = Entity(requestHeaders, sent, context.Request.Headers.ContentEncoding),
            Reply = Entity(Known(context.Response.Headers), received, context.Response.Headers.ContentEncoding),
            Status = context.Response.StatusCode,
        }, error, context.GetForwarderErrorFeature()?.Exception).ConfigureAwait(false);
    }

    private async Task RecordAsync(RecordedExchange exchange, ForwarderError error, Exception? reason)
    {
        await _writing.WaitAsync().ConfigureAwait(false);
        try
        {
            _record.Write(exchange);
            Exchanges++;
            await _output.WriteLineAsync(Line(exchange, error, reason)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await _output.WriteLineAsync(Plain.Text($"This exchange could not be recorded: {e.Message}")).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    private static string Line(RecordedExchange exchange, ForwarderError error, Exception? reason)
    {
        var action = exchange.Request.Headers.FirstOrDefault(header => header.Key == "SOAPAction").Value;
        var text = string.Create(CultureInfo.InvariantCulture,
            $"{exchange.Instant:HH:mm:ss.fff} {exchange.Method} {exchange.Address.PathAndQuery} {exchange.Status} "
            + $"{exchange.Request.Size} -> {exchange.Reply.Size} bytes {exchange.Duration.TotalMilliseconds:0} ms {action}");
        return Plain.Text(error == ForwarderError.None ? text.TrimEnd()
            : $"{text} The service gave no reply ({error}): {(reason?.InnerException ?? reason)?.Message}");
    }

    // Neither Authorization nor cookies: what is not named here is never written.
    private static List<KeyValuePair<string, string>> Known(IHeaderDictionary headers) =>
        [.. Headers.Where(headers.ContainsKey).Select(name => KeyValuePair.Create(name, headers[name].ToString()))];

    private static RecordedEntity Entity(List<KeyValuePair<string, string>> headers, TeeStream body, string? coding)
    {
        if (body.Copy is not { } copy)
        {
            return new RecordedEntity(headers, default, body.Count,
                $"It has more than {CaptureLimits.Mebibytes(CaptureLimits.MaxBodyBytes)}.");
        }

        var (plain, problem) = string.IsNullOrEmpty(coding) || copy.Length == 0 ? (copy, null) : ContentCodings.Decode(copy, coding);
        return new RecordedEntity(headers, plain, body.Count, problem);
    }

    // The service gets its own name in Host, and a:To as the client wrote it.
    private sealed class ToService(Uri address) : HttpTransformer
    {
        public override async ValueTask TransformRequestAsync(
            HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken).ConfigureAwait(false);
            proxyRequest.Headers.Host = null;
            // What is recorded.
            proxyRequest.RequestUri = address;
        }

        public override async ValueTask<bool> TransformResponseAsync(
            HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
        {
            var goesOn = await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken).ConfigureAwait(false);
            if (HttpMethods.IsGet(httpContext.Request.Method) && httpContext.Request.QueryString.HasValue)
            {
                // Its addresses will be changed, and its length with them.
                httpContext.Response.ContentLength = null;
            }

            return goesOn;
        }
    }

    // Ctrl+C is of the command, which ends the server itself.
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
