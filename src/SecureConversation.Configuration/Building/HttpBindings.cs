using SecureConversation.Binding;
using SecureConversation.Configuration.Reading;

namespace SecureConversation.Configuration.Building;

/// <summary>wsHttpBinding, ws2007HttpBinding, the federation bindings and wsDualHttpBinding.</summary>
internal sealed class HttpBindings(FederationSecurity federation)
{
    public static ConfiguredBinding WSHttp(ConfiguredBinding start, ConfigNode node, MessageSecurityVersion version)
    {
        var security = node.ChildOrDefault("security");
        var mode = security.Get<ConfiguredSecurityMode>("mode");
        var binding = Common(start, node, version, mode) with
        {
            ReliableSession = TransportParts.Reliable(node, StandardVersions.ReliableMessaging(version)),
        };
        var transport = binding.Transport with { AllowCookies = node.Flag("allowCookies") };
        binding = binding with
        {
            Transport = TransportParts.Credentials(transport, security, isUsed: mode == ConfiguredSecurityMode.Transport),
        };
        if (mode is ConfiguredSecurityMode.None or ConfiguredSecurityMode.Transport)
        {
            TransportParts.NoteMessage(
                security, "clientCredentialType", "algorithmSuite", "negotiateServiceCredential", "establishSecurityContext");
            return binding;
        }

        var message = security.ChildOrDefault("message");
        var overTransport = mode == ConfiguredSecurityMode.TransportWithMessageCredential;
        if (overTransport)
        {
            message.NoteWithoutEffect("The certificate of the service is that of the transport.", "negotiateServiceCredential");
        }

        var settings = Settings(message) with { EstablishSecurityContext = message.Flag("establishSecurityContext") };
        RequireSession(binding, settings.EstablishSecurityContext, message);
        return binding with
        {
            MessageSecurity = settings,
            Security = StandardSecurity.Create(settings, version, overTransport, message),
        };
    }

    public ConfiguredBinding Federation(ConfiguredBinding start, ConfigNode node, MessageSecurityVersion version)
    {
        var security = node.ChildOrDefault("security");
        var mode = security.Get<ConfiguredSecurityMode>("mode");
        var binding = Common(start, node, version, mode) with
        {
            ReliableSession = TransportParts.Reliable(node, StandardVersions.ReliableMessaging(version)),
        };
        if (mode == ConfiguredSecurityMode.None)
        {
            TransportParts.NoteMessage(
                security,
                "algorithmSuite",
                "establishSecurityContext",
                "issuedKeyType",
                "issuedTokenType",
                "negotiateServiceCredential");
            return binding;
        }

        var message = security.ChildOrDefault("message");
        RequireSession(binding, message.Flag("establishSecurityContext"), message);
        var overTransport = mode == ConfiguredSecurityMode.TransportWithMessageCredential;
        var (settings, element) = federation.Create(message, version, overTransport);
        return binding with { MessageSecurity = settings, Security = element };
    }

    public static ConfiguredBinding Dual(ConfiguredBinding start, ConfigNode node)
    {
        var version = StandardVersions.WSHttp;
        var security = node.ChildOrDefault("security");
        var mode = security.Get<ConfiguredSecurityMode>("mode");
        var binding = Common(start, node, version, mode) with
        {
            ReliableSession = TransportParts.Reliable(node, StandardVersions.ReliableMessaging(version), always: true),
            CompositeDuplex = true,
            OneWay = true,
            ClientBaseAddress = node.Get<Uri?>("clientBaseAddress"),
        };
        if (mode == ConfiguredSecurityMode.None)
        {
            TransportParts.NoteMessage(security, "clientCredentialType", "algorithmSuite", "negotiateServiceCredential");
            return binding;
        }

        // Both sides send requests, so there is always a session.
        var message = security.ChildOrDefault("message");
        var settings = Settings(message);
        return binding with
        {
            MessageSecurity = settings,
            Security = StandardSecurity.Create(settings, version, overTransport: false, message),
        };
    }

    private static ConfiguredMessageSecurity Settings(ConfigNode message) => new()
    {
        ClientCredentialType = message.Get<MessageCredentialType>("clientCredentialType"),
        AlgorithmSuite = message.Get<SecurityAlgorithmSuite>("algorithmSuite"),
        NegotiateServiceCredential = message.Flag("negotiateServiceCredential"),
    };

    private static ConfiguredBinding Common(
        ConfiguredBinding start, ConfigNode node, MessageSecurityVersion version, ConfiguredSecurityMode mode) => start with
        {
            SecurityMode = mode,
            Transport = TransportParts.Http(
                node,
                isSecure: mode is ConfiguredSecurityMode.Transport or ConfiguredSecurityMode.TransportWithMessageCredential),
            Encoding = TransportParts.HttpEncoding(node),
            MessageVersion = MessageVersion.Soap12WSAddressing10,
        };

    private static void RequireSession(ConfiguredBinding binding, bool isSession, ConfigNode message)
    {
        if (binding.ReliableSession is not null && !isSession)
        {
            message.Error(
                "A reliable session needs a security session.",
                "Write establishSecurityContext=\"true\", or disable the reliable session.",
                "establishSecurityContext",
                "false");
        }
    }
}
