using System.Security.Cryptography;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Negotiation;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Telemetry;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Handshake;

/// <summary>
/// The client's side of a negotiation: legs out, legs in, until the service has sent the context. Nothing protects the legs but what they
/// carry: the service proves itself in them, and the authenticator at the end shows that nobody changed one.
/// </summary>
internal sealed class ClientNegotiation : IDisposable
{
    private const int MostLegs = 8;

    private readonly BindingMessages _messages;
    private readonly EngineEnvironment _environment;
    private readonly NegotiationNames _names;
    private readonly NegotiationEnd _end;
    private readonly Func<NegotiationEnd, ValueTask> _judge;
    private readonly NegotiationTranscript _transcript = new();
    private readonly string _context;
    private readonly Uri _to;
    private string _messageId = "";
    private PooledBytes? _envelope;
    private int _legs;

    /// <param name="messages">The formats of the element that has the token.</param>
    /// <param name="environment">The environment of the client.</param>
    /// <param name="end">The mechanism, which belongs to the result.</param>
    /// <param name="judge">Throws for a service that is not the expected one. Called before a key of it is used.</param>
    /// <param name="to">The address of the service.</param>
    public ClientNegotiation(
        BindingMessages messages, EngineEnvironment environment, NegotiationEnd end, Func<NegotiationEnd, ValueTask> judge,
        Uri to)
    {
        (_messages, _environment, _end, _judge, _to) = (messages, environment, end, judge, to);
        _names = NegotiationNames.Of(messages.Element.NegotiatedToken!, messages.Protocol);
        _context = UniqueIds.Next(environment.Random);
    }

    /// <summary>The SOAP envelope to send. Valid until the next step.</summary>
    public ReadOnlyMemory<byte> Envelope => _envelope!.Memory;

    /// <summary>The a:Action of <see cref="Envelope"/>, for the transport.</summary>
    public string Action { get; private set; } = "";

    /// <summary>Makes the first leg.</summary>
    public async ValueTask StartAsync()
    {
        var octets = await BeginAsync().ConfigureAwait(false);
        var leg = new NegotiationLeg(_context, new BinaryExchange(_names.ValueType, octets))
        {
            KeySize = _messages.Element.DefaultAlgorithmSuite.DefaultSymmetricKeyLength,
        };
        Write(_messages.Protocol.TokenIssueAction, output => leg.WriteRequest(output, _messages.Protocol));
    }

    /// <summary>Takes the answer to a leg.</summary>
    /// <param name="reply">The entity body.</param>
    /// <returns>The context; null when there is another leg to send.</returns>
    /// <exception cref="SecureConversationException">The service refused, or the answer is none. The negotiation is over.</exception>
    public async ValueTask<NegotiatedToken?> ReceiveAsync(ReadOnlyMemory<byte> reply)
    {
        try
        {
            using var wire = SoapEnvelope.Parse(reply, _messages.Soap, _environment.XmlLimits, indexBody: true);
            RequireAnswer(wire);
            var body = wire.Body.FirstChild;
            if (NegotiatedTokenResponse.IsElement(body, _messages.Protocol))
            {
                return await CompleteAsync(body).ConfigureAwait(false);
            }

            await ContinueAsync(body).ConfigureAwait(false);
            return null;
        }
        catch (SecurityFailureException e)
        {
            _environment.Refused(RefusedMessage.Of(e), reply);
            throw Failed(e);
        }
    }

    private async ValueTask<byte[]> BeginAsync()
    {
        try
        {
            return await _end.StepAsync(default).ConfigureAwait(false);
        }
        catch (SecurityFailureException e)
        {
            // Nothing was sent: the client lacks what it needs.
            throw Failed(e);
        }
    }

    private SecureConversationException Failed(SecurityFailureException e) =>
        new(FaultMap.Coarse(e.Code), e.Code, $"The negotiation with '{_to}' failed: {e.Message}.", e);

    public void Dispose()
    {
        _envelope?.Dispose();
        _transcript.Dispose();
        _end.Dispose();
    }

    /// <summary>Nobody has proved anything yet: a fault ends this negotiation and changes nothing else.</summary>
    private void RequireAnswer(SoapEnvelope wire)
    {
        if (FaultReader.Read(wire, isSecured: false) is { } fault)
        {
            throw new SecureConversationException(fault);
        }

        if (_messages.Soap.HasAddressing && wire.FindText(_messages.Soap.RelatesTo) is { } relatesTo && relatesTo != _messageId)
        {
            Fail.With(FailureCode.RelatesToMismatch, "wsa:RelatesTo", relatesTo, _messageId);
        }
    }

    private async ValueTask ContinueAsync(XmlElement body)
    {
        if (++_legs > MostLegs)
        {
            Fail.With(FailureCode.NegotiationFailed, "legs of a negotiation", "more", FailureText.AtMost(MostLegs));
        }

        var leg = NegotiationLeg.ReadResponse(body, _messages.Protocol);
        RequireOwn(leg.Context, leg.Exchange);
        _transcript.Add(body);
        var octets = await _end.StepAsync(leg.Exchange.Octets).ConfigureAwait(false);
        if (octets.Length == 0)
        {
            Fail.With(FailureCode.NegotiationFailed, "legs of a negotiation", "one that asks for an answer, and there is none",
                "the token of the service");
        }

        var answer = new NegotiationLeg(_context, new BinaryExchange(_names.ValueType, octets));
        Write(_messages.Protocol.NegotiateAction, output => answer.WriteResponse(output, _messages.Protocol));
    }

    private async ValueTask<NegotiatedToken> CompleteAsync(XmlElement body)
    {
        var protocol = _messages.Protocol;
        var response = NegotiatedTokenResponse.Read(body, protocol, out var first);
        RequireOwn(response.Context, response.Exchange);
        _transcript.Add(first, protocol.RequestedSecurityToken, protocol.RequestedProofToken);
        if (response.Exchange is { } last && (_end.IsComplete || (await _end.StepAsync(last.Octets).ConfigureAwait(false)).Length > 0))
        {
            Fail.With(FailureCode.NegotiationFailed, "wst:BinaryExchange", "octets after the end of the negotiation");
        }

        if (!_end.IsComplete)
        {
            Fail.With(FailureCode.NegotiationFailed, "wst:RequestedSecurityToken", "a token before the negotiation is complete");
        }

        await _judge(_end).ConfigureAwait(false);
        if (response.WrapAlgorithm != _names.Wrap)
        {
            Fail.With(FailureCode.InvalidTrustResponse, "xenc:EncryptionMethod", response.WrapAlgorithm, _names.Wrap);
        }

        var key = await _end.UnwrapAsync(response.WrappedKey).ConfigureAwait(false);
        try
        {
            if (!CryptographicOperations.FixedTimeEquals(_transcript.ComputeAuthenticator(key), response.Authenticator))
            {
                Fail.With(FailureCode.NegotiationFailed, "wst:CombinedHash", "another value",
                    "that of the legs as this client sent and received them: somebody changed one");
            }

            return Open(response, key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private NegotiatedToken Open(NegotiatedTokenResponse response, byte[] key)
    {
        var suite = _messages.Element.DefaultAlgorithmSuite;
        if (response.Token is not { } token || !suite.IsSymmetricKeyLengthSupported(key.Length * 8))
        {
            return Fail.With<NegotiatedToken>(FailureCode.InvalidTrustResponse, "wst:RequestedSecurityToken or its key",
                FailureText.Of(key.Length, "octets"),
                $"{suite.MinSymmetricKeyLength} to {suite.MaxSymmetricKeyLength} bits ({suite.Name})");
        }

        if (response.Created is { } created && response.Expires <= created)
        {
            // It would be negotiated again before each message.
            Fail.With(FailureCode.InvalidTrustResponse, "wst:Lifetime", "one that ends before it begins");
        }

        var context = new SecurityContextKey(token.Identifier, token.Instance, SymmetricKey.From(key));
        try
        {
            var sendKeys = SessionSendKeys.Create(context, _messages.ForHandshake(MessageRole.Request), _environment.Random,
                response.TokenXml, response.TokenId);

            // The clock of the service may be another one: what counts is how long the context is valid.
            var now = _environment.Clock.GetUtcNow();
            var validity = response.Expires - (response.Created ?? now);
            var expires = validity is { } left && left < DateTimeOffset.MaxValue - now ? now + left : DateTimeOffset.MaxValue;
            return new NegotiatedToken(new SessionKey(context, sendKeys, expires), now);
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

    private void RequireOwn(string context, BinaryExchange? exchange)
    {
        if (context != _context)
        {
            Fail.With(FailureCode.InvalidTrustResponse, "@Context", context, _context);
        }

        if (exchange is not null && exchange.ValueType != _names.ValueType)
        {
            Fail.With(FailureCode.NegotiationFailed, "wst:BinaryExchange/@ValueType", exchange.ValueType, _names.ValueType);
        }
    }

    private void Write(string action, Action<PooledBytes> body)
    {
        using var canonical = new PooledBytes();
        body(canonical);
        _transcript.Add(canonical.Span);
        _messageId = UniqueIds.NextUrn(_environment.Random);
        Action = action;
        _envelope?.Dispose();
        _envelope = EnvelopeWriter.Request(_messages.Soap, action, _messageId, _to.AbsoluteUri, output => output.Write(canonical.Span));
    }
}
