using SecureConversation.Binding;
using SecureConversation.Configuration.Reading;

namespace SecureConversation.Configuration.Building;

/// <summary>netTcpBinding and netNamedPipeBinding.</summary>
internal static class ConnectionBindings
{
    public static ConfiguredBinding Tcp(ConfiguredBinding start, ConfigNode node)
    {
        var security = node.ChildOrDefault("security");
        var mode = security.Get<ConfiguredSecurityMode>("mode");
        var binding = start with
        {
            SecurityMode = mode,
            Encoding = new() { Kind = ConfiguredEncodingKind.Binary, ReaderQuotas = TransportParts.Quotas(node) },
            Transport = TcpSecurity(
                Common(node, ConfiguredTransportKind.Tcp) with
                {
                    ListenBacklog = node.Get<int>("listenBacklog"),
                    PortSharingEnabled = node.Flag("portSharingEnabled"),
                },
                security,
                mode),
            ReliableSession = TransportParts.Reliable(node, "WSReliableMessagingFebruary2005"),
        };
        if (mode is ConfiguredSecurityMode.None or ConfiguredSecurityMode.Transport)
        {
            TransportParts.NoteMessage(security, "clientCredentialType", "algorithmSuite");
            return binding;
        }

        // No switch: the certificate of the service is negotiated, and there is always a session.
        var message = security.ChildOrDefault("message");
        var settings = new ConfiguredMessageSecurity
        {
            ClientCredentialType = message.Get<MessageCredentialType>("clientCredentialType"),
            AlgorithmSuite = message.Get<SecurityAlgorithmSuite>("algorithmSuite"),
        };
        return binding with
        {
            MessageSecurity = settings,
            Security = StandardSecurity.Create(
                settings,
                StandardVersions.NetTcp,
                overTransport: mode == ConfiguredSecurityMode.TransportWithMessageCredential,
                message),
        };
    }

    public static ConfiguredBinding Pipe(ConfiguredBinding start, ConfigNode node)
    {
        var security = node.ChildOrDefault("security");
        var mode = security.Get<ConfiguredSecurityMode>("mode");
        var transport = Common(node, ConfiguredTransportKind.NamedPipe);
        if (mode == ConfiguredSecurityMode.Transport)
        {
            transport = transport with
            {
                StreamProtection = security.ChildOrDefault("transport").Get<ConfiguredStreamProtection>("protectionLevel"),
                ClientCredentialType = ConfiguredTransportCredential.Windows,
            };
        }
        else
        {
            security.Child("transport")?.NoteWithoutEffect("The mode None protects nothing.", "protectionLevel");
        }

        return start with
        {
            SecurityMode = mode,
            Encoding = new() { Kind = ConfiguredEncodingKind.Binary, ReaderQuotas = TransportParts.Quotas(node) },
            Transport = transport,
        };
    }

    private static ConfiguredTransport TcpSecurity(ConfiguredTransport transport, ConfigNode security, ConfiguredSecurityMode mode)
    {
        var node = security.ChildOrDefault("transport");
        if (mode is ConfiguredSecurityMode.None or ConfiguredSecurityMode.Message)
        {
            node.NoteWithoutEffect(
                $"The mode {mode} uses no security of the transport.", "clientCredentialType", "protectionLevel", "sslProtocols");
            return transport;
        }

        var credential = node.Get<ConfiguredTransportCredential>("clientCredentialType");
        if (mode == ConfiguredSecurityMode.TransportWithMessageCredential)
        {
            // The credential of the client is in the message; the transport is TLS.
            node.NoteWithoutEffect("The credential of the client is in the message.", "clientCredentialType");
            credential = ConfiguredTransportCredential.None;
        }

        var isTls = credential != ConfiguredTransportCredential.Windows;
        if (isTls)
        {
            node.NoteWithoutEffect("TLS always encrypts and signs.", "protectionLevel");
        }

        return transport with
        {
            ClientCredentialType = credential,
            StreamProtection = isTls
                ? ConfiguredStreamProtection.EncryptAndSign
                : node.Get<ConfiguredStreamProtection>("protectionLevel"),
            SslProtocols = node.Get<string?>("sslProtocols") ?? "",
        };
    }

    private static ConfiguredTransport Common(ConfigNode node, ConfiguredTransportKind kind) => new()
    {
        Kind = kind,
        MaxReceivedMessageSize = node.Get<long>("maxReceivedMessageSize"),
        MaxBufferPoolSize = node.Get<long>("maxBufferPoolSize"),
        MaxBufferSize = TransportParts.BufferSize(node),
        TransferMode = node.Get<ConfiguredTransferMode>("transferMode"),
        HostNameComparisonMode = node.Get<ConfiguredHostNameComparison>("hostNameComparisonMode"),
        // One setting of these bindings stands for both.
        MaxPendingConnections = node.Get<int>("maxConnections"),
        MaxOutboundConnectionsPerEndpoint = node.Get<int>("maxConnections"),
    };
}
