using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;

namespace SecureConversation.Engine.Tokens;

/// <summary>What a service tells the application about its client.</summary>
internal static class ClientIdentity
{
    /// <summary>A client without credentials; not authenticated.</summary>
    public static ClaimsPrincipal Anonymous { get; } = new(new ClaimsIdentity());

    /// <summary>The names of a certificate that was validated.</summary>
    public static ClaimsPrincipal FromCertificate(X509Certificate2 certificate)
    {
        var names = CertificateNames.Of(certificate);
        var identity = new ClaimsIdentity(ClientAuthenticationTypes.X509);
        Add(identity, ClaimTypes.Thumbprint, certificate.Thumbprint);
        Add(identity, ClaimTypes.X500DistinguishedName, certificate.Subject);
        Add(identity, ClaimTypes.SerialNumber, certificate.SerialNumber);
        // ClaimsIdentity.Name is the first claim of this type: the subject where there is no common name.
        Add(identity, ClaimTypes.Name, names.CommonName ?? certificate.Subject);
        foreach (var dns in names.DnsNames)
        {
            Add(identity, ClaimTypes.Dns, dns);
        }

        Add(identity, ClaimTypes.Email, certificate.GetNameInfo(X509NameType.EmailName, forIssuer: false));
        Add(identity, ClaimTypes.Upn, certificate.GetNameInfo(X509NameType.UpnName, forIssuer: false));
        return new ClaimsPrincipal(identity);
    }

    /// <summary>A user name whose password was validated.</summary>
    public static ClaimsPrincipal FromUserName(string userName)
    {
        var identity = new ClaimsIdentity(ClientAuthenticationTypes.UserName);
        Add(identity, ClaimTypes.Name, userName);
        return new ClaimsPrincipal(identity);
    }

    private static void Add(ClaimsIdentity identity, string type, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            identity.AddClaim(new Claim(type, value));
        }
    }
}
