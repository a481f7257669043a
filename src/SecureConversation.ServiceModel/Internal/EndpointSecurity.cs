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

    public required MessageVersion Version { get; init; }

    /// <summary>Whether the requirements say which headers the contract has.</summary>
    public required bool KnowsContract { get; init; }

    /// <summary>Whether replies arrive while they are read.</summary>
    public required bool StreamsReplies { get; init; }

    /// <summary>Whether a channel survives its session.</summary>
    public required bool ReopensLostSessions { get; init; }

    public required bool HandsOutUnsignedHeaders { get; init; }
    public required bool HandsOutCanonicalForm { get; init; }
    public required int MaxAttributesPerElement { get; init; }
    public required int MaxNamespaceDeclarations { get; init; }
    public required Diagnosis.IMessageLog? MessageLog { get; init; }
    public required Diagnosis.MessageLoggingOptions MessageLogging { get; init; }
    public required XmlDictionaryReaderQuotas Quotas { get; init; }

    /// <summary>Whether we write the address of the service into requests, in place of the transport or the application.</summary>
    public required bool AppliesAddress { get; init; }

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

        var version = context.RemainingBindingElements.Find<MessageEncodingBindingElement>()?.MessageVersion
            ?? context.GetInnerProperty<MessageVersion>() ?? MessageVersion.Default;
        var protection = context.BindingParameters.Find<EngineBinding.ChannelProtectionRequirements>()
            ?? context.BindingParameters.Find<ContractRequirements>()?.Requirements ?? element.Protection;
        var binding = StackRefusals.Checked(() =>
            EngineBinding.MessageSecurityBinding.Create(element.Settings, Translation.ToEngine(version), protection));
        RequireTransportOf(binding, context);
        return new EndpointSecurity(binding, CredentialsOf(context), element.LoggerFactory)
        {
            _idempotent = context.BindingParameters.Find<IdempotentActions>(),
            IssuedTokens = context.BindingParameters.Find<IssuedTokenClientBehavior>(),
            ReopensLostSessions = element.ReopenLostSessions,
            HandsOutUnsignedHeaders = element.HandOutUnsignedHeaders,
            HandsOutCanonicalForm = element.HandOutCanonicalForm,
            MaxAttributesPerElement = element.MaxAttributesPerElement,
            MaxNamespaceDeclarations = element.MaxNamespaceDeclarations,
            MessageLog = element.MessageLog,
            MessageLogging = element.MessageLogging,
            Version = version,
            // Where TLS protects messages, it protects all headers.
            KnowsContract = protection is not null || binding.Element is EngineBinding.TransportSecurityBindingElement,
            StreamsReplies = context.RemainingBindingElements.Find<HttpTransportBindingElement>()
                is { TransferMode: TransferMode.Streamed or TransferMode.StreamedResponse },
            Quotas = context.GetInnerProperty<XmlDictionaryReaderQuotas>() ?? XmlDictionaryReaderQuotas.Max,
            AppliesAddress = TakeOverAddressing(context, version),
        };
    }

    /// <summary>
    /// The engine for one address. Its channels share it, because it remembers that the certificate of the service was found good.
    /// </summary>
    /// <exception cref="InvalidOperationException">Credentials that the binding needs are missing or not offered.</exception>
    public MessageSecurityClient ClientFor(EndpointAddress address) => _clients.GetValue(address, CreateClient);

    /// <summary>Whether the caller said that a request with this action may be executed twice.</summary>
    public bool IsIdempotent(string? action) => _idempotent?.Contains(action) == true;

    /// <summary>Gets the issued tokens that the next message to an address needs; at once where it needs none.</summary>
    /// <exception cref="SecurityNegotiationException">There is none.</exception>
    /// <exception cref="TimeoutException">There was none in time.</exception>
    public async Task EnsureIssuedTokensAsync(EndpointAddress address, Deadline deadline, bool isAsync)
    {
        var client = ClientFor(address);
        if (!client.NeedsIssuedTokens)
        {
            return;
        }

        using var late = new CancellationTokenSource();
        if (deadline.Remaining < Envelopes.LongestTimer)
        {
            late.CancelAfter(deadline.Remaining);
        }

        try
        {
            var ensured = client.EnsureIssuedTokensAsync(address.Uri, late.Token).AsTask();
            if (isAsync)
            {
                await ensured.ConfigureAwait(false);
            }
            else
            {
                ensured.GetAwaiter().GetResult();
            }
        }
        catch (OperationCanceledException e) when (late.IsCancellationRequested)
        {
            throw new TimeoutException($"No token could be had from the issuer within {deadline.Timeout}.", e);
        }
        catch (EngineCredentials.IssuedTokenException e)
        {
            throw new SecurityNegotiationException(e.Message, e.InnerException);
        }
    }

    public void Dispose()
    {
        _clientCertificate?.Dispose();
        _clientEncryption?.Dispose();
        _issuers.Dispose();
    }

    private MessageSecurityClient CreateClient(EndpointAddress address) => StackRefusals.Checked(() =>
    {
        var certificate = Keep(ref _clientCertificate, Credentials.ClientCertificate.Certificate);
        var encryption = Keep(ref _clientEncryption, (Credentials as MessageSecurityClientCredentials)?.ClientEncryptionCertificate);
        var credentials = CredentialTranslation.ToEngine(
            Credentials, certificate, encryption, address, IssuedTokens, NeedsServiceCertificate);
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

    /// <summary>Whether neither the transport nor an issued token authenticates the service.</summary>
    private bool NeedsServiceCertificate => (Binding.Bootstrap ?? Binding.Element) is not (EngineBinding.TransportSecurityBindingElement
        or EngineBinding.SymmetricSecurityBindingElement { ProtectionTokenParameters: EngineBinding.IssuedSecurityTokenParameters });

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
