using System.Xml;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using SecureConversation.Gateway.Metadata;
using SecureConversation.Gateway.Routing;
using SecureConversation.Gateway.Settings;
using SecureConversation.Gateway.Soap;
using Yarp.ReverseProxy.Forwarder;

namespace SecureConversation.Gateway.Outward;

/// <summary>Plain SOAP inside, message security outside.</summary>
internal sealed class OutwardRoute : GatewayRoute
{
    private readonly OutwardSettings _settings;
    private readonly GatewayServices _gateway;
    private readonly CallLimit _calls;
    private readonly OutwardChannels _channels;
    private readonly OutwardTransformer _transformer;
    private readonly ForwarderRequestConfig _config;
    private readonly Descriptions _descriptions;

    /// <exception cref="Configuration.SettingsException">The message security cannot be used.</exception>
    public OutwardRoute(string name, OutwardSettings settings, string fingerprint, GatewayServices gateway)
        : base(name, settings, fingerprint)
    {
        (_settings, _gateway) = (settings, gateway);
        _calls = gateway.Services.GetRequiredService<CallLimits>().Inner;
        _channels = new OutwardChannels(name, settings, gateway);
        _transformer = new OutwardTransformer(settings);
        _config = new ForwarderRequestConfig { ActivityTimeout = settings.Timeout };
        _descriptions = new Descriptions(name, settings, binding: null, gateway, _channels.Version.Soap);
    }

    public OutwardChannels Channels => _channels;

    protected override async ValueTask CloseAsync()
    {
        await _channels.DisposeAsync().ConfigureAwait(false);
        _descriptions.Dispose();
    }

    protected override async Task AnswerAsync(HttpContext context)
    {
        if (_descriptions.Asks(context.Request))
        {
            await _descriptions.AnswerAsync(context).ConfigureAwait(false);
            return;
        }

        if (!HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.Headers.Allow = HttpMethods.Post;
            await RefuseAsync(context, StatusCodes.Status405MethodNotAllowed, "A message is sent by POST.").ConfigureAwait(false);
            return;
        }

        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out _)
            || !_channels.Version.IsMediaTypeOf(context.Request.ContentType!)
            || context.Request.Headers.ContentEncoding.Count > 0)
        {
            await RefuseAsync(context, StatusCodes.Status415UnsupportedMediaType,
                $"This service takes messages of the type {_channels.Version.MediaType} without a content coding.").ConfigureAwait(false);
            return;
        }

        if (!_calls.TryEnter())
        {
            context.Response.Headers.RetryAfter = "1";
            await SoapFaults.WriteAsync(
                context, StatusCodes.Status503ServiceUnavailable, isOfSender: false, "There is no room at the moment.")
                .ConfigureAwait(false);
            return;
        }

        try
        {
            await CallAsync(context).ConfigureAwait(false);
        }
        finally
        {
            _calls.Leave();
        }
    }

    private async Task CallAsync(HttpContext context)
    {
        if (_channels.Users is not { } users)
        {
            await ForwardAsync(context, _channels.Own!).ConfigureAwait(false);
            return;
        }

        if (BasicCredential.Parse(context.Request.Headers.Authorization) is not { } credential)
        {
            await RefuseUserAsync(context).ConfigureAwait(false);
            return;
        }

        if (users.Rent(credential) is not { } entry)
        {
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "Too many users are served at the moment.")
                .ConfigureAwait(false);
            return;
        }

        var outcome = UserOutcome.Unknown;
        try
        {
            outcome = await ForwardAsync(context, entry.Channel).ConfigureAwait(false);
        }
        finally
        {
            users.Return(entry, outcome);
        }
    }

    /// <summary>Forwards the message. Returns what the service said of the user.</summary>
    private async Task<UserOutcome> ForwardAsync(HttpContext context, SecureChannel channel)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = _settings.MaxRequestBytes;
        }

        try
        {
            var (message, envelope) = await PlainMessage.ReadAsync(context.Request, _channels.Version).ConfigureAwait(false);
            context.Features.Set(message);
            context.Request.Body = new ReadOnlyMemoryStream(envelope);
            context.Request.ContentLength = envelope.Length;
            context.Request.Headers.Remove(HeaderNames.TransferEncoding);
        }
        catch (BadHttpRequestException e)
        {
            await RefuseAsync(context, e.StatusCode, "The request is too large or broken.").ConfigureAwait(false);
            return UserOutcome.Unknown;
        }
        catch (Exception e) when (e is XmlException or SecureConversationException)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, "The request is no SOAP envelope in its charset.")
                .ConfigureAwait(false);
            return UserOutcome.Unknown;
        }

        var error = await _gateway.Forwarder.SendAsync(context, _settings.Address!.AbsoluteUri, channel.Invoker, _config, _transformer)
            .ConfigureAwait(false);
        if (error == ForwarderError.None)
        {
            return UserOutcome.Accepted;
        }

        if (context.RequestAborted.IsCancellationRequested)
        {
            return UserOutcome.Unknown;
        }

        var failure = OutwardFailure.Of(error, context.GetForwarderErrorFeature()?.Exception);
        GatewayLog.OutwardFailed(_gateway.Log, Name, failure.ForLog, failure.StatusCode, failure.Exception);
        if (failure.IsOfCredentials && _channels.Users is not null)
        {
            await RefuseUserAsync(context).ConfigureAwait(false);
            return UserOutcome.Refused;
        }

        await SoapFaults.WriteAsync(context, failure.StatusCode, failure.IsOfSender, failure.Reason).ConfigureAwait(false);
        return UserOutcome.Unknown;
    }

    private Task RefuseAsync(HttpContext context, int status, string reason)
    {
        GatewayLog.RequestRefused(_gateway.Log, Name, status, reason);
        return SoapFaults.WriteAsync(context, status, isOfSender: status < 500, reason);
    }

    private async Task RefuseUserAsync(HttpContext context)
    {
        context.Response.OnStarting(() =>
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"secureconversation-gateway\", charset=\"UTF-8\"";
            return Task.CompletedTask;
        });
        await RefuseAsync(context, StatusCodes.Status401Unauthorized, "A user name and password that the service knows are needed.")
            .ConfigureAwait(false);
    }
}
