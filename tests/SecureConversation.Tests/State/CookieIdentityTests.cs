using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Tokens;
using SecureConversation.Testing;

namespace SecureConversation.Tests.State;

/// <summary>The client in a cookie: the same one comes out, whoever made it.</summary>
public sealed class CookieIdentityTests
{
    private static readonly Dictionary<string, Func<ClaimsPrincipal>> Users = new()
    {
        ["anonymous"] = ClientIdentity.CreateAnonymous,
        ["certificate"] = () => ClientIdentity.FromCertificate(TestCertificates.Client),
        ["user name"] = () => ClientIdentity.FromUserName("alice"),
        ["no identity"] = () => new ClaimsPrincipal(),
        ["certificate with a role"] = () => With(ClientIdentity.FromCertificate(TestCertificates.Client), new Claim(ClaimTypes.Role, "admin")),
        ["certificate with another issuer"] = () => new(new ClaimsIdentity(
            ClientIdentity.FromCertificate(TestCertificates.Client).Claims.Select(c => new Claim(c.Type, c.Value, c.ValueType, "urn:other")), ClientAuthenticationTypes.X509)),
        ["certificate under another name claim"] = () => new(new ClaimsIdentity(
            ClientIdentity.FromCertificate(TestCertificates.Client).Claims, ClientAuthenticationTypes.X509, ClaimTypes.Thumbprint, "urn:role")),
        ["name of another authentication"] = () => new(new ClaimsIdentity([new Claim(ClaimTypes.Name, "alice")], "urn:own")),
        ["two identities"] = () =>
        {
            var user = ClientIdentity.FromUserName("alice");
            user.AddIdentity(new ClaimsIdentity([new Claim("urn:department", "sales")], "urn:directory"));
            return user;
        },
        ["claim with properties"] = () =>
        {
            var claim = new Claim("urn:a", "b");
            claim.Properties["urn:p"] = "q";
            return With(ClientIdentity.FromUserName("alice"), claim);
        },
        ["label"] = () => new(new ClaimsIdentity([new Claim(ClaimTypes.Name, "alice")], ClientAuthenticationTypes.UserName) { Label = "x" }),
        ["many roles"] = () => With(ClientIdentity.FromUserName("alice"), [.. Enumerable.Range(0, 500).Select(i => new Claim(ClaimTypes.Role, $"role {i}"))]),
    };

    public static TheoryData<string, bool> All => [.. Users.Keys.SelectMany(name => new[] { new TheoryDataRow<string, bool>(name, false), new(name, true) })];

    [Theory]
    [MemberData(nameof(All))]
    public void Identity_ComesOutAsItWent(string name, bool hasCertificate)
    {
        var user = Users[name]();
        var certificate = hasCertificate ? TestCertificates.Client : null;
        var written = CookieIdentity.Write(user, certificate);

        Assert.True(CookieIdentity.TryRead(written, out var read, out var again));
        CookieSessionTests.AssertSame(user, read);
        Assert.Equal(certificate?.RawData, again?.RawData);
        again?.Dispose();
    }

    [Fact]
    public void IdentityOfACertificate_TakesNoMoreThanTheCertificate()
    {
        var certificate = TestCertificates.Client;
        Assert.InRange(CookieIdentity.Write(ClientIdentity.FromCertificate(certificate), certificate).Length, 1, certificate.RawData.Length + 4);
    }

    [Fact]
    public void TooManyClaims_AreRefusedInWords()
    {
        var user = With(ClientIdentity.FromUserName("alice"), [.. Enumerable.Range(0, 10_000).Select(i => new Claim(ClaimTypes.Role, $"role {i}"))]);
        var e = Assert.Throws<InvalidOperationException>(() => CookieIdentity.Write(user, null));
        Assert.Contains("fewer claims", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OctetsThatAreNone_AreNotRead()
    {
        var written = CookieIdentity.Write(ClientIdentity.FromCertificate(TestCertificates.Client), TestCertificates.Client);
        for (var length = 0; length < written.Length; length++)
        {
            Assert.False(CookieIdentity.TryRead(written.AsSpan(0, length), out _, out _));
        }

        // A length that a reader would reserve memory for, and forms that there are not.
        Assert.False(CookieIdentity.TryRead([1, 0xFF, 0xFF, 0xFF, 0x7F, 0], out _, out _));
        Assert.False(CookieIdentity.TryRead([0, 9, 0], out _, out _));
        Assert.False(CookieIdentity.TryRead([0, 1, 0], out _, out _));
        Assert.False(CookieIdentity.TryRead([7, 0, 0], out _, out _));
    }

    private static ClaimsPrincipal With(ClaimsPrincipal user, params Claim[] claims)
    {
        ((ClaimsIdentity)user.Identity!).AddClaims(claims);
        return user;
    }
}
