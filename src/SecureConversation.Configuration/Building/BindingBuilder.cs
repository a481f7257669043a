using SecureConversation.Configuration.Reading;

namespace SecureConversation.Configuration.Building;

/// <summary>Makes bindings of nodes.</summary>
internal sealed class BindingBuilder
{
    private readonly CustomBindings _custom;
    private readonly HttpBindings _http;

    public BindingBuilder(BindingCatalog catalog)
    {
        var tokens = new TokenBuilder(catalog);
        _custom = new(new(tokens));
        _http = new(new(tokens));
    }

    public ConfiguredBinding Build(string kind, ConfigNode node)
    {
        var start = new ConfiguredBinding
        {
            Location = node.Location,
            Kind = kind,
            Name = node.Text("name"),
            OpenTimeout = node.Get<TimeSpan>("openTimeout"),
            CloseTimeout = node.Get<TimeSpan>("closeTimeout"),
            SendTimeout = node.Get<TimeSpan>("sendTimeout"),
            ReceiveTimeout = node.Get<TimeSpan>("receiveTimeout"),
        };
        var binding = kind switch
        {
            "customBinding" => _custom.Build(start, node),
            "wsHttpBinding" => HttpBindings.WSHttp(start, node, StandardVersions.WSHttp),
            "ws2007HttpBinding" => HttpBindings.WSHttp(start, node, StandardVersions.WS2007Http),
            "wsFederationHttpBinding" => _http.Federation(start, node, StandardVersions.WSHttp),
            "ws2007FederationHttpBinding" => _http.Federation(start, node, StandardVersions.WS2007Http),
            "wsDualHttpBinding" => HttpBindings.Dual(start, node),
            "basicHttpBinding" or "basicHttpsBinding" => BasicBindings.Build(start, node),
            "netTcpBinding" => ConnectionBindings.Tcp(start, node),
            "netNamedPipeBinding" => ConnectionBindings.Pipe(start, node),
            _ => Metadata(start, kind),
        };
        return binding with { Problems = node.Problems };
    }

    // The bindings of metadata endpoints: no security but that of the transport.
    private static ConfiguredBinding Metadata(ConfiguredBinding start, string kind) => kind switch
    {
        "mexHttpBinding" => start,
        "mexHttpsBinding" => start with
        {
            SecurityMode = ConfiguredSecurityMode.Transport,
            Transport = new() { Kind = ConfiguredTransportKind.Https },
        },
        "mexTcpBinding" => start with
        {
            Transport = new() { Kind = ConfiguredTransportKind.Tcp },
            Encoding = new() { Kind = ConfiguredEncodingKind.Binary },
        },
        _ => start with
        {
            Transport = new() { Kind = ConfiguredTransportKind.NamedPipe },
            Encoding = new() { Kind = ConfiguredEncodingKind.Binary },
        },
    };
}
