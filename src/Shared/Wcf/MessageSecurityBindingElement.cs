#if CORE_WCF
namespace SecureConversation.CoreWCF;
#else
namespace SecureConversation.ServiceModel;
#endif

// The settings, which are the same for services and clients.
public sealed partial class MessageSecurityBindingElement
{
    private EngineBinding.SecurityBindingElement _settings = null!;

    /// <summary>An element with settings of the engine, for what the static methods do not make.</summary>
    /// <param name="settings">The settings; the properties of this object start from them.</param>
    public MessageSecurityBindingElement(EngineBinding.SecurityBindingElement settings) => Settings = settings;

    private MessageSecurityBindingElement(MessageSecurityBindingElement other)
        : base(other)
    {
        _settings = other._settings;
        BootstrapSecurityBindingElement = (MessageSecurityBindingElement?)other.BootstrapSecurityBindingElement?.Clone();
        HandOutUnsignedHeaders = other.HandOutUnsignedHeaders;
        HandOutCanonicalForm = other.HandOutCanonicalForm;
        MaxAttributesPerElement = other.MaxAttributesPerElement;
        MaxNamespaceDeclarations = other.MaxNamespaceDeclarations;
        MessageLog = other.MessageLog;
        MessageLogging = other.MessageLogging;
        CopyLocal(other);
    }

    /// <summary>
    /// All settings in the types of the engine, also those that have no property here. A snapshot: set it to change something.
    /// </summary>
    public EngineBinding.SecurityBindingElement Settings
    {
        get => Translation.WithSession(WithLocal(_settings), session =>
            session with { BootstrapSecurityBindingElement = BootstrapSecurityBindingElement?.Settings });
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _settings = value;
            var bootstrap = Translation.Session(value)?.BootstrapSecurityBindingElement;
            BootstrapSecurityBindingElement = bootstrap is null ? null : new(bootstrap);
            TakeLocal(value);
        }
    }

    /// <summary>The security of the handshake, itself free to be changed; null when no session is established.</summary>
    public MessageSecurityBindingElement? BootstrapSecurityBindingElement { get; private set; }

    /// <summary>The algorithms. Default Basic256. Set it on the bootstrap of a session as well.</summary>
    /// <exception cref="ArgumentException">Set to a suite that the engine does not have, or one of the application's own.</exception>
    public SecurityAlgorithmSuite DefaultAlgorithmSuite
    {
        get => Translation.FromEngine(_settings.DefaultAlgorithmSuite);
        set => _settings = _settings with { DefaultAlgorithmSuite = Translation.ToEngine(value) };
    }

    /// <summary>
    /// The versions of the protocols. As in WCF, that of a bootstrap is one of its own: the header of the handshake has it, the body of the
    /// handshake and the messages of the session have that of the outer element.
    /// </summary>
    public MessageSecurityVersion MessageSecurityVersion
    {
        get => Translation.FromEngine(_settings.MessageSecurityVersion);
        set => _settings = _settings with { MessageSecurityVersion = Translation.ToEngine(value) };
    }

    /// <summary>The order of the children of the security header. Default Strict.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to a value without a name.</exception>
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

    /// <summary>Who contributes to the key of a session. Default CombinedEntropy. That of a bootstrap has no effect, as in WCF.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to a value without a name.</exception>
    public SecurityKeyEntropyMode KeyEntropyMode
    {
        get => Translation.ByName<SecurityKeyEntropyMode>(_settings.KeyEntropyMode);
        set => _settings = _settings with { KeyEntropyMode = Translation.ByName<EngineBinding.SecurityKeyEntropyMode>(value) };
    }

    /// <summary>The order of signing and encrypting. Default SignBeforeEncryptAndEncryptSignature.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to a value without a name.</exception>
    public MessageProtectionOrder MessageProtectionOrder
    {
        get => Translation.ByName<MessageProtectionOrder>(_settings.MessageProtectionOrder);
        set => _settings = _settings with { MessageProtectionOrder = Translation.ByName<EngineBinding.MessageProtectionOrder>(value) };
    }

    /// <summary>
    /// Whether a reply confirms the signatures of its request; needs WS-Security 1.1. Default false; some of the static methods set it.
    /// </summary>
    public bool RequireSignatureConfirmation
    {
        get => _settings.RequireSignatureConfirmation;
        set => _settings = _settings with { RequireSignatureConfirmation = value };
    }

    /// <summary>
    /// Whether the primary signature covers the token of its own key, where the message brings that. Default false. With true a service
    /// demands it of requests, as WCF's does.
    /// </summary>
    public bool ProtectTokens
    {
        get => _settings.ProtectTokens;
        set => _settings = _settings with { ProtectTokens = value };
    }

    /// <summary>
    /// Whether the service sends replies without security, and the client accepts such. Default false. Other than in WCF faults stay
    /// protected, and so do the messages that open, renew and end sessions; on the bootstrap of a session true is refused. Host and channel
    /// factory warn in their log.
    /// </summary>
    public bool EnableUnsecuredResponse
    {
        get => _settings.EnableUnsecuredResponse;
        set => _settings = _settings with { EnableUnsecuredResponse = value };
    }

    /// <summary>
    /// Where TLS protects messages: whether they may travel without it, as behind a proxy that ends TLS. Default false. Set it on the
    /// bootstrap of a session as well.
    /// </summary>
    public bool AllowInsecureTransport
    {
        get => _settings.AllowInsecureTransport;
        set => _settings = _settings with { AllowInsecureTransport = value };
    }

    /// <summary>
    /// Where both sides sign with their own keys (WS-Security 1.0): whether a reply may carry the certificate of the service. False
    /// elsewhere.
    /// </summary>
    /// <exception cref="InvalidOperationException">Set to true on an element of another kind.</exception>
    public bool AllowSerializedSigningTokenOnReply
    {
        get => _settings is EngineBinding.AsymmetricSecurityBindingElement { AllowSerializedSigningTokenOnReply: true };
        set => _settings = _settings switch
        {
            EngineBinding.AsymmetricSecurityBindingElement asymmetric => asymmetric with { AllowSerializedSigningTokenOnReply = value },
            var other when !value => other,
            _ => throw new InvalidOperationException(
                "AllowSerializedSigningTokenOnReply belongs to elements with two certificates that sign."),
        };
    }

    /// <summary>
    /// Whether a session is kept by the service until it is cancelled. False: its state travels in a cookie, so the application has no
    /// session id, and no contract can have SessionMode.Required. False without a session.
    /// </summary>
    /// <exception cref="InvalidOperationException">Set to true without a session.</exception>
    public bool RequireCancellation
    {
        get => Translation.Session(_settings) is { RequireCancellation: true };
        set => _settings = !value || Translation.Session(_settings) is not null
            ? Translation.WithSession(_settings, session => session with { RequireCancellation = value })
            : throw new InvalidOperationException("RequireCancellation needs a session: use CreateSecureConversationBindingElement.");
    }

    /// <summary>
    /// Whether the key of a session may be renewed. True for each session until it is set, and false without one. False at the service:
    /// renewals are refused, and a session ends with its key; at the client: it does not renew. Without effect where
    /// <see cref="RequireCancellation"/> is false.
    /// </summary>
    /// <exception cref="InvalidOperationException">Set to true without a session.</exception>
    public bool CanRenewSession
    {
        get => Translation.Session(_settings) is { CanRenewSession: true };
        set => _settings = !value || Translation.Session(_settings) is not null
            ? Translation.WithSession(_settings, session => session with { CanRenewSession = value })
            : throw new InvalidOperationException("CanRenewSession needs a session: use CreateSecureConversationBindingElement.");
    }

    /// <summary>
    /// Whether header blocks that no signature covers reach the application. Anybody on the way can add or change them. Default
    /// true, as WCF does it, because message inspectors rely on it; false removes them.
    /// </summary>
    public bool HandOutUnsignedHeaders { get; set; } = true;

    /// <summary>
    /// Whether the application gets exactly what was digested: the signed parts in canonical form. A namespace
    /// declaration that the signature does not cover is then missing, so that a prefix in a value that somebody on the way could have bound
    /// to another namespace (<c>xsi:type="q:X"</c>) is an error for the application, and not a forged name. Default false: messages of
    /// WCF do not cover such prefixes, those of this library do. Needs
    /// <see cref="HandOutUnsignedHeaders"/> = false.
    /// </summary>
    public bool HandOutCanonicalForm { get; set; }

    /// <summary>
    /// Maximum number of attributes of an element, namespace declarations included. WCF has no such limit. 1 to 32,768; default 512.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to a value out of its range.</exception>
    public int MaxAttributesPerElement { get; set => field = InRange(value, 32 * 1024); } = 512;

    /// <summary>
    /// Maximum number of namespace declarations in scope of an element: its own and those of the elements around it. WCF has no such limit.
    /// The time that a stranger's message takes grows with it. 1 to 4,096; default 256.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to a value out of its range.</exception>
    public int MaxNamespaceDeclarations { get; set => field = InRange(value, 4096); } = 256;

    /// <summary>
    /// Takes the envelopes that are sent and received, as WCF's message logging. Null
    /// (default): nothing is logged. The message logging of the platform sees messages in clear only. Stays with the caller.
    /// </summary>
    public Diagnosis.IMessageLog? MessageLog { get; set; }

    /// <summary>What <see cref="MessageLog"/> is given. Default: envelopes as on the wire, of at most 256 KiB.</summary>
    public Diagnosis.MessageLoggingOptions MessageLogging { get; set; } = new();

    /// <summary>
    /// Whether keys are derived from the one that protects messages; the bootstrap of a session stays as it is. Where each side signs with
    /// its own key, only the keys that encrypt are derived.
    /// </summary>
    public void SetKeyDerivation(bool requireDerivedKeys) => _settings = _settings.SetKeyDerivation(requireDerivedKeys);

    /// <inheritdoc/>
    public override BindingElement Clone() => new MessageSecurityBindingElement(this);

    /// <inheritdoc/>
    public override T GetProperty<T>(BindingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        // WCF may ask with a context that holds no other element, so the inner ones are not touched for this.
        return typeof(T) == typeof(ISecurityCapabilities)
            ? (T)(object)new SecurityCapabilities(Settings)
            : context.GetInnerProperty<T>();
    }

    // The engine has the same ranges, but hears of the value when the first channel opens.
    private static int InRange(int value, int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, most);
        return value;
    }
}
