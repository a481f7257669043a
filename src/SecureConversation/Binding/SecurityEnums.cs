namespace SecureConversation.Binding;

/// <summary>Whether a token travels in the message (WS-SecurityPolicy, token inclusion).</summary>
public enum SecurityTokenInclusionMode
{
    /// <summary>In every message to the service.</summary>
    AlwaysToRecipient,
    /// <summary>In no message; it is referred to from outside.</summary>
    Never,
    /// <summary>In the first message to the service.</summary>
    Once,
    /// <summary>In every message to the client.</summary>
    AlwaysToInitiator,
}

/// <summary>How a token that travels in the message is referred to.</summary>
public enum SecurityTokenReferenceStyle
{
    /// <summary>By its Id in the message.</summary>
    Internal,
    /// <summary>As if it were not in the message.</summary>
    External,
}

/// <summary>How a certificate outside the message is referred to.</summary>
public enum X509ReferenceStyle
{
    /// <summary>By SubjectKeyIdentifier where the certificate has one, else by issuer and serial number, else by thumbprint.</summary>
    Any,
    /// <summary>By the SHA-1 thumbprint; needs WS-Security 1.1.</summary>
    Thumbprint,
    /// <summary>By issuer name and serial number.</summary>
    IssuerSerial,
    /// <summary>By the SubjectKeyIdentifier extension, which the certificate must have.</summary>
    SubjectKeyIdentifier,
    /// <summary>By the certificate itself.</summary>
    RawDataKeyIdentifier,
}

/// <summary>The order of the children of the security header (WS-SecurityPolicy, security header layout).</summary>
public enum SecurityHeaderLayout
{
    /// <summary>Declare before use.</summary>
    Strict,
    /// <summary>Any order.</summary>
    Lax,
    /// <summary>Any order, but the timestamp comes first.</summary>
    LaxTimestampFirst,
    /// <summary>Any order, but the timestamp comes last.</summary>
    LaxTimestampLast,
}

/// <summary>The order of signing and encrypting (WS-SecurityPolicy, protection order).</summary>
public enum MessageProtectionOrder
{
    /// <summary>The signature covers the plaintext and stays readable.</summary>
    SignBeforeEncrypt,
    /// <summary>The signature covers the plaintext and is encrypted itself.</summary>
    SignBeforeEncryptAndEncryptSignature,
    /// <summary>The signature covers the ciphertext.</summary>
    EncryptBeforeSign,
}

/// <summary>Who contributes to the key of a session (WS-Trust, entropy).</summary>
public enum SecurityKeyEntropyMode
{
    /// <summary>The client alone.</summary>
    ClientEntropy,
    /// <summary>The service alone.</summary>
    ServerEntropy,
    /// <summary>Both, combined with P_SHA1.</summary>
    CombinedEntropy,
}
