using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using SecureConversation.Binding;

namespace SecureConversation.AspNetCore.Internal;

/// <summary>
/// Takes a request off the wire, has the engine verify it, runs the application on what is left, and sends the protected
/// reply. Handshakes and refusals are answered here and reach no application.
/// </summary>
internal sealed class SecureEndpoint(
    MessageSecurityService service, SecureConversationServiceOptions options, RequestMemory memory, ILogger logger, TimeProvider clock,
    CancellationToken stopping)
    : IDisposable
{
    private const int MaxFaultBytes = 64 * 1024;

    private readonly bool _comparesUrl = options.Address is null && options.AddressFilter != AddressFilter.Any;
    private readonly MessageEncoding _encoding = options.MessageEncoding;
    private readonly bool _httpGetEnabled = options.HttpGetEnabled;
    private readonly int _maxRequestBytes = options.MaxRequestBytes;
    private readonly int _maxReplyBytes = options.MaxReplyBytes;
    private readonly EntityReader _reader = new(options.MaxRequestBytes, options.RequestBodyTimeout, memory, clock);
    private readonly TimeSpan _replySendTimeout = options.ReplySendTimeout;
    private readonly RefusalLog _refusals = new(logger, clock, options.MaxRequestBytes);

    private ReplySender? _sender;

    private ReplySender Sender => _sender ??= new ReplySender(Version, _encoding, _replySendTimeout, memory, _refusals, clock);

    private MessageVersion Version => service.Binding.MessageVersion;

    /// <summary>Whether a request goes on as it is: one for metadata, where the options let those pass.</summary>
    /// <param name="request">The request.</param>
    /// <param name="below">What its path has below that of the endpoint.</param>
    public bool LetsPass(HttpRequest request, PathString below) =>
        _httpGetEnabled && below.Value is null or "" or "/" && SoapHttp.AsksForMetadata(request);

    public async Task InvokeAsync(HttpContext context, IPlainApplication application)
    {
        if (context.Features.Get<ISecureConversationFeature>() is not null)
        {
            throw new InvalidOperationException($"Message security is there twice on '{context.Request.Path}': leave one of them.");
        }

        var isBodyRead = false;
        try
        {
            if (SoapHttp.Refusal(context.Request, Version, _encoding) is { } refusal)
            {
                Refuse(context, refusal);
                return;
            }

            if (OriginOf(context) is not { } origin)
            {
                Refuse(context, StatusCodes.Status400BadRequest, hasNoAddress: true);
                return;
            }

            SoapHttp.LimitBody(context, _maxRequestBytes);
            var (received, status, failure) = await _reader.ReadAsync(context.Request, context.RequestAborted).ConfigureAwait(false);
            if (failure is not null)
            {
                await RefuseBodyAsync(context, failure, origin).ConfigureAwait(false);
                return;
            }

            if (received is null)
            {
                SoapHttp.EndConnection(context, status);
                Refuse(context, status);
                return;
            }

            using var entity = received;
            isBodyRead = true;

            var result = await service.ReceiveAsync(entity.Envelope, origin, entity, context.RequestAborted).ConfigureAwait(false);
            if (result is ServiceResult.Dispatch dispatch)
            {
                var (statusCode, reply) = await DispatchAsync(context, dispatch, application).ConfigureAwait(false);
                // The reply needs nothing of the request, and whoever reads it slowly must not make us hold that as well.
                entity.Dispose();
                using (reply)
                {
                    await Sender.SendAsync(context, statusCode, reply?.Envelope ?? default).ConfigureAwait(false);
                }

                return;
            }

            entity.Dispose();
            using var respond = (ServiceResult.Respond)result;
            await RespondAsync(context, respond).ConfigureAwait(false);
        }
        catch (BadHttpRequestException e)
        {
            Refuse(context, e.StatusCode);
        }
        catch (Exception e) when (e is IOException
            || (e is OperationCanceledException
                && (context.RequestAborted.IsCancellationRequested || e.InnerException is ConnectionAbortedException)))
        {
            // The server logs each connection that is aborted, so those are not that the client has left. Only a body that was not read to
            // its end needs it: the server would try to read on.
            if (!isBodyRead || !context.RequestAborted.IsCancellationRequested)
            {
                context.Abort();
            }

            AspNetCoreLog.ClientGone(logger);
        }
        catch (Exception e)
        {
            // What the application throws is answered before. Nobody who sends messages may fill the log of the server.
            _refusals.WriteDefect(e);
            Fail(context);
        }
    }

    public void Dispose() => _refusals.Dispose();

    /// <summary>Null for a request without an address that a:To could be compared with, unless nothing is compared with it.</summary>
    private MessageOrigin? OriginOf(HttpContext context)
    {
        Uri? address = null;
        return RequestAddress.HasClearPath(context.Request) && (RequestAddress.TryRead(context.Request, out address) || !_comparesUrl)
            ? new MessageOrigin
            {
                RemoteAddress = context.Connection.RemoteIpAddress,
                LocalAddress = address,
                IsSecureTransport = context.Request.IsHttps,
                Action = SoapHttp.ActionOf(context.Request, Version),
                Services = context.RequestServices,
            }
            : null;
    }

    private static void Fail(HttpContext context)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
        }
        else
        {
            context.Response.Clear();
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }

    private static int StatusOf(ServiceResponseKind kind) => kind switch
    {
        ServiceResponseKind.Handshake => StatusCodes.Status200OK,
        ServiceResponseKind.None => StatusCodes.Status202Accepted,
        ServiceResponseKind.NotSoap => StatusCodes.Status400BadRequest,
        _ => StatusCodes.Status500InternalServerError,
    };

    private async Task RespondAsync(HttpContext context, ServiceResult.Respond respond)
    {
        try
        {
            await Sender.SendAsync(context, StatusOf(respond.Kind), respond.Envelope).ConfigureAwait(false);
        }
        catch when (respond.Opened is not null)
        {
            // The client has gone, and nobody else would end the session before NegotiationTimeout.
            await service.AbortAsync(respond.Opened).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Runs the application. The request is cleared before the protected reply is sent.</summary>
    private async Task<(int Status, ProtectedReply? Reply)> DispatchAsync(
        HttpContext context, ServiceResult.Dispatch dispatch, IPlainApplication application)
    {
        using var request = dispatch;
        var feature = new SecureConversationFeature(dispatch, Version);
        context.Features.Set<ISecureConversationFeature>(feature);
        // What was authenticated before the message was verified, a cookie for instance, is not who sent it.
        context.Features.Set<IAuthenticateResultFeature>(null);
        context.User = dispatch.User;
        using var lifetime = dispatch.SequenceId is null ? null : SequenceLifetime.Begin(context, dispatch.Session!, stopping);
        try
        {
            return await AnswerAsync(context, dispatch, feature, application).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (lifetime is { IsOver: true })
        {
            // There is no sequence any more that could keep an answer.
            context.Abort();
            throw new OperationCanceledException(e.Message, new ConnectionAbortedException());
        }
        finally
        {
            context.Features.Set<ISecureConversationFeature>(null);
        }
    }

    /// <summary>The plain reply is cleared before the protected one is sent.</summary>
    private async Task<(int Status, ProtectedReply? Reply)> AnswerAsync(HttpContext context, ServiceResult.Dispatch dispatch,
        SecureConversationFeature feature, IPlainApplication application)
    {
        using var plain = await RunAsync(context, feature, application).ConfigureAwait(false);
        if (!plain.Envelope.IsEmpty && !IsOneWayInSequence(dispatch))
        {
            return Answer(Protect(dispatch, plain));
        }

        if (dispatch.SequenceId is null)
        {
            return (plain.StatusCode, null);
        }

        if (plain.StatusCode is < 200 or >= 300 && !IsOneWayInSequence(dispatch))
        {
            // A status is nothing that can be kept for a request that comes again.
            _refusals.WriteApplicationFailed(feature.Sender, feature.Message.Action,
                new InvalidOperationException($"The component behind message security answered by HTTP status {plain.StatusCode} alone."));
            using var fault = InternalServiceFault();
            return Answer(Protect(dispatch, fault));
        }

        return Answer(dispatch.Acknowledge()!);
    }

    /// <summary>A request of a sequence to which no reply belongs, not even a fault: it is acknowledged, as by WCF.</summary>
    private static bool IsOneWayInSequence(ServiceResult.Dispatch dispatch) =>
        dispatch.SequenceId is not null && dispatch.Request.MessageId is null;

    private static (int Status, ProtectedReply? Reply) Answer(ProtectedReply reply) =>
        (reply.IsFault ? StatusCodes.Status500InternalServerError : StatusCodes.Status200OK, reply);

    private async Task<PlainReply> RunAsync(HttpContext context, SecureConversationFeature feature, IPlainApplication application)
    {
        try
        {
            if (!await JudgedWhenVerified.IsAllowedAsync(context, feature).ConfigureAwait(false))
            {
                _refusals.WriteDenied(feature.Message.Action, feature.OtherScheme);
                return Fault(feature, PlainEnvelopeWriter.CreateAccessDenied());
            }

            using var routing = PlainRouting.Begin(context);
            return await application.RunAsync(context, feature, _maxReplyBytes).ConfigureAwait(false);
        }
        catch (SoapFaultException fault)
        {
            AspNetCoreLog.ApplicationFault(logger, LogText.OfActionOrNone(feature.Message.Action), fault);
            if (feature.OtherScheme is { } scheme)
            {
                _refusals.WriteDenied(feature.Message.Action, scheme);
            }

            return Fault(feature, fault);
        }
        catch (Exception e) when (e is not OperationCanceledException || !context.RequestAborted.IsCancellationRequested
            || context.Features.Get<IHttpRequestLifetimeFeature>() is SequenceLifetime { IsOver: false })
        {
            _refusals.WriteApplicationFailed(feature.Sender, feature.Message.Action, e);
            return InternalServiceFault();
        }
    }

    private ProtectedReply Protect(ServiceResult.Dispatch dispatch, PlainReply plain)
    {
        try
        {
            return dispatch.Secure(plain.Envelope);
        }
        catch (ArgumentException e)
        {
            _refusals.WriteNotProtectable(dispatch.User, dispatch.Request.Action, e);
            using var fault = InternalServiceFault();
            return dispatch.Secure(fault.Envelope);
        }
    }

    private PlainReply Fault(SecureConversationFeature feature, SoapFaultException fault)
    {
        try
        {
            return PlainReply.Owned(PlainEnvelopeWriter.Write(Version, fault, _maxReplyBytes));
        }
        catch (Exception e)
        {
            // WriteDetail is code of the application, and may throw anything.
            _refusals.WriteApplicationFailed(feature.Sender, feature.Message.Action, e);
            return InternalServiceFault();
        }
    }

    private PlainReply InternalServiceFault() =>
        PlainReply.Owned(PlainEnvelopeWriter.Write(Version, PlainEnvelopeWriter.InternalServiceFault, MaxFaultBytes));

    /// <summary>A body that is not what its Content-Type says: as text that is no SOAP, it is refused when its time has come.</summary>
    private async Task RefuseBodyAsync(HttpContext context, SecureConversationException failure, MessageOrigin origin)
    {
        if (failure.Code == FailureCode.ContentTypeMismatch)
        {
            Refuse(context, StatusCodes.Status415UnsupportedMediaType);
            return;
        }

        var refusal = await service.RefuseAsync(failure, origin, context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = StatusOf(refusal.Kind);
    }

    private void Refuse(HttpContext context, int statusCode, bool hasNoAddress = false)
    {
        if (statusCode == StatusCodes.Status415UnsupportedMediaType)
        {
            _refusals.WriteContentType(context, SoapHttp.Expected(_encoding, Version));
        }
        else
        {
            _refusals.Write(statusCode, hasNoAddress);
        }

        if (!context.Response.HasStarted)
        {
            context.Response.StatusCode = statusCode;
        }
    }
}
