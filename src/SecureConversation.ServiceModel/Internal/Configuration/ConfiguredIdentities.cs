using SecureConversation.Configuration;

namespace SecureConversation.ServiceModel.Internal;

/// <summary>The identity of a service that a file says, as WCF knows it.</summary>
internal static class ConfiguredIdentities
{
    /// <exception cref="ServiceModelConfigurationException">The kind is not offered, or a certificate is not found.</exception>
    public static EndpointIdentity? Of(ConfiguredIdentity? identity)
    {
        if (identity is null)
        {
            return null;
        }

        if ((identity.EncodedCertificate ?? identity.CertificateReference as object) is not null)
        {
            // The identity keeps it.
            return new X509CertificateEndpointIdentity(identity.LoadCertificate()!);
        }

        return identity switch
        {
            { Dns: { } name } => new DnsEndpointIdentity(name),
            { UserPrincipalName: { } user } => new UpnEndpointIdentity(user),
            { ServicePrincipalName: { } service } => new SpnEndpointIdentity(service),
            _ => throw ConfiguredRefusal.Of(identity.Location, "identity", "An identity by an RSA key is not offered.",
                "Write <dns value=\"name in the certificate of the service\"/> or <certificate encodedValue=\"...\"/>."),
        };
    }
}
