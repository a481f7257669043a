using System.Collections.Concurrent;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Negotiation;
using SecureConversation.Engine.Negotiation.Sspi;
using SecureConversation.Engine.Negotiation.Tls;
using SecureConversation.Engine.Quota;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Handshake;

/// <summary>
/// The service's side of negotiations. Anybody can begin one, and each costs a private key operation and memory until it ends: there are at
/// most MaxStatefulNegotiations at once, shared fairly by address, each for NegotiationTimeout at most, and a turn is waited for before a
/// key is used. When all places are taken, one who has fewer ends one of whoever has most, which WCF does not do.
/// </summary>
internal sealed class ServiceNegotiations : IDisposable
{
    private const int SweepsForTimeout = 4;

    private readonly ConcurrentDictionary<string, Dialogue> _open = new(StringComparer.Ordinal);
    private readonly BindingMessages _messages;
    private readonly NegotiatedContexts _contexts;
    private readonly EngineEnvironment _environment;
    private readonly LocalServiceSecuritySettings _settings;
    private readonly SecurityTokenParameters _token;
    private readonly NegotiationNames _names;
    private readonly FairQuota _places;
    private readonly Lock _displacing = new();
    private readonly PrivateKeyTurns _turns;
    private readonly ITimer _sweep;

    /// <param name="messages">The formats of the element that has the token.</param>
    /// <param name="contexts">Takes what is negotiated.</param>
    /// <param name="environment">The environment of the service.</param>
    public ServiceNegotiations(BindingMessages messages, NegotiatedContexts contexts, EngineEnvironment environment)
    {
        (_messages, _contexts, _environment) = (messages, contexts, environment);
        _settings = messages.Element.LocalServiceSettings;
        _token = messages.Element.NegotiatedToken!;
        _names = NegotiationNames.Of(_token, messages.Protocol);
        _places = new FairQuota(_settings.MaxStatefulNegotiations, nameof(_settings.MaxStatefulNegotiations));

        // Each that waits has a place.
        _turns = new PrivateKeyTurns(_settings.MaxStatefulNegotiations, nameof(_settings.MaxStatefulNegotiations), environment.Clock);
        var period = _settings.NegotiationTimeout / SweepsForTimeout;
        _sweep = environment.Clock.CreateTimer(static table => ((ServiceNegotiations)table!).Sweep(), this, period, period);
    }

    /// <summary>How many have begun and not ended.</summary>
    public int Count => _places.Taken;

    /// <summary>Whether a message without security is a leg of a negotiation, by its action.</summary>
    public bool IsLeg(string? action) => action == _messages.Protocol.TokenIssueAction || action == _messages.Protocol.NegotiateAction;

    /// <summary>Takes a leg and makes the answer.</summary>
    /// <param name="message">The message, of which nothing is verified. Its envelope is disposed of.</param>
    /// <param name="envelope">Its octets.</param>
    /// <param name="own">The certificate of the service, which the message has entered.</param>
    /// <param name="cancellationToken">Cancels the work on this leg.</param>
    /// <exception cref="SecurityFailureException">The leg is refused. Its negotiation has ended, if it is of one.</exception>
    public async ValueTask<PooledBytes> AnswerAsync(
        ReceivedEnvelope message, ReadOnlyMemory<byte> envelope, OwnCertificate own, CancellationToken cancellationToken)
    {
        message.Wire.Dispose();
        using var wire = SoapEnvelope.Parse(envelope, _messages.Soap, _environment.XmlLimits, indexBody: true);
        var body = wire.Body.FirstChild;
        var isFirst = message.Action == _messages.Protocol.TokenIssueAction;
        var leg = isFirst
            ? NegotiationLeg.ReadRequest(body, _messages.Protocol)
            : NegotiationLeg.ReadResponse(body, _messages.Protocol);
        if (leg.Exchange.ValueType != _names.ValueType && leg.Exchange.ValueType != _names.Alternative)
        {
            Fail.With(FailureCode.InvalidTrustRequest, "wst:BinaryExchange/@ValueType", leg.Exchange.ValueType, _names.ValueType);
        }

        var dialogue = isFirst ? Begin(leg, Owner.OfStranger(message.Origin.RemoteAddress), own) : Find(leg.Context);
        var goesOn = false;
        try
        {
            dialogue.Transcript.Add(body);

            // While it waits for its turn, it holds nothing that was made of its octets.
            wire.Dispose();
            var octets = await StepAsync(dialogue, leg.Exchange.Octets, cancellationToken).ConfigureAwait(false);
            var exchange = octets.Length == 0 ? null : new BinaryExchange(leg.Exchange.ValueType, octets);
            if (dialogue.End.IsComplete)
            {
                return await CompleteAsync(dialogue, exchange, message, own, cancellationToken).ConfigureAwait(false);
            }

            var answer = Answer(dialogue, exchange, message.MessageId);
            goesOn = dialogue.Leave();
            return answer;
        }
        finally
        {
            if (!goesOn)
            {
                End(dialogue);
            }
        }
    }

    public void Dispose()
    {
        _sweep.Dispose();
        foreach (var (_, dialogue) in _open)
        {
            if (dialogue.TryEnd())
            {
                End(dialogue);
            }
        }
    }

    private Dialogue Begin(NegotiationLeg leg, Owner owner, OwnCertificate own)
    {
        var suite = _messages.Element.DefaultAlgorithmSuite;
        var size = leg.KeySize is null or 0 ? suite.DefaultSymmetricKeyLength : leg.KeySize.Value;
        if (size % 8 != 0 || !suite.IsSymmetricKeyLengthSupported(size))
        {
            Fail.With(FailureCode.InvalidTrustRequest, "wst:KeySize", FailureText.Of(size, "bits"),
                $"{suite.MinSymmetricKeyLength} to {suite.MaxSymmetricKeyLength} ({suite.Name})");
        }

        TakePlace(owner);
        Dialogue? dialogue = null;
        try
        {
            dialogue = new Dialogue(leg.Context, CreateEnd(own), size, owner, _environment.Clock.GetTimestamp());
            if (_open.TryAdd(leg.Context, dialogue))
            {
                return dialogue;
            }
        }
        catch
        {
            _places.Release(owner);
            throw;
        }

        // Nobody else's negotiation ends by that.
        _places.Release(owner);
        dialogue.Dispose();
        return Fail.With<Dialogue>(FailureCode.InvalidTrustRequest, "@Context", "that of another negotiation", "one of its own");
    }

    /// <summary>
    /// Takes a place. Where there is none, the negotiation ends that began first of those of whoever has most, if the newcomer has fewer:
    /// it takes one message to begin one, so a few addresses could hold all places for as long as they like.
    /// </summary>
    private void TakePlace(Owner owner)
    {
        lock (_displacing)
        {
            if (_places.TryTake(owner) is not { } limit)
            {
                return;
            }

            if (_places.HoldsMost(owner) || FindToDisplace(owner) is not { } displaced || !displaced.TryEnd())
            {
                Fail.With(FailureCode.ServiceTooBusy, limit);
                return;
            }

            End(displaced);
            _places.Take(owner);
        }
    }

    private Dialogue? FindToDisplace(Owner newcomer)
    {
        (Dialogue? found, var most) = (null, 0);
        foreach (var (_, dialogue) in _open)
        {
            var held = _places.HeldBy(dialogue.Owner);
            if (held >= most && dialogue.IsIdle && _places.HoldsLess(newcomer, dialogue.Owner)
                && (held > most || found is null || dialogue.Started < found.Started))
            {
                (found, most) = (dialogue, held);
            }
        }

        return found;
    }

    private NegotiationEnd CreateEnd(OwnCertificate own) => _token switch
    {
        SslSecurityTokenParameters tls => TlsEnd.ForService(own.Credential!, tls.RequireClientCertificate),
        _ => SspiEnd.ForService(own.Receiver.Credentials.WindowsAuthentication),
    };

    private Dialogue Find(string context) => _open.TryGetValue(context, out var dialogue) && dialogue.TryEnter()
        ? dialogue
        : Fail.With<Dialogue>(FailureCode.InvalidTrustRequest, "@Context",
            "that of no negotiation, or of one whose last leg is being worked on",
            $"that of one which began less than NegotiationTimeout ago ({_settings.NegotiationTimeout}) at this instance of the service");

    private async ValueTask<byte[]> StepAsync(Dialogue dialogue, byte[] octets, CancellationToken cancellationToken)
    {
        using var turn = await _turns.EnterAsync(dialogue.Owner, cancellationToken).ConfigureAwait(false);
        return await dialogue.End.StepAsync(octets).ConfigureAwait(false);
    }

    private PooledBytes Answer(Dialogue dialogue, BinaryExchange? exchange, string? relatesTo)
    {
        var leg = new NegotiationLeg(dialogue.Context, exchange ?? Fail.With<BinaryExchange>(
            FailureCode.NegotiationFailed, "wst:BinaryExchange", "octets after which there is nothing to say"));
        using var canonical = new PooledBytes();
        leg.WriteResponse(canonical, _messages.Protocol);
        dialogue.Transcript.Add(canonical.Span);
        return EnvelopeWriter.Reply(_messages.Soap, _messages.Protocol.NegotiateAction, relatesTo, output => output.Write(canonical.Span));
    }

    private async ValueTask<PooledBytes> CompleteAsync(Dialogue dialogue, BinaryExchange? exchange, ReceivedEnvelope message,
        OwnCertificate own, CancellationToken cancellationToken)
    {
        var (user, certificate) = await AuthenticateAsync(dialogue, message, own, cancellationToken).ConfigureAwait(false);
        var key = new byte[dialogue.KeySize / 8];
        _environment.Random.Fill(key);
        ServiceSession? context = null;
        try
        {
            context = CreateContext(key, user, certificate, dialogue.Owner);
            var wrapped = await dialogue.End.WrapAsync(key).ConfigureAwait(false);
            var response = new NegotiatedTokenResponse(dialogue.Context)
            {
                Token = new SecurityContextToken(context.Id, null, HasCookie: _contexts.HasCookies),
                TokenId = UniqueIds.Next(_environment.Random),
                WrapAlgorithm = _names.Wrap,
                WrappedKey = wrapped,
                Created = _environment.Clock.GetUtcNow(),
                Expires = context.Expires,
                KeySize = dialogue.KeySize,
                Exchange = exchange,
            };
            response = Seal(response, context, key, dialogue.Transcript);
            var protocol = _messages.Protocol;
            var answer = EnvelopeWriter.Reply(
                _messages.Soap, protocol.TokenIssueResponseAction, message.MessageId, output => response.Write(output, protocol));
            _contexts.Keep(context);
            context = null;
            return answer;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
            context?.Discard();
        }
    }

    /// <summary>Writes the token and makes the authenticator over what the client will see.</summary>
    private NegotiatedTokenResponse Seal(
        NegotiatedTokenResponse response, ServiceSession context, ReadOnlySpan<byte> key, NegotiationTranscript transcript)
    {
        using var token = new PooledBytes(512);
        TokenWriter.SecurityContextToken(
            token, response.TokenId, context.Id, instance: null, _contexts.CookieOf(context), _messages.Protocol);
        response = response with { TokenXml = token.Span.ToArray() };
        using var seen = new PooledBytes();
        response.WriteFirst(seen, _messages.Protocol, withSecrets: false);
        transcript.Add(seen.Span);
        return response with { Authenticator = transcript.ComputeAuthenticator(key) };
    }

    private ServiceSession CreateContext(byte[] key, ClaimsPrincipal user, X509Certificate2? certificate, Owner owner)
    {
        var expires = _environment.Clock.GetUtcNow() + _settings.IssuedCookieLifetime;
        var context = new SecurityContextKey(UniqueIds.NextUrn(_environment.Random), null, SymmetricKey.From(key));
        try
        {
            var replyKeys = SessionSendKeys.Create(context, _messages.ForHandshake(MessageRole.Reply), _environment.Random);
            return new ServiceSession(new SessionKeys { Current = new SessionKey(context, replyKeys, expires) },
                ClientIdentity.Keep(user, certificate), X509Facts.OctetsOf(certificate), _environment.Clock)
            {
                PendingFor = owner,
                HeldBy = owner,
            };
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

    /// <summary>Who the client is, as far as the negotiation proves it.</summary>
    private async ValueTask<(ClaimsPrincipal User, X509Certificate2? Certificate)> AuthenticateAsync(
        Dialogue dialogue, ReceivedEnvelope message, OwnCertificate own, CancellationToken cancellationToken)
    {
        if (dialogue.End is SspiEnd windows)
        {
            var user = windows.ReadUser(own.Receiver.Credentials.WindowsAuthentication);
            return (await own.Receiver.AuthenticateAsync(user, message.Origin, cancellationToken).ConfigureAwait(false), null);
        }

        if (_token is not SslSecurityTokenParameters { RequireClientCertificate: true })
        {
            return (ClientIdentity.CreateAnonymous(), null);
        }

        var certificate = ((TlsEnd)dialogue.End).TakePeer() ?? Fail.With<X509Certificate2>(
            FailureCode.UntrustedCertificate, "certificate of the client", "none", "one (RequireClientCertificate)");
        return (await own.Receiver.AuthenticateAsync(certificate, message.Origin, cancellationToken).ConfigureAwait(false), certificate);
    }

    private void End(Dialogue dialogue)
    {
        if (_open.TryRemove(new KeyValuePair<string, Dialogue>(dialogue.Context, dialogue)))
        {
            dialogue.Dispose();
            _places.Release(dialogue.Owner);
        }
    }

    private void Sweep()
    {
        foreach (var (_, dialogue) in _open)
        {
            if (_environment.Clock.GetElapsedTime(dialogue.Started) >= _settings.NegotiationTimeout && dialogue.TryEnd())
            {
                End(dialogue);
            }
        }
    }
}
