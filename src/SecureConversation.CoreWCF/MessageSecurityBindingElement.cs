using SecureConversation.CoreWCF.Internal;

namespace SecureConversation.CoreWCF;

/// <summary>
/// Message security, with or without a session, for a CoreWCF service: the place of WCF's symmetric and asymmetric security binding
/// elements. It comes first in a <see cref="CustomBinding"/>, above the encoder and the transport: HTTP or HTTPS, or net.tcp for sessions.
/// Get one from the
/// static methods, which are those of WCF's SecurityBindingElement.
/// </summary>
/// <remarks>
/// The certificate of the service and the validation of clients come from the ServiceCredentials of the host. Contracts say by
/// <see cref="ProtectionLevelAttribute"/> which messages are only signed. Combinations of settings are checked when the host starts.
/// </remarks>
public sealed partial class MessageSecurityBindingElement : BindingElement
{
    private LocalServiceSecuritySettings _localServiceSettings = null!;
    private FailureAnswerOptions _failureAnswers = new();

    /// <summary>
    /// Clock skew, replay detection, quota and lifetimes; may be changed in place. NonceCache and ReconnectTransportOnFailure have no
    /// effect.
    /// </summary>
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
    /// When requests that are refused for their content are answered, so that the time tells nothing about keys. Default 25 ms after they
    /// arrived. WCF has no such setting.
    /// </summary>
    public FailureAnswerOptions FailureAnswers
    {
        get => _failureAnswers;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _failureAnswers = value;
        }
    }

    /// <inheritdoc/>
    public override bool CanBuildServiceDispatcher<TChannel>(BindingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        // Where an element says no, CoreWCF's net.tcp goes on without it, and so without security, and its HTTP answers 404. This says yes
        // to be asked, and refuses then.
        return !IsRequestReply(context) || typeof(TChannel) == typeof(IReplyChannel) || typeof(TChannel) == typeof(IReplySessionChannel)
            || IsDuplex<TChannel>();
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">
    /// The transport is not one of request and reply, or the contract has callbacks.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The contract asks for a session where the binding has none, or the other way round; settings contradict each other, or are not
    /// offered. The message says what to change.
    /// </exception>
    public override IServiceDispatcher BuildServiceDispatcher<TChannel>(BindingContext context, IServiceDispatcher innerDispatcher)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(innerDispatcher);
        if (IsSessionTransport(context))
        {
            return context.BuildNextServiceDispatcher<IDuplexSessionChannel>(
                SecuredServiceDispatcher.Create(this, context, innerDispatcher, isDuplex: true));
        }

        if (!IsRequestReply(context))
        {
            throw new NotSupportedException("MessageSecurityBindingElement is offered over HTTP, HTTPS and net.tcp, and not over "
                + $"WebSockets: {innerDispatcher.BaseAddress} needs HttpTransportBindingElement or TcpTransportBindingElement.");
        }

        if (IsDuplex<TChannel>()
            && !innerDispatcher.SupportedChannelTypes.Any(t => t == typeof(IReplyChannel) || t == typeof(IReplySessionChannel)))
        {
            throw new NotSupportedException($"A contract at {innerDispatcher.BaseAddress} has a CallbackContract, and message security "
                + "over HTTP offers no callbacks: take the CallbackContract out of its ServiceContract, and let clients ask.");
        }

        var secured = SecuredServiceDispatcher.Create(this, context, innerDispatcher);
        return context.BuildNextServiceDispatcher<IReplyChannel>(secured);
    }

    private static bool IsDuplex<TChannel>() =>
        typeof(TChannel) == typeof(IDuplexChannel) || typeof(TChannel) == typeof(IDuplexSessionChannel);

    // The type of the transport decides, because net.tcp says yes to any shape of channel.
    private static bool IsRequestReply(BindingContext context) =>
        context.RemainingBindingElements.Find<HttpTransportBindingElement>() is not null
        && context.CanBuildNextServiceDispatcher<IReplyChannel>();

    // Sessions of the transport carry messages both ways: net.tcp, named pipes.
    private static bool IsSessionTransport(BindingContext context) =>
        context.RemainingBindingElements.Find<ConnectionOrientedTransportBindingElement>() is { TransferMode: TransferMode.Buffered };

    private EngineBinding.SecurityBindingElement WithLocal(EngineBinding.SecurityBindingElement settings) =>
        settings with { LocalServiceSettings = Translation.ToEngine(_localServiceSettings) };

    private void TakeLocal(EngineBinding.SecurityBindingElement settings) =>
        _localServiceSettings = Translation.FromEngine(settings.LocalServiceSettings);

    private void CopyLocal(MessageSecurityBindingElement other)
    {
        _localServiceSettings = other._localServiceSettings.Clone();
        _failureAnswers = other._failureAnswers;
        ExportsTrust = other.ExportsTrust;
    }
}
