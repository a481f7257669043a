using Microsoft.Extensions.Logging;
using SecureConversation.Credentials;
using SecureConversation.Diagnosis;

namespace SecureConversation;

/// <summary>Settings of a <see cref="MessageSecurityClient"/> other than its binding and credentials.</summary>
public sealed class MessageSecurityClientOptions
{
    /// <summary>Source of time. Tests of expiry can set a fake one.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where the engine logs; null for no log.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>
    /// Where issued tokens come from when <see cref="ClientCredentials.IssuedTokenProvider"/> of the credentials is null; null (default)
    /// for nowhere. Hosts set it to what asks the security token service that the binding names. Stays with the caller.
    /// </summary>
    public IIssuedTokenProvider? IssuedTokenProvider { get; init; }

    /// <summary>Takes the envelopes that are sent and received; null (default) for none. Stays with the caller.</summary>
    public IMessageLog? MessageLog { get; init; }

    /// <summary>What <see cref="MessageLog"/> is given. Default: envelopes as on the wire, of at most 256 KiB.</summary>
    public MessageLoggingOptions MessageLogging { get; init; } = new();

    /// <summary>Maximum size of a received envelope in bytes; larger ones are refused. Default 64 MiB.</summary>
    public int MaxEnvelopeBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>
    /// Maximum number of attributes of an element, namespace declarations included. WCF has no such limit. 1 to 32,768; default 512.
    /// </summary>
    public int MaxAttributesPerElement { get; init; } = 512;

    /// <summary>
    /// Maximum number of namespace declarations in scope of an element: its own and those of the elements around it. WCF has no such limit.
    /// The time that a stranger's message takes grows with it. 1 to 4,096; default 256.
    /// </summary>
    public int MaxNamespaceDeclarations { get; init; } = 256;

    /// <summary>
    /// Whether <see cref="VerifiedMessage.Envelope"/> keeps header blocks that no signature covers, as WCF does.
    /// Anybody between client and service can add or change such blocks; the application must not trust them. Default false: they are
    /// removed.
    /// </summary>
    public bool HandOutUnsignedHeaders { get; init; }

    /// <summary>
    /// Whether <see cref="VerifiedMessage.Envelope"/> is exactly what was digested: the signed parts in canonical form. A namespace
    /// declaration that the signature does not cover is then missing, so that a prefix in a value that somebody on the way could have bound
    /// to another namespace (<c>xsi:type="q:X"</c>) is an error for the application, and not a forged name. Default false: messages of
    /// WCF do not cover such prefixes, those of this library do. Cannot be combined with <see cref="HandOutUnsignedHeaders"/>.
    /// </summary>
    public bool HandOutCanonicalForm { get; init; }
}
