using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.ServiceModel;

/// <summary>
/// The factories of identities in WCF that its client for .NET lacks. With this namespace imported they are found where they were, as
/// static methods of <see cref="EndpointIdentity"/>.
/// </summary>
public static class EndpointIdentities
{
    extension(EndpointIdentity)
    {
        /// <summary>The service has a certificate for this DNS name.</summary>
        /// <param name="dnsName">The name.</param>
        public static EndpointIdentity CreateDnsIdentity(string dnsName) => new DnsEndpointIdentity(dnsName);

        /// <summary>The service has this certificate.</summary>
        /// <param name="certificate">The certificate; needs no private key.</param>
        public static EndpointIdentity CreateX509CertificateIdentity(X509Certificate2 certificate) =>
            new X509CertificateEndpointIdentity(certificate);
    }
}
