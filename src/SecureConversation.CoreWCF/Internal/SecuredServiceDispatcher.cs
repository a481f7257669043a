using System.Xml;
using Microsoft.Extensions.Logging;
using WcfBinding = CoreWCF.Channels.Binding;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>Stands between the transport of an endpoint and its service.</summary>
internal sealed partial class SecuredServiceDispatcher : IServiceDispatcher
{
    private readonly IServiceDispatcher _service;
    private readonly EngineBinding.MessageSecurityBinding _binding;
    private readonly XmlDictionaryReaderQuotas _quotas;
    // Names of the binary encoding take most as text in headers, which are small.
    private const int RoomForHeaders = 256 * 1024;

    private readonly long _maxReceivedMessageSize;
    private readonly bool _handOutUnsignedHeaders;
    private readonly bool _handOutCanonicalForm;
    private readonly int _maxAttributesPerElement;
    private readonly int _maxNamespaceDeclarations;
    private readonly long _maxKeptReplyBytes;
    private readonly FailureAnswerOptions _failureAnswers;
    private readonly Diagnosis.IMessageLog? _messageLog;
    private readonly Diagnosis.MessageLoggingOptions _messageLogging;
    private readonly bool _isDuplex;
    private readonly Lock _gate = new();
    private DuplexEndpoint? _duplex;

    private SecuredServiceDispatcher(IServiceDispatcher service, EngineBinding.MessageSecurityBinding binding, BindingContext context,
        MessageSecurityBindingElement element, bool isDuplex)
    {
        _handOutUnsignedHeaders = element.HandOutUnsignedHeaders;
        _handOutCanonicalForm = element.HandOutCanonicalForm;
        _maxAttributesPerElement = element.MaxAttributesPerElement;
        _maxNamespaceDeclarations = element.MaxNamespaceDeclarations;
        _maxKeptReplyBytes = context.Binding.Elements.Find<ReliableSessionBindingElement>()?.MaxKeptReplyBytes
            ?? ReliableSessionBindingElement.DefaultKeptReplyBytes;
        _failureAnswers = element.FailureAnswers;
        _messageLog = element.MessageLog;
        _messageLogging = element.MessageLogging;
        _service = service;
        _binding = binding;
        _isDuplex = isDuplex;
        _quotas = context.GetInnerProperty<XmlDictionaryReaderQuotas>() ?? XmlDictionaryReaderQuotas.Max;
        _maxReceivedMessageSize = context.RemainingBindingElements.Find<TransportBindingElement>()?.MaxReceivedMessageSize ?? 0;
    }

    public Uri BaseAddress => _service.BaseAddress;

    public WcfBinding Binding => _service.Binding;

    public ServiceHostBase Host => _service.Host;

    public IList<Type> SupportedChannelTypes => _service.SupportedChannelTypes;

    /// <exception cref="InvalidOperationException">
    /// Settings contradict each other, or are not offered, or contract and binding do not agree about sessions.
    /// </exception>
    /// <param name="element">The settings.</param>
    /// <param name="context">The elements below.</param>
    /// <param name="service">The service.</param>
    /// <param name="isDuplex">Whether the messages of the transport go both ways.</param>
    public static SecuredServiceDispatcher Create(
        MessageSecurityBindingElement element, BindingContext context, IServiceDispatcher service, bool isDuplex = false)
    {
        Neighbours.Require(context.Binding.Elements);
        var reliable = context.Binding.Elements.Find<ReliableSessionBindingElement>();
        if (isDuplex && reliable is not null)
        {
            throw new InvalidOperationException("Reliable sessions are not offered over net.tcp, which loses no messages while a "
                + "connection lasts: set ReliableSession.Enabled to false, or take the ReliableSessionBindingElement out, on both sides.");
        }

        var binding = StackRefusals.Checked(() => EngineBinding.MessageSecurityBinding.Create(
            element.Settings, Translation.ToEngine(service.Binding.MessageVersion), ContractProtection.Of(
                service.Host.Description.Endpoints.Where(e => e.ListenUri == service.BaseAddress).SelectMany(e => e.Contract.Operations)),
            reliable?.Settings));
        if (isDuplex)
        {
            binding.RequireDuplex();
            var dispatcher = new SecuredServiceDispatcher(service, binding, context, element, isDuplex);
            dispatcher.RequireCredentials();
            return dispatcher;
        }

        if (!service.SupportedChannelTypes.Contains(HasChannels(binding) ? typeof(IReplySessionChannel) : typeof(IReplyChannel)))
        {
            throw new InvalidOperationException(HasChannels(binding)
                ? $"A contract at {service.BaseAddress} has SessionMode.NotAllowed, but its binding establishes sessions: "
                    + "set SessionMode to Allowed, or EstablishSecurityContext to false."
                : CookieKeys.HasCookies(binding)
                ? $"A contract at {service.BaseAddress} has SessionMode.Required, but the sessions of its binding travel in cookies, and "
                    + "the service has no state of them: set RequireCancellation to true, or SessionMode to Allowed."
                : $"A contract at {service.BaseAddress} has SessionMode.Required, but its binding establishes no sessions: "
                    + "use CreateSecureConversationBindingElement, or set EstablishSecurityContext to true.");
        }

        return new SecuredServiceDispatcher(service, binding, context, element, isDuplex);
    }

    public Task<IServiceChannelDispatcher> CreateServiceChannelDispatcherAsync(IChannel channel)
    {
        if (channel is IDuplexSessionChannel duplex && _isDuplex)
        {
            return OpenAsync(duplex);
        }

        if (channel is not IReplyChannel)
        {
            throw new NotSupportedException(
                "Message security is not offered over WebSockets: set WebSocketSettings.TransportUsage to Never.");
        }

        // Not an async method: the transport calls it when the host starts, and an exception about missing credentials must end the start.
        var started = new Started(this, channel);
        var sessions = new SessionChannels(_service, channel, TerminatingOperations.Of(Host, BaseAddress, started.CloseTimeout),
            started.Validator, started.Clock, started.Logger);
        var failures = new ReplyFailures(started.Logger, started.Clock);
        var security = started.Create(sessions.End);

        // CoreWCF closes no channel when the application stops. By then there are no more requests, and services still have what they use.
        started.Lifetime?.ApplicationStopped.Register(() => sessions.EndAllAsync(security).Wait(started.CloseTimeout));
        Host.Closed += (_, _) => failures.Dispose();
        return CreateAsync(channel, security, sessions, failures, started.Logger, started.Validator);
    }

    private async Task<IServiceChannelDispatcher> OpenAsync(IDuplexSessionChannel channel)
    {
        var dispatcher = new DuplexChannelDispatcher(DuplexEndpointOf(channel), channel);
        await channel.OpenAsync().ConfigureAwait(false);
        return dispatcher;
    }

    /// <summary>The endpoint over a transport whose messages go both ways, started with its first connection.</summary>
    private DuplexEndpoint DuplexEndpointOf(IDuplexSessionChannel channel)
    {
        lock (_gate)
        {
            if (_duplex is null)
            {
                var started = new Started(this, channel);
                DuplexEndpoint? endpoint = null;
                var security = started.Create(session => Volatile.Read(ref endpoint)?.End(session));
                var local = _binding.Element.LocalServiceSettings;
                Volatile.Write(ref endpoint, new DuplexEndpoint(security, _service, _quotas, started.Validator, started.Clock,
                    started.Logger, local.NegotiationTimeout, local.MaxPendingSessions, MostOctetsAsText));
                _duplex = endpoint;
            }

            return _duplex;
        }
    }

    /// <summary>
    /// CoreWCF filters by address what is dispatched to the service. Here the same rule is applied to handshakes too, which it never sees:
    /// over HTTP it compares only the path, with the addresses of the endpoints that listen here.
    /// </summary>
    private static AddressFilter AddressFilterOf(ServiceHostBase host, Uri listenAddress)
    {
        Uri[] own = [.. host.Description.Endpoints
            .Where(e => e.ListenUri == listenAddress && e.Address is not null).Select(e => e.Address.Uri)];
        return own.Length == 0 ? AddressFilter.Any : host.Description.Behaviors.Find<ServiceBehaviorAttribute>()?.AddressFilterMode switch
        {
            AddressFilterMode.Any => AddressFilter.Any,
            AddressFilterMode.Prefix => AddressFilter.Create((to, _) => to is { IsAbsoluteUri: true }
                && Array.Exists(own, a => to.AbsolutePath.StartsWith(a.AbsolutePath, StringComparison.OrdinalIgnoreCase))),
            _ => AddressFilter.Create((to, _) => Array.Exists(own, a => AddressFilter.PathOnly.Accepts(to, a))),
        };
    }

    private async Task<IServiceChannelDispatcher> CreateAsync(
        IChannel channel,
        MessageSecurityService security,
        SessionChannels sessions,
        ReplyFailures failures,
        ILogger logger,
        string validator)
    {
        // Each session has a channel of its own: the one of the transport serves only bindings without sessions that the service keeps.
        var single = HasChannels(_binding) ? null : await _service.CreateServiceChannelDispatcherAsync(channel).ConfigureAwait(false);
        return new SecuredChannelDispatcher(security, single, sessions, _quotas, failures, logger, validator, MostOctetsAsText);
    }

    /// <summary>Whether there is a channel for each session, as CoreWCF calls a session.</summary>
    private static bool HasChannels(EngineBinding.MessageSecurityBinding binding) =>
        binding.EstablishesSession && !CookieKeys.HasCookies(binding);

    /// <summary>The most octets that a message of the transport may take as text.</summary>
    private long MostOctetsAsText =>
        _maxReceivedMessageSize is > 0 and <= int.MaxValue ? (2 * _maxReceivedMessageSize) + RoomForHeaders : int.MaxValue;

    /// <summary>
    /// The transport has bounded the message before. What the engine gets is text, and a message in binary encoding is larger as text.
    /// </summary>
    private int MaxEnvelopeBytes()
    {
        var asText = 2 * Math.Min(_maxReceivedMessageSize, int.MaxValue);
        return (int)Math.Min(Math.Max(asText, new MessageSecurityServiceOptions().MaxEnvelopeBytes), Array.MaxLength);
    }
}
