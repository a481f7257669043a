using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;

namespace SecureConversation.Diagnosis;

/// <summary>
/// The secrets that a diagnostician holds. The key of the service opens requests and, in symmetric bindings, replies;
/// replies of an asymmetric binding are encrypted for the client and need its key as well.
/// </summary>
public sealed class ConversationKeys
{
    /// <summary>Certificate of the service with its private key.</summary>
    public required X509Credential Service { get; init; }

    /// <summary>Certificate of the client with its private key; null when it is not at hand.</summary>
    public X509Credential? Client { get; init; }

    /// <summary>Judges certificates of clients; null accepts every certificate that signed correctly.</summary>
    public Func<X509Certificate2, bool>? IsTrusted { get; init; }

    /// <summary>Judges user names and passwords; null accepts all.</summary>
    public Func<string, string, bool>? IsAccepted { get; init; }
}
