using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;

namespace SecureConversation.Diagnosis;

/// <summary>
/// The private keys for a <see cref="ConversationDecoder"/>. The key of the service decrypts requests and, in symmetric bindings, replies.
/// Replies of an asymmetric binding are encrypted for the client and need the key of the client as well.
/// </summary>
public sealed class ConversationKeys
{
    /// <summary>
    /// Certificate of the service with its private key; null where messages need none, because the transport protects them.
    /// </summary>
    public X509Credential? Service { get; init; }

    /// <summary>
    /// Certificate of the client with its private key; null when it is not available. Where the client names its certificate and does not
    /// send it, messages are verified with this one.
    /// </summary>
    public X509Credential? Client { get; init; }

    /// <summary>The other certificate of the service, which requests are encrypted for; null when it has one for both.</summary>
    public X509Credential? ServiceEncryption { get; init; }

    /// <summary>The other certificate of the client, which replies are encrypted for; null when it has one for both.</summary>
    public X509Credential? ClientEncryption { get; init; }

    /// <summary>
    /// Finds the password of a user, null for none, where messages are protected or endorsed by a key that is made of it; null when it is
    /// not known.
    /// </summary>
    public Func<string, string?>? FindPassword { get; init; }

    /// <summary>Decides whether the certificate of a client is trusted; null accepts every certificate that signed correctly.</summary>
    public Func<X509Certificate2, bool>? IsTrusted { get; init; }

    /// <summary>Decides whether a user name and password are accepted; null accepts all.</summary>
    public Func<string, string, bool>? IsAccepted { get; init; }
}
