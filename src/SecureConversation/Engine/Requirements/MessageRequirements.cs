using System.Net.Security;
using SecureConversation.Binding;
using SecureConversation.Engine.Names;

namespace SecureConversation.Engine.Requirements;

/// <summary>Where the key of the primary signature comes from.</summary>
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
/// What one message must look like: the binding, the role of the message and the protection level of its action, resolved.
/// The sender plans by it and the receiver checks by it, so the two cannot drift apart.
/// </summary>
internal sealed record MessageRequirements
{
    public required MessageRole Role { get; init; }
    public required SecurityAlgorithmSuite Suite { get; init; }
    public required ProtocolVersion Protocol { get; init; }
    public required SoapNames Soap { get; init; }

    /// <summary>WS-Security 1.1: thumbprint and EncryptedKeySHA1 references, confirmations, encrypted headers.</summary>
    public required bool IsWss11 { get; init; }

    /// <summary>Write the attributes that the Basic Security Profile 1.0 asks for (ValueType, EncodingType, TokenType).</summary>
    public required bool BspAttributes { get; init; }

    public required MessageProtectionOrder Order { get; init; }
    public required SecurityHeaderLayout Layout { get; init; }
    public required bool Timestamp { get; init; }
    public required PrimaryTokenKind Primary { get; init; }

    /// <summary>Both keys come from DerivedKeyTokens.</summary>
    public required bool DerivedKeys { get; init; }

    /// <summary>Cancel and its response: WCF enforces neither presence nor absence of derived keys there.</summary>
    public bool DerivedKeysOptional { get; init; }

    public required ProtectionLevel Body { get; init; }
    public required HeaderProtection Headers { get; init; }
    public required bool SignatureConfirmation { get; init; }
    public required IReadOnlyList<SupportingToken> Supporting { get; init; }

    /// <summary>How the sender names the certificate it encrypts for, and its own where it is not in the message.</summary>
    public X509SecurityTokenParameters? EncryptionToken { get; init; }

    /// <summary>The certificate that signs in an asymmetric binding.</summary>
    public X509SecurityTokenParameters? SigningToken { get; init; }

    public bool AllowSerializedSigningToken { get; init; }

    public bool IsAsymmetric => Primary == PrimaryTokenKind.Certificate;
    public bool SignBody => Body != ProtectionLevel.None;
    public bool EncryptBody => Body == ProtectionLevel.EncryptAndSign;
    public bool SignsFirst => Order != MessageProtectionOrder.EncryptBeforeSign;

    /// <summary>
    /// Whether the signature has to be encrypted. WCF lowers the order where nothing else is: the digests of a signature then give nothing
    /// away. A sender knows all that it encrypts; a receiver can only count on what the binding demands, which is the body.
    /// </summary>
    public bool EncryptsSignature(bool encryptsAnything) =>
        encryptsAnything && Order == MessageProtectionOrder.SignBeforeEncryptAndEncryptSignature;

    /// <summary>The requirements of messages that the element itself protects.</summary>
    public static MessageRequirements Create(SecurityBindingElement element, SoapNames soap, MessageRole role,
        ProtectionLevel body, HeaderProtection headers)
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
            Order = element.MessageProtectionOrder,
            Layout = element.SecurityHeaderLayout,
            Timestamp = element.IncludeTimestamp,
            Primary = PrimaryTokenKind.Certificate,
            DerivedKeys = false,
            Body = body,
            Headers = headers,
            SignatureConfirmation = element.RequireSignatureConfirmation && !role.IsRequest,
            Supporting = role == MessageRole.Request ? SupportingToken.Of(element.EndpointSupportingTokenParameters) : [],
        };

        return element switch
        {
            SymmetricSecurityBindingElement { ProtectionTokenParameters: SecureConversationSecurityTokenParameters context } => requirements with
            {
                Primary = PrimaryTokenKind.SecurityContext,
                DerivedKeys = context.RequireDerivedKeys,
            },
            SymmetricSecurityBindingElement { ProtectionTokenParameters: X509SecurityTokenParameters certificate } => requirements with
            {
                Primary = role.IsRequest ? PrimaryTokenKind.WrappedKey : PrimaryTokenKind.CorrelatedKey,
                DerivedKeys = certificate.RequireDerivedKeys,
                EncryptionToken = certificate,
            },
            AsymmetricSecurityBindingElement { InitiatorTokenParameters: X509SecurityTokenParameters initiator, RecipientTokenParameters: X509SecurityTokenParameters recipient } asymmetric => requirements with
            {
                SigningToken = role.IsFromClient ? initiator : recipient,
                EncryptionToken = role.IsFromClient ? recipient : initiator,
                AllowSerializedSigningToken = role.IsFromClient || asymmetric.AllowSerializedSigningTokenOnReply,
            },
            _ => throw new NotSupportedException($"The engine has no message format for {element.GetType().Name} with these token parameters."),
        };
    }

    /// <summary>Cancel and its response: signed by the session, in clear, always (recorded from WCF).</summary>
    public MessageRequirements ForCancel() => this with { Body = ProtectionLevel.Sign, DerivedKeysOptional = true };
}
