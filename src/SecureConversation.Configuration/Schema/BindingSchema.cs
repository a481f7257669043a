using System.Collections.Immutable;
using SecureConversation.Binding;
using static SecureConversation.Configuration.Schema.Attributes;
using static SecureConversation.Configuration.Schema.TransportSchema;

namespace SecureConversation.Configuration.Schema;

/// <summary>The section <c>bindings</c>.</summary>
internal static class BindingSchema
{
    private static ImmutableArray<AttributeSchema> CommonAttributes { get; } =
    [
        Text("name"),
        Time("closeTimeout", "00:01:00"),
        Time("openTimeout", "00:01:00"),
        Time("receiveTimeout", "00:10:00"),
        Time("sendTimeout", "00:01:00"),
    ];

    public static ElementSchema Bindings { get; } = new ElementSchema("bindings").With(() => Kinds);

    public static ImmutableArray<ElementSchema> Kinds { get; } =
    [
        Kind("customBinding", Binding().With(() => [SecuritySchema.Security, .. CustomElements])),
        Kind("wsHttpBinding", WSHttp()),
        Kind("ws2007HttpBinding", WSHttp()),
        Kind("basicHttpBinding", Basic(ConfiguredSecurityMode.None)),
        Kind("basicHttpsBinding", Basic(ConfiguredSecurityMode.Transport)),
        Kind("wsFederationHttpBinding", Federation()),
        Kind("ws2007FederationHttpBinding", Federation()),
        Kind("wsDualHttpBinding", Dual()),
        Kind("netTcpBinding", NetTcp()),
        Kind("netNamedPipeBinding", NamedPipe()),
        .. new[] { "mexHttpBinding", "mexHttpsBinding", "mexTcpBinding", "mexNamedPipeBinding" }.Select(name => Kind(name, Binding())),
        .. Unoffered(),
    ];

    public static ElementSchema? Find(string kind) => Kinds.FirstOrDefault(schema => schema.Name == kind);

    public static ElementSchema Message(bool negotiate, bool session) => new ElementSchema("message").With(
    [
        Enumeration("clientCredentialType", MessageCredentialType.Windows),
        Suite("algorithmSuite"),
        .. negotiate ? [Flag("negotiateServiceCredential", true)] : Array.Empty<AttributeSchema>(),
        .. session ? [Flag("establishSecurityContext", true)] : Array.Empty<AttributeSchema>(),
    ]);

    private static ElementSchema Kind(string name, ElementSchema binding) => new ElementSchema(name).WithItems(binding, "name");

    private static ElementSchema Binding() => new("binding") { Attributes = CommonAttributes };

    private static ElementSchema WSHttp() => WSBase().With(Flag("allowCookies")).With(() =>
    [
        Reliable(optional: true),
        Security(
            ConfiguredSecurityMode.Message,
            [
                ConfiguredSecurityMode.None,
                ConfiguredSecurityMode.Transport,
                ConfiguredSecurityMode.Message,
                ConfiguredSecurityMode.TransportWithMessageCredential,
            ],
            HttpTransport(ConfiguredTransportCredential.Windows),
            Message(negotiate: true, session: true)),
    ]);

    private static ElementSchema WSBase() => Binding().With([.. Sizes, .. Proxy]).With(
        TransactionFlow, HostNames, Encoding(), TextEncoding("textEncoding")).With(() => [ReaderQuotas]);

    private static ElementSchema Dual() => WSBase().With(Address("clientBaseAddress")).With(() =>
    [
        Reliable(optional: false),
        Security(
            ConfiguredSecurityMode.Message,
            [ConfiguredSecurityMode.None, ConfiguredSecurityMode.Message],
            Message(negotiate: true, session: false)),
    ]);

    private static ElementSchema Federation() => WSBase()
        .With(
            Address("privacyNoticeAt").Refused("Privacy notices are for cards, which are not offered.", "Remove it."),
            Number("privacyNoticeVersion", 0).Refused("Privacy notices are for cards, which are not offered.", "Remove it."))
        .With(() =>
        [
            Reliable(optional: true),
            Security(
                ConfiguredSecurityMode.Message,
                [ConfiguredSecurityMode.None, ConfiguredSecurityMode.Message, ConfiguredSecurityMode.TransportWithMessageCredential],
                FederatedMessage()),
        ]);

    private static ElementSchema FederatedMessage() => new ElementSchema("message")
        .With(
            Suite("algorithmSuite"),
            Flag("establishSecurityContext", true),
            Enumeration("issuedKeyType", SecurityKeyType.SymmetricKey),
            Text("issuedTokenType"),
            Flag("negotiateServiceCredential", true))
        .With(() =>
        [
            TokenSchema.ClaimTypeRequirements,
            TokenSchema.Issuer,
            TokenSchema.IssuerMetadata,
            new ElementSchema("tokenRequestParameters") { IsRaw = true },
        ]);

    private static ElementSchema Basic(ConfiguredSecurityMode mode) => Binding().With([.. Sizes, .. Proxy]).With(
        Flag("allowCookies"), HostNames, MaxBufferSize, Encoding(), TextEncoding("textEncoding"), TransferMode).With(() =>
        [
            ReaderQuotas,
            Security(
                mode,
                mode == ConfiguredSecurityMode.None
                    ? Enum.GetValues<ConfiguredSecurityMode>()
                    : [ConfiguredSecurityMode.Transport, ConfiguredSecurityMode.TransportWithMessageCredential],
                HttpTransport(ConfiguredTransportCredential.None),
                new ElementSchema("message").With(
                    Enumeration(
                        "clientCredentialType",
                        MessageCredentialType.UserName,
                        MessageCredentialType.UserName,
                        MessageCredentialType.Certificate),
                    Suite("algorithmSuite"))),
        ]);

    private static ElementSchema NetTcp() => Binding().With([.. Sizes]).With(
        TransactionFlow,
        TransactionProtocol,
        TransferMode,
        HostNames,
        Number("listenBacklog", 0),
        MaxBufferSize,
        Number("maxConnections", 0),
        Flag("portSharingEnabled")).With(() =>
        [
            ReaderQuotas,
            Reliable(optional: true),
            Security(
                ConfiguredSecurityMode.Transport,
                [
                    ConfiguredSecurityMode.None,
                    ConfiguredSecurityMode.Transport,
                    ConfiguredSecurityMode.Message,
                    ConfiguredSecurityMode.TransportWithMessageCredential,
                ],
                new ElementSchema("transport").With(
                    Enumeration(
                        "clientCredentialType",
                        ConfiguredTransportCredential.Windows,
                        ConfiguredTransportCredential.None,
                        ConfiguredTransportCredential.Windows,
                        ConfiguredTransportCredential.Certificate),
                    StreamProtection(),
                    SslProtocols()).With(() => [ExtendedProtection]),
                Message(negotiate: false, session: false)),
        ]);

    private static ElementSchema NamedPipe() => Binding().With([.. Sizes]).With(
        TransactionFlow, TransactionProtocol, TransferMode, HostNames, MaxBufferSize, Number("maxConnections", 0)).With(() =>
        [
            ReaderQuotas,
            Security(
                ConfiguredSecurityMode.Transport,
                [ConfiguredSecurityMode.None, ConfiguredSecurityMode.Transport],
                new ElementSchema("transport").With(StreamProtection())),
        ]);

    private static AttributeSchema Encoding() => Enumeration(
        "messageEncoding", ConfiguredEncodingKind.Text, ConfiguredEncodingKind.Text, ConfiguredEncodingKind.Mtom);

    private static ElementSchema Security(
        ConfiguredSecurityMode mode, ConfiguredSecurityMode[] modes, params ElementSchema[] children) =>
        new ElementSchema("security").With(Enumeration("mode", mode, modes)).With(() => [.. children]);

    private static ElementSchema HttpTransport(ConfiguredTransportCredential credential) => new ElementSchema("transport").With(
        Enumeration(
            "clientCredentialType",
            credential,
            ConfiguredTransportCredential.None,
            ConfiguredTransportCredential.Basic,
            ConfiguredTransportCredential.Digest,
            ConfiguredTransportCredential.Ntlm,
            ConfiguredTransportCredential.Windows,
            ConfiguredTransportCredential.Certificate,
            ConfiguredTransportCredential.InheritedFromHost),
        Enumeration(
            "proxyCredentialType",
            ConfiguredTransportCredential.None,
            ConfiguredTransportCredential.None,
            ConfiguredTransportCredential.Basic,
            ConfiguredTransportCredential.Digest,
            ConfiguredTransportCredential.Ntlm,
            ConfiguredTransportCredential.Windows),
        Text("realm")).With(() => [ExtendedProtection]);

    private static ElementSchema Reliable(bool optional) => new ElementSchema("reliableSession").With(
    [
        Flag("ordered", true),
        Time("inactivityTimeout", "00:10:00"),
        .. optional ? [Flag("enabled")] : Array.Empty<AttributeSchema>(),
    ]);

    private static IEnumerable<ElementSchema> Unoffered() =>
        new (string Name, string Remedy)[]
        {
            ("basicHttpContextBinding", "Use basicHttpBinding, and keep the context in the messages of the application."),
            ("wsHttpContextBinding", "Use wsHttpBinding, and keep the context in the messages of the application."),
            ("netTcpContextBinding", "Use netTcpBinding, and keep the context in the messages of the application."),
            ("netHttpBinding", "Use a customBinding with binaryMessageEncoding and httpTransport."),
            ("netHttpsBinding", "Use a customBinding with binaryMessageEncoding and httpsTransport."),
            ("netMsmqBinding", "Use netTcpBinding or wsHttpBinding."),
            ("msmqIntegrationBinding", "Use netTcpBinding or wsHttpBinding."),
            ("netPeerTcpBinding", "Use netTcpBinding."),
            ("udpBinding", "Use netTcpBinding or wsHttpBinding."),
            ("webHttpBinding", "Host it with ASP.NET Core: REST has no message security."),
        }.Select(kind => new ElementSchema(kind.Name).Refused("The binding is not offered.", kind.Remedy));
}
