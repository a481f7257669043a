using System.Security.Cryptography.X509Certificates;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Credentials;

/// <summary>
/// The identity that a client requires of the service: of its certificate, in addition to its validity, or of its Windows account.
/// </summary>
public abstract class EndpointIdentity
{
    private protected EndpointIdentity()
    {
    }

    /// <summary>
    /// Requires a certificate for this name: one of its subject alternative DNS names or, if it has none, the common name of its subject.
    /// The left-most label of a name in the certificate may be a wildcard. Case does not matter.
    /// </summary>
    /// <param name="name">A host name, or an IP address, which may also be among the subject alternative IP addresses.</param>
    public static EndpointIdentity CreateDnsIdentity(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new DnsIdentity(name);
    }

    /// <summary>Requires this certificate, octet for octet.</summary>
    /// <param name="certificate">Copied; the caller may dispose of it afterwards.</param>
    public static EndpointIdentity CreateX509CertificateIdentity(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return new CertificateIdentity(certificate.RawData);
    }

    /// <summary>
    /// Requires a service that runs under the account with this service principal name, for bindings with Windows accounts. The client asks
    /// for a ticket for it, and only that account can use one. No certificate has it.
    /// </summary>
    /// <param name="spnName">The name, as it is registered: service/host. Case matters on Linux.</param>
    public static EndpointIdentity CreateSpnIdentity(string spnName)
    {
        ArgumentException.ThrowIfNullOrEmpty(spnName);
        return new AccountIdentity("Spn", spnName);
    }

    /// <summary>
    /// Requires a service that runs under the account with this user principal name, for bindings with Windows accounts of clients on
    /// Windows: elsewhere a ticket is asked for by the service principal name alone. No certificate has it.
    /// </summary>
    /// <param name="upnName">The name: user@domain.</param>
    public static EndpointIdentity CreateUpnIdentity(string upnName)
    {
        ArgumentException.ThrowIfNullOrEmpty(upnName);
        return new AccountIdentity("Upn", upnName);
    }

    /// <summary>The identity that WCF assumes when none is given: the host of the address.</summary>
    internal static EndpointIdentity ForAddress(Uri address) => new DnsIdentity(address.IdnHost);

    internal abstract bool Matches(X509Certificate2 certificate);

    /// <summary>Whether it is one certificate and no name.</summary>
    internal bool IsCertificate => this is CertificateIdentity;

    /// <summary>Whether it is a user principal name.</summary>
    internal bool IsUpn => this is AccountIdentity { Kind: "Upn" };

    /// <summary>
    /// The name for which a client asks a ticket: that of an account, or host/name for the name of a host, as in WCF; null for a
    /// certificate.
    /// </summary>
    internal string? TargetName => this switch
    {
        AccountIdentity account => account.Name,
        DnsIdentity dns => $"host/{dns.Name}",
        _ => null,
    };

    /// <summary>Writes the identity into an endpoint reference, in the words of WCF.</summary>
    internal void Write(PooledBytes output)
    {
        output.Write("<Identity xmlns=\"http://schemas.xmlsoap.org/ws/2006/02/addressingidentity\">"u8);
        WriteContent(output);
        output.Write("</Identity>"u8);
    }

    private protected abstract void WriteContent(PooledBytes output);

    private sealed class DnsIdentity(string name) : EndpointIdentity
    {
        public string Name => name;

        internal override bool Matches(X509Certificate2 certificate) => CertificateNames.Of(certificate).Match(name);

        private protected override void WriteContent(PooledBytes output)
        {
            output.Write("<Dns>"u8);
            output.WriteEscaped(name);
            output.Write("</Dns>"u8);
        }

        public override string ToString() => $"DNS {name}";
    }

    private sealed class AccountIdentity(string kind, string name) : EndpointIdentity
    {
        public string Kind => kind;

        public string Name => name;

        internal override bool Matches(X509Certificate2 certificate) => false;

        private protected override void WriteContent(PooledBytes output)
        {
            output.WriteText($"<{kind}>");
            output.WriteEscaped(name);
            output.WriteText($"</{kind}>");
        }

        public override string ToString() => $"{kind} {name}";
    }

    private sealed class CertificateIdentity(byte[] raw) : EndpointIdentity
    {
        internal override bool Matches(X509Certificate2 certificate) => raw.AsSpan().SequenceEqual(certificate.RawDataMemory.Span);

        private protected override void WriteContent(PooledBytes output)
        {
            output.Write("<KeyInfo xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><X509Data><X509Certificate>"u8);
            output.WriteBase64(raw);
            output.Write("</X509Certificate></X509Data></KeyInfo>"u8);
        }

        public override string ToString() => "certificate";
    }
}
