using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Send;

/// <summary>An envelope ready to send, with the facts by which its reply will be checked.</summary>
internal sealed class SecuredMessage(PooledBytes bytes, IReadOnlyList<SentSignature> signatures, SendKeys? keys, bool leavesOutPrefixes)
    : IDisposable
{
    /// <summary>An envelope without security.</summary>
    public SecuredMessage(PooledBytes bytes)
        : this(bytes, [], keys: null, leavesOutPrefixes: false)
    {
    }

    public ReadOnlyMemory<byte> Memory => bytes.Memory;

    /// <summary>The signatures of the message, the primary one first.</summary>
    public IReadOnlyList<SentSignature> Signatures { get; } = signatures;

    /// <summary>The fresh key of a request under a symmetric binding, else null. The caller takes ownership.</summary>
    public SymmetricKey? Key { get; } = keys?.TakeFreshKey();

    /// <summary>SHA-1 of the cipher value of the EncryptedKey; empty when the message has none.</summary>
    public byte[] EncryptedKeySha1 { get; } = keys?.EncryptedKeySha1 ?? [];

    /// <summary>The Id of the user name token whose key protects the message and its reply; null where another key does.</summary>
    public string? UserNameToken { get; } = keys?.UserNameToken;

    /// <summary>Whether values refer to more prefixes than the signature lists.</summary>
    public bool LeavesOutPrefixes { get; } = leavesOutPrefixes;

    /// <summary>Returns the buffer to its pool. The key belongs to the caller and is not disposed.</summary>
    public void Dispose() => bytes.Dispose();
}
