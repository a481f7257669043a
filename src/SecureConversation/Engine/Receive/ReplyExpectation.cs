using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;

namespace SecureConversation.Engine.Receive;

/// <summary>A signature that a message carried, and whether it was encrypted (WS-Security 1.1 section 8.5 ties the confirmation to both).</summary>
internal readonly record struct SentSignature(byte[] Value, bool WasEncrypted);

/// <summary>
/// What a request leaves behind for its reply: on the client to check the reply by, on the service to protect it with.
/// </summary>
internal sealed class ReplyExpectation : IDisposable
{
    /// <summary>The a:MessageID of the request; null for one-way messages.</summary>
    public string? MessageId { get; init; }

    /// <summary>Signatures of the request, primary first.</summary>
    public IReadOnlyList<SentSignature> Signatures { get; init; } = [];

    /// <summary>Symmetric binding: the key of the request.</summary>
    public SymmetricKey? Key { get; init; }

    /// <summary>Symmetric binding: SHA-1 of the cipher value of the request's EncryptedKey.</summary>
    public byte[] EncryptedKeySha1 { get; init; } = [];

    /// <summary>Asymmetric binding: our own certificate, for which the reply is encrypted.</summary>
    public X509Credential? Own { get; init; }

    /// <summary>Asymmetric binding: the certificate of the other side.</summary>
    public X509Certificate2? Peer { get; init; }

    public void Dispose() => Key?.Dispose();
}
