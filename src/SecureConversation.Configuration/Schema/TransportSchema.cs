using System.Collections.Immutable;
using static SecureConversation.Configuration.Schema.Attributes;

namespace SecureConversation.Configuration.Schema;

/// <summary>Transports and encodings, as elements of a customBinding and as attributes of standard bindings.</summary>
internal static class TransportSchema
{
    private const string NoTransactions = "Transactions do not flow.";

    public static ElementSchema ReaderQuotas { get; } = new ElementSchema("readerQuotas").With(
        Number("maxDepth", 0),
        Number("maxStringContentLength", 0),
        Number("maxArrayLength", 0),
        Number("maxBytesPerRead", 0),
        Number("maxNameTableCharCount", 0));

    public static AttributeSchema HostNames { get; } =
        Enumeration("hostNameComparisonMode", ConfiguredHostNameComparison.StrongWildcard);

    public static AttributeSchema TransferMode { get; } = Enumeration("transferMode", ConfiguredTransferMode.Buffered);

    public static AttributeSchema MaxBufferSize { get; } = Number("maxBufferSize", 65536, minimum: 1);

    /// <summary>The sizes that all transports have.</summary>
    public static ImmutableArray<AttributeSchema> Sizes { get; } =
        [LongNumber("maxBufferPoolSize", 524288), LongNumber("maxReceivedMessageSize", 65536, minimum: 1)];

    /// <summary>The proxy of HTTP.</summary>
    public static ImmutableArray<AttributeSchema> Proxy { get; } =
        [Flag("bypassProxyOnLocal"), Address("proxyAddress"), Flag("useDefaultWebProxy", true)];

    public static AttributeSchema TransactionFlow { get; } =
        Flag("transactionFlow").Refused(NoTransactions, "Remove it on both sides, and use messages that may be repeated.");

    public static AttributeSchema TransactionProtocol { get; } = Word(
        "transactionProtocol",
        "OleTransactions",
        "OleTransactions",
        "WSAtomicTransactionOctober2004",
        "WSAtomicTransaction11").Ignored(NoTransactions);

    public static ElementSchema ExtendedProtection { get; } = new ElementSchema("extendedProtectionPolicy")
        .With(
            Word("policyEnforcement", "Never", "Never", "WhenSupported", "Always").Refused(
                "Extended protection belongs to Windows accounts.", "Remove it."),
            Word("protectionScenario", "TransportSelected", "TransportSelected", "TrustedProxy").Refused(
                "Extended protection belongs to Windows accounts.", "Remove it."))
        .With(() => [new ElementSchema("customServiceNames").Refused("Extended protection belongs to Windows accounts.", "Remove it.")]);

    /// <summary>The settings of any stack that a customBinding may hold, but for security.</summary>
    public static ImmutableArray<ElementSchema> CustomElements { get; } =
    [
        new ElementSchema("textMessageEncoding").With(Pools()).With(Version(), TextEncoding("writeEncoding")).With(() => [ReaderQuotas]),
        new ElementSchema("mtomMessageEncoding").With(Pools()).With(Version(), TextEncoding("writeEncoding"), MaxBufferSize)
            .With(() => [ReaderQuotas]),
        new ElementSchema("binaryMessageEncoding").With(Pools()).With(
            Number("maxSessionSize", 2048),
            Word("compressionFormat", "None", "None", "GZip", "Deflate").Refused("Compressed messages are not offered.", "Set None."))
            .With(() => [ReaderQuotas]),
        Http("httpTransport"),
        Http("httpsTransport").With(Flag("requireClientCertificate")),
        Connections("tcpTransport").With(
            Number("listenBacklog", 0),
            Flag("portSharingEnabled"),
            Flag("teredoEnabled").Ignored("Teredo is the business of the platform."))
            .With(() => [Pool(), ExtendedProtection]),
        Connections("namedPipeTransport").With(() =>
        [
            Pool(),
            new ElementSchema("pipeSettings").Refused("Pipes of application containers are not offered.", "Remove it."),
        ]),
        new ElementSchema("sslStreamSecurity").With(Flag("requireClientCertificate"), SslProtocols()),
        new ElementSchema("windowsStreamSecurity").With(StreamProtection()),
        ReliableSession(),
        new ElementSchema("transactionFlow").Refused(NoTransactions, "Remove it on both sides, and use messages that may be repeated."),
        new ElementSchema("compositeDuplex").With(Address("clientBaseAddress")),
        new ElementSchema("oneWay").With(
            Number("maxAcceptedChannels", 10, minimum: 1).Ignored("How a host receives is its own business."),
            Flag("packetRoutable").Refused("Packets of routers are not offered.", "Set it to false."))
            .With(() => [new ElementSchema("channelPoolSettings").Ignored("Channels are not pooled.")]),
        .. Unoffered(),
    ];

    public static AttributeSchema SslProtocols() => new("sslProtocols", ValueKind.TlsVersions, "");

    public static AttributeSchema StreamProtection() =>
        Enumeration("protectionLevel", ConfiguredStreamProtection.EncryptAndSign);

    private static AttributeSchema Version() => new("messageVersion", ValueKind.MessageVersions, "Soap12WSAddressing10");

    private static AttributeSchema[] Pools() => [Number("maxReadPoolSize", 64, minimum: 1), Number("maxWritePoolSize", 16, minimum: 1)];

    private static ElementSchema Http(string name) => new ElementSchema(name).With([.. Sizes, .. Proxy]).With(
        Flag("manualAddressing"),
        Flag("allowCookies"),
        Time("requestInitializationTimeout", "00:00:00").Ignored("The host limits how long a request may take to arrive."),
        Scheme("authenticationScheme"),
        Scheme("proxyAuthenticationScheme"),
        Flag("decompressionEnabled", true),
        HostNames,
        Flag("keepAliveEnabled", true),
        MaxBufferSize,
        Number("maxPendingAccepts", 0, maximum: 100_000).Ignored("The host accepts connections."),
        Text("realm"),
        TransferMode,
        Flag("unsafeConnectionNtlmAuthentication").Refused("It lets connections of one user serve another.", "Set it to false."))
        .With(() =>
        [
            ExtendedProtection,
            new ElementSchema("webSocketSettings").Refused("Web sockets are not offered.", "Remove it."),
            new ElementSchema("messageHandlerFactory").Refused("Handlers by type are not offered.", "Use middleware of the host."),
        ]);

    // Names of System.Net.AuthenticationSchemes; combinations are for services that the host authenticates.
    private static AttributeSchema Scheme(string name) => Word(
        name, "Anonymous", "Anonymous", "Basic", "Digest", "Ntlm", "Negotiate", "IntegratedWindowsAuthentication");

    private static ElementSchema Connections(string name) => new ElementSchema(name).With([.. Sizes]).With(
        Flag("manualAddressing"),
        Number("connectionBufferSize", 8192, minimum: 1),
        HostNames,
        Time("channelInitializationTimeout", "00:00:30"),
        MaxBufferSize,
        Number("maxPendingConnections", 0),
        Time("maxOutputDelay", "00:00:00.2"),
        Number("maxPendingAccepts", 0),
        TransferMode);

    private static ElementSchema Pool() => new ElementSchema("connectionPoolSettings").With(
        Text("groupName", "default"),
        Time("leaseTimeout", "00:05:00"),
        Time("idleTimeout", "00:02:00"),
        Number("maxOutboundConnectionsPerEndpoint", 10));

    private static ElementSchema ReliableSession() => new ElementSchema("reliableSession").With(
        Time("acknowledgementInterval", "00:00:00.2"),
        Flag("flowControlEnabled", true),
        Time("inactivityTimeout", "00:10:00"),
        Number("maxPendingChannels", 4, minimum: 1, maximum: 16384),
        Number("maxRetryCount", 8, minimum: 1),
        Number("maxTransferWindowSize", 8, minimum: 1, maximum: 4096),
        Flag("ordered", true),
        Word(
            "reliableMessagingVersion",
            "WSReliableMessagingFebruary2005",
            "WSReliableMessagingFebruary2005",
            "WSReliableMessaging11",
            "Default"));

    private static IEnumerable<ElementSchema> Unoffered() =>
        new (string Name, string Remedy)[]
        {
            ("byteStreamMessageEncoding", "Use textMessageEncoding: security needs SOAP."),
            ("webMessageEncoding", "Use textMessageEncoding: security needs SOAP."),
            ("msmqTransport", "Use httpTransport or tcpTransport."),
            ("msmqIntegration", "Use httpTransport or tcpTransport."),
            ("peerTransport", "Use httpTransport or tcpTransport."),
            ("udpTransport", "Use httpTransport or tcpTransport."),
            ("context", "Keep the context in the messages of the application."),
            ("privacyNoticeAt", "Remove it: it is a note in metadata."),
            ("pnrpPeerResolver", "Remove it."),
            ("useManagedPresentation", "Remove it."),
            ("unrecognizedPolicyAssertions", "Remove it."),
        }.Select(element => new ElementSchema(element.Name).Refused("The element is not offered.", element.Remedy));
}
