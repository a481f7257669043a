using System.IdentityModel.Tokens;
using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using System.Xml;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace SecureConversation.ServiceModel.Internal;

/// <summary>All that the channels of one factory share: settings, credentials and how messages are read and addressed.</summary>
internal sealed class EndpointSecurity : IDisposable
{
    private readonly IssuerChannels _issuers;
    private NegotiationLegs _legs = null!;
    private readonly ConditionalWeakTable<EndpointAddress, MessageSecurityClient> _clients = [];
    private readonly Lock _gate = new();
    private EngineCredentials.X509Credential? _clientCertificate;
    private EngineCredentials.X509Credential? _clientEncryption;
    private IdempotentActions? _idempotent;

    private EndpointSecurity(EngineBinding.MessageSecurityBinding binding, ClientCredentials credentials, ILoggerFactory? loggerFactory)
    {
        Binding = binding;
        Credentials = credentials;
        LoggerFactory = loggerFactory;
        _issuers = new IssuerChannels(this);
        Log = loggerFactory?.CreateLogger("SecureConversation.ServiceModel") ?? (ILogger)NullLogger.Instance;
    }

    public EngineBinding.MessageSecurityBinding Binding { get; }
    public ILogger Log { get; }
    public ILoggerFactory? LoggerFactory { get; }

    /// <summary>The credentials that the application gave the endpoint.</summary>
    public ClientCredentials Credentials { get; }

    /// <summary>Where issued tokens come from; null where the application said nothing about them.</summary>
    public IssuedTokenClientBehavior? IssuedTokens { get; private init; }

    /// <summary>Whether what protects messages, or handshakes, is negotiated with the service.</summary>
    public bool Negotiates => Knowledge == ServiceKnowledge.Identity;

    public required MessageVersion Version { get; init; }

    /// <summary>Whether the requirements say which headers the contract has.</summary>
    public required bool KnowsContract { get; init; }

    /// <summary>The most octets that a reply may take as text: the transport bounds what arrives, in whatever encoding.</summary>
    public required int MostOctetsAsText { get; init; }

    /// <summary>Whether replies arrive while they are read.</summary>
    public required bool StreamsReplies { get; init; }

    /// <summary>Whether replies are known to have arrived when they are read.</summary>
    public required bool BuffersReplies { get; init; }

    /// <summary>Whether protected messages write themselves: to <see cref="OctetEncoding"/>, or to an encoder of the stack.</summary>
    public required bool SendsEnvelopes { get; init; }

    /// <summary>Makes messages for the application.</summary>
    public required EnvelopeReader Replies { get; init; }

    /// <summary>Whether a channel survives its session.</summary>
    public required bool ReopensLostSessions { get; init; }

    /// <summary>The reliable session above message security; null for none.</summary>
    public required ReliableMessaging? ReliableMessaging { get; init; }

    public required bool HandsOutUnsignedHeaders { get; init; }
    public required bool HandsOutCanonicalForm { get; init; }
    public required int MaxAttributesPerElement { get; init; }
    public required int MaxNamespaceDeclarations { get; init; }
    public required Diagnosis.IMessageLog? MessageLog { get; init; }
    public required Diagnosis.MessageLoggingOptions MessageLogging { get; init; }

    /// <summary>Whether we write the address of the service into requests, in place of the transport or the application.</summary>
    public required bool AppliesAddress { get; init; }

    /// <summary>Says which transport the messages of negotiations take. Called once, before the first channel.</summary>
    public void Use(IChannelFactory<IRequestChannel> inner, TimeSpan openTimeout) => _legs = new NegotiationLegs(this, inner, openTimeout);

    /// <summary>Sends a message of a handshake over a channel of its own, where each handshake has one.</summary>
    /// <inheritdoc cref="NegotiationLegs.ExchangeAsync"/>
    public ValueTask<ReadOnlyMemory<byte>> SendLegAsync(
        EndpointAddress address, Uri via, HandshakeStep.Send leg, CancellationToken stop) => _legs.ExchangeAsync(address, via, leg, stop);

    /// <exception cref="InvalidOperationException">Settings contradict each other, or are not offered.</exception>
    public static EndpointSecurity Create(MessageSecurityBindingElement element, BindingContext context)
    {
        if (element.HandOutUnsignedHeaders && element.HandOutCanonicalForm)
        {
            throw new InvalidOperationException(
                "HandOutCanonicalForm hands out nothing but what was signed: set HandOutUnsignedHeaders to false.");
        }

        if (element.ReopenLostSessions && element.BootstrapSecurityBindingElement is null)
        {
            throw new InvalidOperationException("ReopenLostSessions is set, and the binding establishes no sessions: leave it at false.");
        }

        var encoding = context.RemainingBindingElements.Find<MessageEncodingBindingElement>();
        var http = context.RemainingBindingElements.Find<HttpTransportBindingElement>();
        var version = encoding?.MessageVersion
            ?? context.GetInnerProperty<MessageVersion>() ?? MessageVersion.Default;
        var protection = context.BindingParameters.Find<EngineBinding.ChannelProtectionRequirements>()
            ?? context.BindingParameters.Find<ContractRequirements>()?.Requirements ?? element.Protection;
        var reliable = ReliableMessaging.Of(context.Binding.Elements);
        if (reliable is not null && element.ReopenLostSessions)
        {
            throw new InvalidOperationException("ReopenLostSessions is set, and the binding has a reliable session, which ends with its "
                + "security session: leave it at false.");
        }

        // The engine knows the messages of a sequence. Where TLS protects them it is asked for the parts alone.
        var isOverTransport = element.Settings is EngineBinding.TransportSecurityBindingElement;
        var parts = isOverTransport
            ? reliable?.Protect(protection ?? EngineBinding.ChannelProtectionRequirements.Default) ?? protection
            : protection;
        var binding = StackRefusals.Checked(() =>
            EngineBinding.MessageSecurityBinding.Create(element.Settings, Translation.ToEngine(version), parts,
                isOverTransport ? null : reliable?.Settings));
        RequireTransportOf(binding, context);
        return new EndpointSecurity(binding, CredentialsOf(context), element.LoggerFactory)
        {
            _idempotent = context.BindingParameters.Find<IdempotentActions>(),
            IssuedTokens = context.BindingParameters.Find<IssuedTokenClientBehavior>(),
            ReopensLostSessions = element.ReopenLostSessions,
            ReliableMessaging = reliable,
            HandsOutUnsignedHeaders = element.HandOutUnsignedHeaders,
            HandsOutCanonicalForm = element.HandOutCanonicalForm,
            MaxAttributesPerElement = element.MaxAttributesPerElement,
            MaxNamespaceDeclarations = element.MaxNamespaceDeclarations,
            MessageLog = element.MessageLog,
            MessageLogging = element.MessageLogging,
            Version = version,
            // Where TLS protects messages, it protects all headers.
            KnowsContract = protection is not null || binding.Element is EngineBinding.TransportSecurityBindingElement,
            MostOctetsAsText = MostOf(context.RemainingBindingElements.Find<TransportBindingElement>()),
            StreamsReplies = http is { TransferMode: TransferMode.Streamed or TransferMode.StreamedResponse },
            // Sessions of net.tcp have whole messages.
            BuffersReplies = http is { TransferMode: TransferMode.Buffered or TransferMode.StreamedRequest }
                || context.RemainingBindingElements.Find<TcpTransportBindingElement>() is not null,
            Replies = new EnvelopeReader(version, context.GetInnerProperty<XmlDictionaryReaderQuotas>() ?? XmlDictionaryReaderQuotas.Max),
            AppliesAddress = TakeOverAddressing(context, version),
            // Last, because it takes the place of an element that the rest asks for.
            SendsEnvelopes = OctetEncoding.IsWriter(context) || OctetEncoding.TryPut(context),
        };
    }

    /// <summary>
    /// The engine for one address. Its channels share it, because it remembers that the certificate of the service was found good.
    /// </summary>
    /// <exception cref="InvalidOperationException">Credentials that the binding needs are missing or not offered.</exception>
    public MessageSecurityClient ClientFor(EndpointAddress address) => _clients.GetValue(address, CreateClient);

    /// <summary>Whether the caller said that a request with this action may be executed twice.</summary>
    public bool IsIdempotent(string? action) => _idempotent?.Contains(action) == true;

    /// <summary>
    /// Gets what the next message to an address needs and is not there: tokens of issuers, and a context that is negotiated with the
    /// service. At once where it needs nothing.
    /// </summary>
    /// <param name="address">The address of the service.</param>
    /// <param name="via">Where messages to it are sent.</param>
    /// <param name="deadline">When the caller gives up waiting.</param>
    /// <param name="isAsync">False to wait on the thread of the caller.</param>
    /// <param name="aborted">The caller was aborted. Others may wait for the same.</param>
    /// <exception cref="SecurityNegotiationException">There is no token, or the negotiation failed.</exception>
    /// <exception cref="MessageSecurityException">The service is another than the expected one.</exception>
    /// <exception cref="TimeoutException">It was not there in time.</exception>
    public async Task PrepareAsync(EndpointAddress address, Uri via, Deadline deadline, bool isAsync, CancellationToken aborted)
    {
        var client = ClientFor(address);
        if (!client.NeedsIssuedTokens && !client.NeedsNegotiation)
        {
            return;
        }

        using var late = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        try
        {
            if (deadline.Remaining < Envelopes.LongestTimer)
            {
                late.CancelAfter(deadline.Remaining);
            }

            var prepared = PrepareAsync(client, address, via, late.Token);
            if (isAsync)
            {
                await prepared.ConfigureAwait(false);
            }
            else
            {
                prepared.GetAwaiter().GetResult();
            }
        }
        catch (OperationCanceledException e) when (late.IsCancellationRequested && !aborted.IsCancellationRequested)
        {
            throw new TimeoutException(client.NeedsNegotiation
                ? $"What protects messages could not be negotiated within {deadline.Timeout}."
                : $"No token could be had from the issuer within {deadline.Timeout}.", e);
        }
    }

    /// <summary>
    /// Reads a reply. Messages are read synchronously: where the network still delivers one, no thread of the pool must wait for it.
    /// </summary>
    public Task<PooledBuffer> ReadAsync(Message reply, Deadline deadline, bool isAsync) => isAsync && StreamsReplies
        ? Task.Factory.StartNew(
            () => Envelopes.OfReply(reply, deadline, MostOctetsAsText), CancellationToken.None, TaskCreationOptions.LongRunning,
            TaskScheduler.Default)
        : Task.FromResult(BuffersReplies
            ? Envelopes.OfReply(reply, MostOctetsAsText) : Envelopes.OfReply(reply, deadline, MostOctetsAsText));

    /// <summary>Reads a reply of a handshake.</summary>
    public async Task<ReadOnlyMemory<byte>> ReadCopyAsync(Message reply, Deadline deadline, bool isAsync)
    {
        using var envelope = await ReadAsync(reply, deadline, isAsync).ConfigureAwait(false);
        return envelope.Written.ToArray();
    }

    public void Dispose()
    {
        _clientCertificate?.Dispose();
        _clientEncryption?.Dispose();
        _issuers.Dispose();
    }

    private async Task PrepareAsync(MessageSecurityClient client, EndpointAddress address, Uri via, CancellationToken late)
    {
        try
        {
            await client.EnsureIssuedTokensAsync(address.Uri, late).ConfigureAwait(false);
        }
        catch (EngineCredentials.IssuedTokenException e)
        {
            throw new SecurityNegotiationException(e.Message, e.InnerException);
        }

        try
        {
            await client.EnsureNegotiatedAsync(address.Uri, (leg, stop) => _legs.ExchangeAsync(address, via, leg, stop), late)
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is SecureConversationException or SecurityTokenException)
        {
            throw SecurityErrors.ForNegotiation(e);
        }
    }

    private MessageSecurityClient CreateClient(EndpointAddress address) => StackRefusals.Checked(() =>
    {
        var certificate = Keep(ref _clientCertificate, Credentials.ClientCertificate.Certificate);
        var encryption = Keep(ref _clientEncryption, (Credentials as MessageSecurityClientCredentials)?.ClientEncryptionCertificate);
        var credentials = CredentialTranslation.ToEngine(
            Credentials, certificate, encryption, address, IssuedTokens, Knowledge);
        return new MessageSecurityClient(Binding, credentials, new MessageSecurityClientOptions
        {
            LoggerFactory = LoggerFactory,
            IssuedTokenProvider = _issuers,
            // The transport has limited what comes in before.
            MaxEnvelopeBytes = int.MaxValue,
            HandOutUnsignedHeaders = HandsOutUnsignedHeaders,
            HandOutCanonicalForm = HandsOutCanonicalForm,
            MaxAttributesPerElement = MaxAttributesPerElement,
            MaxNamespaceDeclarations = MaxNamespaceDeclarations,
            MessageLog = MessageLog,
            MessageLogging = MessageLogging,
        });
    });

    // Names of the binary encoding take most as text in headers, which are small.
    private static int MostOf(TransportBindingElement? transport) => transport is { MaxReceivedMessageSize: > 0 and var size }
        ? (int)Math.Min(int.MaxValue, (2 * Math.Min(size, int.MaxValue)) + (256 * 1024))
        : int.MaxValue;

    /// <summary>As WCF does: what carries tokens in clear authenticates the service and encrypts.</summary>
    private static void RequireTransportOf(EngineBinding.MessageSecurityBinding binding, BindingContext context)
    {
        if (binding.RequiresSecureTransport && context.GetInnerProperty<ISecurityCapabilities>() is not
            {
                SupportsServerAuthentication: true,
                SupportedRequestProtectionLevel: ProtectionLevel.EncryptAndSign,
                SupportedResponseProtectionLevel: ProtectionLevel.EncryptAndSign,
            })
        {
            throw new InvalidOperationException("The messages of this binding are protected by the transport, and its transport does not "
                + "protect them: use HttpsTransportBindingElement, or set AllowInsecureTransport where something on the way adds TLS.");
        }
    }

    /// <summary>What the client has to know of the service before it sends anything.</summary>
    private ServiceKnowledge Knowledge => (Binding.Bootstrap ?? Binding.Element) switch
    {
        EngineBinding.TransportSecurityBindingElement => ServiceKnowledge.None,
        EngineBinding.SymmetricSecurityBindingElement symmetric => symmetric.ProtectionTokenParameters switch
        {
            EngineBinding.IssuedSecurityTokenParameters => ServiceKnowledge.None,
            EngineBinding.SslSecurityTokenParameters or EngineBinding.SspiSecurityTokenParameters
                or EngineBinding.KerberosSecurityTokenParameters => ServiceKnowledge.Identity,
            _ => ServiceKnowledge.Certificate,
        },
        _ => ServiceKnowledge.Certificate,
    };

    private EngineCredentials.X509Credential? Keep(ref EngineCredentials.X509Credential? credential, X509Certificate2? certificate)
    {
        lock (_gate)
        {
            return certificate is null ? null : credential ??= new EngineCredentials.X509Credential(certificate);
        }
    }

    private static ClientCredentials CredentialsOf(BindingContext context) =>
        context.BindingParameters.Find<SecurityCredentialsManager>() switch
        {
            ClientCredentials credentials => credentials,
            null => new ClientCredentials(),
            var other => throw new InvalidOperationException("Message security takes its credentials from ClientCredentials or a class "
                + $"derived from it; the endpoint has a {other.GetType().Name}."),
        };

    /// <summary>
    /// Takes addressing from the transport, which would write a:To and the headers of the address over what is signed by then. The element
    /// that is changed is the factory's own copy; the service model sees the one of the binding, and still adds its own headers.
    /// </summary>
    private static bool TakeOverAddressing(BindingContext context, MessageVersion version)
    {
        if (version.Addressing == AddressingVersion.None
            || context.RemainingBindingElements.Find<TransportBindingElement>() is not { ManualAddressing: false } transport)
        {
            return false;
        }

        transport.ManualAddressing = true;
        return true;
    }
}
