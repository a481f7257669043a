using System.Collections.Immutable;

namespace SecureConversation.Policy.Import;

/// <summary>A header that a policy names.</summary>
internal readonly record struct HeaderName(string Name, string Namespace);

/// <summary>The parts of a message that policies sign and encrypt (WS-SecurityPolicy 1.2 sections 4.1, 4.2).</summary>
internal sealed record MessageParts
{
    public static MessageParts None { get; } = new();

    public bool HasSigned { get; init; }

    public bool HasEncrypted { get; init; }

    public bool SignsBody { get; init; }

    public bool EncryptsBody { get; init; }

    /// <summary>
    /// The headers by name. Those of the WS-Addressing of the binding are not named here in the end: they are always signed.
    /// </summary>
    public ImmutableHashSet<HeaderName> SignedHeaders { get; init; } = [];

    public ImmutableHashSet<HeaderName> EncryptedHeaders { get; init; } = [];

    public bool IsEmpty => !HasSigned && !HasEncrypted;

    /// <summary>The same without the headers that are signed without being named.</summary>
    public MessageParts Without(string ns) =>
        this with { SignedHeaders = SignedHeaders.Except(SignedHeaders.Where(h => h.Namespace == ns)) };

    /// <summary>The parts of all scopes that a message is in (WS-SecurityPolicy 1.2 section 4).</summary>
    public MessageParts Union(MessageParts other) => new()
    {
        HasSigned = HasSigned || other.HasSigned,
        HasEncrypted = HasEncrypted || other.HasEncrypted,
        SignsBody = SignsBody || other.SignsBody,
        EncryptsBody = EncryptsBody || other.EncryptsBody,
        SignedHeaders = SignedHeaders.Union(other.SignedHeaders),
        EncryptedHeaders = EncryptedHeaders.Union(other.EncryptedHeaders),
    };
}
