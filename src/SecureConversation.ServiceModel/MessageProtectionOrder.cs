namespace SecureConversation.ServiceModel;

/// <summary>
/// The order of signing and encrypting. It has the names and values of WCF, whose client for .NET does not make the type public.
/// </summary>
public enum MessageProtectionOrder
{
    /// <summary>The signature covers the plaintext and stays readable.</summary>
    SignBeforeEncrypt,
    /// <summary>The signature covers the plaintext and is encrypted itself.</summary>
    SignBeforeEncryptAndEncryptSignature,
    /// <summary>The signature covers the ciphertext.</summary>
    EncryptBeforeSign,
}
