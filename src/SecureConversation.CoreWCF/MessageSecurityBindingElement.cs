using CoreWCF;
using CoreWCF.Channels;
using CoreWCF.Configuration;
using CoreWCF.Security;
using SecureConversation.CoreWCF.Internal;
using EngineBinding = SecureConversation.Binding;

namespace SecureConversation.CoreWCF;

/// <summary>
/// Message security, with or without a session, for a CoreWCF service: the place of WCF's symmetric and asymmetric security binding
/// elements. It comes first in a <see cref="CustomBinding"/>, above the encoder and the HTTP or HTTPS transport. Get one from the
/// static methods, which are those of WCF's SecurityBindingElement.
/// </summary>
/// <remarks>
/// The certificate of the service and the validation of clients come from the ServiceCredentials of the host. Contracts say by
/// <see cref="ProtectionLevelAttribute"/> which messages are only signed. Combinations of settings are checked when the host starts.
/// </remarks>
public sealed partial class MessageSecurityBindingElement : BindingElement
{
    private readonly MessageSecurityBindingElement? _bootstrap;
    private EngineBinding.SecurityBindingElement _settings;
    private LocalServiceSecuritySettings _localServiceSettings;

    /// <summary>An element with settings of the engine, for what the static methods do not make.</summary>
    /// <param name="settings">The settings; the properties of this object start from them.</param>
    public MessageSecurityBindingElement(EngineBinding.SecurityBindingElement settings)
        : this(settings, BootstrapOf(settings) is { } bootstrap ? new MessageSecurityBindingElement(bootstrap) : null)
    {
    }

    private MessageSecurityBindingElement(EngineBinding.SecurityBindingElement settings, MessageSecurityBindingElement? bootstrap)
    {
        _settings = settings;
        _bootstrap = bootstrap;
        _localServiceSettings = Translation.FromEngine(settings.LocalServiceSettings);
    }

    private MessageSecurityBindingElement(MessageSecurityBindingElement other)
        : base(other)
    {
        _settings = other._settings;
        _bootstrap = other._bootstrap is null ? null : new MessageSecurityBindingElement(other._bootstrap);
        _localServiceSettings = other._localServiceSettings.Clone();
        HandOutUnsignedHeaders = other.HandOutUnsignedHeaders;
    }

    /// <summary>The security of the handshake of a session; null without a session. In WCF it is found in the protection token parameters.</summary>
    public MessageSecurityBindingElement? BootstrapSecurityBindingElement => _bootstrap;

    /// <summary>The algorithms. Default Basic256. Set it on the bootstrap as well.</summary>
    /// <exception cref="NotSupportedException">A suite of one's own.</exception>
    public SecurityAlgorithmSuite DefaultAlgorithmSuite
    {
        get => Translation.FromEngine(_settings.DefaultAlgorithmSuite);
        set => _settings = _settings with { DefaultAlgorithmSuite = Translation.ToEngine(value) };
    }

    /// <summary>The versions of the protocols. Set it on the bootstrap as well.</summary>
    public MessageSecurityVersion MessageSecurityVersion
    {
        get => Translation.FromEngine(_settings.MessageSecurityVersion);
        set => _settings = _settings with { MessageSecurityVersion = Translation.ToEngine(value) };
    }

    /// <summary>The order of the children of the security header. Default Strict.</summary>
    public SecurityHeaderLayout SecurityHeaderLayout
    {
        get => Translation.ByName<SecurityHeaderLayout>(_settings.SecurityHeaderLayout);
        set => _settings = _settings with { SecurityHeaderLayout = Translation.ByName<EngineBinding.SecurityHeaderLayout>(value) };
    }

    /// <summary>Whether messages carry a timestamp. Default true.</summary>
    public bool IncludeTimestamp
    {
        get => _settings.IncludeTimestamp;
        set => _settings = _settings with { IncludeTimestamp = value };
    }

    /// <summary>Who contributes to the key of a session. Default CombinedEntropy.</summary>
    public SecurityKeyEntropyMode KeyEntropyMode
    {
        get => Translation.ByName<SecurityKeyEntropyMode>(_settings.KeyEntropyMode);
        set => _settings = _settings with { KeyEntropyMode = Translation.ByName<EngineBinding.SecurityKeyEntropyMode>(value) };
    }

    /// <summary>The order of signing and encrypting. Default SignBeforeEncryptAndEncryptSignature.</summary>
    public MessageProtectionOrder MessageProtectionOrder
    {
        get => Translation.ByName<MessageProtectionOrder>(_settings.MessageProtectionOrder);
        set => _settings = _settings with { MessageProtectionOrder = Translation.ByName<EngineBinding.MessageProtectionOrder>(value) };
    }

    /// <summary>Whether a reply confirms the signatures of its request. Default false; some of the static methods set it.</summary>
    public bool RequireSignatureConfirmation
    {
        get => _settings.RequireSignatureConfirmation;
        set => _settings = _settings with { RequireSignatureConfirmation = value };
    }

    /// <summary>Whether tokens are signed by the signature they make. Not offered: true is refused when the host starts.</summary>
    public bool ProtectTokens
    {
        get => _settings.ProtectTokens;
        set => _settings = _settings with { ProtectTokens = value };
    }

    /// <summary>Whether replies go out without security. Not offered: true is refused when the host starts.</summary>
    public bool EnableUnsecuredResponse
    {
        get => _settings.EnableUnsecuredResponse;
        set => _settings = _settings with { EnableUnsecuredResponse = value };
    }

    /// <summary>
    /// Whether header blocks that no signature covers reach the application. Anybody on the way can add or change them. Default
    /// true, as WCF does it, because message inspectors rely on it; false removes them.
    /// </summary>
    public bool HandOutUnsignedHeaders { get; set; } = true;

    /// <summary>Clock skew, replay detection, quota and lifetimes; may be changed in place. NonceCache and ReconnectTransportOnFailure have no effect.</summary>
    public LocalServiceSecuritySettings LocalServiceSettings
    {
        get => _localServiceSettings;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _localServiceSettings = value;
        }
    }

    /// <summary>
    /// Whether keys are derived from the one that protects messages; the bootstrap of a session stays as it is. Not offered where each
    /// side signs with its own key: true is refused when the host starts.
    /// </summary>
    public void SetKeyDerivation(bool requireDerivedKeys) => _settings = _settings.SetKeyDerivation(requireDerivedKeys);

    /// <summary>The settings as the engine knows them.</summary>
    public EngineBinding.SecurityBindingElement ToSecurityBindingElement()
    {
        var settings = _settings with { LocalServiceSettings = Translation.ToEngine(_localServiceSettings) };
        return settings is EngineBinding.SymmetricSecurityBindingElement { ProtectionTokenParameters: EngineBinding.SecureConversationSecurityTokenParameters token } session
            ? session with { ProtectionTokenParameters = token with { BootstrapSecurityBindingElement = _bootstrap?.ToSecurityBindingElement() } }
            : settings;
    }

    /// <inheritdoc/>
    public override BindingElement Clone() => new MessageSecurityBindingElement(this);

    /// <inheritdoc/>
    public override T GetProperty<T>(BindingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        // Asked with a context that holds no other element, so the inner ones must not be touched for it.
        return typeof(T) == typeof(ISecurityCapabilities)
            ? (T)(object)new SecurityCapabilities(ToSecurityBindingElement())
            : context.GetInnerProperty<T>();
    }

    /// <inheritdoc/>
    public override bool CanBuildServiceDispatcher<TChannel>(BindingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        // CoreWCF's net.tcp goes on without an element that cannot build: saying yes is the way to be asked, and then to refuse.
        return !IsRequestReply(context) || typeof(TChannel) == typeof(IReplyChannel) || typeof(TChannel) == typeof(IReplySessionChannel);
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The transport is not one of request and reply.</exception>
    /// <exception cref="InvalidOperationException">The contract asks for a session where the binding has none, or the other way round.</exception>
    /// <exception cref="ArgumentException">Settings contradict each other, or are not offered; the message says what to change.</exception>
    public override IServiceDispatcher BuildServiceDispatcher<TChannel>(BindingContext context, IServiceDispatcher innerDispatcher)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(innerDispatcher);
        if (!IsRequestReply(context))
        {
            throw new NotSupportedException($"{nameof(MessageSecurityBindingElement)} is offered over HTTP and HTTPS only, and not over WebSockets: "
                + $"{innerDispatcher.BaseAddress} needs HttpTransportBindingElement, or the security of its transport.");
        }

        var secured = SecuredServiceDispatcher.Create(this, context, innerDispatcher);
        return context.BuildNextServiceDispatcher<IReplyChannel>(secured);
    }

    // By type: net.tcp says yes to any shape of channel.
    private static bool IsRequestReply(BindingContext context) =>
        context.RemainingBindingElements.Find<HttpTransportBindingElement>() is not null && context.CanBuildNextServiceDispatcher<IReplyChannel>();

    private static EngineBinding.SecurityBindingElement? BootstrapOf(EngineBinding.SecurityBindingElement settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return settings is EngineBinding.SymmetricSecurityBindingElement { ProtectionTokenParameters: EngineBinding.SecureConversationSecurityTokenParameters token }
            ? token.BootstrapSecurityBindingElement
            : null;
    }
}
