using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Send;

/// <summary>The token whose key protects an outgoing message. Each <see cref="PrimaryTokenKind"/> has one case.</summary>
internal abstract record SenderToken
{
    private SenderToken()
    {
    }

    /// <summary>A fresh key, wrapped for the certificate of the service.</summary>
    public sealed record WrappedKey(X509Certificate2 Recipient) : SenderToken;

    /// <summary>The key of the request that this message answers.</summary>
    public sealed record CorrelatedKey(SymmetricKey Key, byte[] EncryptedKeySha1) : SenderToken;

    /// <summary>A user name, of whose password the key is made.</summary>
    public sealed record UserName(ClientCredentials Credentials) : SenderToken;

    /// <summary>The key of a user name in the request that this message answers, and the Id of its token there.</summary>
    public sealed record CorrelatedUserName(SymmetricKey Key, string TokenId) : SenderToken;

    /// <summary>A security context, with the derived keys that this side sends with.</summary>
    public sealed record Context(SessionSendKeys Keys) : SenderToken;

    /// <summary>The key of an issued token of the client.</summary>
    public sealed record Issued(IssuedSecurityToken Token) : SenderToken;

    /// <summary>The key of the issued token of the request that this message answers.</summary>
    /// <param name="Key">The key, which stays with the request.</param>
    /// <param name="Reference">Writes a reference to the token.</param>
    public sealed record IssuedReply(SymmetricKey Key, Action<PooledBytes> Reference) : SenderToken;

    /// <summary>The sender's certificate signs; a fresh key, wrapped for the recipient's certificate, encrypts.</summary>
    public sealed record Certificates(X509Credential Own, X509Certificate2 Recipient) : SenderToken;

    /// <summary>None: the transport protects the message.</summary>
    public sealed record Transport : SenderToken;
}

/// <summary>The items of a message that do not follow from its requirements and its primary token.</summary>
internal sealed record SenderExtras
{
    public static readonly SenderExtras None = new();

    /// <summary>The credentials from which a client makes its supporting tokens; null where the message has none.</summary>
    public ClientCredentials? Credentials { get; init; }

    /// <summary>The RSA key of a client, made when it is needed first; null where the message has none.</summary>
    public Lazy<RSA>? RsaKey { get; init; }

    /// <summary>The issued tokens of a client, for each of those that the binding asks for; null where the message has none.</summary>
    public MessageIssuedTokens? Issued { get; init; }

    /// <summary>The keys of the security context that endorses the message; null where none does.</summary>
    public SessionSendKeys? Endorsing { get; init; }

    /// <summary>The a:RelatesTo to add; null where the envelope needs none.</summary>
    public string? RelatesTo { get; init; }

    /// <summary>The signatures of the request that this reply confirms.</summary>
    public IReadOnlyList<SentSignature> Confirm { get; init; } = [];
}
