using System.Security.Cryptography.X509Certificates;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Sessions;

/// <summary>
/// Finds the session of a message: an open session of this process or, with a store, a session that another instance of the service
/// opened. With a store, a session that the store does not have has ended.
/// </summary>
internal sealed class SessionRouter(
    SessionTable live, ISessionStore? store, BindingMessages messages, RandomSource random, TimeProvider clock)
{
    /// <summary>
    /// Finds and enters the session that the SecurityContextToken of a message names. The name is not verified yet; only verification with
    /// the keys of the session proves that the message belongs to it.
    /// </summary>
    public async ValueTask<ServiceSession> EnterAsync(SoapEnvelope wire, CancellationToken cancellationToken)
    {
        var session = await FindAsync(ReadIdentifier(wire), cancellationToken).ConfigureAwait(false);
        return session is not null && session.TryEnter() ? session : Fail.With<ServiceSession>(FailureCode.UnknownContext);
    }

    /// <summary>Adds an issued session to the table of this process and to the store.</summary>
    public async ValueTask AddAsync(ServiceSession session, CancellationToken cancellationToken)
    {
        if (store is not null)
        {
            using var state = session.Save();
            await store.SaveAsync(state, cancellationToken).ConfigureAwait(false);
        }

        live.Add(session);
    }

    /// <summary>Ends a session for all instances of the service.</summary>
    public async ValueTask CloseAsync(ServiceSession session, SessionCloseReason reason, CancellationToken cancellationToken)
    {
        live.Close(session, reason);
        if (store is not null)
        {
            // Not to be cancelled: a client that hangs up would leave its session behind, for others to revive.
            await store.RemoveAsync(session.Id, CancellationToken.None).ConfigureAwait(false);
            live.Close(session.Id, reason);
        }
    }

    private async ValueTask<ServiceSession?> FindAsync(string id, CancellationToken cancellationToken)
    {
        var session = live.Find(id);
        if (store is null)
        {
            return session;
        }

        using var state = await store.FindAsync(id, cancellationToken).ConfigureAwait(false);
        if (state is not null && state.Id == id)
        {
            return session ?? await ReviveAsync(state, cancellationToken).ConfigureAwait(false);
        }

        if (session is not null)
        {
            live.Close(session, SessionCloseReason.Aborted);
        }

        return null;
    }

    private async ValueTask<ServiceSession?> ReviveAsync(SessionState state, CancellationToken cancellationToken)
    {
        var session = live.GetOrAdd(Revive(state));
        // It may have been cancelled since the state was read. From here on whoever cancels finds it in the table.
        using var still = await store!.FindAsync(state.Id, cancellationToken).ConfigureAwait(false);
        if (still is not null)
        {
            return session;
        }

        live.Close(session, SessionCloseReason.Aborted);
        return null;
    }

    private ServiceSession Revive(SessionState state)
    {
        var context = new SecurityContextKey(state.Id, null, SymmetricKey.From(state.Key));
        try
        {
            var keys = SessionSendKeys.Create(context, messages.ForHandshake(MessageRole.Reply), random, nonces: state.ReplyNonces);
            return new ServiceSession(context, keys, state.User, state.Expires, clock)
            {
                ClientCertificate = state.ClientCertificate is { } certificate ? X509CertificateLoader.LoadCertificate(certificate) : null,
            };
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

    private string ReadIdentifier(SoapEnvelope wire)
    {
        var security = wire.FindSecurity();
        if (security.IsNull)
        {
            Fail.With(FailureCode.SecurityHeaderMissing);
        }

        // The first SecurityContextToken is enough here: verification refuses a header with a second one.
        foreach (var child in security.Children)
        {
            if (child.Is(messages.Protocol.SecurityContextToken))
            {
                return SecurityContextToken.Read(child, messages.Protocol).Identifier;
            }
        }

        return Fail.With<string>(FailureCode.UnknownContext);
    }
}
