using System.Runtime.ExceptionServices;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Telemetry;

namespace SecureConversation.Engine.Handshake;

/// <summary>The parts that only a service with sessions has: the sessions, and the processing of handshake messages.</summary>
internal sealed class ServiceSessions : IDisposable
{
    public ServiceSessions(
        EndpointMessages messages, EngineEnvironment environment, MessageSecurityServiceOptions options, string? endpoint)
    {
        var settings = messages.Application.Element.LocalServiceSettings;
        Table = new SessionTable(settings, options.MaxSessions, options.SessionIdleTimeout, environment.Clock, session =>
        {
            if (session.CloseReason == SessionCloseReason.Displaced)
            {
                EngineMetrics.DisplacedSessions.Add(1);
                environment.Sessions!.Displaced(session.Id, session.User, options.MaxSessions);
            }

            environment.Sessions!.Closed(session.Id, session.User, session.CloseReason, session.Expires);
            options.SessionClosed?.Invoke(session);
        }, e => EngineLog.CallbackFailed(environment.Log, e));
        SessionCounts.Add(Table, environment.Telemetry, () => Table.Count, () => Table.PendingCount);
        Store = options.SessionStore is null ? null : new GuardedSessionStore(options.SessionStore, environment.Clock);
        Router = new SessionRouter(
            Table, Store, endpoint, messages.Application, environment.Random, environment.Clock);
        Negotiations = new NegotiationGate(settings, environment.Clock);
        Issue = new ServiceIssue(messages, Table, Router, environment);
        Cancel = new ServiceCancel(messages.Application, Router, environment);
    }

    /// <summary>The open sessions of this process.</summary>
    public SessionTable Table { get; }

    /// <summary>The session store; null where there is none.</summary>
    public GuardedSessionStore? Store { get; }

    public SessionRouter Router { get; }

    public NegotiationGate Negotiations { get; }

    public void Dispose()
    {
        SessionCounts.Remove(Table);
        Table.Dispose();
    }

    /// <summary>Ends a session for the host. What the session store throws is the host's, who gave it to us.</summary>
    public async ValueTask AbortAsync(ServiceSession session)
    {
        try
        {
            await Router.CloseAsync(session, SessionCloseReason.Aborted).ConfigureAwait(false);
        }
        catch (SecurityFailureException e) when (e.Thrown is not null)
        {
            ExceptionDispatchInfo.Throw(e.Thrown);
        }
    }

    public ServiceIssue Issue { get; }

    public ServiceCancel Cancel { get; }
}
