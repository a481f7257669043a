using SecureConversation.Configuration;

namespace SecureConversation.Shared;

/// <summary>NetTcpBinding: the drop-in of this library, which has the modes of the stack and message security.</summary>
internal static class ConfiguredTcpBinding
{
    public static OwnNetTcpBinding Create(ConfiguredBinding from)
    {
        if (from.ReliableSession is not null)
        {
            throw ConfiguredRefusal.Of(from, "Reliable sessions over net.tcp are not made from files.",
                "Take reliableSession out on both sides.");
        }

        var to = new OwnNetTcpBinding(Translation.ByName<SecurityMode>(from.SecurityMode))
        {
            TransferMode = Translation.ByName<TransferMode>(from.Transport.TransferMode),
            MaxReceivedMessageSize = from.Transport.MaxReceivedMessageSize,
            MaxBufferSize = from.Transport.MaxBufferSize,
            MaxBufferPoolSize = from.Transport.MaxBufferPoolSize,
        };
        // 0 is the default of the stack. A client does not listen, so listenBacklog and portSharingEnabled have no effect, as in WCF.
        to.MaxConnections = from.Transport.MaxOutboundConnectionsPerEndpoint > 0
            ? from.Transport.MaxOutboundConnectionsPerEndpoint : to.MaxConnections;
        ConfiguredBindings.Apply(from.Encoding.ReaderQuotas, to.ReaderQuotas);
        if (from.SecurityMode == ConfiguredSecurityMode.Transport)
        {
            to.Security.Transport.ClientCredentialType = Translation.ByName<TcpClientCredentialType>(from.Transport.ClientCredentialType);
            if (from.Transport.StreamProtection is { } protection)
            {
                to.Security.Transport.ProtectionLevel = Translation.ByName<System.Net.Security.ProtectionLevel>(protection);
            }
        }

        if (from.Transport.SslProtocols is { Length: > 0 } protocols)
        {
            to.Security.Transport.SslProtocols = Enum.Parse<System.Security.Authentication.SslProtocols>(protocols, ignoreCase: true);
        }

        if (from.SecurityMode is ConfiguredSecurityMode.Message or ConfiguredSecurityMode.TransportWithMessageCredential
            && from.MessageSecurity is { } message)
        {
            to.Security.Message.ClientCredentialType = Translation.ByName<MessageCredentialType>(message.ClientCredentialType);
            to.Security.Message.AlgorithmSuite = Translation.FromEngine(message.AlgorithmSuite);
        }

        return to;
    }
}
