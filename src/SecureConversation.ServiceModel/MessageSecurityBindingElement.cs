using Microsoft.Extensions.Logging;
using SecureConversation.ServiceModel.Internal;

namespace SecureConversation.ServiceModel;

/// <summary>
/// Message security for a <see cref="CustomBinding"/>: what WCF calls SymmetricSecurityBindingElement and
/// AsymmetricSecurityBindingElement, made by the same factories. Stands above the encoder and the transport, which is HTTP, HTTPS or, for
/// sessions, net.tcp.
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
    /// <summary>
    /// Settings of the client alone: clock skew, replay window, validity of timestamps. May be changed in place. When keys of sessions are
    /// renewed is said in <see cref="Settings"/> (SessionKeyRenewalInterval, SessionKeyRolloverInterval): the stack does not let
    /// applications see WCF's properties for it.
    /// </summary>
    public LocalClientSecuritySettings LocalClientSettings { get; private set; } = null!;

    /// <summary>Where events of message security are logged; null (default) logs nothing.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>
    /// Whether a channel survives that the service has ended or forgotten its session, or may have: the next call opens another one, with
    /// another <c>SessionId</c>. The call that found it out fails, unless its operation is marked by <see cref="IdempotentAttribute"/>.
    /// What the service kept for the session, such as a service instance, is gone. Default false: the channel is faulted, as in WCF. True
    /// is refused without a session.
    /// </summary>
    public bool ReopenLostSessions { get; set; }

    /// <summary>
    /// What is signed and encrypted where neither the contract nor the caller says it: that of an imported policy; null for all.
    /// </summary>
    internal EngineBinding.ChannelProtectionRequirements? Protection { get; set; }

    /// <summary>
    /// Whether channels of this type are made: over transports of request and reply request channels, or request session channels for
    /// sessions with Cancel; over net.tcp duplex session channels.
    /// </summary>
    public override bool CanBuildChannelFactory<TChannel>(BindingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return IsDuplex(context)
            ? typeof(TChannel) == typeof(IDuplexSessionChannel)
            // What is below and belongs above is refused with a message, too.
            : typeof(TChannel) == Shape && (context.CanBuildInnerChannelFactory<IRequestChannel>()
                || context.RemainingBindingElements.Find<ReliableSessionBindingElement>() is not null);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">
    /// Settings contradict each other, or are not offered; the message says what to change.
    /// </exception>
    /// <exception cref="NotSupportedException">
    /// The transport has neither request and reply nor sessions whose messages go both ways.
    /// </exception>
    public override IChannelFactory<TChannel> BuildChannelFactory<TChannel>(BindingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (typeof(TChannel) == typeof(IDuplexSessionChannel) && IsDuplex(context))
        {
            return (IChannelFactory<TChannel>)(object)BuildDuplex(context);
        }

        if (typeof(TChannel) != Shape)
        {
            var transport = context.RemainingBindingElements.Find<TransportBindingElement>()?.GetType().Name ?? "no transport";
            throw new NotSupportedException("Message security is offered over HTTP and HTTPS, where it makes "
                + $"{Shape.Name}, and over net.tcp, where it makes {nameof(IDuplexSessionChannel)}; asked for was {typeof(TChannel).Name} "
                + $"over {transport}.");
        }

        // Settings are checked before the transport is touched.
        Neighbours.Require(context.Binding.Elements);
        var security = EndpointSecurity.Create(this, context);
        var inner = context.BuildInnerChannelFactory<IRequestChannel>();
        security.Use(inner, context.Binding.OpenTimeout);
        return new SecurityChannelFactory<TChannel>(security, inner, context.Binding);
    }

    private DuplexSecurityChannelFactory BuildDuplex(BindingContext context)
    {
        Neighbours.Require(context.Binding.Elements);
        if (ReopenLostSessions)
        {
            throw new InvalidOperationException("ReopenLostSessions is true, and a session whose messages go both ways ends with its "
                + "connection, as in WCF: set it to false.");
        }

        if (context.Binding.Elements.Find<ReliableSessionBindingElement>() is not null)
        {
            throw new InvalidOperationException("Reliable sessions over net.tcp are not offered with message security: set "
                + "ReliableSession.Enabled to false, or take the ReliableSessionBindingElement out, on both sides.");
        }

        var security = EndpointSecurity.Create(this, context);
        security.Binding.RequireDuplex();
        var requests = new RequestsOverSessions(context.BuildInnerChannelFactory<IDuplexSessionChannel>(), context.Binding);
        security.Use(requests, context.Binding.OpenTimeout);
        return new DuplexSecurityChannelFactory(security, requests, context.Binding);
    }

    private static bool IsDuplex(BindingContext context) =>
        !context.CanBuildInnerChannelFactory<IRequestChannel>() && context.CanBuildInnerChannelFactory<IDuplexSessionChannel>();

    // A session that travels in a cookie is none for WCF: a contract with SessionMode.Required is refused by its words.
    private Type Shape =>
        BootstrapSecurityBindingElement is not null && RequireCancellation ? typeof(IRequestSessionChannel) : typeof(IRequestChannel);

    private EngineBinding.SecurityBindingElement WithLocal(EngineBinding.SecurityBindingElement settings) =>
        settings with { LocalClientSettings = Translation.ToEngine(LocalClientSettings, settings.LocalClientSettings) };

    private void TakeLocal(EngineBinding.SecurityBindingElement settings) =>
        LocalClientSettings = Translation.FromEngine(settings.LocalClientSettings);

    private void CopyLocal(MessageSecurityBindingElement other)
    {
        LocalClientSettings = other.LocalClientSettings.Clone();
        LoggerFactory = other.LoggerFactory;
        ReopenLostSessions = other.ReopenLostSessions;
        Protection = other.Protection;
    }
}
