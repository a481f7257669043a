using System.Runtime.CompilerServices;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using SecureConversation.Gateway.Settings;

namespace SecureConversation.Gateway.Inward;

/// <summary>
/// Makes JSON Web Tokens (RFC 7519) that say who the verified client is. One is used again for the first half of its life.
/// </summary>
internal sealed class IdentityTokens
{
    private readonly IdentitySettings _settings;
    private readonly string _audience;
    private readonly TimeProvider _clock;
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };
    private readonly SigningCredentials _signing;
    private readonly ConditionalWeakTable<ClaimsPrincipal, Made> _made = [];

    public IdentityTokens(IdentitySettings settings, string audience, TimeProvider clock)
    {
        (_settings, _audience, _clock) = (settings, audience, clock);
        _signing = settings.SigningCertificate is { } certificate
            ? OfCertificate(certificate)
            : new SigningCredentials(
                new SymmetricSecurityKey(Convert.FromBase64String(settings.SharedSecret!)), SecurityAlgorithms.HmacSha256);
    }

    public string Create(ClaimsPrincipal user, X509Certificate2? certificate)
    {
        var now = _clock.GetUtcNow();
        if (_made.TryGetValue(user, out var made) && now < made.UseBefore)
        {
            return made.Token;
        }

        var identity = user.Identities.FirstOrDefault(i => i.IsAuthenticated);
        var claims = new Dictionary<string, object>
        {
            [JwtRegisteredClaimNames.Sub] = user.Identity!.Name!,
            ["auth_method"] = identity?.AuthenticationType ?? "",
        };
        if (certificate is not null)
        {
            // RFC 8705 section 3.1.
            claims["cnf"] = new Dictionary<string, object>
            {
                ["x5t#S256"] = Base64UrlEncoder.Encode(SHA256.HashData(certificate.RawDataMemory.Span)),
            };
        }

        if (user.FindAll(ClaimTypes.Role).Select(claim => claim.Value).ToArray() is { Length: > 0 } roles)
        {
            claims["roles"] = roles;
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
        _made.AddOrUpdate(user, new Made(token, now + (_settings.Lifetime / 2)));
        return token;
    }

    private static SigningCredentials OfCertificate(X509Certificate2 certificate)
    {
        var name = Base64UrlEncoder.Encode(SHA256.HashData(certificate.RawDataMemory.Span));
        return certificate.GetECDsaPrivateKey() is { } ecdsa
            ? new SigningCredentials(new ECDsaSecurityKey(ecdsa) { KeyId = name }, SecurityAlgorithms.EcdsaSha256)
            : new SigningCredentials(
                new RsaSecurityKey(certificate.GetRSAPrivateKey()) { KeyId = name }, SecurityAlgorithms.RsaSsaPssSha256);
    }

    private sealed record Made(string Token, DateTimeOffset UseBefore);
}
