using SecureConversation.Binding;
using SecureConversation.Configuration.Reading;

namespace SecureConversation.Configuration.Building;

/// <summary>customBinding: a stack of elements.</summary>
internal sealed class CustomBindings(SecurityBuilder security)
{
    private static readonly string[] Order = ["transactionFlow", "reliableSession", "security", "compositeDuplex", "oneWay"];

    public ConfiguredBinding Build(ConfiguredBinding start, ConfigNode node)
    {
        var element = node.Child("security") is { } found ? security.Build(found) : null;
        var transport = Transport(node);
        var encoding = node.Children
            .Where(child => child.Name.EndsWith("MessageEncoding", StringComparison.Ordinal) && child.Schema.Reason.Length == 0)
            .ToList();
        if (encoding.Count > 1)
        {
            node.Error("The binding has more than one encoding.", "Leave one.");
        }

        CheckOrder(node);
        var duplex = node.Child("compositeDuplex");
        return start with
        {
            SecurityMode = Mode(element, transport),
            Security = element,
            Transport = transport,
            Encoding = Encoding(encoding.FirstOrDefault(), transport),
            MessageVersion = Version(encoding.FirstOrDefault()),
            ReliableSession = node.Child("reliableSession") is { } reliable ? Reliable(reliable) : null,
            CompositeDuplex = duplex is not null,
            ClientBaseAddress = duplex?.Get<Uri?>("clientBaseAddress"),
            OneWay = node.Child("oneWay") is not null,
        };
    }

    // A binding is a stack: whoever stands above hands its messages to whoever stands below.
    private static void CheckOrder(ConfigNode node)
    {
        var ranked = node.Children.Where(child => Array.IndexOf(Order, child.Name) >= 0).ToList();
        foreach (var (above, below) in ranked.Zip(ranked.Skip(1)))
        {
            if (Array.IndexOf(Order, above.Name) > Array.IndexOf(Order, below.Name))
            {
                below.Error(
                    $"The element stands below <{above.Name}>.", $"Move it above <{above.Name}>, as the standard bindings have it.");
            }
        }
    }

    private static ConfiguredSecurityMode Mode(SecurityBindingElement? element, ConfiguredTransport transport) => element switch
    {
        TransportSecurityBindingElement => ConfiguredSecurityMode.TransportWithMessageCredential,
        not null => ConfiguredSecurityMode.Message,
        _ when transport.Kind == ConfiguredTransportKind.Https || transport.StreamProtection is not null =>
            ConfiguredSecurityMode.Transport,
        _ when transport.ClientCredentialType != ConfiguredTransportCredential.None => ConfiguredSecurityMode.TransportCredentialOnly,
        _ => ConfiguredSecurityMode.None,
    };

    private static MessageVersion Version(ConfigNode? encoding) =>
        encoding is null || encoding.Name == "binaryMessageEncoding"
            ? MessageVersion.Soap12WSAddressing10
            : encoding.Get<MessageVersion>("messageVersion");

    private static ConfiguredEncoding Encoding(ConfigNode? node, ConfiguredTransport transport)
    {
        // WCF takes text over HTTP and binary over connections where the binding has no encoding.
        if (node is null)
        {
            var isHttp = transport.Kind is ConfiguredTransportKind.Http or ConfiguredTransportKind.Https;
            return new() { Kind = isHttp ? ConfiguredEncodingKind.Text : ConfiguredEncodingKind.Binary };
        }

        var encoding = new ConfiguredEncoding
        {
            MaxReadPoolSize = node.Get<int>("maxReadPoolSize"),
            MaxWritePoolSize = node.Get<int>("maxWritePoolSize"),
            ReaderQuotas = TransportParts.Quotas(node),
        };
        return node.Name switch
        {
            "textMessageEncoding" => encoding with { WriteEncoding = node.Text("writeEncoding") },
            "mtomMessageEncoding" => encoding with
            {
                Kind = ConfiguredEncodingKind.Mtom,
                WriteEncoding = node.Text("writeEncoding"),
                MaxBufferSize = node.Get<int>("maxBufferSize"),
            },
            _ => encoding with { Kind = ConfiguredEncodingKind.Binary, MaxSessionSize = node.Get<int>("maxSessionSize") },
        };
    }

    private static ConfiguredReliableSession Reliable(ConfigNode node) => new()
    {
        Ordered = node.Flag("ordered"),
        InactivityTimeout = node.Get<TimeSpan>("inactivityTimeout"),
        AcknowledgementInterval = node.Get<TimeSpan>("acknowledgementInterval"),
        FlowControlEnabled = node.Flag("flowControlEnabled"),
        MaxPendingChannels = node.Get<int>("maxPendingChannels"),
        MaxRetryCount = node.Get<int>("maxRetryCount"),
        MaxTransferWindowSize = node.Get<int>("maxTransferWindowSize"),
        ReliableMessagingVersion = node.Text("reliableMessagingVersion") is "Default"
            ? "WSReliableMessagingFebruary2005"
            : node.Text("reliableMessagingVersion"),
    };

    private static ConfiguredTransport Transport(ConfigNode node)
    {
        var found = node.Children.Where(child => child.Name.EndsWith("Transport", StringComparison.Ordinal)).ToList();
        if (found.Count != 1)
        {
            node.Error(
                found.Count == 0 ? "The binding has no transport." : "The binding has more than one transport.",
                "Write one transport, as <httpTransport/>, after all other elements.");
        }
        else if (node.Children[^1] != found[0])
        {
            found[0].Error("Other elements stand after the transport.", "Move the transport to the end, as WCF demands.");
        }

        return found.FirstOrDefault() switch
        {
            null => new(),
            { Schema.Reason.Length: > 0 } => new(),
            { Name: "httpTransport" or "httpsTransport" } http => CustomTransports.Http(http),
            var connection => CustomTransports.Connection(connection, node),
        };
    }
}
