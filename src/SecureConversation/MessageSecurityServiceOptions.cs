using Microsoft.Extensions.Logging;
using SecureConversation.Diagnosis;

namespace SecureConversation;

/// <summary>Settings of a <see cref="MessageSecurityService"/> other than its binding and credentials.</summary>
public sealed class MessageSecurityServiceOptions
{
    /// <summary>Source of time. Tests of expiry can set a fake one.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where the engine logs; null for no log.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

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

    /// <summary>How long an established session may be idle before it ends, as WCF's ReceiveTimeout. Default 10 minutes.</summary>
    public TimeSpan SessionIdleTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// How many sessions this process holds at most, pending ones included. Positive; default 10,000. A session in use takes 15 to 30 KB.
    /// One client, or address of clients without a name, gets three quarters while nobody else needs them. Beyond that a new session ends
    /// the one that was idle for longest of the client who holds most, if the newcomer holds fewer, else it is refused as ServiceTooBusy.
    /// With a <see cref="SessionStore"/> this is how many are held in memory at once: one that makes room comes back from the store.
    /// </summary>
    public int MaxSessions { get; init; } = 10_000;

    /// <summary>
    /// Memory for the replies of reliable sessions that are kept until their clients acknowledge them, in bytes: up to twice their size.
    /// Positive; default 256 MiB. One client gets three quarters while nobody else needs them. Beyond that his requests count as lost, and
    /// come again. Where the reply to a request that the application has already finds no room, the session of who holds most is ended.
    /// Has no effect without a ReliableSession.
    /// </summary>
    public long MaxKeptReplyBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>Remembers the signature values of accepted messages; null for a cache in the memory of this process.</summary>
    public IReplayCache? ReplayCache { get; init; }

    /// <summary>
    /// The name of the endpoint among all that use the same <see cref="SessionStore"/>: the same for each instance of the service and after
    /// a restart, another for an endpoint that judges its clients in another way. An endpoint serves no session that was opened under
    /// another name or binding, or under a certificate that the service does not have. Needed with a store, and with a
    /// <see cref="SecurityStateEncoder"/> that is used; at most 200 characters. Default null. Metrics and spans of the endpoint have it as
    /// the tag "endpoint".
    /// </summary>
    public string? EndpointName { get; init; }

    /// <summary>
    /// Where the instances of the service share sessions; null (default) to keep them in the memory of this process only. With a store,
    /// the idle timeout frees memory of this process but does not end the session. Needs <see cref="EndpointName"/>. Refused where
    /// RequireCancellation is false: the state is in the cookie then.
    /// </summary>
    public ISecuritySessionStore? SessionStore { get; init; }

    /// <summary>
    /// Protects the state of sessions that travel in cookies, where RequireCancellation is false; needed there, with
    /// <see cref="EndpointName"/>. All instances of the service need one with the same keys. Default null. Has no effect on other bindings.
    /// </summary>
    /// <remarks>
    /// With a cookie the service keeps nothing: a session outlives a restart and any instance serves it, until IssuedCookieLifetime is over
    /// or its key is revoked, within a minute. <see cref="MaxSessions"/>, MaxPendingSessions and <see cref="SessionClosed"/> do not concern
    /// it; <see cref="SessionIdleTimeout"/> is how long a session that was read from its cookie is remembered without use. What one process
    /// remembers, others do not: set <see cref="ReplayCache"/> to one that they share, or a message can be repeated, within ReplayWindow
    /// and MaxClockSkew, at another instance or after a restart, as with WCF.
    /// </remarks>
    public ISecurityStateEncoder? SecurityStateEncoder { get; init; }

    /// <summary>Called when a session has ended.</summary>
    public Action<ServiceSession>? SessionClosed { get; init; }

    /// <summary>When messages that are refused for their content are answered, so that the time tells nothing. Default 25 ms.</summary>
    public FailureAnswerOptions FailureAnswers { get; init; } = new();

    /// <summary>
    /// Whether a message that did not come over a protected transport (<see cref="MessageOrigin.IsSecureTransport"/>) is refused. Null
    /// (default): where the binding says so, <see cref="Binding.MessageSecurityBinding.RequiresSecureTransport"/>. True is good for every
    /// binding. False lets passwords travel in clear where the transport should protect them: it is for a service whose transport is
    /// protected by something that the host does not see.
    /// </summary>
    public bool? RequireSecureTransport { get; init; }

    /// <summary>
    /// The address of the endpoint as clients write it into a:To; null (default) for the address at which each message arrives
    /// (<see cref="MessageOrigin.LocalAddress"/>). An absolute URI. Set it where hosts or ports tell endpoints with the same certificate
    /// apart: the host that a message arrives at is what its sender says.
    /// </summary>
    public Uri? Address { get; init; }

    /// <summary>
    /// How a:To of a request is compared with the address of the endpoint. Default <see cref="AddressFilter.IgnoringHost"/>, as WCF. A
    /// message for another endpoint gets the fault DestinationUnreachable. Without WS-Addressing there is nothing to compare.
    /// </summary>
    public AddressFilter AddressFilter { get; init; } = AddressFilter.IgnoringHost;

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
