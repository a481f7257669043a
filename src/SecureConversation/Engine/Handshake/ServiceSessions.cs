using System.Runtime.ExceptionServices;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Quota;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Telemetry;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Handshake;

/// <summary>The parts that only a service with sessions has: the sessions, and the processing of handshake messages.</summary>
internal sealed class ServiceSessions : IDisposable
{
    public ServiceSessions(
        EndpointMessages messages, EngineEnvironment environment, MessageSecurityServiceOptions options, EndpointScopes? endpoint)
    {
        var settings = messages.Application.Element.LocalServiceSettings;
        Table = new SessionTable(settings, options.MaxSessions, options.SessionIdleTimeout, environment.Clock, session =>
        {
            if (session.CloseReason == SessionCloseReason.Displaced)
            {
                EngineMetrics.DisplacedSessions.Add(1);
                environment.Sessions!.Displaced(session.Id, session.Client, options.MaxSessions);
            }

            environment.Sessions!.Closed(session.Id, session.Client, session.CloseReason, session.Expires);
            options.SessionClosed?.Invoke(session);
        }, e => EngineLog.CallbackFailed(environment.Log, e));
        SessionCounts.Add(Table, environment.Telemetry, () => Table.Count, () => Table.PendingCount);
        Store = options.SessionStore is null ? null : new GuardedSessionStore(options.SessionStore, environment.Clock);
        var keys = new KeyChanges(Store, endpoint, messages.Application, environment.Random, environment.Clock);
        Router = new SessionRouter(Table, Store, endpoint, messages.Application, keys, environment.Clock);
        Negotiations = new NegotiationGate(settings, environment.Clock);
        Cookies = messages.Application.RequiresCancellation ? null : new CookieSessions(
            options.SecurityStateEncoder!, endpoint!, messages.Application,
            new ContextCache(settings.MaxCachedCookies, options.SessionIdleTimeout, environment.Clock), environment.Random,
            environment.Clock);
        if (Cookies is not null && options.ReplayCache is null && settings.DetectReplays)
        {
            EngineLog.CookiesWithoutSharedMemory(environment.Log);
        }

        Issue = new ServiceIssue(messages, Table, Router, Cookies, environment);
        Renew = new ServiceRenew(messages, keys, environment);
        Cancel = new ServiceCancel(messages.Application, Router, environment);
    }

    /// <summary>The open sessions of this process.</summary>
    public SessionTable Table { get; }

    /// <summary>The session store; null where there is none.</summary>
    public GuardedSessionStore? Store { get; }

    public SessionRouter Router { get; }

    /// <summary>The sessions that travel in cookies; null where the service keeps them.</summary>
    public CookieSessions? Cookies { get; }

    public NegotiationGate Negotiations { get; }

    public ServiceIssue Issue { get; }

    public ServiceRenew Renew { get; }

    public ServiceCancel Cancel { get; }

    /// <summary>Ends a session for the application, which gets what the store throws.</summary>
    public async ValueTask AbortAsync(ServiceSession session)
    {
        try
        {
            await Router.CloseAsync(session, SessionCloseReason.Aborted).ConfigureAwait(false);
        }
        catch (SecurityFailureException e) when (e.Thrown is { } thrown)
        {
            ExceptionDispatchInfo.Throw(thrown);
        }
    }

    /// <summary>Finds and enters the session of a message, which is not verified yet.</summary>
    public ValueTask<ServiceSession> EnterAsync(
        SoapEnvelope wire, SecurityContextToken token, Owner sender, CancellationToken cancellationToken) =>
        Cookies is null ? Router.EnterAsync(token, sender, cancellationToken) : new(Cookies.Enter(wire, sender));

    /// <summary>Records the use of a session by a verified message, and returns the session to go on with.</summary>
    public ValueTask<ServiceSession> UseAsync(
        ServiceSession session, string? instance, Owner sender, CancellationToken cancellationToken) =>
        Cookies is null ? Router.UseAsync(session, instance, sender, cancellationToken) : new(Cookies.Use(session));

    public void Dispose()
    {
        SessionCounts.Remove(Table);
        Table.Dispose();
        Cookies?.Dispose();
    }
}
