namespace SecureConversation.Configuration;

/// <summary>The transport of a binding. Settings of other transports have their defaults.</summary>
public sealed record ConfiguredTransport
{
    /// <summary>The kind.</summary>
    public ConfiguredTransportKind Kind { get; init; }

    /// <summary>The scheme of addresses: <c>http</c>, <c>https</c>, <c>net.tcp</c> or <c>net.pipe</c>.</summary>
    public string Scheme => Kind switch
    {
        ConfiguredTransportKind.Http => "http",
        ConfiguredTransportKind.Https => "https",
        ConfiguredTransportKind.Tcp => "net.tcp",
        _ => "net.pipe",
    };

    /// <summary>The credential of the client in the transport. Default none.</summary>
    public ConfiguredTransportCredential ClientCredentialType { get; init; }

    /// <summary>HTTP: the credential for the proxy. Default none.</summary>
    public ConfiguredTransportCredential ProxyCredentialType { get; init; }

    /// <summary>HTTP: the realm of Basic and Digest. Default empty.</summary>
    public string Realm { get; init; } = "";

    /// <summary>Maximum size of a received message in octets. Default 65,536.</summary>
    public long MaxReceivedMessageSize { get; init; } = 65536;

    /// <summary>Maximum size of a buffered message in octets. Default 65,536.</summary>
    public int MaxBufferSize { get; init; } = 65536;

    /// <summary>Maximum size of the pool of buffers in octets. Default 524,288.</summary>
    public long MaxBufferPoolSize { get; init; } = 524288;

    /// <summary>Whether messages are buffered. Default: both directions.</summary>
    public ConfiguredTransferMode TransferMode { get; init; }

    /// <summary>How host names are compared. Default: any.</summary>
    public ConfiguredHostNameComparison HostNameComparisonMode { get; init; }

    /// <summary>Whether the application addresses messages. Default false.</summary>
    public bool ManualAddressing { get; init; }

    /// <summary>HTTP: the address of the proxy; null (default) for none.</summary>
    public Uri? ProxyAddress { get; init; }

    /// <summary>HTTP: whether local addresses go without proxy. Default false.</summary>
    public bool BypassProxyOnLocal { get; init; }

    /// <summary>HTTP: whether the proxy of the system is used. Default true.</summary>
    public bool UseDefaultWebProxy { get; init; } = true;

    /// <summary>HTTP: whether cookies are kept. Default false.</summary>
    public bool AllowCookies { get; init; }

    /// <summary>HTTP: whether connections are kept. Default true.</summary>
    public bool KeepAliveEnabled { get; init; } = true;

    /// <summary>HTTP: whether compressed replies are decompressed. Default true.</summary>
    public bool DecompressionEnabled { get; init; } = true;

    /// <summary>TCP and pipes: octets of a buffer of a connection. Default 8,192.</summary>
    public int ConnectionBufferSize { get; init; } = 8192;

    /// <summary>TCP: connections that wait to be accepted; 0 (default) for that of the platform.</summary>
    public int ListenBacklog { get; init; }

    /// <summary>TCP and pipes: pending connections; 0 (default) for that of the platform.</summary>
    public int MaxPendingConnections { get; init; }

    /// <summary>TCP and pipes: connections that a client keeps for an endpoint; 0 (default) for that of the platform.</summary>
    public int MaxOutboundConnectionsPerEndpoint { get; init; }

    /// <summary>TCP and pipes: the name of the pool of connections. Default <c>default</c>.</summary>
    public string ConnectionPoolGroupName { get; init; } = "default";

    /// <summary>TCP and pipes: time after which an unused connection is closed. Default 2 minutes.</summary>
    public TimeSpan ConnectionIdleTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>TCP: time after which a connection is closed. Default 5 minutes.</summary>
    public TimeSpan ConnectionLeaseTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>TCP and pipes: time for the first bytes of a connection. Default 30 seconds.</summary>
    public TimeSpan ChannelInitializationTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>TCP and pipes: maximum time that output waits to be sent together. Default 0.2 seconds.</summary>
    public TimeSpan MaxOutputDelay { get; init; } = TimeSpan.FromSeconds(0.2);

    /// <summary>TCP and pipes: concurrent accepts; 0 (default) for that of the platform.</summary>
    public int MaxPendingAccepts { get; init; }

    /// <summary>TCP: whether the port is shared with other processes. Default false.</summary>
    public bool PortSharingEnabled { get; init; }

    /// <summary>TCP and pipes: what the stream upgrade protects; null (default) where there is none.</summary>
    public ConfiguredStreamProtection? StreamProtection { get; init; }

    /// <summary>TCP: the versions of TLS as written, as <c>Tls12</c>; empty (default) for those of the platform.</summary>
    public string SslProtocols { get; init; } = "";
}
