using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;

namespace SecureConversation.Engine.Sessions;

/// <summary>
/// The scopes whose sessions an endpoint serves: one for each certificate of the service. What is written has that of the current one.
/// They change with the certificates.
/// </summary>
/// <param name="name">The name that the host gives to the endpoint.</param>
/// <param name="binding">The binding of the endpoint.</param>
internal sealed class EndpointScopes(string name, MessageSecurityBinding binding)
{
    private volatile Scopes? _scopes;

    /// <summary>The scope of the current certificate.</summary>
    public string Current => _scopes!.All[0];

    /// <summary>The hash of <see cref="Current"/> that cookies have.</summary>
    public ReadOnlySpan<byte> CurrentInCookies => _scopes!.InCookies[0];

    /// <summary>Takes the scopes of certificates, the current one first. An endpoint without certificates has one scope.</summary>
    public void Use(IEnumerable<X509Certificate2> certificates)
    {
        var all = certificates.Select(certificate => certificate.GetCertHashString(HashAlgorithmName.SHA256)).DefaultIfEmpty("none")
            .Select(thumbprint => EndpointScope.Of(name, binding, thumbprint)).ToArray();
        _scopes = new Scopes(all, [.. all.Select(SessionCookie.ScopeOf)]);
    }

    /// <summary>Whether a session with this scope is served.</summary>
    public bool Accepts(string scope) => _scopes!.All.Contains(scope, StringComparer.Ordinal);

    /// <summary>Whether a cookie with the hash of this scope is served.</summary>
    public bool AcceptsInCookies(ReadOnlySpan<byte> hash)
    {
        foreach (var own in _scopes!.InCookies)
        {
            if (hash.SequenceEqual(own))
            {
                return true;
            }
        }

        return false;
    }

    // One reference, so that nobody reads the scopes of two times.
    private sealed record Scopes(string[] All, byte[][] InCookies);
}
