namespace SecureConversation.Binding;

/// <summary>
/// The security of an endpoint, checked and frozen: a binding element, the message version and the protection requirements.
/// Client and service of one endpoint are made from equal bindings.
/// </summary>
public sealed class MessageSecurityBinding
{
    private MessageSecurityBinding(SecurityBindingElement element, MessageVersion version, ChannelProtectionRequirements protection)
    {
        Element = element;
        MessageVersion = version;
        Protection = protection;
        SecureConversation = (element as SymmetricSecurityBindingElement)?.ProtectionTokenParameters as SecureConversationSecurityTokenParameters;
        if (Bootstrap is { } bootstrap)
        {
            BootstrapBinding = new(bootstrap, version, SecureConversation!.BootstrapProtectionRequirements ?? ChannelProtectionRequirements.Default);
        }
    }

    /// <summary>The settings of security.</summary>
    public SecurityBindingElement Element { get; }

    /// <summary>The versions of SOAP and WS-Addressing.</summary>
    public MessageVersion MessageVersion { get; }

    /// <summary>What is signed and encrypted.</summary>
    public ChannelProtectionRequirements Protection { get; }

    /// <summary>The token of the session; null when each message is secured on its own.</summary>
    public SecureConversationSecurityTokenParameters? SecureConversation { get; }

    /// <summary>Whether the client opens a session before the first message.</summary>
    public bool EstablishesSession => SecureConversation is not null;

    /// <summary>The security of the handshake of a session; null when there is none.</summary>
    public SecurityBindingElement? Bootstrap => SecureConversation?.BootstrapSecurityBindingElement;

    /// <summary>The binding of the handshake of a session; null when there is none.</summary>
    public MessageSecurityBinding? BootstrapBinding { get; }

    /// <summary>Checks that the settings go together.</summary>
    /// <param name="element">The settings of security.</param>
    /// <param name="version">The message version; <see cref="MessageVersion.Default"/> when null.</param>
    /// <param name="protection">What is signed and encrypted; <see cref="ChannelProtectionRequirements.Default"/> when null.</param>
    /// <exception cref="ArgumentNullException">No element.</exception>
    /// <exception cref="ArgumentException">Settings contradict each other, or are not offered; the message says what to change.</exception>
    public static MessageSecurityBinding Create(
        SecurityBindingElement element,
        MessageVersion? version = null,
        ChannelProtectionRequirements? protection = null)
    {
        ArgumentNullException.ThrowIfNull(element);
        var binding = new MessageSecurityBinding(
            element,
            version ?? MessageVersion.Default,
            protection ?? ChannelProtectionRequirements.Default);
        var problem = BindingChecks.FirstProblem(binding);
        return problem is null ? binding : throw new ArgumentException(problem, nameof(element));
    }

    /// <summary>Checks the settings in the few words of WSHttpBinding.</summary>
    /// <param name="security">The settings of security.</param>
    /// <param name="version">The message version; <see cref="MessageVersion.Default"/> when null.</param>
    /// <param name="protection">What is signed and encrypted; <see cref="ChannelProtectionRequirements.Default"/> when null.</param>
    /// <exception cref="ArgumentNullException">No settings.</exception>
    /// <exception cref="ArgumentException">Settings contradict each other, or are not offered; the message says what to change.</exception>
    /// <exception cref="InvalidOperationException">A setting of the short form is not offered; the message names it.</exception>
    public static MessageSecurityBinding Create(
        MessageSecurity security,
        MessageVersion? version = null,
        ChannelProtectionRequirements? protection = null)
    {
        ArgumentNullException.ThrowIfNull(security);
        return Create(security.CreateSecurityBindingElement(), version, protection);
    }

    /// <summary>Checks settings that come in one of two forms, as options of clients and services have them.</summary>
    /// <param name="element">The settings in full; null when the other form is used.</param>
    /// <param name="security">The settings in the few words of WSHttpBinding; null when the other form is used.</param>
    /// <param name="version">The message version; <see cref="MessageVersion.Default"/> when null.</param>
    /// <param name="protection">What is signed and encrypted; <see cref="ChannelProtectionRequirements.Default"/> when null.</param>
    /// <exception cref="ArgumentException">Settings contradict each other, or are not offered; the message says what to change.</exception>
    /// <exception cref="InvalidOperationException">Both forms or none; or a setting of the short form is not offered.</exception>
    public static MessageSecurityBinding Resolve(
        SecurityBindingElement? element,
        MessageSecurity? security,
        MessageVersion? version = null,
        ChannelProtectionRequirements? protection = null) => (element, security) switch
        {
            (not null, null) => Create(element, version, protection),
            (null, not null) => Create(security, version, protection),
            (null, null) => throw new InvalidOperationException("Neither Binding nor MessageSecurity is set: set one of them."),
            _ => throw new InvalidOperationException("Binding and MessageSecurity are both set: set one of them."),
        };
}
