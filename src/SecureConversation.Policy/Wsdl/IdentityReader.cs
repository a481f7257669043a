using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Xml.Linq;
using SecureConversation.Credentials;
using SecureConversation.Policy.Assertions;
using SecureConversation.Policy.Wsp;

namespace SecureConversation.Policy.Wsdl;

/// <summary>The identity in the EndpointReference of a port (WS-AddressingIdentity).</summary>
internal static class IdentityReader
{
    /// <summary>Refuses a port that names several identities: the first alone could be the weaker one.</summary>
    public static void RequireOne(XElement port)
    {
        var references = References(port).ToList();
        var identities = references.Elements(Namespaces.Identity + "Identity").ToList();
        if (references.Count > 1 || identities.Count > 1)
        {
            throw Locations.Fail(
                references.Count > 1 ? references[1] : identities[1], "The port has several identities of its service: leave one.");
        }

        // A name may stand beside a certificate, but nothing twice.
        if (identities.Elements().GroupBy(e => e.Name).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw Locations.Fail(
                twice.ElementAt(1), $"The identity has {Text.Short(twice.Key.LocalName)} more than once: leave one.");
        }
    }

    public static ImportedEndpoint Read(XElement port, ImportedEndpoint endpoint)
    {
        var identity = References(port).Elements(Namespaces.Identity + "Identity").FirstOrDefault();
        if (identity is null)
        {
            return endpoint;
        }

        // A certificate says more than a name, which stands where the certificate cannot be read.
        var certificate = identity.Descendants(Namespaces.Signature + "X509Certificate").FirstOrDefault();
        endpoint = certificate is null ? endpoint : Certificate(certificate, endpoint);
        if (endpoint.Identity is not null)
        {
            return endpoint;
        }

        if (identity.Element(Namespaces.Identity + "Dns")?.Value.Trim() is { Length: > 0 } dns)
        {
            return endpoint with { Identity = EndpointIdentity.CreateDnsIdentity(dns), IdentityDnsName = dns };
        }

        if (certificate is not null)
        {
            return endpoint;
        }

        var kind = identity.Elements().FirstOrDefault()?.Name.LocalName ?? "nothing";
        return Warn(endpoint,
            $"{Locations.Of(identity)}: the identity is {Text.Short(kind)}, which is not offered: "
            + "give the client a certificate or a DNS name.");
    }

    private static IEnumerable<XElement> References(XElement port) => port.Elements()
        .Where(e => e.Name.LocalName == "EndpointReference" && Namespaces.IsAddressing(e.Name.NamespaceName));

    private static ImportedEndpoint Certificate(XElement element, ImportedEndpoint endpoint)
    {
        try
        {
            var content = Convert.FromBase64String(element.Value);
            using var certificate = X509CertificateLoader.LoadCertificate(content);
            return endpoint with
            {
                Identity = EndpointIdentity.CreateX509CertificateIdentity(certificate),
                IdentityCertificate = [.. certificate.RawData],
            };
        }
        catch (Exception failure) when (failure is FormatException or CryptographicException)
        {
            return Warn(endpoint, $"{Locations.Of(element)}: the certificate of the identity cannot be read: {failure.Message}");
        }
    }

    private static ImportedEndpoint Warn(ImportedEndpoint endpoint, string warning) =>
        endpoint with { Warnings = endpoint.Warnings.Add(warning) };
}
