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

    /// <summary>Asymmetric binding: the certificate of the sender.</summary>
    Certificate,
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

    /// <summary>The certificate that the sender encrypts for, and how it is named.</summary>
    public X509SecurityTokenParameters? EncryptionToken { get; init; }

    /// <summary>The certificate that signs in an asymmetric binding.</summary>
    public X509SecurityTokenParameters? SigningToken { get; init; }

    /// <summary>Whether the message itself may bring the certificate that signs it.</summary>
    public bool AllowSerializedSigningToken { get; init; }

    /// <summary>
    /// The security context that endorses the message; null where none does. It is so in a renewal only, which the key of the session
    /// endorses (WS-SecureConversation 1.3 section 5).
    /// </summary>
    public SupportingToken? EndorsingContext => Supporting is [.., { Kind: SecurityContextTokenKind } last] ? last : null;

    /// <summary>Whether the endorsing context signs with a key that is derived from its own.</summary>
    public bool EndorsingContextDerives => EndorsingContext is { Parameters.RequireDerivedKeys: true };

    /// <summary>
    /// The token that the message has to contain; null where the receiver knows the key without it. A service finds the session
    /// by the token, as WCF's session filter does; a client knows its context.
    /// </summary>
    public TokenKind? RequiredToken => Primary switch
    {
        PrimaryTokenKind.WrappedKey => TokenKind.EncryptedKey,
        PrimaryTokenKind.SecurityContext when Role.IsFromClient => TokenKind.SecurityContext,
        _ => null,
    };

    public bool IsAsymmetric => Primary == PrimaryTokenKind.Certificate;
    public bool SignBody => Body != ProtectionLevel.None;
    public bool EncryptBody => Body == ProtectionLevel.EncryptAndSign;

    /// <summary>Whether the message is signed before it is encrypted (WS-SecurityPolicy 1.2 section 6.3).</summary>
    public bool SignsFirst => Order != MessageProtectionOrder.EncryptBeforeSign;

    /// <summary>Whether ciphertext is signed and the key that encrypted it is not.</summary>
    public bool LeavesKeyUnsigned => !SignsFirst && !IsBound;

    /// <summary>Whether the header may hold a token of this kind. Later checks judge the number of tokens and their use.</summary>
    public bool Allows(TokenKind token) =>
        token == TokenKind.EncryptedKey ? Primary is PrimaryTokenKind.WrappedKey or PrimaryTokenKind.Certificate
        : token == TokenKind.SecurityContext ? Primary == PrimaryTokenKind.SecurityContext || Supporting.Any(s => s.Kind == token)
        : token != TokenKind.DerivedKey || DerivedKeys || EndorsingContextDerives;

    /// <summary>
    /// Whether the signature has to be encrypted. Where nothing else is encrypted, WCF leaves the signature in clear: its digests
    /// then reveal nothing. A sender passes whether it encrypts any part; a receiver passes whether the binding demands that for
    /// the body.
    /// </summary>
    public bool EncryptsSignature(bool encryptsAnything) =>
        encryptsAnything && Order == MessageProtectionOrder.SignBeforeEncryptAndEncryptSignature;

    /// <summary>The requirements for messages that the binding element protects.</summary>
    public static MessageRequirements Create(
        SecurityBindingElement element,
        SoapNames soap,
        MessageRole role,
        ProtectionLevel body,
        HeaderProtection headers)
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
            Order = element.MessageProtectionProfile == MessageProtectionProfile.Bound
                ? MessageProtectionOrder.EncryptBeforeSign
                : element.MessageProtectionOrder,
            IsBound = element.MessageProtectionProfile == MessageProtectionProfile.Bound,
            Layout = element.SecurityHeaderLayout,
            Timestamp = element.IncludeTimestamp,
            Primary = PrimaryTokenKind.Certificate,
            DerivedKeys = false,
            Body = body,
            Headers = headers,
            SignPrefixesInValues = element.SignPrefixesInValues,
            SignatureConfirmation = element.RequireSignatureConfirmation && !role.IsRequest,
            Supporting = role == MessageRole.Request ? SupportingToken.Of(element.EndpointSupportingTokenParameters) : [],
        };

        return element switch
        {
            SymmetricSecurityBindingElement
            {
                ProtectionTokenParameters: SecureConversationSecurityTokenParameters context,
            } => requirements with
            {
                Primary = PrimaryTokenKind.SecurityContext,
                DerivedKeys = context.RequireDerivedKeys,
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
    public MessageRequirements ForRenewal(SecureConversationSecurityTokenParameters session) => this with
    {
        Supporting = [.. Supporting, new SupportingToken(TokenKind.SecurityContext, session, SupportingTokenAttachment.Endorsing)],
    };

    /// <summary>The same for Cancel and its response, which WCF always signs and never encrypts (recorded).</summary>
    public MessageRequirements ForCancel() => this with { Body = ProtectionLevel.Sign, DerivedKeysOptional = true };
}
