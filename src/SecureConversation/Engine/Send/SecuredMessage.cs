using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Send;

/// <summary>An envelope ready to send, with what its reply will be checked by.</summary>
internal sealed class SecuredMessage(PooledBytes bytes, IReadOnlyList<SentSignature> signatures, SendKeys keys) : IDisposable
{
    public ReadOnlyMemory<byte> Memory => bytes.Memory;
    public IReadOnlyList<SentSignature> Signatures { get; } = signatures;

    /// <summary>The fresh key of a symmetric binding; the caller takes ownership.</summary>
    public SymmetricKey? Key { get; } = keys.TakeFreshKey();

    public byte[] EncryptedKeySha1 { get; } = keys.EncryptedKeySha1;

    /// <summary>Returns the buffer; the key lives on with its new owner.</summary>
    public void Dispose() => bytes.Dispose();
}
