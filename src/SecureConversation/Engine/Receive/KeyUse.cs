namespace SecureConversation.Engine.Receive;

/// <summary>
/// Which secret key was used for a message, if any. From then on the time that a refusal takes could depend on it, so the refusal waits
/// and is counted.
/// </summary>
internal sealed class KeyUse
{
    /// <summary>Identifier of the security context whose key was used; null when none was.</summary>
    public string? Context { get; private set; }

    /// <summary>EncryptedKeySHA1 of the wrapped key that was unwrapped; null when none was.</summary>
    public byte[]? WrappedKey { get; private set; }

    /// <summary>
    /// What the private key of another provider threw, which means a forged key or a failure of the provider; null for nothing.
    /// </summary>
    public Exception? KeyFailure { get; private set; }

    public bool IsUsed => Context is not null || WrappedKey is not null;

    public void OfContext(string identifier) => Context = identifier;

    public void OfWrappedKey(byte[] encryptedKeySha1) => WrappedKey = encryptedKeySha1;

    public void OfKeyFailure(Exception thrown) => KeyFailure = thrown;
}
