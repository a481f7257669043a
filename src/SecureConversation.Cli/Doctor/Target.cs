using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Credentials;

namespace SecureConversation.Cli.Doctor;

/// <summary>The endpoint that is examined, as its policy or a configuration file says.</summary>
internal sealed record Target
{
    public required Uri Address { get; init; }

    /// <summary>Where requests are sent, where that is not the address (clientVia).</summary>
    public Uri? Via { get; init; }

    public required SecurityBindingElement Element { get; init; }

    public MessageVersion MessageVersion { get; init; } = MessageVersion.Default;

    public ChannelProtectionRequirements Protection { get; init; } = ChannelProtectionRequirements.Default;

    /// <summary>The identity of the service; null for the host of the address.</summary>
    public EndpointIdentity? Identity { get; init; }

    /// <summary>The certificate of the service, where policy or file have it.</summary>
    public X509Certificate2? ServiceCertificate { get; init; }

    /// <summary>
    /// Why address or identity may be those of somebody else, who would be sent the password; null where nothing speaks for it.
    /// </summary>
    public string? Doubt { get; init; }

    /// <summary>What a configuration file says of credentials; null for none.</summary>
    public ClientCredentials? Credentials { get; init; }

    /// <summary>What the client compares the certificate of the service with.</summary>
    public EndpointIdentity RequiredIdentity => Identity ?? EndpointIdentity.ForAddress(Address);
}
