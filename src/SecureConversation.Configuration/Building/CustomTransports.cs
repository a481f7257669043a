using SecureConversation.Configuration.Reading;

namespace SecureConversation.Configuration.Building;

/// <summary>The transport elements of a customBinding.</summary>
internal static class CustomTransports
{
    public static ConfiguredTransport Http(ConfigNode node)
    {
        var isSecure = node.Name == "httpsTransport";
        return TransportParts.Http(node, isSecure) with
        {
            ClientCredentialType = isSecure && node.Flag("requireClientCertificate")
                ? Certificate(node)
                : Credential(node, "authenticationScheme"),
            ProxyCredentialType = Credential(node, "proxyAuthenticationScheme"),
            Realm = node.Text("realm"),
            MaxBufferSize = TransportParts.BufferSize(node),
            TransferMode = node.Get<ConfiguredTransferMode>("transferMode"),
            ManualAddressing = node.Flag("manualAddressing"),
            AllowCookies = node.Flag("allowCookies"),
            KeepAliveEnabled = node.Flag("keepAliveEnabled"),
            DecompressionEnabled = node.Flag("decompressionEnabled"),
        };
    }

    public static ConfiguredTransport Connection(ConfigNode node, ConfigNode binding)
    {
        var isTcp = node.Name == "tcpTransport";
        var pool = node.ChildOrDefault("connectionPoolSettings");
        var transport = new ConfiguredTransport
        {
            Kind = isTcp ? ConfiguredTransportKind.Tcp : ConfiguredTransportKind.NamedPipe,
            MaxReceivedMessageSize = node.Get<long>("maxReceivedMessageSize"),
            MaxBufferPoolSize = node.Get<long>("maxBufferPoolSize"),
            MaxBufferSize = TransportParts.BufferSize(node),
            TransferMode = node.Get<ConfiguredTransferMode>("transferMode"),
            HostNameComparisonMode = node.Get<ConfiguredHostNameComparison>("hostNameComparisonMode"),
            ManualAddressing = node.Flag("manualAddressing"),
            ConnectionBufferSize = node.Get<int>("connectionBufferSize"),
            ChannelInitializationTimeout = node.Get<TimeSpan>("channelInitializationTimeout"),
            MaxOutputDelay = node.Get<TimeSpan>("maxOutputDelay"),
            MaxPendingConnections = node.Get<int>("maxPendingConnections"),
            MaxPendingAccepts = node.Get<int>("maxPendingAccepts"),
            ListenBacklog = isTcp ? node.Get<int>("listenBacklog") : 0,
            PortSharingEnabled = isTcp && node.Flag("portSharingEnabled"),
            ConnectionPoolGroupName = pool.Text("groupName"),
            ConnectionIdleTimeout = pool.Get<TimeSpan>("idleTimeout"),
            ConnectionLeaseTimeout = pool.Get<TimeSpan>("leaseTimeout"),
            MaxOutboundConnectionsPerEndpoint = pool.Or("maxOutboundConnectionsPerEndpoint", 0),
        };
        return Upgrade(transport, binding);
    }

    private static ConfiguredTransport Upgrade(ConfiguredTransport transport, ConfigNode binding)
    {
        var tls = binding.Child("sslStreamSecurity");
        var windows = binding.Child("windowsStreamSecurity");
        if (tls is not null && windows is not null)
        {
            windows.Error("The binding has another stream security.", "Leave one.");
        }

        if (tls is not null)
        {
            return transport with
            {
                StreamProtection = ConfiguredStreamProtection.EncryptAndSign,
                SslProtocols = tls.Get<string?>("sslProtocols") ?? "",
                ClientCredentialType = tls.Flag("requireClientCertificate")
                    ? ConfiguredTransportCredential.Certificate
                    : ConfiguredTransportCredential.None,
            };
        }

        return windows is null ? transport : transport with
        {
            StreamProtection = windows.Get<ConfiguredStreamProtection>("protectionLevel"),
            ClientCredentialType = ConfiguredTransportCredential.Windows,
        };
    }

    private static ConfiguredTransportCredential Certificate(ConfigNode node)
    {
        if (Credential(node, "authenticationScheme") != ConfiguredTransportCredential.None)
        {
            node.Error(
                "A client certificate and a scheme of HTTP together are not read.",
                "Leave one of requireClientCertificate and authenticationScheme.",
                "authenticationScheme",
                node.Text("authenticationScheme"));
        }

        return ConfiguredTransportCredential.Certificate;
    }

    private static ConfiguredTransportCredential Credential(ConfigNode node, string attribute) => node.Text(attribute) switch
    {
        "Basic" => ConfiguredTransportCredential.Basic,
        "Digest" => ConfiguredTransportCredential.Digest,
        "Ntlm" => ConfiguredTransportCredential.Ntlm,
        "Negotiate" => ConfiguredTransportCredential.Negotiate,
        "IntegratedWindowsAuthentication" => ConfiguredTransportCredential.IntegratedWindowsAuthentication,
        _ => ConfiguredTransportCredential.None,
    };
}
