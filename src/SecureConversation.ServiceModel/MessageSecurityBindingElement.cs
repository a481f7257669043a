using System.ServiceModel;
using System.ServiceModel.Channels;
using System.ServiceModel.Security;
using Microsoft.Extensions.Logging;
using SecureConversation.ServiceModel.Internal;
using EngineBinding = SecureConversation.Binding;

namespace SecureConversation.ServiceModel;

/// <summary>
/// Message security for a <see cref="CustomBinding"/>: what WCF calls SymmetricSecurityBindingElement and
/// AsymmetricSecurityBindingElement, made by the same factories. Stands above the encoder and the transport, which is HTTP or HTTPS.
/// </summary>
/// <example>
/// <code>
/// var bootstrap = MessageSecurityBindingElement.CreateMutualCertificateBindingElement();
/// var security = MessageSecurityBindingElement.CreateSecureConversationBindingElement(bootstrap);
/// var binding = new CustomBinding(security, new TextMessageEncodingBindingElement(), new HttpTransportBindingElement());
/// </code>
/// </example>
public sealed partial class MessageSecurityBindingElement : BindingElement
{
    private EngineBinding.SecurityBindingElement _settings = null!;

    /// <summary>An element with these settings, for those that no factory makes.</summary>
    /// <param name="settings">The security in the words of the engine.</param>
    public MessageSecurityBindingElement(EngineBinding.SecurityBindingElement settings) => Settings = settings;

    private MessageSecurityBindingElement(MessageSecurityBindingElement other)
        : base(other)
    {
        _settings = other._settings;
        LocalClientSettings = other.LocalClientSettings.Clone();
        BootstrapSecurityBindingElement = (MessageSecurityBindingElement?)other.BootstrapSecurityBindingElement?.Clone();
        LoggerFactory = other.LoggerFactory;
        HandOutUnsignedHeaders = other.HandOutUnsignedHeaders;
    }

    /// <summary>All settings in the words of the engine, also those that have no property here. A snapshot: set it to change something.</summary>
    public EngineBinding.SecurityBindingElement Settings
    {
        get => Translate.WithBootstrap(_settings with { LocalClientSettings = Translate.ToEngine(LocalClientSettings, _settings.LocalClientSettings) },
            BootstrapSecurityBindingElement?.Settings);
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _settings = value;
            LocalClientSettings = Translate.FromEngine(value.LocalClientSettings);
            BootstrapSecurityBindingElement = Translate.Session(value)?.BootstrapSecurityBindingElement is { } bootstrap ? new(bootstrap) : null;
        }
    }

    /// <summary>The algorithms. Default <see cref="SecurityAlgorithmSuite.Basic256"/>.</summary>
    /// <exception cref="ArgumentException">Set to a suite that the engine does not have.</exception>
    public SecurityAlgorithmSuite DefaultAlgorithmSuite
    {
        get => Translate.FromEngine(_settings.DefaultAlgorithmSuite);
        set => _settings = _settings with { DefaultAlgorithmSuite = Translate.ToEngine(value) };
    }

    /// <summary>The versions of the protocols. Set the same on the bootstrap of a session.</summary>
    public MessageSecurityVersion MessageSecurityVersion
    {
        get => Translate.FromEngine(_settings.MessageSecurityVersion);
        set => _settings = _settings with { MessageSecurityVersion = Translate.ToEngine(value) };
    }

    /// <summary>The order of the children of the security header. Default <see cref="SecurityHeaderLayout.Strict"/>.</summary>
    public SecurityHeaderLayout SecurityHeaderLayout
    {
        get => (SecurityHeaderLayout)_settings.SecurityHeaderLayout;
        set => _settings = _settings with { SecurityHeaderLayout = Translate.Defined<EngineBinding.SecurityHeaderLayout>((int)value, nameof(SecurityHeaderLayout)) };
    }

    /// <summary>Whether messages carry a timestamp. Default true.</summary>
    public bool IncludeTimestamp
    {
        get => _settings.IncludeTimestamp;
        set => _settings = _settings with { IncludeTimestamp = value };
    }

    /// <summary>Who contributes to the key of a session. Default both. Set the same on the bootstrap of a session.</summary>
    public SecurityKeyEntropyMode KeyEntropyMode
    {
        get => (SecurityKeyEntropyMode)_settings.KeyEntropyMode;
        set => _settings = _settings with { KeyEntropyMode = Translate.Defined<EngineBinding.SecurityKeyEntropyMode>((int)value, nameof(KeyEntropyMode)) };
    }

    /// <summary>The order of signing and encrypting. Default <see cref="MessageProtectionOrder.SignBeforeEncryptAndEncryptSignature"/>.</summary>
    public MessageProtectionOrder MessageProtectionOrder
    {
        get => (MessageProtectionOrder)_settings.MessageProtectionOrder;
        set => _settings = _settings with { MessageProtectionOrder = Translate.Defined<EngineBinding.MessageProtectionOrder>((int)value, nameof(MessageProtectionOrder)) };
    }

    /// <summary>Whether a reply confirms the signatures of its request; needs WS-Security 1.1. Default false; some factories set it.</summary>
    public bool RequireSignatureConfirmation
    {
        get => _settings.RequireSignatureConfirmation;
        set => _settings = _settings with { RequireSignatureConfirmation = value };
    }

    /// <summary>Whether tokens are signed by the signature they make. Not offered: true is refused when the binding is built.</summary>
    public bool ProtectTokens
    {
        get => _settings.ProtectTokens;
        set => _settings = _settings with { ProtectTokens = value };
    }

    /// <summary>Whether replies without security are accepted. Not offered: true is refused when the binding is built.</summary>
    public bool EnableUnsecuredResponse
    {
        get => _settings.EnableUnsecuredResponse;
        set => _settings = _settings with { EnableUnsecuredResponse = value };
    }

    /// <summary>
    /// Where both sides sign with their own keys (WS-Security 1.0): whether a reply may carry the certificate of the service. False elsewhere.
    /// </summary>
    /// <exception cref="InvalidOperationException">Set to true on an element of another kind.</exception>
    public bool AllowSerializedSigningTokenOnReply
    {
        get => _settings is EngineBinding.AsymmetricSecurityBindingElement { AllowSerializedSigningTokenOnReply: true };
        set => _settings = _settings switch
        {
            EngineBinding.AsymmetricSecurityBindingElement asymmetric => asymmetric with { AllowSerializedSigningTokenOnReply = value },
            var other when !value => other,
            _ => throw new InvalidOperationException("AllowSerializedSigningTokenOnReply belongs to elements with two certificates that sign."),
        };
    }

    /// <summary>Settings of the client alone: clock skew, replay window, validity of timestamps.</summary>
    public LocalClientSecuritySettings LocalClientSettings { get; private set; } = null!;

    /// <summary>The security of the handshake, itself free to be changed; null when no session is established.</summary>
    public MessageSecurityBindingElement? BootstrapSecurityBindingElement { get; private set; }

    /// <summary>Whether a session is kept by the service until it is cancelled. False without a session.</summary>
    /// <exception cref="InvalidOperationException">Set to true without a session.</exception>
    public bool RequireCancellation
    {
        get => Translate.Session(_settings) is { RequireCancellation: true };
        set => _settings = Translate.Session(_settings) is { } session
            ? ((EngineBinding.SymmetricSecurityBindingElement)_settings) with { ProtectionTokenParameters = session with { RequireCancellation = value } }
            : value ? throw new InvalidOperationException("RequireCancellation needs a session: use CreateSecureConversationBindingElement.") : _settings;
    }

    /// <summary>
    /// Whether header blocks that no signature covers reach the application. Anybody on the way can add or change them. Default
    /// true, as WCF does it, because message inspectors rely on it; false removes them.
    /// </summary>
    public bool HandOutUnsignedHeaders { get; set; } = true;

    /// <summary>Where events of message security are logged; null (default) logs nothing.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>
    /// Whether keys are derived from the one that protects messages; the bootstrap of a session stays as it is. Not offered where each
    /// side signs with its own key: true is refused when the binding is built.
    /// </summary>
    public void SetKeyDerivation(bool requireDerivedKeys) => _settings = _settings.SetKeyDerivation(requireDerivedKeys);

    /// <inheritdoc/>
    public override BindingElement Clone() => new MessageSecurityBindingElement(this);

    /// <inheritdoc/>
    public override T GetProperty<T>(BindingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return typeof(T) == typeof(ISecurityCapabilities) ? (T)(object)new Capabilities(_settings) : context.GetInnerProperty<T>();
    }

    /// <summary>Request channels over request channels; with a session those of a session. Duplex channels are refused when built.</summary>
    public override bool CanBuildChannelFactory<TChannel>(BindingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return typeof(TChannel) == Shape
            ? context.CanBuildInnerChannelFactory<IRequestChannel>()
            // Claimed only to refuse it in words: a plain false reads as a defect of the contract.
            : typeof(TChannel) == typeof(IDuplexSessionChannel)
                && !context.CanBuildInnerChannelFactory<IRequestChannel>() && context.CanBuildInnerChannelFactory<IDuplexSessionChannel>();
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Settings contradict each other, or are not offered; the message says what to change.</exception>
    /// <exception cref="NotSupportedException">The transport has no request and reply.</exception>
    public override IChannelFactory<TChannel> BuildChannelFactory<TChannel>(BindingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (typeof(TChannel) != Shape)
        {
            throw new NotSupportedException($"Message security is offered over transports with request and reply, HTTP and HTTPS, and makes {Shape.Name} there; "
                + $"asked for was {typeof(TChannel).Name} over {context.RemainingBindingElements.Find<TransportBindingElement>()?.GetType().Name ?? "no transport"}.");
        }

        // Settings are checked before the transport is touched.
        var security = EndpointSecurity.Create(this, context);
        var inner = context.BuildInnerChannelFactory<IRequestChannel>();
        return new SecurityChannelFactory<TChannel>(security, inner, context.Binding);
    }

    private Type Shape => BootstrapSecurityBindingElement is null ? typeof(IRequestChannel) : typeof(IRequestSessionChannel);
}
