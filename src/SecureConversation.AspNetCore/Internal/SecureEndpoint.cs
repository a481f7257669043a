using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.Logging;
using SecureConversation.Binding;

namespace SecureConversation.AspNetCore.Internal;

/// <summary>
/// Takes a request off the wire, has the engine verify it, runs the application on what is left, and sends the protected
/// reply. Handshakes and refusals are answered here and reach no application.
/// </summary>
internal sealed class SecureEndpoint(
    MessageSecurityService service, SecureConversationServiceOptions options, ILogger logger, TimeProvider clock) : IDisposable
{
    private const int MaxFaultBytes = 64 * 1024;

    private readonly int _maxRequestBytes = options.MaxRequestBytes;
    private readonly int _maxReplyBytes = options.MaxReplyBytes;
    private readonly EntityReader _reader = new(options.MaxRequestBytes, options.RequestBodyTimeout,
        new RequestMemory(options.MaxBufferedRequestBytes ?? RequestMemory.Default, clock), clock);

    private readonly RefusalLog _refusals = new(logger, clock);

    private MessageVersion Version => service.Binding.MessageVersion;

    public async Task InvokeAsync(HttpContext context, IPlainApplication application)
    {
        try
        {
            if (SoapHttp.Refusal(context.Request, Version, out var charset) is { } refusal)
            {
                Refuse(context, refusal);
                return;
            }

            SoapHttp.LimitBody(context, _maxRequestBytes);
            var (received, status) = await _reader.ReadAsync(context.Request, context.RequestAborted).ConfigureAwait(false);
            if (received is null)
            {
                SoapHttp.EndConnection(context, status);
                Refuse(context, status);
                return;
            }

            using var entity = received;

            var envelope = EnvelopeEncoding.ToUtf8(entity.Written, charset);
            using var result = await service.ReceiveAsync(envelope, OriginOf(context), entity, context.RequestAborted)
                .ConfigureAwait(false);
            await (result switch
            {
                ServiceResult.Dispatch dispatch => DispatchAsync(context, dispatch, application),
                ServiceResult.Respond respond => SoapHttp.SendAsync(context, Version, StatusOf(respond.Kind), respond.Envelope),
                _ => throw new InvalidOperationException($"Unknown result {result.GetType()}."),
            }).ConfigureAwait(false);
        }
        catch (SecureConversationException e)
        {
            Refuse(context, e.Code == FailureCode.ContentTypeMismatch
                ? StatusCodes.Status415UnsupportedMediaType
                : StatusCodes.Status400BadRequest);
        }
        catch (BadHttpRequestException e)
        {
            Refuse(context, e.StatusCode);
        }
        catch (Exception e) when (e is IOException || (e is OperationCanceledException && context.RequestAborted.IsCancellationRequested))
        {
            AspNetCoreLog.ClientGone(logger);
            context.Abort();
        }
    }

    public void Dispose() => _refusals.Dispose();

    private static MessageOrigin OriginOf(HttpContext context) => new()
    {
        RemoteAddress = context.Connection.RemoteIpAddress,
        LocalAddress = Uri.TryCreate(context.Request.GetEncodedUrl(), UriKind.Absolute, out var uri) ? uri : null,
    };

    private static int StatusOf(ServiceResponseKind kind) => kind switch
    {
        ServiceResponseKind.Handshake => StatusCodes.Status200OK,
        ServiceResponseKind.NotSoap => StatusCodes.Status400BadRequest,
        _ => StatusCodes.Status500InternalServerError,
    };

    private async Task DispatchAsync(HttpContext context, ServiceResult.Dispatch dispatch, IPlainApplication application)
    {
        var feature = new SecureConversationFeature(dispatch, Version);
        context.Features.Set<ISecureConversationFeature>(feature);
        context.User = dispatch.User;
        try
        {
            var (status, reply) = await AnswerAsync(context, dispatch, feature, application).ConfigureAwait(false);
            using (reply)
            {
                await SoapHttp.SendAsync(context, Version, status, reply?.Envelope ?? default).ConfigureAwait(false);
            }
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
        if (plain.Envelope.IsEmpty)
        {
            return (plain.StatusCode, null);
        }

        var reply = Protect(dispatch, plain);
        return (reply.IsFault ? StatusCodes.Status500InternalServerError : StatusCodes.Status200OK, reply);
    }

    private async Task<PlainReply> RunAsync(HttpContext context, SecureConversationFeature feature, IPlainApplication application)
    {
        try
        {
            return await application.RunAsync(context, feature, _maxReplyBytes).ConfigureAwait(false);
        }
        catch (SoapFaultException fault)
        {
            AspNetCoreLog.ApplicationFault(logger, feature.Message.Action, fault);
            return Fault(feature, fault);
        }
        catch (Exception e) when (e is not OperationCanceledException || !context.RequestAborted.IsCancellationRequested)
        {
            AspNetCoreLog.ApplicationFailed(logger, feature.Message.Action, e);
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
            AspNetCoreLog.ReplyNotProtectable(logger, dispatch.Request.Action, e);
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
            AspNetCoreLog.ApplicationFailed(logger, feature.Message.Action, e);
            return InternalServiceFault();
        }
    }

    private PlainReply InternalServiceFault() =>
        PlainReply.Owned(PlainEnvelopeWriter.Write(Version, PlainEnvelopeWriter.InternalServiceFault, MaxFaultBytes));

    private void Refuse(HttpContext context, int statusCode)
    {
        _refusals.Write(statusCode);
        if (!context.Response.HasStarted)
        {
            context.Response.StatusCode = statusCode;
        }
    }
}
