using System.Collections.Frozen;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SecureConversation.Credentials;
using SecureConversation.Gateway.Settings;

namespace SecureConversation.Gateway.Inward;

/// <summary>The users of the settings. Passwords are kept as digests under a key of the process.</summary>
internal sealed class KnownUsers : IUserNameAuthenticator
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly FrozenDictionary<string, (byte[] Digest, UserSettings User)> _users;
    private readonly byte[] _nobody = RandomNumberGenerator.GetBytes(32);

    public KnownUsers(IEnumerable<UserSettings> users) =>
        _users = users.ToFrozenDictionary(user => user.Name, user => (DigestOf(user.Password!), user), StringComparer.Ordinal);

    /// <summary>A name of the list: another one for other names or roles.</summary>
    public static string NameOf(IEnumerable<UserSettings> users)
    {
        var text = string.Join('\n', users.OrderBy(user => user.Name, StringComparer.Ordinal)
            .Select(user => JsonSerializer.Serialize<string[]>([user.Name, .. user.Roles.Order(StringComparer.Ordinal)])));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 12));
    }

    public ValueTask<ClaimsPrincipal?> AuthenticateAsync(
        string userName, string password, MessageOrigin origin, CancellationToken cancellationToken)
    {
        var isKnown = _users.TryGetValue(userName, out var known);
        // The same work for a user who is not there.
        var isRight = CryptographicOperations.FixedTimeEquals(isKnown ? known.Digest : _nobody, DigestOf(password));
        return new(isKnown && isRight
            ? new ClaimsPrincipal(new ClaimsIdentity(
                [new Claim(ClaimTypes.Name, userName), .. known.User.Roles.Select(role => new Claim(ClaimTypes.Role, role))], "UserName"))
            : null);
    }

    private byte[] DigestOf(string password) => HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(password));
}
