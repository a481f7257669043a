using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using SecureConversation.Binding;
using SecureConversation.Configuration;
using SecureConversation.Credentials;
using SecureConversation.Diagnosis;
using SecureConversation.Http.Internal;

namespace SecureConversation.Http;

/// <summary>
/// Settings of an HTTP client with message security. They are read once, when the handler or client is made; later changes have no effect,
/// but for <see cref="Credentials"/>. The first four are those of the service.
/// </summary>
public sealed class SecureConversationHttpOptions
{
    /// <summary>
    /// The security in full. Set this or <see cref="MessageSecurity"/>; where neither is set, it is that of
    /// <see cref="MessageSecurity.Strong"/>, which the other end has to be able to speak.
    /// </summary>
    public SecurityBindingElement? Binding { get; set; }

    /// <summary>The security in the few words of WSHttpBinding. Set either this or <see cref="Binding"/>.</summary>
    public MessageSecurity? MessageSecurity { get; set; }

    /// <summary>
    /// The reliable session within the secure conversation (WS-ReliableMessaging), as ReliableSession of WSHttpBinding; null (default) for
    /// none. The service needs the same version. A call is sent again until it is answered, and executed once.
    /// </summary>
    public ReliableSessionBindingElement? ReliableSession { get; set; }

    /// <summary>The versions of SOAP and WS-Addressing. Default <see cref="MessageVersion.Default"/>.</summary>
    public MessageVersion MessageVersion { get; set; } = MessageVersion.Default;

    /// <summary>
    /// How envelopes are written, handshakes too. Default <see cref="MessageEncoding.Text"/>. Replies are read in the same encoding, and
    /// with <see cref="MessageEncoding.Mtom"/> as text as well. The application writes and reads text whatever is set here.
    /// </summary>
    public MessageEncoding MessageEncoding { get; set; }

    /// <summary>What is signed and encrypted. Default <see cref="ChannelProtectionRequirements.Default"/>: everything.</summary>
    public ChannelProtectionRequirements ProtectionRequirements { get; set; } = ChannelProtectionRequirements.Default;

    /// <summary>
    /// Who the client is and which service it expects. Needed; stays with the caller, who disposes of it after the client.
    /// With IHttpClientFactory, when the options change (IOptionsMonitor), the new credentials hold for requests and handshakes from then
    /// on, and open sessions go on; elsewhere call UpdateCredentials of <see cref="SecureConversationClient"/> or
    /// <see cref="SecureConversationHandler"/>. Leave earlier credentials to the garbage collector, since requests may still use them. New
    /// options that are not valid leave the credentials as they are.
    /// </summary>
    public ClientCredentials? Credentials { get; set; }

    /// <summary>
    /// Lets requests without content pass as they are, for example the GET of a WSDL; their responses are not verified. Default false.
    /// A request with content is protected or refused, whatever this says.
    /// </summary>
    public bool AllowUnprotectedRequests { get; set; }

    /// <summary>
    /// Largest entity body of a response in bytes, counted while it is read. Positive; default 64 MiB. As text a body of MTOM or the binary
    /// encoding may be twice as large.
    /// </summary>
    public int MaxResponseBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// Maximum number of attributes of an element, namespace declarations included. WCF has no such limit. 1 to 32,768; default 512.
    /// </summary>
    public int MaxAttributesPerElement { get; set; } = 512;

    /// <summary>
    /// Maximum number of namespace declarations in scope of an element: its own and those of the elements around it. WCF has no such limit.
    /// The time that a stranger's message takes grows with it. 1 to 4,096; default 256.
    /// </summary>
    public int MaxNamespaceDeclarations { get; set; } = 256;

    /// <summary>
    /// Whether header blocks that no signature covers are handed out, as WCF does. Anybody on the way can add or change them.
    /// Default false: they are removed.
    /// </summary>
    public bool HandOutUnsignedHeaders { get; set; }

    /// <summary>
    /// Whether the application gets exactly what was digested: the signed parts in canonical form. A namespace
    /// declaration that the signature does not cover is then missing, so that a prefix in a value that somebody on the way could have bound
    /// to another namespace (<c>xsi:type="q:X"</c>) is an error for the application, and not a forged name. Default false: messages of
    /// WCF do not cover such prefixes, those of this library do. Cannot be combined with <see cref="HandOutUnsignedHeaders"/>.
    /// </summary>
    public bool HandOutCanonicalForm { get; set; }

    /// <summary>
    /// Longest time for the handshake of a session; at most a day. Callers share the handshake, so the cancellation of one does not end it.
    /// Default 1 minute.
    /// </summary>
    public TimeSpan OpenTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Longest time for telling the service that a session is over, and so for disposal; at most a day. Default 10 seconds.
    /// </summary>
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Sends what goes to the security token services that the binding, or <see cref="ClientCredentials.IssuedToken"/>, names, within
    /// <see cref="OpenTimeout"/> for each token; null (default) for a <see cref="SocketsHttpHandler"/> that follows no redirects and keeps
    /// no cookies. Stays with the caller. Without effect where <see cref="ClientCredentials.IssuedTokenProvider"/> is set.
    /// </summary>
    public HttpMessageHandler? IssuerTransport { get; set; }

    /// <summary>Source of time for timestamps and the expiry of sessions. Timeouts of the network are real time.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Where events are logged. Null (default): with dependency injection the registered factory, otherwise nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>
    /// Takes the envelopes that are sent and received, as WCF's message logging. Null
    /// (default): nothing is logged. Stays with the caller.
    /// </summary>
    public IMessageLog? MessageLog { get; set; }

    /// <summary>What <see cref="MessageLog"/> is given. Default: envelopes as on the wire, of at most 256 KiB.</summary>
    public MessageLoggingOptions MessageLogging { get; set; } = new();

    /// <summary>
    /// Sets what a section of a configuration says, once. <c>AddSecureConversation(section)</c> of IHttpClientBuilder does so and follows
    /// its changes.
    /// </summary>
    /// <param name="section">The section.</param>
    /// <param name="basePath">Where relative paths of certificates begin; null for the current directory.</param>
    /// <exception cref="SettingsException">A key is not known, or a value cannot be used; it names all of them.</exception>
    public void Read(IConfiguration section, string? basePath = null) =>
        SettingsOfClients.Apply(MessageSecurityClientSettings.Read(section, basePath), this);
}
