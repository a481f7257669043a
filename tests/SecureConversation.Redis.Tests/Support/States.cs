using System.Security.Claims;
using System.Security.Cryptography;

namespace SecureConversation.Redis.Tests.Support;

internal static class States
{
    public static SessionState Create(string? id = null, long version = 1, byte[]? key = null, TimeSpan? lifetime = null) => new()
    {
        Id = id ?? NewId(),
        Endpoint = "farm",
        Version = version,
        Keys = [new SessionKeyState { Key = [.. key ?? RandomNumberGenerator.GetBytes(32)], ReplyNonces = [1, 2, 3], Expires = DateTimeOffset.UtcNow + (lifetime ?? TimeSpan.FromHours(10)) }],
        User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "a name that must not be in the clear")], "X509")),
        ClientCertificate = TestCertificates.Client.RawData,
    };

    public static string NewId() => $"urn:uuid:{Guid.NewGuid()}";
}
