namespace SecureConversation.Binding;

/// <summary>
/// The checked, immutable security settings of an endpoint: a binding element, the message version and the protection requirements.
/// Client and service of one endpoint need equal bindings.
/// </summary>
public sealed class MessageSecurityBinding
{
    private MessageSecurityBinding(SecurityBindingElement element, MessageVersion version, ChannelProtectionRequirements protection,
        ReliableSessionBindingElement? reliableSession = null)
    {
        ReliableSession = reliableSession;
        Element = element;
        MessageVersion = version;
        Protection = protection;
        SecureConversation = element.SessionToken;
        if (Bootstrap is { } bootstrap)
        {
            var levels = SecureConversation!.BootstrapProtectionRequirements ?? ChannelProtectionRequirements.Default;
            BootstrapBinding = new(bootstrap, version, levels);
        }
    }

    /// <summary>The security settings.</summary>
    public SecurityBindingElement Element { get; }

    /// <summary>The versions of SOAP and WS-Addressing.</summary>
    public MessageVersion MessageVersion { get; }

    /// <summary>Which bodies and headers are signed and encrypted.</summary>
    public ChannelProtectionRequirements Protection { get; }

    /// <summary>The reliable session within the secure conversation; null for none.</summary>
    public ReliableSessionBindingElement? ReliableSession { get; }

    /// <summary>The token of the session; null when each message is secured on its own.</summary>
    public SecureConversationSecurityTokenParameters? SecureConversation { get; }

    /// <summary>Whether the client opens a session before the first message.</summary>
    public bool EstablishesSession => SecureConversation is not null;

    /// <summary>Whether the state of a session travels in a cookie, and the service keeps none.</summary>
    internal bool HasCookies => SecureConversation is { RequireCancellation: false };

    /// <summary>The negotiated token of messages, or of the handshake of a session; null where none is negotiated.</summary>
    internal SecurityTokenParameters? NegotiatedToken => (Bootstrap ?? Element).NegotiatedToken;

    /// <summary>Whether the state of a negotiated context travels in a cookie, and the service keeps none.</summary>
    internal bool HasNegotiationCookies => NegotiatedToken is { } token && !NegotiatedTokens.KeepsContext(token);

    /// <summary>
    /// Whether the state of sessions, or of negotiated contexts, travels in cookies (RequireCancellation = false of their token): a service
    /// then needs <see cref="MessageSecurityServiceOptions.SecurityStateEncoder"/> and
    /// <see cref="MessageSecurityServiceOptions.EndpointName"/>.
    /// </summary>
    public bool UsesCookies => HasCookies || HasNegotiationCookies;

    /// <summary>The security settings of the handshake of a session; null without sessions.</summary>
    public SecurityBindingElement? Bootstrap => SecureConversation?.BootstrapSecurityBindingElement;

    /// <summary>The binding of the handshake of a session; null without sessions.</summary>
    public MessageSecurityBinding? BootstrapBinding { get; }

    /// <summary>
    /// Whether messages may travel over a protected transport (TLS) only: a <see cref="TransportSecurityBindingElement"/>, whose
    /// <see cref="SecurityBindingElement.AllowInsecureTransport"/> is false. The client sends nothing over another one, and the service
    /// refuses what comes over another one.
    /// </summary>
    public bool RequiresSecureTransport =>
        Element is TransportSecurityBindingElement { AllowInsecureTransport: false }
        || Bootstrap is TransportSecurityBindingElement { AllowInsecureTransport: false };

    /// <summary>
    /// Refuses a binding for transports whose messages go both ways, such as net.tcp, where <see cref="ClientSession.Receive"/> and
    /// <see cref="MessageSecurityService.Secure"/> are used.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// There is no session; RequireCancellation is false, so that nothing would tell the end of a direction;
    /// RequireSignatureConfirmation is true, and a message that answers nothing cannot confirm anything; EnableUnsecuredResponse is true,
    /// and nothing is a response; or TLS
    /// protects messages.
    /// </exception>
    public void RequireDuplex() => DuplexChecks.Require(Element);

    /// <summary>Checks that the settings fit together and creates a binding from them.</summary>
    /// <param name="element">The security settings.</param>
    /// <param name="version">The message version; <see cref="MessageVersion.Default"/> when null.</param>
    /// <param name="protection">What is signed and encrypted; <see cref="ChannelProtectionRequirements.Default"/> when null.</param>
    /// <param name="reliableSession">The reliable session within the secure conversation; null for none.</param>
    /// <exception cref="ArgumentNullException">The element is null.</exception>
    /// <exception cref="ArgumentException">Settings contradict each other, or are not offered; the message says what to change.</exception>
    public static MessageSecurityBinding Create(
        SecurityBindingElement element,
        MessageVersion? version = null,
        ChannelProtectionRequirements? protection = null,
        ReliableSessionBindingElement? reliableSession = null)
    {
        ArgumentNullException.ThrowIfNull(element);
        var binding = new MessageSecurityBinding(
            element,
            version ?? MessageVersion.Default,
            protection ?? ChannelProtectionRequirements.Default,
            reliableSession);
        var problem = BindingChecks.FirstProblem(binding);
        return problem is null ? binding : throw new ArgumentException(problem, nameof(element));
    }

    /// <summary>Creates a binding from the settings of WSHttpBinding.</summary>
    /// <param name="security">The security settings.</param>
    /// <param name="version">The message version; <see cref="MessageVersion.Default"/> when null.</param>
    /// <param name="protection">What is signed and encrypted; <see cref="ChannelProtectionRequirements.Default"/> when null.</param>
    /// <param name="reliableSession">The reliable session within the secure conversation; null for none.</param>
    /// <exception cref="ArgumentNullException">The settings are null.</exception>
    /// <exception cref="ArgumentException">Settings contradict each other, or are not offered; the message says what to change.</exception>
    /// <exception cref="InvalidOperationException">
    /// A setting of <paramref name="security"/> is not offered; the message names it.
    /// </exception>
    public static MessageSecurityBinding Create(
        MessageSecurity security,
        MessageVersion? version = null,
        ChannelProtectionRequirements? protection = null,
        ReliableSessionBindingElement? reliableSession = null)
    {
        ArgumentNullException.ThrowIfNull(security);
        return Create(security.CreateSecurityBindingElement(), version, protection, reliableSession);
    }

    /// <summary>
    /// Creates a binding from options that have either an element or the settings of WSHttpBinding. Where they have neither, no name of WCF
    /// was used, and the binding is that of <see cref="MessageSecurity.Strong"/>: nothing weaker is ever chosen by itself.
    /// </summary>
    /// <param name="element">The security settings; null when <paramref name="security"/> is used.</param>
    /// <param name="security">The settings of WSHttpBinding; null when <paramref name="element"/> is used.</param>
    /// <param name="version">The message version; <see cref="MessageVersion.Default"/> when null.</param>
    /// <param name="protection">What is signed and encrypted; <see cref="ChannelProtectionRequirements.Default"/> when null.</param>
    /// <param name="reliableSession">The reliable session within the secure conversation; null for none.</param>
    /// <exception cref="ArgumentException">Settings contradict each other, or are not offered; the message says what to change.</exception>
    /// <exception cref="InvalidOperationException">
    /// Both of the two are set, or a setting of <paramref name="security"/> is not offered.
    /// </exception>
    public static MessageSecurityBinding Resolve(
        SecurityBindingElement? element,
        MessageSecurity? security,
        MessageVersion? version = null,
        ChannelProtectionRequirements? protection = null,
        ReliableSessionBindingElement? reliableSession = null) => (element, security) switch
        {
            (not null, null) => Create(element, version, protection, reliableSession),
            (null, not null) => Create(security, version, protection, reliableSession),
            (null, null) => Create(MessageSecurity.Strong, version, protection, reliableSession),
            _ => throw new InvalidOperationException("Binding and MessageSecurity are both set: set one of them."),
        };
}
