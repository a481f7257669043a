using SecureConversation.Binding;

namespace SecureConversation.Http;

/// <summary>A security token service and how messages to it are secured.</summary>
public sealed class SecurityTokenServiceOptions
{
    /// <summary>Its address. Needed.</summary>
    public Uri? Address { get; set; }

    /// <summary>
    /// The message security of its endpoint, with the credentials of the client for it; null (default) where HTTPS alone protects the
    /// messages. Binding, credentials, limits, OpenTimeout and logs are those of any client.
    /// </summary>
    public SecureConversationHttpOptions? MessageSecurity { get; set; }

    /// <summary>
    /// The versions of SOAP and WS-Addressing where <see cref="MessageSecurity"/> is null. Default <see cref="MessageVersion.Default"/>.
    /// </summary>
    public MessageVersion MessageVersion { get; set; } = MessageVersion.Default;

    /// <summary>
    /// Who contributes to the keys of tokens where <see cref="MessageSecurity"/> is null; else its KeyEntropyMode says it. Default
    /// <see cref="SecurityKeyEntropyMode.CombinedEntropy"/>.
    /// </summary>
    public SecurityKeyEntropyMode DefaultKeyEntropyMode { get; set; } = SecurityKeyEntropyMode.CombinedEntropy;

    /// <inheritdoc cref="Credentials.IssuedTokenClientCredential.AcceptIssuerKey"/>
    public bool AcceptIssuerKey { get; set; }

    /// <summary>
    /// Whether messages may travel over plain HTTP where <see cref="MessageSecurity"/> is null, or does not encrypt them. Everybody on the
    /// way then gets the keys of the tokens: for tests. Default false.
    /// </summary>
    public bool AllowInsecureTransport { get; set; }

    /// <summary>
    /// Largest entity body of a response in bytes where <see cref="MessageSecurity"/> is null. Positive; default 1 MiB.
    /// </summary>
    public int MaxResponseBytes { get; set; } = 1024 * 1024;

    /// <summary>Longest time for getting a token, a session with the service included. At most a day. Default 1 minute.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Source of time, for tokens that do not say from when on they are valid.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;
}
