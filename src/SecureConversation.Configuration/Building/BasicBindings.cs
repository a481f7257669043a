using SecureConversation.Binding;
using SecureConversation.Configuration.Reading;

namespace SecureConversation.Configuration.Building;

/// <summary>basicHttpBinding and basicHttpsBinding: SOAP 1.1 without addressing.</summary>
internal static class BasicBindings
{
    public static ConfiguredBinding Build(ConfiguredBinding start, ConfigNode node)
    {
        var security = node.ChildOrDefault("security");
        var mode = security.Get<ConfiguredSecurityMode>("mode");
        var isSecure = mode is ConfiguredSecurityMode.Transport or ConfiguredSecurityMode.TransportWithMessageCredential;
        var transport = TransportParts.Http(node, isSecure) with
        {
            AllowCookies = node.Flag("allowCookies"),
            MaxBufferSize = TransportParts.BufferSize(node),
            TransferMode = node.Get<ConfiguredTransferMode>("transferMode"),
        };
        var usesTransportCredential = mode is ConfiguredSecurityMode.Transport or ConfiguredSecurityMode.TransportCredentialOnly;
        var binding = start with
        {
            SecurityMode = mode,
            MessageVersion = MessageVersion.Soap11,
            Encoding = TransportParts.HttpEncoding(node),
            Transport = TransportParts.Credentials(transport, security, usesTransportCredential),
        };
        if (mode is not (ConfiguredSecurityMode.Message or ConfiguredSecurityMode.TransportWithMessageCredential))
        {
            TransportParts.NoteMessage(security, "clientCredentialType", "algorithmSuite");
            return binding;
        }

        var message = security.ChildOrDefault("message");
        var settings = new ConfiguredMessageSecurity
        {
            ClientCredentialType = message.Get<MessageCredentialType>("clientCredentialType"),
            AlgorithmSuite = message.Get<SecurityAlgorithmSuite>("algorithmSuite"),
            NegotiateServiceCredential = false,
            EstablishSecurityContext = false,
        };
        return binding with { MessageSecurity = settings, Security = Security(settings, mode, message) };
    }

    private static SecurityBindingElement? Security(ConfiguredMessageSecurity settings, ConfiguredSecurityMode mode, ConfigNode message)
    {
        var isOverTransport = mode == ConfiguredSecurityMode.TransportWithMessageCredential;
        if (!isOverTransport && settings.ClientCredentialType != MessageCredentialType.Certificate)
        {
            message.Error(
                "In mode Message the client of a basicHttpBinding has a certificate.",
                "Write clientCredentialType=\"Certificate\", or the mode TransportWithMessageCredential.",
                "clientCredentialType",
                $"{settings.ClientCredentialType}");
            return null;
        }

        return new BasicHttpMessageSecurity
        {
            ClientCredentialType = settings.ClientCredentialType,
            AlgorithmSuite = settings.AlgorithmSuite,
        }.CreateSecurityBindingElement(isOverTransport);
    }
}
