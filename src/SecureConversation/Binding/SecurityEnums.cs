namespace SecureConversation.Binding;

/// <summary>Which messages carry a token (WS-SecurityPolicy 1.2 section 5.1).</summary>
public enum SecurityTokenInclusionMode
{
    /// <summary>Every message to the service carries the token.</summary>
    AlwaysToRecipient,
    /// <summary>No message carries the token. Messages refer to it by an external reference.</summary>
    Never,
    /// <summary>The first message to the service carries the token.</summary>
    Once,
    /// <summary>Every message to the client carries the token.</summary>
    AlwaysToInitiator,
}

/// <summary>How a message refers to a token that it carries.</summary>
public enum SecurityTokenReferenceStyle
{
    /// <summary>By its Id in the message.</summary>
    Internal,
    /// <summary>By an external reference, as if the message did not carry the token.</summary>
    External,
}

/// <summary>How a message refers to a certificate that it does not carry.</summary>
public enum X509ReferenceStyle
{
    /// <summary>By SubjectKeyIdentifier if the certificate has one, else by issuer and serial number, else by thumbprint.</summary>
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

/// <summary>The order of the children of the security header (WS-SecurityPolicy 1.2 section 6.7).</summary>
public enum SecurityHeaderLayout
{
    /// <summary>Tokens and keys come before the elements that use them.</summary>
    Strict,
    /// <summary>Any order.</summary>
    Lax,
    /// <summary>Any order, but the timestamp comes first.</summary>
    LaxTimestampFirst,
    /// <summary>Any order, but the timestamp comes last.</summary>
    LaxTimestampLast,
}

/// <summary>How much of a message its signature covers.</summary>
public enum MessageProtectionProfile
{
    /// <summary>As WCF does it: timestamp, body, headers. Tokens, keys and the namespaces of prefixes in values stand outside.</summary>
    Wcf,
    /// <summary>
    /// Between ends of this library only. Encrypts first and signs everything of the security header but the signatures, with all
    /// namespaces in scope; the receiver refuses what is not covered, before it decrypts anything.
    /// </summary>
    Bound,
    /// <summary>
    /// As <see cref="Bound"/>, and with algorithms that WCF does not have: encryption that authenticates, SHA-2 everywhere, RSA-OAEP with
    /// SHA-256 and RSA-PSS (<see cref="SecurityAlgorithmSuite.Strong256"/>). Whatever would make it weaker is refused when the binding is
    /// built, and each side refuses messages of any other profile. <see cref="MessageSecurity.Strong"/> has the settings.
    /// </summary>
    Strong,
}

/// <summary>The order of signing and encrypting (WS-SecurityPolicy 1.2 section 6.3).</summary>
public enum MessageProtectionOrder
{
    /// <summary>
    /// The signature covers the plaintext and stays readable. Outside sessions another accepted client can put his signature in the place
    /// of the sender's, and the message counts as his.
    /// </summary>
    SignBeforeEncrypt,
    /// <summary>The signature covers the plaintext and is encrypted itself.</summary>
    SignBeforeEncryptAndEncryptSignature,
    /// <summary>
    /// The signature covers the ciphertext, and no key. It says who signed and not who encrypted: outside sessions another accepted
    /// client can sign a ciphertext that he took from the sender, and it counts as his message. An encrypted body is empty or holds
    /// elements; in asymmetric bindings it and encrypted headers have at least 16 octets. Nothing that is not signed is decrypted.
    /// <see cref="MessageProtectionProfile.Bound"/> signs the keys and has none of these limits.
    /// </summary>
    EncryptBeforeSign,
}

/// <summary>Who contributes to the key of a session (WS-Trust 1.3 section 4.4.2).</summary>
public enum SecurityKeyEntropyMode
{
    /// <summary>The client alone.</summary>
    ClientEntropy,
    /// <summary>
    /// The service alone. Over an asymmetric bootstrap it needs <see cref="SecurityBindingElement.RequireSignatureConfirmation"/> there,
    /// since an answer that is not bound to its request could bring a key that another client knows.
    /// </summary>
    ServerEntropy,
    /// <summary>Both; P_SHA1 combines their contributions.</summary>
    CombinedEntropy,
}
