using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;

namespace SecureConversation.Diagnosis;

/// <summary>
/// The private keys for a <see cref="ConversationDecoder"/>. The key of the service decrypts requests and, in symmetric bindings, replies.
/// Replies of an asymmetric binding are encrypted for the client and need the key of the client as well.
/// </summary>
public sealed class ConversationKeys
{
    /// <summary>Certificate of the service with its private key.</summary>
    public required X509Credential Service { get; init; }

    /// <summary>Certificate of the client with its private key; null when it is not available.</summary>
    public X509Credential? Client { get; init; }

    /// <summary>Decides whether the certificate of a client is trusted; null accepts every certificate that signed correctly.</summary>
    public Func<X509Certificate2, bool>? IsTrusted { get; init; }

    /// <summary>Decides whether a user name and password are accepted; null accepts all.</summary>
    public Func<string, string, bool>? IsAccepted { get; init; }
}
