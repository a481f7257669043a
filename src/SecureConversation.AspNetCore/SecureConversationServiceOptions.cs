using Microsoft.Extensions.Configuration;
using SecureConversation.AspNetCore.Internal;
using SecureConversation.Binding;
using SecureConversation.Configuration;
using SecureConversation.Credentials;
using SecureConversation.Diagnosis;

namespace SecureConversation.AspNetCore;

/// <summary>
/// The message security of one or more SOAP endpoints. Checked when the host starts: settings that contradict each other
/// or a missing certificate end the start with an <see cref="Microsoft.Extensions.Options.OptionsValidationException"/>. They are read
/// once, but for <see cref="Credentials"/>: other settings that change later have no effect until the next start.
/// </summary>
public sealed class SecureConversationServiceOptions
{
    /// <summary>
    /// The security in full. Set this or <see cref="MessageSecurity"/>; where neither is set, it is that of
    /// <see cref="MessageSecurity.Strong"/>, which the other end has to be able to speak.
    /// </summary>
    public SecurityBindingElement? Binding { get; set; }

    /// <summary>The security in the few words of WSHttpBinding. Set either this or <see cref="Binding"/>.</summary>
    public MessageSecurity? MessageSecurity { get; set; }

    /// <summary>The versions of SOAP and WS-Addressing. Default <see cref="MessageVersion.Default"/>.</summary>
    public MessageVersion MessageVersion { get; set; } = MessageVersion.Default;

    /// <summary>
    /// How envelopes are written on the wire. Default <see cref="MessageEncoding.Text"/>. Requests are read in the same encoding, and with
    /// <see cref="MessageEncoding.Mtom"/> as text as well; others get HTTP status 415, as from WCF. The application reads and writes text
    /// whatever is set here.
    /// </summary>
    public MessageEncoding MessageEncoding { get; set; }

    /// <summary>What is signed and encrypted. Default <see cref="ChannelProtectionRequirements.Default"/>: everything.</summary>
    public ChannelProtectionRequirements ProtectionRequirements { get; set; } = ChannelProtectionRequirements.Default;

    /// <summary>
    /// The reliable sessions within the sessions of the endpoint (WS-ReliableMessaging); null (default) for none. Each request then belongs
    /// to one, and reaches the application once. A call whose connection is cut goes on, since its reply is kept until the client has it:
    /// HttpContext.RequestAborted is cancelled by the end of the session, a time-out of the endpoint, or the shutdown, not by the client.
    /// The sequences are in the memory of this process: a session store is not used, and all messages of a session must come here.
    /// </summary>
    public ReliableSessionBindingElement? ReliableSession { get; set; }

    /// <summary>
    /// The certificates of the service and how clients are validated. Needed, without a certificate where the transport protects messages;
    /// stays with the caller, who disposes of it after the host.
    /// When the options change (IOptionsMonitor), the new credentials hold for messages that arrive from then on, and sessions go on: see
    /// <see cref="MessageSecurityService.UpdateCredentialsAsync"/>. Leave earlier credentials to the garbage collector, since messages
    /// may still use them. New options that are not valid leave the credentials as they are.
    /// </summary>
    public ServiceCredentials? Credentials { get; set; }

    /// <summary>
    /// The address of the endpoint as clients write it into a:To, an absolute URI; null (default) for the URL of each request. Set it where
    /// hosts or ports tell endpoints with the same certificate apart: the host in the URL of a request is what its sender says.
    /// </summary>
    public Uri? Address { get; set; }

    /// <summary>
    /// How the signed a:To of a request is compared with the address of the endpoint. Default <see cref="AddressFilter.IgnoringHost"/>, as
    /// WCF. Behind a proxy with another scheme, port or path use forwarded headers, <see cref="Address"/>,
    /// <see cref="AddressFilter.PathOnly"/> or <see cref="AddressFilter.OneOf"/>. A message for another endpoint gets a fault.
    /// </summary>
    public AddressFilter AddressFilter { get; set; } = AddressFilter.IgnoringHost;

    /// <summary>
    /// Whether a message that did not come over TLS is refused, by HttpRequest.IsHttps: where UseForwardedHeaders stands before, that is
    /// what a known proxy says. Null (default): where the binding leaves the protection of messages to the transport
    /// (<see cref="TransportSecurityBindingElement"/>) and does not allow another one. True is good for every binding. False is for a
    /// service behind something that ends TLS and does not say so, over a network that is trusted: passwords travel in clear there.
    /// </summary>
    public bool? RequireSecureTransport { get; set; }

    /// <summary>
    /// Whether UseSecureConversation lets requests for metadata pass, as they are, to what follows it: GET or HEAD without a body, for its
    /// path itself (where it has none, for that where its pipeline begins) and with <c>wsdl</c>, <c>singleWsdl</c>, <c>xsd</c> or
    /// <c>disco</c> as the only parameter. What follows must answer them by metadata and nothing else: nothing of them is verified. Default
    /// false, as HttpGetEnabled of WCF's ServiceMetadataBehavior.
    /// </summary>
    public bool HttpGetEnabled { get; set; }

    /// <summary>
    /// Largest request in bytes as it comes over the wire. Positive; default 4 MiB. Nothing is known of the sender until the whole
    /// request is held and verified, so this is what a stranger can make the service hold per connection. On the endpoint it
    /// takes the place of Kestrel's MaxRequestBodySize, lower or higher; a limit of IIS applies beside it. As text a body of MTOM or the
    /// binary encoding may be twice as large, and 64 KiB more.
    /// </summary>
    public int MaxRequestBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>
    /// Bytes that are held at a time of requests and of replies which their receivers do not read at once, the first 64 KiB of each not
    /// counted. Positive. Null (default): a fourth of the memory that the process may use, which all endpoints without a number of their
    /// own share. A request counts until its reply is protected. When the bytes are used up, a request of a sender who holds less than
    /// others takes the place of the slowest that is still arriving from the one who holds most, which gets HTTP status 503, or of a reply
    /// that he reads, whose connection is aborted; any other new request gets 503 itself. A reply takes the place of older ones of its
    /// receiver. Of what is worked on, one sender holds at most three times what is left, but one request at least. A sender is a remote
    /// address; those of one IPv6 network of 48 bits count together. Make it several times <see cref="MaxRequestBytes"/>.
    /// </summary>
    public long? MaxBufferedRequestBytes { get; set; }

    /// <summary>
    /// How long the body of a request may take to arrive. Beyond it, it gets HTTP status 408 and its connection is closed. Positive, at
    /// most a day; default 2 minutes, which is 35 KB a second for a body of 4 MiB. The server has limits beside it, such as Kestrel's
    /// MinRequestBodyDataRate, which lets a large body take hours.
    /// </summary>
    public TimeSpan RequestBodyTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// How long a reply may take to be sent. Beyond it, its connection is aborted. Positive, at most a day; default 5 minutes, which is
    /// 40 KB a second for a reply of 12 MB. The server has limits beside it, such as Kestrel's MinResponseDataRate, which lets a large
    /// reply take hours.
    /// </summary>
    public TimeSpan ReplySendTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Largest plain reply in bytes that is held for protection. Positive; default 64 MiB.</summary>
    public int MaxReplyBytes { get; set; } = 64 * 1024 * 1024;

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
    /// When requests that are refused for their content are answered, so that the time tells nothing about keys. Default 25 ms after they
    /// arrived.
    /// </summary>
    public FailureAnswerOptions FailureAnswers { get; set; } = new();

    /// <summary>How long a used session may be idle; WCF's ReceiveTimeout. Positive; default 10 minutes.</summary>
    public TimeSpan SessionIdleTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// How many sessions the process holds at most. Positive; default 10,000. Beyond it a new session ends the one that was idle for
    /// longest of the client who holds most, if the newcomer holds fewer, else it is refused as ServiceTooBusy.
    /// </summary>
    public int MaxSessions { get; set; } = 10_000;

    /// <summary>
    /// Memory for the replies of reliable sessions that are kept until their clients acknowledge them, in bytes: up to twice their size.
    /// Positive; default 256 MiB. One client gets three quarters while nobody else needs them. Beyond that his requests count as lost, and
    /// come again; where the reply to a request that was executed finds no room, the reliable session of who holds most ends (event 92).
    /// </summary>
    public long MaxKeptReplyBytes { get; set; } = 256L * 1024 * 1024;

    /// <summary>
    /// Where accepted messages are remembered. Null (default): the <see cref="IReplayCache"/> among the services of the
    /// application, and without one the memory of this process.
    /// </summary>
    public IReplayCache? ReplayCache { get; set; }

    /// <summary>
    /// Where other instances of the service find its sessions. Null (default): the <see cref="ISecuritySessionStore"/> among the services
    /// of the application, and without one the memory of this process. Where RequireCancellation is false there is nothing to store: the
    /// one among the services is not used, and one that is set here is refused.
    /// </summary>
    public ISecuritySessionStore? SessionStore { get; set; }

    /// <summary>
    /// The name of the endpoint among all that use the same <see cref="SessionStore"/> or the same keys for cookies: the same for each
    /// instance of the service and after a restart. At most 200 characters. Null (default): the name of the application and that of these
    /// options. Set it where two applications of one name, which judge their clients in different ways, use one store or one key ring.
    /// </summary>
    public string? EndpointName { get; set; }

    /// <summary>
    /// Protects the state of sessions that travel in cookies, where RequireCancellation is false; has no effect on other bindings. Null
    /// (default): the <see cref="ISecurityStateEncoder"/> among the services of the application, and without one Data Protection, which
    /// services.AddDataProtection() sets up: all instances of the service need the same key ring and application name there.
    /// </summary>
    public ISecurityStateEncoder? SecurityStateEncoder { get; set; }

    /// <summary>
    /// Takes the envelopes that are sent and received, as WCF's message logging. Null (default):
    /// the <see cref="IMessageLog"/> among the services of the application, and without one nothing is logged. Stays with the caller.
    /// </summary>
    public IMessageLog? MessageLog { get; set; }

    /// <summary>What <see cref="MessageLog"/> is given. Default: envelopes as on the wire, of at most 256 KiB.</summary>
    public MessageLoggingOptions MessageLogging { get; set; } = new();

    /// <summary>Called when a session has ended, for whatever reason. Must not throw or block.</summary>
    public Action<ServiceSession>? SessionClosed { get; set; }

    /// <summary>
    /// Sets what a section of a configuration says, once. <c>services.AddSecureConversation(section)</c> does so and follows its changes.
    /// </summary>
    /// <param name="section">The section.</param>
    /// <param name="basePath">Where relative paths of certificates begin; null for the current directory.</param>
    /// <exception cref="SettingsException">A key is not known, or a value cannot be used; it names all of them.</exception>
    public void Read(IConfiguration section, string? basePath = null) =>
        SettingsOfServices.Apply(MessageSecurityServiceSettings.Read(section, basePath), this);

    /// <summary>Set by AuthenticateUserNames.</summary>
    internal IUserNameAuthenticator? UserNameAuthenticator { get; set; }

    /// <summary>Set by AuthenticateCertificates.</summary>
    internal ICertificateAuthenticator? CertificateAuthenticator { get; set; }

    /// <summary>Set by AuthenticateIssuedTokens.</summary>
    internal IIssuedTokenAuthenticator? IssuedTokenAuthenticator { get; set; }

    /// <summary>Set by AuthenticateWindowsAccounts.</summary>
    internal IWindowsAuthenticator? WindowsAuthenticator { get; set; }
}
