using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Handshake;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Telemetry;

namespace SecureConversation;

/// <summary>
/// The client side of message security, without I/O. It turns plain envelopes into protected ones for the caller to send; the
/// <see cref="SecuredRequest"/> of a request verifies its reply. Safe for concurrent use.
/// </summary>
public sealed class MessageSecurityClient
{
    private readonly ClientRole _role;

    /// <summary>Creates the client side of an endpoint.</summary>
    /// <param name="binding">How messages are secured.</param>
    /// <param name="credentials">The credentials of the client, and which service it expects.</param>
    /// <param name="options">All other settings; null for the defaults.</param>
    /// <exception cref="ArgumentException">
    /// The credentials lack something that the binding needs, the binding detects replays but has no timestamps, or options contradict
    /// each other.
    /// </exception>
    public MessageSecurityClient(
        MessageSecurityBinding binding, ClientCredentials credentials, MessageSecurityClientOptions? options = null)
        : this(binding, credentials, options ?? new MessageSecurityClientOptions(), environment: null)
    {
    }

    internal MessageSecurityClient(
        MessageSecurityBinding binding, ClientCredentials credentials, MessageSecurityClientOptions options, EngineEnvironment? environment)
    {
        ArgumentNullException.ThrowIfNull(binding);
        ArgumentNullException.ThrowIfNull(credentials);
        // Whoever repeats an old reply could as well write one without security, where such are taken.
        LocalSettingsChecks.RequireTimestamps(
            binding, nameof(SecurityBindingElement.LocalClientSettings),
            element => element.LocalClientSettings.DetectReplays && !element.EnableUnsecuredResponse);
        environment ??= EngineEnvironment.Of(options);
        CredentialChecks.Require(binding, credentials, environment.IssuedTokenProvider);
        Binding = binding;
        NeedsIssuedTokens = IssuedTokens.Of(binding.Bootstrap ?? binding.Element).Any();
        _role = new ClientRole(binding, credentials, environment);
        _role.Environment.Check(binding);
        BindingWarnings.Log(binding, _role.Environment);
        if (binding.Element.EnableUnsecuredResponse)
        {
            EngineLog.UnsecuredResponses(_role.Environment.Log);
        }
    }

    /// <summary>How messages are secured.</summary>
    public MessageSecurityBinding Binding { get; }

    internal ClientRole Role => _role;

    /// <summary>
    /// Gives the client other credentials while it runs. They hold for requests and handshakes that are made from now on; those made before
    /// are answered under the earlier ones. Open sessions go on. A renewal is made with the newest credentials, and a service refuses one
    /// with another client certificate or user name than the session was opened with, since nobody shall renew the session of another:
    /// open a new session then.
    /// </summary>
    /// <param name="credentials">
    /// All credentials, not only those that are new. A credential that is only in the earlier ones may be disposed of when no
    /// <see cref="SecuredRequest"/> or <see cref="SessionHandshake"/> is left that was made with it.
    /// </param>
    /// <exception cref="ArgumentException">They lack something that the binding needs. Nothing has changed.</exception>
    public void UpdateCredentials(ClientCredentials credentials)
    {
        ArgumentNullException.ThrowIfNull(credentials);
        CredentialChecks.Require(Binding, credentials, _role.Environment.IssuedTokenProvider);
        _role.Use(credentials);
        EngineLog.ClientCredentialsChanged(_role.Environment.Log);
    }

    /// <summary>
    /// Whether messages or handshakes carry tokens of an issuer, which <see cref="EnsureIssuedTokensAsync"/> gets.
    /// </summary>
    public bool NeedsIssuedTokens { get; }

    /// <summary>
    /// Gets the issued tokens that the next message to a service needs, where the binding has such tokens and those of the client are not
    /// there, or a part of their life is over (<see cref="IssuedTokenClientCredential"/>). To be awaited before <see cref="Secure"/>,
    /// <see cref="StartSession"/> and <see cref="ClientSession.StartRenewal"/>; not before the requests of a session. Completes at once
    /// when there is nothing to get. Of many calls at once one asks the provider, for all.
    /// </summary>
    /// <param name="to">Address of the service. May be null where the binding has no issued tokens.</param>
    /// <param name="cancellationToken">Ends the waiting of this call.</param>
    /// <exception cref="IssuedTokenException">
    /// There is no token; the inner exception says why. While a token that these credentials got is still valid, its replacement may fail,
    /// which is logged.
    /// </exception>
    /// <exception cref="ArgumentNullException">The binding has issued tokens, and the address is null.</exception>
    public ValueTask EnsureIssuedTokensAsync(Uri? to, CancellationToken cancellationToken = default)
    {
        if (!NeedsIssuedTokens)
        {
            return default;
        }

        ArgumentNullException.ThrowIfNull(to);
        return to.IsAbsoluteUri
            ? _role.Issued.EnsureAsync(to, cancellationToken)
            : throw new ArgumentException("The address is not absolute.", nameof(to));
    }

    /// <summary>
    /// Whether client and service negotiate what protects messages or handshakes (TLSNEGO, SPNEGO), by <see cref="EnsureNegotiatedAsync"/>.
    /// </summary>
    public bool NeedsNegotiation => Binding.NegotiatedToken is not null;

    /// <summary>
    /// Negotiates a security context with a service, where the binding negotiates one and there is none, or a part of its life is over
    /// (CookieRenewalThresholdPercentage of LocalClientSettings). The certificate that the service shows is judged by
    /// <see cref="ClientCredentials.ServiceCertificateValidation"/> and <see cref="ClientCredentials.ServiceIdentity"/>. To be awaited
    /// before <see cref="Secure"/>; of many calls at once one negotiates, for all, and it completes at once when there is nothing to do.
    /// Where the binding establishes sessions, to be awaited before each <see cref="StartSession"/> and
    /// <see cref="ClientSession.StartRenewal"/>, for which it negotiates each time, as WCF does; not before the requests of a session.
    /// </summary>
    /// <param name="to">Address of the service. May be null where the binding negotiates nothing.</param>
    /// <param name="exchange">Sends the messages of the negotiation, two or more, one after the other.</param>
    /// <param name="cancellationToken">Ends the waiting of this call.</param>
    /// <exception cref="SecureConversationException">The service refused, is not the expected one, or a message was changed.</exception>
    /// <exception cref="ArgumentNullException">The binding negotiates, and the address is null.</exception>
    public ValueTask EnsureNegotiatedAsync(Uri? to, LegExchange exchange, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        if (!NeedsNegotiation)
        {
            return default;
        }

        ArgumentNullException.ThrowIfNull(to);
        return to.IsAbsoluteUri
            ? ClientNegotiate.EnsureAsync(
                _role, to, (leg, action, stop) => exchange(new HandshakeStep.Send(leg, action), stop), cancellationToken)
            : throw new ArgumentException("The address is not absolute.", nameof(to));
    }

    /// <summary>Protects a request outside a session.</summary>
    /// <param name="envelope">A plain SOAP envelope with a:Action and a:To, and with a:MessageID when a reply is expected.</param>
    /// <param name="to">Address of the service; null to take a:To. Its host is the expected identity if the credentials set none.</param>
    /// <param name="action">
    /// The action of the request, which without WS-Addressing only the caller knows; it decides on the levels of request and reply. Null to
    /// take a:Action, and without WS-Addressing the strongest level.
    /// </param>
    /// <exception cref="InvalidOperationException">
    /// The binding establishes sessions: use <see cref="StartSession"/>; or it needs an issued token that is not there: await
    /// <see cref="EnsureIssuedTokensAsync"/> before.
    /// </exception>
    /// <exception cref="ArgumentException">The input is not a SOAP envelope of the binding's version, or lacks a header.</exception>
    /// <exception cref="SecureConversationException">The certificate of the service is not trusted or not the expected one.</exception>
    public SecuredRequest Secure(ReadOnlyMemory<byte> envelope, Uri? to = null, string? action = null)
    {
        if (Binding.EstablishesSession)
        {
            throw new InvalidOperationException(
                "The binding establishes sessions: call StartSession and protect requests with the session.");
        }

        var messages = _role.Messages.Application;
        using var plain = ClientEnvelope.Parse(envelope, messages.Soap, _role.Environment.XmlLimits);
        var service = _role.ExchangeWith(to?.AbsoluteUri ?? plain.FindText(messages.Soap.To));
        if (messages.Soap.HasAddressing)
        {
            // What is signed is what the service goes by.
            action = plain.FindText(messages.Soap.Action);
        }

        return service.Secure(plain, messages.ForRequest(action), MessageKind.Application, action);
    }

    /// <summary>
    /// Starts the handshake that issues a security context (WS-SecureConversation 1.3 section 3). The caller sends its messages, see
    /// <see cref="SessionHandshake"/>. The call costs two RSA operations.
    /// </summary>
    /// <param name="to">Address of the service. Its host is the expected identity if the credentials set none.</param>
    /// <exception cref="InvalidOperationException">
    /// The binding establishes no sessions, or it needs an issued token that is not there: await <see cref="EnsureIssuedTokensAsync"/>
    /// before.
    /// </exception>
    /// <exception cref="SecureConversationException">The certificate of the service is not trusted or not the expected one.</exception>
    public SessionHandshake StartSession(Uri to)
    {
        ArgumentNullException.ThrowIfNull(to);
        if (!Binding.EstablishesSession)
        {
            throw new InvalidOperationException("The binding establishes no sessions: call Secure for each request.");
        }

        var service = _role.ExchangeWith(to.AbsoluteUri);
        var measured = _role.Environment.Telemetry.Handshake();
        try
        {
            return new SessionHandshake(
                ClientIssue.Start(_role, service, to), context => new ClientSession(_role, context, to), measured);
        }
        catch
        {
            measured.Dispose();
            throw;
        }
    }
}
