using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// The value of a signature of a request, and whether the signature was encrypted. Its confirmation repeats the value and
/// is encrypted where the signature was (WS-Security 1.1 section 8.5).
/// </summary>
internal readonly record struct SentSignature(byte[] Value, bool WasEncrypted);

/// <summary>
/// The facts of a request that its reply depends on: the client checks the reply by them, the service protects it by them.
/// </summary>
internal sealed class ReplyExpectation : IDisposable
{
    /// <summary>The a:MessageID of the request; null for one-way messages.</summary>
    public string? MessageId { get; init; }

    /// <summary>The action of the request; null when it is not known.</summary>
    public string? Action { get; init; }

    /// <summary>Whether the request belongs to a sequence of reliable messaging, whoever wrote that: the stack above may.</summary>
    public bool IsReliable { get; init; }

    /// <summary>Identifier of the session of the request; null outside sessions.</summary>
    public string? Session { get; init; }

    /// <summary>Signatures of the request, primary first.</summary>
    public IReadOnlyList<SentSignature> Signatures { get; init; } = [];

    /// <summary>Symmetric binding: the key of the request.</summary>
    public SymmetricKey? Key { get; init; }

    /// <summary>Symmetric binding: SHA-1 of the cipher value of the request's EncryptedKey.</summary>
    public byte[] EncryptedKeySha1 { get; init; } = [];

    /// <summary>The Id that the user name token of the request has, whose key protects the reply as well; null where none does.</summary>
    public string? UserNameToken { get; init; }

    /// <summary>Client: the issued token whose key protects the request and its reply; null where another key does.</summary>
    public IssuedSecurityToken? Issued { get; init; }

    /// <summary>Client: what keeps the key of <see cref="Issued"/>; null where there is none.</summary>
    public IDisposable? IssuedTokens { get; init; }

    /// <summary>Asymmetric binding: the certificate of this side with its private key.</summary>
    public X509Credential? Own { get; init; }

    /// <summary>
    /// Asymmetric binding: the other certificate of this side, which the reply may be encrypted for; null when it has one for both.
    /// </summary>
    public X509Credential? OwnForEncryption { get; init; }

    /// <summary>Asymmetric binding: the certificates of the other side, by each of which it may sign.</summary>
    public IReadOnlyList<X509Certificate2> Peers { get; init; } = [];

    public void Dispose()
    {
        Key?.Dispose();
        IssuedTokens?.Dispose();
    }
}
