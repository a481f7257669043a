using System.Runtime.CompilerServices;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using SecureConversation.Credentials;
using SecureConversation.Gateway.Settings;

namespace SecureConversation.Gateway.Inward;

/// <summary>
/// Makes JSON Web Tokens (RFC 7519) that say who the verified client is. A session uses one again for the first half of its life, as long
/// as it would say the same.
/// </summary>
internal sealed class IdentityTokens
{
    private readonly IdentitySettings _settings;
    private readonly string _audience;
    private readonly string _route;
    private readonly TimeProvider _clock;
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };
    private readonly SigningCredentials _signing;
    private readonly ConditionalWeakTable<ServiceSession, Made> _made = [];

    public IdentityTokens(IdentitySettings settings, string audience, string route, TimeProvider clock)
    {
        (_settings, _audience, _route, _clock) = (settings, audience, route, clock);
        _signing = settings.SigningCertificate is { } certificate
            ? OfCertificate(certificate)
            : new SigningCredentials(
                new SymmetricSecurityKey(Convert.FromBase64String(settings.SharedSecret!)), SecurityAlgorithms.HmacSha256);
    }

    /// <param name="user">Who is authenticated, with a name.</param>
    /// <param name="certificate">That of the client; null when it has none.</param>
    /// <param name="session">In which the message came; null for a single message.</param>
    public string Create(ClaimsPrincipal user, X509Certificate2? certificate, ServiceSession? session)
    {
        var now = _clock.GetUtcNow();
        var subject = new Subject(user, certificate);
        if (session is not null && _made.TryGetValue(session, out var made) && now < made.UseBefore && made.Subject.IsSame(subject))
        {
            return made.Token;
        }

        var claims = new Dictionary<string, object>
        {
            [JwtRegisteredClaimNames.Sub] = subject.Name,
            ["auth_method"] = subject.Method,
            ["route"] = _route,
        };
        if (certificate is not null)
        {
            // RFC 8705 section 3.1.
            claims["cnf"] = new Dictionary<string, object>
            {
                ["x5t#S256"] = Base64UrlEncoder.Encode(SHA256.HashData(certificate.RawDataMemory.Span)),
            };
        }

        // The name of a certificate is what its issuer says, and issuers say the same name of several. These say which one it is, also
        // in sessions that keep no certificate.
        Add("x5t", subject.Thumbprint);
        Add("subject_dn", subject.DistinguishedName);

        if (subject.Roles.Length > 0)
        {
            claims["roles"] = subject.Roles;
        }

        var token = _handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = _settings.Issuer,
            Audience = _audience,
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = (now + _settings.Lifetime).UtcDateTime,
            Claims = claims,
            SigningCredentials = _signing,
        });
        if (session is not null)
        {
            _made.AddOrUpdate(session, new Made(token, subject, now + (_settings.Lifetime / 2)));
        }

        return token;

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                claims[name] = value;
            }
        }
    }

    private static SigningCredentials OfCertificate(X509Certificate2 certificate)
    {
        var name = Base64UrlEncoder.Encode(SHA256.HashData(certificate.RawDataMemory.Span));
        return certificate.GetECDsaPrivateKey() is { } ecdsa
            ? new SigningCredentials(new ECDsaSecurityKey(ecdsa) { KeyId = name }, SecurityAlgorithms.EcdsaSha256)
            : new SigningCredentials(
                new RsaSecurityKey(certificate.GetRSAPrivateKey()) { KeyId = name }, SecurityAlgorithms.RsaSsaPssSha256);
    }

    private sealed record Made(string Token, Subject Subject, DateTimeOffset UseBefore);

    /// <summary>What a token says.</summary>
    private sealed class Subject(ClaimsPrincipal user, X509Certificate2? certificate)
    {
        public string Name { get; } = user.Identity!.Name!;

        public string Method { get; } = user.Identities.FirstOrDefault(i => i.IsAuthenticated)?.AuthenticationType ?? "";

        public string[] Roles { get; } = [.. user.FindAll(ClaimTypes.Role).Select(claim => claim.Value)];

        /// <summary>RFC 7515 section 4.1.7: of SHA-1, in base64url.</summary>
        public string? Thumbprint { get; } = OfCertificate(user, ClaimTypes.Thumbprint) is { } hex
            ? Base64UrlEncoder.Encode(Convert.FromHexString(hex)) : null;

        public string? DistinguishedName { get; } = OfCertificate(user, ClaimTypes.X500DistinguishedName);

        public bool IsSame(Subject other) => Name == other.Name && Method == other.Method && Thumbprint == other.Thumbprint
            && DistinguishedName == other.DistinguishedName && Roles.AsSpan().SequenceEqual(other.Roles)
            && (ReferenceEquals(certificate, other.Certificate)
                || (certificate is not null && other.Certificate is not null
                    && certificate.RawDataMemory.Span.SequenceEqual(other.Certificate.RawDataMemory.Span)));

        private X509Certificate2? Certificate => certificate;

        // An issued token may have claims of the same types, which no certificate has proved.
        private static string? OfCertificate(ClaimsPrincipal user, string type) =>
            user.Identities.FirstOrDefault(i => i.AuthenticationType == ClientAuthenticationTypes.X509)?.FindFirst(type)?.Value;
    }
}
