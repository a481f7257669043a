using System.Security.Cryptography.X509Certificates;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Credentials;

/// <summary>What a client demands of the certificate of the service, beside that it be valid.</summary>
public abstract class EndpointIdentity
{
    private protected EndpointIdentity()
    {
    }

    /// <summary>
    /// The certificate must be for this name: one of its subject alternative DNS names, where it has any, else the common name of its subject.
    /// The left-most label of a name in the certificate may be a wildcard. Case does not matter.
    /// </summary>
    /// <param name="name">A host name; an IP address is looked for among the alternative IP addresses as well.</param>
    public static EndpointIdentity CreateDnsIdentity(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new DnsIdentity(name);
    }

    /// <summary>The certificate must be this one, octet for octet.</summary>
    /// <param name="certificate">Copied; it may be disposed of afterwards.</param>
    public static EndpointIdentity CreateX509CertificateIdentity(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return new CertificateIdentity(certificate.RawData);
    }

    /// <summary>The identity that WCF assumes when none is given: the host of the address.</summary>
    internal static EndpointIdentity ForAddress(Uri address) => new DnsIdentity(address.IdnHost);

    internal abstract bool Matches(X509Certificate2 certificate);

    private sealed class DnsIdentity(string name) : EndpointIdentity
    {
        internal override bool Matches(X509Certificate2 certificate) => CertificateNames.Of(certificate).Match(name);

        public override string ToString() => $"DNS {name}";
    }

    private sealed class CertificateIdentity(byte[] raw) : EndpointIdentity
    {
        internal override bool Matches(X509Certificate2 certificate) => raw.AsSpan().SequenceEqual(certificate.RawDataMemory.Span);

        public override string ToString() => "certificate";
    }
}
