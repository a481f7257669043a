using System.Security.Cryptography;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Trust;
using SecureConversation.Engine.Xml;

namespace SecureConversation;

/// <summary>
/// One request for a token to a security token service and its response, without I/O (WS-Trust 1.3 sections 3 and 4, and the version of
/// February 2005). The envelopes are plain: the caller protects them as the issuer's binding says, and has verified the reply. Who does
/// not write a transport uses the provider of SecureConversation.Http.
/// <code>
/// using var exchange = new SecurityTokenExchange(request, new SecurityTokenIssuer { Address = issuer });
/// using var reply = await SendAsync(exchange.Envelope, exchange.Action);
/// return exchange.Complete(reply.Envelope);
/// </code>
/// Not safe for concurrent use.
/// </summary>
public sealed class SecurityTokenExchange : IDisposable
{
    private readonly IssuedTokenRequest _request;
    private readonly SecurityTokenIssuer _issuer;
    private readonly ProtocolVersion _protocol;
    private readonly SoapNames _soap;
    private readonly SecurityKeyEntropyMode _mode;
    private readonly byte[]? _entropy;
    private readonly PooledBytes _envelope;
    private readonly string _messageId;
    private RSA? _proofKey;
    private bool _isOver;

    /// <summary>Makes the request.</summary>
    /// <param name="request">What the client needs.</param>
    /// <param name="issuer">The security token service.</param>
    /// <exception cref="ArgumentException">
    /// The parameters of the request or of the issuer are not usable; the message says which, and what to set.
    /// </exception>
    public SecurityTokenExchange(IssuedTokenRequest request, SecurityTokenIssuer issuer)
        : this(request, issuer, RandomSource.System)
    {
    }

    internal SecurityTokenExchange(IssuedTokenRequest request, SecurityTokenIssuer issuer, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(issuer);
        (_request, _issuer) = (request, issuer);
        _soap = SoapNames.Of(issuer.MessageVersion);
        if (!_soap.HasAddressing)
        {
            throw new ArgumentException($"The issuer's MessageVersion {issuer.MessageVersion} has no WS-Addressing, in whose form "
                + "wsp:AppliesTo names the service: choose one that has, for example Soap12WSAddressing10.", nameof(issuer));
        }

        RequireKeySize(request);
        RequireSecuredResponse(issuer);
        _protocol = ProtocolVersion.Of(VersionOf(request, issuer));
        _mode = issuer.Security?.KeyEntropyMode ?? issuer.DefaultKeyEntropyMode;
        if (ProofKeys.ClientContributes(request, _mode))
        {
            _entropy = new byte[ProofKeys.SizeOf(request) / 8];
            random.Fill(_entropy);
        }

        _proofKey = request.Parameters.KeyType == SecurityKeyType.AsymmetricKey ? RSA.Create(ProofKeys.SizeOf(request)) : null;
        try
        {
            var trust = new TokenIssueRequest(request, _mode, _protocol, _soap);
            _messageId = UniqueIds.NextUrn(random);
            _envelope = EnvelopeWriter.Request(_soap, Action, _messageId, issuer.Address.AbsoluteUri,
                output => trust.Write(output, _entropy, UniqueIds.Next(random), _proofKey));
        }
        catch
        {
            _proofKey?.Dispose();
            CryptographicOperations.ZeroMemory(_entropy);
            throw;
        }
    }

    /// <summary>
    /// The plain SOAP envelope to send, in UTF-8, with the headers of WS-Addressing. It holds entropy for the key of the token: the message
    /// security or the transport of the issuer has to encrypt it. Valid until disposal.
    /// </summary>
    public ReadOnlyMemory<byte> Envelope => _envelope.Memory;

    /// <summary>The a:Action of <see cref="Envelope"/>, for the transport.</summary>
    public string Action => _protocol.TokenIssueAction;

    /// <summary>Takes the token out of the reply. To be called once.</summary>
    /// <param name="reply">The plain envelope of the reply, after its protection was verified.</param>
    /// <exception cref="SecureConversationException">
    /// The issuer answered with a fault (<see cref="SecureConversationException.Fault"/>), or the response does not answer the request:
    /// then the message says what it has, what it should have, and which setting accepts it.
    /// </exception>
    public IssuedSecurityToken Complete(ReadOnlyMemory<byte> reply)
    {
        ObjectDisposedException.ThrowIf(_isOver, this);
        _isOver = true;
        try
        {
            using var envelope = SoapEnvelope.Parse(reply, _soap, XmlLimits.Default, indexBody: true);
            if (FaultReader.Read(envelope, isSecured: true) is { } fault)
            {
                throw new SecureConversationException(fault);
            }

            if (envelope.FindText(_soap.RelatesTo) is { } relatesTo && relatesTo != _messageId)
            {
                Fail.With(FailureCode.RelatesToMismatch, "wsa:RelatesTo", relatesTo, _messageId);
            }

            if (envelope.FindText(_soap.Action) is var action && action != _protocol.TokenIssueResponseAction)
            {
                Fail.With(FailureCode.InvalidTrustResponse, "wsa:Action", action ?? "none",
                    $"{_protocol.TokenIssueResponseAction} (MessageSecurityVersion of the issuer's binding)");
            }

            return Read(envelope);
        }
        catch (SecurityFailureException e)
        {
            throw Refused(e);
        }
        catch (ArgumentException e) when (e.InnerException is SecurityFailureException failure)
        {
            throw Refused(failure);
        }
    }

    /// <summary>Zeroes what the client contributed to the key.</summary>
    public void Dispose()
    {
        _isOver = true;
        CryptographicOperations.ZeroMemory(_entropy);
        _envelope.Dispose();
        _proofKey?.Dispose();
        _proofKey = null;
    }

    private IssuedSecurityToken Read(SoapEnvelope envelope)
    {
        var response = TokenIssueResponse.Read(envelope.Body.FirstChild, _protocol);
        SymmetricKey? key = null;
        try
        {
            ProofKeys.RequireKind(response, _request, _protocol);
            var type = _request.Parameters.KeyType;
            key = type == SecurityKeyType.SymmetricKey
                ? ProofKeys.Complete(response, _entropy, _request, _mode, _issuer.AcceptIssuerKey, _protocol)
                : null;
            var facts = new IssuedSecurityTokenFacts
            {
                ValidFrom = response.Created ?? _issuer.TimeProvider.GetUtcNow(),
                ValidTo = response.Expires ?? DateTimeOffset.MaxValue,
                TokenType = response.TokenType,
                AttachedReference = response.AttachedReference,
                UnattachedReference = response.UnattachedReference,
            };
            var token = IssuedSecurityToken.Create(response.Token, type, facts, key, _proofKey);
            (key, _proofKey) = (null, null);
            return token;
        }
        finally
        {
            key?.Dispose();
            response.ClearSecrets();
        }
    }

    private SecureConversationException Refused(SecurityFailureException e) => new(
        FaultMap.Coarse(e.Code), e.Code, $"The response of the security token service at {_issuer.Address} was refused: {e.Message}.", e);

    private static MessageSecurityVersion VersionOf(IssuedTokenRequest request, SecurityTokenIssuer issuer) =>
        issuer.Security?.MessageSecurityVersion
        ?? request.Parameters.DefaultMessageSecurityVersion
        ?? request.MessageSecurityVersion;

    /// <summary>Whoever writes a response without security gives the client a token and a key of his own.</summary>
    private static void RequireSecuredResponse(SecurityTokenIssuer issuer)
    {
        if (issuer.Security is { EnableUnsecuredResponse: true } and not TransportSecurityBindingElement
            && issuer.Address.Scheme != Uri.UriSchemeHttps)
        {
            throw new ArgumentException($"EnableUnsecuredResponse of the issuer's binding: nothing would protect the key in the response "
                + $"of {issuer.Address}: set it to false, or give the issuer's address of HTTPS.", nameof(issuer));
        }
    }

    private static void RequireKeySize(IssuedTokenRequest request)
    {
        var size = ProofKeys.SizeOf(request);
        var fits = request.Parameters.KeyType switch
        {
            SecurityKeyType.SymmetricKey => size % 8 == 0 && request.AlgorithmSuite.IsSymmetricKeyLengthSupported(size),
            SecurityKeyType.AsymmetricKey => size % 8 == 0 && request.AlgorithmSuite.IsAsymmetricKeyLengthSupported(size),
            _ => true,
        };
        if (!fits)
        {
            throw new ArgumentException($"KeySize {size} of IssuedSecurityTokenParameters does not suit {request.AlgorithmSuite.Name}: set "
                + "it to 0 for that of the suite.", nameof(request));
        }
    }
}

/// <summary>A security token service, as a client sees it.</summary>
public sealed class SecurityTokenIssuer
{
    /// <summary>Its address.</summary>
    public required Uri Address { get; init; }

    /// <summary>The versions of SOAP and WS-Addressing of its messages. Default <see cref="MessageVersion.Default"/>.</summary>
    public MessageVersion MessageVersion { get; init; } = MessageVersion.Default;

    /// <summary>
    /// The security of its messages, which says the version of WS-Trust and who contributes to keys; null (default) for none, where HTTPS
    /// protects them.
    /// </summary>
    public SecurityBindingElement? Security { get; init; }

    /// <inheritdoc cref="IssuedTokenClientCredential.DefaultKeyEntropyMode"/>
    public SecurityKeyEntropyMode DefaultKeyEntropyMode { get; init; } = SecurityKeyEntropyMode.CombinedEntropy;

    /// <inheritdoc cref="IssuedTokenClientCredential.AcceptIssuerKey"/>
    public bool AcceptIssuerKey { get; init; }

    /// <summary>Source of time, for tokens that do not say from when on they are valid.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
