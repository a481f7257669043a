using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Timeouts;

namespace SecureConversation.AspNetCore.Internal;

/// <summary>
/// What ends the work on a request of a reliable session. The client has the reply by a repetition when its connection is cut, so that
/// does not: the end of the session does, a time-out that the application has set, and a shutdown that waits for the connection no more.
/// </summary>
internal sealed class SequenceLifetime : IHttpRequestLifetimeFeature, IDisposable
{
    private readonly HttpContext _context;
    private readonly IHttpRequestLifetimeFeature _wire;
    private readonly CancellationTokenSource _ended;
    private readonly CancellationToken _stopping;
    private readonly CancellationToken _closed;
    private readonly CancellationToken _timeout;
    private readonly CancellationTokenRegistration _ofWire;
    private readonly CancellationTokenRegistration _ofStop;

    private SequenceLifetime(HttpContext context, IHttpRequestLifetimeFeature wire, ServiceSession session, CancellationToken stopping)
    {
        (_context, _wire, _stopping, _closed) = (context, wire, stopping, session.Closed);
        _timeout = context.Features.Get<IHttpRequestTimeoutFeature>()?.RequestTimeoutToken ?? CancellationToken.None;
        _ended = CancellationTokenSource.CreateLinkedTokenSource(_closed, _timeout);
        RequestAborted = _ended.Token;
        _ofWire = wire.RequestAborted.UnsafeRegister(static self => ((SequenceLifetime)self!).EndIfBoth(), this);
        _ofStop = stopping.UnsafeRegister(static self => ((SequenceLifetime)self!).EndIfBoth(), this);
    }

    /// <inheritdoc/>
    public CancellationToken RequestAborted { get; set; }

    /// <summary>Whether the session has ended, or the server has; a time-out ends neither.</summary>
    public bool IsOver => _closed.IsCancellationRequested || IsShutDown;

    /// <summary>Takes the place of the lifetime of the connection until disposal.</summary>
    /// <param name="context">The request.</param>
    /// <param name="session">Its session.</param>
    /// <param name="stopping">Cancelled when the shutdown begins.</param>
    public static SequenceLifetime Begin(HttpContext context, ServiceSession session, CancellationToken stopping)
    {
        var lifetime = new SequenceLifetime(
            context, context.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>(), session, stopping);
        context.Features.Set<IHttpRequestLifetimeFeature>(lifetime);
        return lifetime;
    }

    /// <inheritdoc/>
    public void Abort() => _wire.Abort();

    public void Dispose()
    {
        _context.Features.Set(_wire);
        if (_timeout.IsCancellationRequested)
        {
            // What is left is to send the answer, which has a deadline of its own.
            _wire.RequestAborted = CancellationToken.None;
        }

        _ofWire.Dispose();
        _ofStop.Dispose();
        _ended.Dispose();
    }

    private bool IsShutDown => _stopping.IsCancellationRequested && _wire.RequestAborted.IsCancellationRequested;

    private void EndIfBoth()
    {
        if (IsShutDown)
        {
            _ended.Cancel();
        }
    }
}
