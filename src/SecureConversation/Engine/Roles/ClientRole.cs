using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Requirements;

namespace SecureConversation.Engine.Roles;

/// <summary>State that all parts of a client share: its message formats, its environment, and the exchange with its credentials.</summary>
internal sealed class ClientRole
{
    public ClientRole(MessageSecurityBinding binding, ClientCredentials credentials, EngineEnvironment environment)
    {
        Environment = environment;
        Messages = new EndpointMessages(binding);
        ServiceCertificate = new ServiceCertificateCheck(credentials, environment);
        Replays = new InMemoryReplayCache(Messages.Application.Element.LocalClientSettings.ReplayCacheSize, environment.Clock);
        Exchange = new ClientExchange(Messages.Bootstrap ?? Messages.Application, credentials, environment, Replays);
    }

    public EngineEnvironment Environment { get; }

    public EndpointMessages Messages { get; }

    /// <summary>Judges the certificate of the service before something is encrypted for it.</summary>
    public ServiceCertificateCheck ServiceCertificate { get; }

    /// <summary>Remembers replies to requests without a message id.</summary>
    public InMemoryReplayCache Replays { get; }

    /// <summary>Protects requests outside sessions, or handshake requests.</summary>
    public ClientExchange Exchange { get; }
}
