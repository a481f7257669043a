using System.Net;
using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Engine.Quota;

namespace SecureConversation.Engine.Sessions;

/// <summary>
/// The negotiated context under which a message comes, entered for it. Until the message is verified nobody has shown to hold its key.
/// </summary>
internal sealed class EnteredContext : IDisposable
{
    private readonly NegotiatedContexts _contexts;
    private ServiceSession _context;
    private int _users = 1;

    /// <param name="contexts">Those that it belongs to.</param>
    /// <param name="context">The context, which was entered.</param>
    public EnteredContext(NegotiatedContexts contexts, ServiceSession context) => (_contexts, _context) = (contexts, context);

    /// <summary>The key. A context has one, which is never renewed.</summary>
    public SessionKey Key => _context.Keys.Current;

    public string Id => _context.Id;

    /// <summary>The certificate that the client showed in the negotiation; null for none.</summary>
    public X509Certificate2? ClientCertificate => _context.ClientCertificate;

    /// <summary>Who the client is, as far as the negotiation proved it.</summary>
    public ClaimsPrincipal CopyUser() => _context.CopyUser();

    /// <summary>Among whom limits are shared, for messages from that address.</summary>
    public Owner OwnerAt(IPAddress? address) => _context.OwnerAt(address);

    /// <summary>A message under it was verified.</summary>
    public void Use()
    {
        var used = _contexts.Use(_context);
        if (used != _context)
        {
            _context.Leave();
            _context = used;
        }
    }

    /// <summary>It has opened or renewed a session, and as in WCF it serves no other handshake.</summary>
    public void End() => _contexts.Forget(_context);

    /// <summary>The same context for the reply, which disposes of it as well.</summary>
    public EnteredContext Share()
    {
        Interlocked.Increment(ref _users);
        return this;
    }

    public void Dispose()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            _context.Leave();
        }
    }
}
