using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Negotiation;
using SecureConversation.Engine.Negotiation.Sspi;
using SecureConversation.Engine.Negotiation.Tls;
using SecureConversation.Engine.Roles;

namespace SecureConversation.Engine.Handshake;

/// <summary>Has a client negotiate with a service before it needs the context.</summary>
internal static class ClientNegotiate
{
    /// <summary>Sends a leg, with its action, and gives the answer.</summary>
    public delegate ValueTask<ReadOnlyMemory<byte>> Exchange(ReadOnlyMemory<byte> leg, string action, CancellationToken cancellationToken);

    /// <summary>Negotiates a context, if the one that is there will not do.</summary>
    /// <param name="role">The client.</param>
    /// <param name="to">The address of the service.</param>
    /// <param name="exchange">Sends a leg and gives its answer.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="SecureConversationException">The service refused, is not the expected one, or a leg was changed.</exception>
    public static ValueTask EnsureAsync(ClientRole role, Uri to, Exchange exchange, CancellationToken cancellationToken)
    {
        // The credentials may change meanwhile: the context is that of these.
        var current = role.Exchange;
        return current.Negotiated.EnsureAsync(to, stop => RunAsync(role.Environment, current, to, exchange, stop), cancellationToken);
    }

    private static async ValueTask<NegotiatedToken> RunAsync(
        EngineEnvironment environment, ClientExchange current, Uri to, Exchange exchange, CancellationToken stop)
    {
        using var measured = environment.Telemetry.Handshake();
        using var negotiation = new ClientNegotiation(
            current.Messages, environment, CreateEnd(current, to), end => JudgeAsync(current, end, to, stop), to);
        try
        {
            await negotiation.StartAsync().ConfigureAwait(false);
            while (true)
            {
                var reply = await exchange(negotiation.Envelope, negotiation.Action, stop).ConfigureAwait(false);
                if (await negotiation.ReceiveAsync(reply).ConfigureAwait(false) is { } token)
                {
                    measured.Succeeded();
                    return token;
                }
            }
        }
        catch (SecureConversationException e)
        {
            measured.Failed(e.Code);
            throw;
        }
    }

    private static NegotiationEnd CreateEnd(ClientExchange current, Uri to) => current.Messages.Element.NegotiatedToken switch
    {
        SslSecurityTokenParameters tls => TlsEnd.ForClient(tls.RequireClientCertificate ? current.Credentials.ClientCertificate : null),
        _ => SspiEnd.ForClient(current.Credentials.Windows,
            (current.Credentials.ServiceIdentity ?? EndpointIdentity.ForAddress(to)).TargetName!),
    };

    private static async ValueTask JudgeAsync(ClientExchange current, NegotiationEnd end, Uri to, CancellationToken stop)
    {
        if (end is not TlsEnd tls)
        {
            // The mechanism has judged the service: only the account that the ticket is for can complete it.
            return;
        }

        using var certificate = tls.TakePeer() ?? Fail.With<X509Certificate2>(
            FailureCode.NegotiationFailed, "certificate of the service", "none", "one");
        await current.RequireServiceAsync(certificate, to, stop).ConfigureAwait(false);
    }
}
