using System.Net;
using SecureConversation.Http.Internal;

namespace SecureConversation.Http;

/// <summary>
/// Protects plain SOAP requests and verifies their replies. In goes a POST with the media type of the binding's SOAP
/// version; missing WS-Addressing headers are added, a:To from the address and a:Action from SOAPAction or the action
/// parameter. Out comes the plain reply: 200, or 500 for a fault of the application. Both are verified; whatever is
/// refused ends in an exception.
/// </summary>
/// <remarks>
/// <para>Nothing leaves unprotected: any other request is refused with <see cref="InvalidOperationException"/>; see
/// <see cref="SecureConversationHttpOptions.AllowUnprotectedRequests"/>. The synchronous Send is not supported.</para>
/// <para>Where the binding leaves the protection of messages to the transport (TransportSecurityBindingElement), requests to other than
/// https addresses are refused with <see cref="InvalidOperationException"/> before anything is sent, unless the binding allows them. The
/// certificate of the service, and one that the client shows to TLS, are the matter of the handler behind this one; like the default one,
/// it must follow no redirects.</para>
/// <para>Where the binding establishes sessions, the first request to an address opens one, concurrent requests share it,
/// and it is replaced before its key expires and after the service has forgotten it. A request that meets a forgotten
/// session fails with <see cref="SecureConversationFailure.BadContextToken"/>; see
/// <see cref="SecureConversationRequestOptions.Idempotent"/>. After any fault without security, a refused or empty reply, or a
/// fault of WCF's dispatcher that an exception was not handled, the next request opens a new session too, and the old one is cancelled:
/// services forget sessions without saying so. Requests under way in it go on.</para>
/// <para>Where the binding has a reliable session, a call is sent again until it is answered, and the service executes it once: what
/// nothing secures only costs another attempt. A call whose caller gives up is sent on. When the service is not heard for all of
/// MaxRetryCount, or ends the session, the calls without an answer fail with <see cref="FailureCode.SequenceTerminated"/>; none of them is
/// sent in another session, unless it is marked idempotent. Calls that were not sent yet go into a new session.</para>
/// <para>Sessions belong to an address: scheme, host, port and path. They are cancelled by <see cref="CloseAsync"/> and by disposal,
/// and just dropped where the binding requires no cancellation. Headers that handshakes need as well, like an API key of a
/// gateway, belong into a handler behind this one. One-way requests are marked:
/// <see cref="SecureConversationRequestOptions.OneWay"/>.</para>
/// <para>Exceptions: <see cref="HttpRequestException"/> for the transport, HTTP errors without SOAP and responses above
/// <see cref="SecureConversationHttpOptions.MaxResponseBytes"/>, <see cref="SecureConversationException"/> for security,
/// <see cref="ArgumentException"/> for envelopes that cannot be protected, <see cref="Credentials.IssuedTokenException"/> where no token
/// of an issuer could be had.</para>
/// </remarks>
public sealed class SecureConversationHandler : DelegatingHandler, IAsyncDisposable
{
    private readonly SecureConversationSessions _sessions;
    private readonly bool _ownsSessions;
    private readonly bool _isBetweenEnds;

    /// <summary>Creates a handler with sessions of its own; set <see cref="DelegatingHandler.InnerHandler"/> before use.</summary>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Some option is missing or out of range.</exception>
    public SecureConversationHandler(SecureConversationHttpOptions options)
    {
        _sessions = new SecureConversationSessions(new Endpoint(nameof(SecureConversationHandler), options), () => SendAsIsAsync);
        _ownsSessions = true;
    }

    /// <summary>Creates a handler with sessions of its own in front of a transport, which is disposed of with it.</summary>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Some option is missing or out of range.</exception>
    public SecureConversationHandler(SecureConversationHttpOptions options, HttpMessageHandler innerHandler)
        : this(options)
    {
        InnerHandler = innerHandler;
    }

    /// <summary>Creates a handler that shares sessions with others, between the <see cref="PipelineEnds"/>.</summary>
    internal SecureConversationHandler(SecureConversationSessions sessions) => (_sessions, _isBetweenEnds) = (sessions, true);

    internal SecureConversationSessions Sessions => _sessions;

    internal Binding.MessageVersion MessageVersion => Endpoint.Version;

    private Endpoint Endpoint => _sessions.Endpoint;

    /// <inheritdoc cref="SecureConversationSessions.OpenAsync"/>
    public Task OpenAsync(Uri address, CancellationToken cancellationToken = default) => _sessions.OpenAsync(address, cancellationToken);

    /// <inheritdoc cref="SecureConversationSessions.CloseAsync"/>
    public Task CloseAsync(CancellationToken cancellationToken = default) => _sessions.CloseAsync(cancellationToken);

    /// <summary>
    /// Gives the client other credentials while it runs. They hold for requests and handshakes from now on; open sessions go on. Where the
    /// client certificate or the user name is another one, the service renews none of the open sessions: each is replaced when its renewal
    /// is refused, and no request fails for it. Leave the earlier credentials to the garbage collector, since requests may still use them.
    /// </summary>
    /// <param name="credentials">All credentials, not only those that are new.</param>
    /// <exception cref="ArgumentException">They lack something that the binding needs. Nothing has changed.</exception>
    public void UpdateCredentials(Credentials.ClientCredentials credentials) => Endpoint.Client.UpdateCredentials(credentials);

    /// <summary>Cancels the sessions, within CloseTimeout, and disposes of the transport.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_ownsSessions)
        {
            await _sessions.DisposeAsync().ConfigureAwait(false);
        }

        Dispose();
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!PlainRequest.IsSoap(request, Endpoint.Version))
        {
            return request.Content is null && request.Method != HttpMethod.Post && Endpoint.AllowUnprotectedRequests
                ? await SendAsIsAsync(request, cancellationToken).ConfigureAwait(false)
                : throw new InvalidOperationException(
                    $"The request is no POST of {Endpoint.Version.MediaType} and would leave unprotected: it was not sent.");
        }

        if (request.RequestUri is { IsAbsoluteUri: true } address)
        {
            Endpoint.RequireSecureTransport(address);
        }

        using var plain = await PlainRequest.ReadAsync(request, Endpoint.Version, cancellationToken).ConfigureAwait(false);
        var response = await ExchangeOrRepeatAsync(request, plain, cancellationToken).ConfigureAwait(false);
        // Thrown only here: a fault of the application is no reason to leave the session.
        if (request.Content is BodyContent { ThrowsFaults: true } && response.Content is VerifiedContent { Reply: { IsFault: true } fault })
        {
            using (response)
            {
                throw fault.ToException();
            }
        }

        return response;
    }

    private async Task<HttpResponseMessage> ExchangeOrRepeatAsync(
        HttpRequestMessage request, PlainRequest plain, CancellationToken cancellationToken)
    {
        try
        {
            return await ExchangeAsync(request, plain, cancellationToken).ConfigureAwait(false);
        }
        catch (SecureConversationException e) when (IsIdempotent(request) && IsLoss(e))
        {
            // Of a reliable session the repetition is sent until it is answered, as other calls are.
            HttpLog.Retrying(Endpoint.Log, plain.Action);
            plain.IsRepetition = true;
            return await ExchangeAsync(request, plain, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<HttpResponseMessage> ExchangeAsync(
        HttpRequestMessage request, PlainRequest plain, CancellationToken cancellationToken)
    {
        if (Endpoint.Client.Binding.EstablishesSession)
        {
            return await ExchangeInSessionAsync(request, plain, cancellationToken).ConfigureAwait(false);
        }

        if (Endpoint.Client.NeedsIssuedTokens || Endpoint.Client.NeedsNegotiation)
        {
            plain.RequireEnvelope(Endpoint.Version);
            await Endpoint.PrepareAsync(plain.Address, base.SendAsync, cancellationToken).ConfigureAwait(false);
        }

        var secured = Endpoint.Client.Secure(plain.Envelope, plain.Address, plain.Action);
        return await ExchangeAsync(request, plain, secured, AwaitedReply.OfRequest, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Not supported, because the handshake and the retry are asynchronous. Throws before anything is sent.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Use SendAsync: protected requests are not sent synchronously.");

    /// <summary>Cancels the sessions, blocking for no longer than CloseTimeout, and disposes of the transport.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing && _ownsSessions)
        {
            _sessions.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>
    /// A session whose key the service does not renew any more gives way to another one: nothing was processed by then, as the service
    /// itself says.
    /// </summary>
    private async Task<HttpResponseMessage> ExchangeInSessionAsync(
        HttpRequestMessage request, PlainRequest plain, CancellationToken cancellationToken)
    {
        var slot = _sessions.Slot(plain.Address);
        // Of a reliable session anybody on the way can say that it is lost, which must not cost more than an attempt of the call.
        var most = 2 + Math.Min(8, Endpoint.Client.Binding.ReliableSession?.MaxRetryCount ?? 0);
        for (var sessions = 0; sessions < most; sessions++)
        {
            if (await TryInSessionAsync(slot, request, plain, cancellationToken).ConfigureAwait(false) is { } response)
            {
                return response;
            }
        }

        throw new SecureConversationException(SecureConversationFailure.BadContextToken, FailureCode.ContextKeyExpired,
            $"{most} sessions ended before the request was sent: the service refused to renew their keys, or ended them; its log says why. "
            + "It has not executed the request.");
    }

    /// <summary>Null where the key of the session has expired, and the service refused to renew it.</summary>
    private async Task<HttpResponseMessage?> TryInSessionAsync(
        SessionSlot slot, HttpRequestMessage request, PlainRequest plain, CancellationToken cancellationToken)
    {
        if (!slot.IsOpen)
        {
            plain.RequireEnvelope(Endpoint.Version);
        }

        var session = await slot.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!await TryRenewAsync(slot, session, session.PrepareAsync(cancellationToken)).ConfigureAwait(false))
            {
                return null;
            }

            if (session.Reliable is { } reliable)
            {
                return await CallAsync(slot, session, reliable, request, plain, cancellationToken).ConfigureAwait(false);
            }

            var expires = session.Expires;
            try
            {
                return await ExchangeAsync(slot, session, request, plain, cancellationToken).ConfigureAwait(false);
            }
            catch (SecureConversationException e) when (e.Failure == SecureConversationFailure.RenewNeeded && session.CanRenew)
            {
                // Its key expired on the way, or the clock of this client is behind.
            }

            return await TryRenewAsync(slot, session, session.RenewAsync(expires, cancellationToken)).ConfigureAwait(false)
                ? await ExchangeAsync(slot, session, request, plain, cancellationToken).ConfigureAwait(false)
                : null;
        }
        finally
        {
            session.Leave();
        }
    }

    /// <summary>Null where the reliable session ended before the request was sent.</summary>
    private async Task<HttpResponseMessage?> CallAsync(SessionSlot slot, SharedSession session, ReliableCalls reliable,
        HttpRequestMessage request, PlainRequest plain, CancellationToken cancellationToken)
    {
        var call = new ReliableCall(SendAsIsAsync, request, IsIdempotent(request) && !plain.IsRepetition, e => slot.Lose(session, e.Code));
        ReliableAnswer? answer;
        try
        {
            answer = await reliable.CallAsync(call, plain.Envelope, plain.IsOneWay, cancellationToken).ConfigureAwait(false);
        }
        catch (SecureConversationException e) when (reliable.Failure is not null || e is { Code: FailureCode.LimitExceeded, Fault: null })
        {
            // A reply that is too large is never acknowledged, and one after another would fill the window. A request that is too large
            // stands in the way of all after it.
            slot.Lose(session, e.Code);
            throw;
        }

        if (answer is null)
        {
            slot.Lose(session, FailureCode.SequenceTerminated);
            return null;
        }

        if (answer is { Message: { } message, Owner: SoapResponse response })
        {
            var reply = new VerifiedReply(message, response);
            if (reply.IsFault && EndsSession(reply))
            {
                slot.Lose(session, FailureCode.PeerFault);
            }

            return ToResponse(request, reply, response.Version);
        }

        answer.Dispose();
        return plain.IsOneWay
            ? new HttpResponseMessage(HttpStatusCode.Accepted) { RequestMessage = request }
            : throw new SecureConversationException(SecureConversationFailure.InvalidSecurity, FailureCode.EmptyReply,
                "The service acknowledged the request and has no reply to it. Mark requests that get no reply by "
                + "SecureConversationRequestOptions.OneWay.");
    }

    private HttpResponseMessage ToResponse(HttpRequestMessage request, VerifiedReply reply, Version version)
    {
        request.Options.Set(SecureConversationRequestOptions.VerifiedReply, reply.Message);
        return new HttpResponseMessage(reply.IsFault && !_isBetweenEnds ? HttpStatusCode.InternalServerError : HttpStatusCode.OK)
        {
            Content = new VerifiedContent(reply, Endpoint.Version),
            RequestMessage = request,
            Version = version,
        };
    }

    private static async Task<bool> TryRenewAsync(SessionSlot slot, SharedSession session, Task renewal)
    {
        try
        {
            await renewal.ConfigureAwait(false);
            return true;
        }
        catch (SecureConversationException e) when (e.Failure != SecureConversationFailure.ServerTooBusy)
        {
            slot.Lose(session, e.Code);
            return false;
        }
    }

    private async Task<HttpResponseMessage> ExchangeAsync(
        SessionSlot slot, SharedSession session, HttpRequestMessage request, PlainRequest plain, CancellationToken cancellationToken)
    {
        try
        {
            var secured = session.Secure(plain.Envelope);
            var response = await ExchangeAsync(request, plain, secured, AwaitedReply.InSession, cancellationToken).ConfigureAwait(false);
            if (response.Content is VerifiedContent { Reply: { IsFault: true } reply } && EndsSession(reply))
            {
                slot.Lose(session, FailureCode.PeerFault);
            }

            return response;
        }
        catch (SecureConversationException e) when (EndsUse(session, e))
        {
            // A service that has forgotten the session may answer with anything, a fault of its own or nothing, and so may somebody on
            // the way, whom that gives a handshake and no more: the session is not used again, and nothing is repeated for it.
            slot.Lose(session, e.Code);
            throw;
        }
    }

    // Of a service that is busy, or whose store is away, nothing is known about the session but that it is still there.
    private static bool EndsUse(SharedSession session, SecureConversationException e) => e.Failure switch
    {
        SecureConversationFailure.RenewNeeded => !session.CanRenew,
        SecureConversationFailure.ServerTooBusy => false,
        _ => true,
    };

    private static bool IsIdempotent(HttpRequestMessage request) =>
        request.Options.TryGetValue(SecureConversationRequestOptions.Idempotent, out var marked) && marked;

    private static bool EndsSession(VerifiedReply reply) => reply.Message.TryReadFault(out var fault) && fault.EndsSession;

    private async Task<HttpResponseMessage> ExchangeAsync(
        HttpRequestMessage request, PlainRequest plain, SecuredRequest secured, AwaitedReply awaited, CancellationToken cancellationToken)
    {
        using var wire = Endpoint.CreateRequest(plain.Address, secured.Envelope, plain.Action, owner: secured);
        SoapPost.CopySettings(request, wire);
        var response = await Endpoint.ExchangeAsync(SendAsIsAsync, wire, plain.IsOneWay, cancellationToken).ConfigureAwait(false);
        VerifiedReply? reply = null;
        try
        {
            if (wire.Content is EnvelopeContent { IsSent: true })
            {
                secured.ReleaseEnvelope();
            }

            if (plain.IsOneWay && response.IsSuccess)
            {
                response.Dispose();
                return new HttpResponseMessage(HttpStatusCode.Accepted) { RequestMessage = request, Version = response.Version };
            }

            reply = new VerifiedReply(response.Verify(awaited, secured.VerifyReply), response);
            ThrowIfLoss(reply);
            return ToResponse(request, reply, response.Version);
        }
        catch
        {
            reply?.Dispose();
            response.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Services may say in a fault secured by the session that it is lost. The caller gets an exception, as for such a fault without
    /// security.
    /// </summary>
    private static void ThrowIfLoss(VerifiedReply reply)
    {
        if (reply.Message.ContextId is not null && reply.Message.TryReadFault(out var fault)
            && new SecureConversationException(fault) is var e && IsLoss(e))
        {
            throw e;
        }
    }

    /// <summary>
    /// Whether the service does not know the session, or wants a new key for it, or the reliable session ended without an answer. Only a
    /// fault from the service counts; our own refusals do not.
    /// </summary>
    private static bool IsLoss(SecureConversationException e) => e.Code == FailureCode.SequenceTerminated
        || e is { Failure: SecureConversationFailure.BadContextToken or SecureConversationFailure.RenewNeeded, Fault: not null };

    /// <summary>Sends a request through the handlers behind this one.</summary>
    internal Task<HttpResponseMessage> SendAsIsAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        base.SendAsync(request, cancellationToken);
}
