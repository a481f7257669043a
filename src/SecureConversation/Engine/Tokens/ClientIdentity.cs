using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;

namespace SecureConversation.Engine.Tokens;

/// <summary>Makes the identity of a client that a service hands to the application.</summary>
internal static class ClientIdentity
{
    /// <summary>
    /// The identity of a client without credentials; it is not authenticated. Each is a new one, because applications add to them.
    /// </summary>
    public static ClaimsPrincipal CreateAnonymous() => new(new ClaimsIdentity());

    /// <summary>
    /// A copy that shares nothing that can be changed. <see cref="ClaimsPrincipal.Clone"/> would share the identities.
    /// </summary>
    public static ClaimsPrincipal Copy(ClaimsPrincipal user) => new(user.Identities.Select(identity => identity.Clone()));

    /// <summary>
    /// A copy to be kept and not to be changed: all that is kept of the holder of one known certificate is one object.
    /// </summary>
    public static ClaimsPrincipal Keep(ClaimsPrincipal user, X509Certificate2? certificate) =>
        certificate is not null && X509Facts.OfKnown(certificate)?.Holder is { } holder && AreEqual(user, holder) ? holder : Copy(user);

    /// <summary>Whether one is as good as the other.</summary>
    public static bool AreEqual(ClaimsPrincipal one, ClaimsPrincipal other) =>
        one.Identities.Count() == other.Identities.Count() && one.Identities.Zip(other.Identities, AreEqual).All(same => same);

    /// <summary>The identity of the holder of a validated certificate, with the names in it as claims.</summary>
    public static ClaimsPrincipal FromCertificate(X509Certificate2 certificate) =>
        X509Facts.OfKnown(certificate) is { } known ? Copy(known.Holder) : Read(certificate);

    /// <summary>The same, read out of the certificate.</summary>
    public static ClaimsPrincipal Read(X509Certificate2 certificate)
    {
        var names = CertificateNames.Of(certificate);
        var identity = new ClaimsIdentity(ClientAuthenticationTypes.X509);
        Add(identity, ClaimTypes.Thumbprint, certificate.Thumbprint);
        Add(identity, ClaimTypes.X500DistinguishedName, certificate.Subject);
        Add(identity, ClaimTypes.SerialNumber, certificate.SerialNumber);

        // ClaimsIdentity.Name is the first claim of this type. Without a common name the subject serves as the name.
        Add(identity, ClaimTypes.Name, names.CommonName ?? certificate.Subject);
        foreach (var dns in names.DnsNames)
        {
            Add(identity, ClaimTypes.Dns, dns);
        }

        Add(identity, ClaimTypes.Email, certificate.GetNameInfo(X509NameType.EmailName, forIssuer: false));
        Add(identity, ClaimTypes.Upn, certificate.GetNameInfo(X509NameType.UpnName, forIssuer: false));
        return new ClaimsPrincipal(identity);
    }

    /// <summary>The identity of a user whose password was validated.</summary>
    public static ClaimsPrincipal FromUserName(string userName)
    {
        var identity = new ClaimsIdentity(ClientAuthenticationTypes.UserName);
        Add(identity, ClaimTypes.Name, userName);
        return new ClaimsPrincipal(identity);
    }

    private static bool AreEqual(ClaimsIdentity one, ClaimsIdentity other) =>
        one.GetType() == other.GetType()
        && one.AuthenticationType == other.AuthenticationType
        && one.NameClaimType == other.NameClaimType
        && one.RoleClaimType == other.RoleClaimType
        && one.Label == other.Label
        && one.Actor is null && one.BootstrapContext is null
        && one.Claims.Count() == other.Claims.Count()
        && one.Claims.Zip(other.Claims, AreEqual).All(same => same);

    private static bool AreEqual(Claim one, Claim other) =>
        one.GetType() == other.GetType()
        && one.Type == other.Type
        && one.Value == other.Value
        && one.ValueType == other.ValueType
        && one.Issuer == other.Issuer
        && one.OriginalIssuer == other.OriginalIssuer
        && one.Properties.Count == 0;

    private static void Add(ClaimsIdentity identity, string type, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            identity.AddClaim(new Claim(type, value));
        }
    }
}
