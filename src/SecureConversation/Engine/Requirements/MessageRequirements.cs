using System.Net.Security;
using SecureConversation.Binding;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Requirements;

/// <summary>The source of the key of the primary signature.</summary>
internal enum PrimaryTokenKind
{
    /// <summary>Symmetric binding, request: a fresh key in an EncryptedKey for the certificate of the service.</summary>
    WrappedKey,

    /// <summary>Symmetric binding, reply: the key of the request, by EncryptedKeySHA1.</summary>
    CorrelatedKey,

    /// <summary>Session: the key of the security context.</summary>
    SecurityContext,

    /// <summary>Symmetric binding: the key of an issued token, which is in the request and not in the reply.</summary>
    IssuedToken,

    /// <summary>Asymmetric binding: the certificate of the sender.</summary>
    Certificate,

    /// <summary>Symmetric binding, request: a key made of the password of the client (UsernameToken Profile 1.1 section 4).</summary>
    UserName,

    /// <summary>Symmetric binding, reply: that key, by the Id that its token has in the request.</summary>
    CorrelatedUserName,

    /// <summary>Transport binding: none. The transport protects the message, and tokens that endorse sign its timestamp.</summary>
    Transport,
}

/// <summary>
/// What one message must look like, by the binding, the role of the message and the protection level of its action. Sender
/// and receiver both use it: the one plans by it, the other checks by it.
/// </summary>
internal sealed record MessageRequirements
{
    public required MessageRole Role { get; init; }
    public required SecurityAlgorithmSuite Suite { get; init; }
    public required ProtocolVersion Protocol { get; init; }
    public required SoapNames Soap { get; init; }

    /// <summary>Whether the binding has the features of WS-Security 1.1: thumbprint references, confirmations, encrypted headers.</summary>
    public required bool IsWss11 { get; init; }

    /// <summary>Whether to write the attributes of the Basic Security Profile 1.0: ValueType, EncodingType, TokenType.</summary>
    public required bool BspAttributes { get; init; }

    public required MessageProtectionOrder Order { get; init; }
    public required SecurityHeaderLayout Layout { get; init; }

    /// <summary>
    /// Whether the primary signature covers every child of the security header but the signatures, and every reference lists all prefixes
    /// in scope (<see cref="MessageProtectionProfile.Bound"/>).
    /// </summary>
    public required bool IsBound { get; init; }

    public required bool Timestamp { get; init; }
    public required PrimaryTokenKind Primary { get; init; }

    /// <summary>Whether the symmetric keys that sign and encrypt come from DerivedKeyTokens.</summary>
    public required bool DerivedKeys { get; init; }

    /// <summary>Whether derived keys and the primary key itself are both accepted, as WCF does in Cancel and its response.</summary>
    public bool DerivedKeysOptional { get; init; }

    public required ProtectionLevel Body { get; init; }
    public required HeaderProtection Headers { get; init; }
    public required bool SignatureConfirmation { get; init; }

    /// <summary>See <see cref="SecurityBindingElement.SignPrefixesInValues"/>; for senders only.</summary>
    public required bool SignPrefixesInValues { get; init; }

    public required IReadOnlyList<SupportingToken> Supporting { get; init; }

    /// <summary>The user name whose key signs a request; null where another key does.</summary>
    public UserNameSecurityTokenParameters? PrimaryUserName { get; init; }

    /// <summary>The certificate that the sender encrypts for, and how it is named.</summary>
    public X509SecurityTokenParameters? EncryptionToken { get; init; }

    /// <summary>The certificate that signs in an asymmetric binding.</summary>
    public X509SecurityTokenParameters? SigningToken { get; init; }

    /// <summary>
    /// Whether the primary signature covers the token of its own key, where that travels
    /// (<see cref="SecurityBindingElement.ProtectTokens"/>).
    /// </summary>
    public required bool ProtectTokens { get; init; }

    /// <summary>
    /// Whether the message names the certificate that signs it and does not bring it, so that the service has to know it beforehand.
    /// </summary>
    public bool NamesSigner => Role.IsFromClient
        && SigningToken is { InclusionMode: SecurityTokenInclusionMode.Never or SecurityTokenInclusionMode.AlwaysToInitiator };

    /// <summary>Whether the sender sends the certificate that it encrypts for to the one whose it is.</summary>
    public bool SendsEncryptionToken =>
        Role.IsFromClient && EncryptionToken is { InclusionMode: SecurityTokenInclusionMode.AlwaysToRecipient };

    /// <summary>
    /// Whether the receiver takes its own certificate. Once lets the sender choose: ours does not send it, as a service of WCF refuses it.
    /// </summary>
    public bool TakesEncryptionToken => SendsEncryptionToken
        || (Role.IsFromClient && EncryptionToken is { InclusionMode: SecurityTokenInclusionMode.Once });

    /// <summary>
    /// How many certificates a message can bring: one that signs, those that support, and that of the receiver. Each costs work before
    /// anything is authentic.
    /// </summary>
    public int MostCertificates => (IsAsymmetric && !NamesSigner ? 1 : 0) + Supporting.Count(t => t.Kind == TokenKind.X509)
        + (TakesEncryptionToken ? 1 : 0);

    /// <summary>The issued token whose key signs and encrypts; null where another key does.</summary>
    public IssuedSecurityTokenParameters? IssuedToken { get; init; }

    /// <summary>Whether the message itself may bring the certificate that signs it.</summary>
    public bool AllowSerializedSigningToken { get; init; }

    /// <summary>
    /// Whether the message belongs to a session that a transport protects: then the context that endorses it is that of the session.
    /// </summary>
    public bool IsInTransportSession { get; init; }

    /// <summary>
    /// The security context that endorses the message; null where none does. It is so in a renewal, which the key of the session endorses
    /// (WS-SecureConversation 1.3 section 5), and in the requests of a session that a transport protects.
    /// </summary>
    public SupportingToken? EndorsingContext => Supporting.FirstOrDefault(t => t.Kind == TokenKind.SecurityContext);

    /// <summary>
    /// Whether the message has two contexts: the one that was negotiated protects it, and that of the session to renew endorses it.
    /// </summary>
    public bool HasTwoContexts => Primary == PrimaryTokenKind.SecurityContext && EndorsingContext is not null;

    /// <summary>The user name whose key endorses the message; null where none does.</summary>
    public UserNameSecurityTokenParameters? EndorsingUserName =>
        Supporting.FirstOrDefault(t => t is { Endorses: true, Kind: UserNameTokenKind })?.Parameters as UserNameSecurityTokenParameters;

    /// <summary>How many endorsing signatures the message has: at least, and at most where optional tokens are there.</summary>
    public (int Least, int Most) Endorsements => (
        Supporting.Count(t => t is { Endorses: true, IsOptional: false }), Supporting.Count(t => t.Endorses));

    /// <summary>Whether the endorsing context signs with a key that is derived from its own.</summary>
    public bool EndorsingContextDerives => EndorsingContext is { Parameters.RequireDerivedKeys: true };

    /// <summary>
    /// The token that the message has to contain; null where the receiver knows the key without it. A service finds the session
    /// by the token, as WCF's session filter does; a client knows its context.
    /// </summary>
    public TokenKind? RequiredToken => Primary switch
    {
        PrimaryTokenKind.WrappedKey => TokenKind.EncryptedKey,
        PrimaryTokenKind.UserName => TokenKind.UserName,
        PrimaryTokenKind.SecurityContext when Role.IsFromClient => TokenKind.SecurityContext,
        PrimaryTokenKind.IssuedToken when Role.IsFromClient => TokenKind.Saml,
        _ => null,
    };

    public bool IsAsymmetric => Primary == PrimaryTokenKind.Certificate;

    /// <summary>Whether the transport protects the message, and not a signature.</summary>
    public bool IsProtectedByTransport => Primary == PrimaryTokenKind.Transport;

    /// <summary>Whether the body is protected against changes.</summary>
    public bool ProtectsBody => SignBody || IsProtectedByTransport;

    /// <summary>
    /// Whether a receiver refuses the message without timestamp. As WCF, a service does not ask for one where the transport protects the
    /// message and no token endorses it: whoever has such a message has the password in it, and need not repeat the message.
    /// </summary>
    public bool NeedsTimestamp => Timestamp && (!IsProtectedByTransport || !Role.IsRequest || Endorsements.Least > 0);

    /// <summary>
    /// Whether the message may come without security header: a transport protects it, and there is nothing that the header could hold.
    /// </summary>
    public bool MayLackHeader => IsProtectedByTransport && !Timestamp && Supporting.All(t => t.IsOptional);
    public bool SignBody => Body != ProtectionLevel.None;
    public bool EncryptBody => Body == ProtectionLevel.EncryptAndSign;

    /// <summary>Whether the message is signed before it is encrypted (WS-SecurityPolicy 1.2 section 6.3).</summary>
    public bool SignsFirst => Order != MessageProtectionOrder.EncryptBeforeSign;

    /// <summary>Whether ciphertext is signed and the key that encrypted it is not.</summary>
    public bool LeavesKeyUnsigned => !SignsFirst && !IsBound;

    /// <summary>Whether the header may hold a token of this kind. Later checks judge the number of tokens and their use.</summary>
    public bool Allows(TokenKind token) =>
        token == TokenKind.EncryptedKey ? Primary is PrimaryTokenKind.WrappedKey or PrimaryTokenKind.Certificate
        : token == TokenKind.SecurityContext ? Primary == PrimaryTokenKind.SecurityContext || HasContext
        : token == TokenKind.Saml ? IssuedTokens > 0
        : token != TokenKind.DerivedKey || DerivedKeys || EndorsingContextDerives || EndorsingIssuedTokenDerives
            || EndorsingUserName is { RequireDerivedKeys: true };

    private bool HasContext => Supporting.Any(t => t.Kind == TokenKind.SecurityContext);

    /// <summary>How many issued tokens a message has at most.</summary>
    public int IssuedTokens => (Primary == PrimaryTokenKind.IssuedToken && Role.IsFromClient ? 1 : 0)
        + Supporting.Count(t => t.Kind == TokenKind.Saml);

    /// <summary>The issued tokens whose keys the message proves.</summary>
    public IEnumerable<IssuedSecurityTokenParameters> IssuedTokensWithKeys
    {
        get
        {
            var supporting = Supporting.Where(t => t is { Kind: SamlTokenKind, Endorses: true })
                .Select(t => (IssuedSecurityTokenParameters)t.Parameters);
            return IssuedToken is { } primary && Role.IsFromClient ? supporting.Prepend(primary) : supporting;
        }
    }

    /// <summary>Whether an issued token endorses with a key that is derived from its own. RSA keys have none derived.</summary>
    public bool EndorsingIssuedTokenDerives => Supporting.Any(t => t is { Kind: SamlTokenKind, Endorses: true }
        && t.Parameters is IssuedSecurityTokenParameters { KeyType: SecurityKeyType.SymmetricKey, RequireDerivedKeys: true });

    /// <summary>Whether a token of this kind may come as ciphertext that nothing signs.</summary>
    public bool MayBeUnsignedCiphertext(TokenKind? token) =>
        Supporting.Count > 0 && SupportingOf(token).Any(t => t.MayBeUnsignedCiphertext);

    /// <summary>Whether the message has tokens of this kind, each of which is encrypted: not where one of them signs it.</summary>
    public bool EncryptsEach(TokenKind token) => Supporting.Count > 0 && !(IsAsymmetric && token == TokenKind.X509)
        && SupportingOf(token).Any() && SupportingOf(token).All(t => t.IsEncrypted);

    private IEnumerable<SupportingToken> SupportingOf(TokenKind? kind) => Supporting.Where(t => t.Kind == kind);

    /// <summary>
    /// Whether the signature has to be encrypted. Where nothing else is encrypted, WCF leaves the signature in clear: its digests
    /// then reveal nothing. A sender passes whether it encrypts any part; a receiver passes whether the binding demands that for
    /// the body.
    /// </summary>
    public bool EncryptsSignature(bool encryptsAnything) =>
        encryptsAnything && Order == MessageProtectionOrder.SignBeforeEncryptAndEncryptSignature;

    /// <summary>The requirements for messages that the binding element protects.</summary>
    /// <param name="element">The element.</param>
    /// <param name="soap">The names of the versions of SOAP and WS-Addressing.</param>
    /// <param name="role">The role of the message.</param>
    /// <param name="body">The level of its body.</param>
    /// <param name="headers">The headers that are protected.</param>
    /// <param name="action">Its signed action, which decides on further tokens; null when it has none.</param>
    public static MessageRequirements Create(
        SecurityBindingElement element,
        SoapNames soap,
        MessageRole role,
        ProtectionLevel body,
        HeaderProtection headers,
        string? action = null)
    {
        var version = element.MessageSecurityVersion;
        var requirements = new MessageRequirements
        {
            Role = role,
            Suite = element.DefaultAlgorithmSuite,
            Protocol = ProtocolVersion.Of(version),
            Soap = soap,
            IsWss11 = version.SecurityVersion == SecurityVersion.WSSecurity11,
            BspAttributes = version.EmitBspRequiredAttributes,
            Order = element.MessageProtectionProfile != MessageProtectionProfile.Wcf
                ? MessageProtectionOrder.EncryptBeforeSign
                : element.MessageProtectionOrder,
            IsBound = element.MessageProtectionProfile != MessageProtectionProfile.Wcf,
            Layout = element.SecurityHeaderLayout,
            Timestamp = element.IncludeTimestamp,
            Primary = PrimaryTokenKind.Certificate,
            DerivedKeys = false,
            Body = body,
            Headers = headers with { SignsAll = element.MessageProtectionProfile == MessageProtectionProfile.Strong },
            SignPrefixesInValues = element.SignPrefixesInValues,
            ProtectTokens = element.ProtectTokens,
            SignatureConfirmation = element.RequireSignatureConfirmation && !role.IsRequest,
            Supporting = role == MessageRole.Request ? SupportingToken.Of(element, action) : [],
        };

        return element switch
        {
            TransportSecurityBindingElement transport => requirements.OverTransport(transport),
            SymmetricSecurityBindingElement
            {
                ProtectionTokenParameters: SecureConversationSecurityTokenParameters context,
            } => requirements with
            {
                Primary = PrimaryTokenKind.SecurityContext,
                DerivedKeys = context.RequireDerivedKeys,
            },
            SymmetricSecurityBindingElement { NegotiatedToken: { } negotiated } => requirements with
            {
                Primary = PrimaryTokenKind.SecurityContext,
                DerivedKeys = negotiated.RequireDerivedKeys,
            },
            SymmetricSecurityBindingElement
            {
                ProtectionTokenParameters: X509SecurityTokenParameters certificate,
            } => requirements with
            {
                Primary = role.IsRequest ? PrimaryTokenKind.WrappedKey : PrimaryTokenKind.CorrelatedKey,
                DerivedKeys = certificate.RequireDerivedKeys,
                EncryptionToken = certificate,
            },
            SymmetricSecurityBindingElement
            {
                ProtectionTokenParameters: UserNameSecurityTokenParameters userName,
            } => requirements with
            {
                Primary = role.IsRequest ? PrimaryTokenKind.UserName : PrimaryTokenKind.CorrelatedUserName,
                DerivedKeys = userName.RequireDerivedKeys,
                PrimaryUserName = role.IsRequest ? userName : null,
            },
            SymmetricSecurityBindingElement
            {
                ProtectionTokenParameters: IssuedSecurityTokenParameters issued,
            } => requirements with
            {
                Primary = PrimaryTokenKind.IssuedToken,
                DerivedKeys = issued.RequireDerivedKeys,
                IssuedToken = issued,
            },
            AsymmetricSecurityBindingElement
            {
                InitiatorTokenParameters: X509SecurityTokenParameters initiator,
                RecipientTokenParameters: X509SecurityTokenParameters recipient,
            } asymmetric => requirements with
            {
                // The certificates sign themselves; only the key of the EncryptedKey has others derived from it (recorded).
                DerivedKeys = (role.IsFromClient ? recipient : initiator).RequireDerivedKeys,
                SigningToken = role.IsFromClient ? initiator : recipient,
                EncryptionToken = role.IsFromClient ? recipient : initiator,
                AllowSerializedSigningToken = role.IsFromClient || asymmetric.AllowSerializedSigningTokenOnReply,
            },
            _ => throw new NotSupportedException(
                $"The engine has no message format for {element.GetType().Name} with these token parameters."),
        };
    }

    /// <summary>The same for a renewal, which the context to renew endorses beside all that the bootstrap asks for (recorded).</summary>
    /// <param name="session">The token of the session: whether its keys are derived decides here, too.</param>
    public MessageRequirements ForRenewal(SecureConversationSecurityTokenParameters session)
    {
        var context = new SupportingToken(TokenKind.SecurityContext, session, SupportingTokenAttachment.Endorsing);
        return this with { Supporting = [.. Supporting, IsProtectedByTransport ? OverTransport(context) : context] };
    }

    /// <summary>
    /// The same for Cancel and its response, which WCF always signs and never encrypts (recorded). Between ends of this library nothing but
    /// derived keys sign where keys are derived.
    /// </summary>
    public MessageRequirements ForCancel() =>
        IsProtectedByTransport ? this : this with { Body = ProtectionLevel.Sign, DerivedKeysOptional = !IsBound };

    /// <summary>
    /// The same for a message that the transport protects: nothing is encrypted, and no signature covers more than the timestamp and, by
    /// private keys and with WS-Addressing, a:To. Messages of a session always have a timestamp (recorded). ProtectTokens means nothing
    /// without a primary signature (WS-SecurityPolicy 1.2 section 6.5).
    /// </summary>
    private MessageRequirements OverTransport(TransportSecurityBindingElement element)
    {
        List<SupportingToken> supporting = [.. Supporting.Select(OverTransport)];
        var signsTo = Soap.HasAddressing && supporting.Any(t => t.Endorses && t.Kind.SignsWithPrivateKey(t.Parameters));
        return this with
        {
            Primary = PrimaryTokenKind.Transport,
            Order = MessageProtectionOrder.SignBeforeEncrypt,
            IsBound = false,
            Timestamp = Timestamp || element.SessionToken is not null,
            IsInTransportSession = element.SessionToken is not null,
            Body = ProtectionLevel.None,
            Headers = new HeaderProtection(signsTo ? [Soap.To] : [], []),
            SignatureConfirmation = false,
            ProtectTokens = false,
            Supporting = supporting,
        };
    }

    /// <summary>
    /// What a transport binding asks of a token: that it is there, and that it signs where it endorses. As WCF does, the key of a session
    /// that is cancelled signs itself, whatever RequireDerivedKeys says (recorded).
    /// </summary>
    private static SupportingToken OverTransport(SupportingToken token) => token with
    {
        Attachment = token.Endorses ? SupportingTokenAttachment.Endorsing : SupportingTokenAttachment.Signed,
        Parameters = token.Parameters is SecureConversationSecurityTokenParameters session
            ? session with { RequireDerivedKeys = session is { RequireDerivedKeys: true, RequireCancellation: false } }
            : token.Parameters,
    };
}
