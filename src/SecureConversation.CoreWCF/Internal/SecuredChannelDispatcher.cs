using System.Net;
using System.Xml;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>
/// Takes the requests of a transport, has the engine verify them, and passes the plain ones on to the channel of their session. Handshakes
/// and refusals are answered here and reach no service.
/// </summary>
internal sealed class SecuredChannelDispatcher(MessageSecurityService security, IServiceChannelDispatcher? single, SessionChannels sessions,
    XmlDictionaryReaderQuotas quotas, ReplyFailures failures, ILogger logger, string validator, long mostOctets) : IServiceChannelDispatcher
{
    public Task DispatchAsync(Message message) =>
        throw new NotSupportedException("Message security needs a transport of request and reply.");

    public async Task DispatchAsync(RequestContext? context)
    {
        // RequestMessage throws for what the transport cannot read, and the transport answers that.
        if (context?.RequestMessage is not { } wire)
        {
            return;
        }

        var addressing = TakeTransportAddressing(wire);
        var envelope = await Envelopes.WriteAsync(wire, mostOctets).ConfigureAwait(false);
        var http = HttpContextOf(wire);
        var aborted = http?.RequestAborted ?? CancellationToken.None;

        // Whoever hung up keeps no place in a line. The exception goes on to the transport: it ends the exchange then, while it would wait
        // for the reply for ever if its context were aborted here.
        var result = await security.ReceiveAsync(envelope, OriginOf(wire, http, addressing.Action), aborted).ConfigureAwait(false);
        if (result is ServiceResult.Dispatch dispatch)
        {
            await DispatchAsync(context, http, wire, addressing, dispatch).ConfigureAwait(false);
        }
        else
        {
            using var respond = (ServiceResult.Respond)result;
            try
            {
                if (respond.Opened is not null)
                {
                    aborted.ThrowIfCancellationRequested();
                }

                await RespondAsync(context, wire.Version, respond).ConfigureAwait(false);
            }
            catch (Exception e) when (respond.Opened is not null && e is not OutOfMemoryException)
            {
                // The client has gone, and nobody else would end the session before NegotiationTimeout.
                CoreWcfLog.ClientGone(logger, respond.Opened.Id, e.GetType().Name);
                await security.AbortAsync(respond.Opened).ConfigureAwait(false);
                throw;
            }
        }
    }

    // CoreWCF puts the request of ASP.NET Core into the properties of the message, under the name of its type.
    private static HttpContext? HttpContextOf(Message wire) =>
        wire.Properties.TryGetValue(typeof(HttpContext).FullName!, out var http) ? http as HttpContext : null;

    private static MessageOrigin OriginOf(Message wire, HttpContext? http, string? action) => new()
    {
        Action = action,
        RemoteAddress = http?.Connection.RemoteIpAddress,
        LocalAddress = wire.Properties.Via,
        // What forwarded headers say is in there, where the application takes them.
        IsSecureTransport = http is { Request.IsHttps: true },
    };

    private static async Task RespondAsync(RequestContext context, MessageVersion version, ServiceResult.Respond respond)
    {
        using var reply = new EnvelopeMessage(version, respond.Envelope, isFault: respond.Kind == ServiceResponseKind.Fault);
        var status = respond.Kind switch
        {
            ServiceResponseKind.Handshake => HttpStatusCode.OK,
            ServiceResponseKind.None => HttpStatusCode.Accepted,
            ServiceResponseKind.NotSoap => HttpStatusCode.BadRequest,
            _ => HttpStatusCode.InternalServerError,
        };
        var http = new HttpResponseMessageProperty { StatusCode = status, SuppressEntityBody = respond.Envelope.IsEmpty };
        reply.Properties.Add(HttpResponseMessageProperty.Name, http);
        await context.ReplyAsync(reply).ConfigureAwait(false);
        await context.CloseAsync().ConfigureAwait(false);
    }

    private async Task DispatchAsync(
        RequestContext context, HttpContext? http, Message wire, (string? Action, Uri? To) addressing, ServiceResult.Dispatch dispatch)
    {
        SecuredRequestContext? secured = null;
        try
        {
            var session = dispatch.Session is null ? null : await sessions.FindAsync(security, dispatch.Session, dispatch.SequenceId)
                .ConfigureAwait(false);
            // Copied, because one-way operations and those that take a Message may still read when the buffer of the exchange is returned.
            var request = Envelopes.Read(dispatch.Request.Envelope.ToArray(), wire.Version, quotas, _ => secured?.OnInstance());
            request.Properties.CopyProperties(wire.Properties);
            if (wire.Version.Addressing == AddressingVersion.None)
            {
                request.Headers.Action = addressing.Action;
                request.Headers.To = addressing.To;
            }

            secured = new SecuredRequestContext(
                context, http, request, dispatch.Request.Action ?? addressing.Action, dispatch, failures);
            if (session is not null)
            {
                session.Caller.ApplyTo(request);
                await session.Channel.DispatchAsync(secured).ConfigureAwait(false);
            }
            else if (dispatch.Session is not null)
            {
                await secured.TerminateAsync().ConfigureAwait(false);
            }
            else
            {
                var caller = await CallerIdentity.CreateAsync(dispatch.User, dispatch.ClientCertificate, validator)
                    .ConfigureAwait(false);
                caller.ApplyTo(request);
                await WatchedDispatch.RunAsync(single!, secured).ConfigureAwait(false);
            }

            // Throws when the exchange was given up: the transport waits for no reply then.
            await secured.End.ConfigureAwait(false);
        }
        catch
        {
            secured?.Release();
            dispatch.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Without WS-Addressing the transport puts what it knows into headers that were not on the wire. Takes them off the message.
    /// </summary>
    private static (string? Action, Uri? To) TakeTransportAddressing(Message wire)
    {
        if (wire.Version.Addressing != AddressingVersion.None)
        {
            return default;
        }

        var addressing = (wire.Headers.Action, wire.Headers.To);
        wire.Headers.Action = null;
        wire.Headers.To = null;
        return addressing;
    }
}
