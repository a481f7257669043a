using System.Security.Claims;
using Microsoft.IdentityModel.JsonWebTokens;
using SecureConversation.Credentials;
using SecureConversation.Gateway.Inward;
using SecureConversation.Gateway.Settings;
using SecureConversation.Gateway.Tests.Support;

namespace SecureConversation.Gateway.Tests;

/// <summary>What a token says of the client.</summary>
public sealed class IdentityTokenTests
{
    [Theory]
    [InlineData(ClientAuthenticationTypes.X509, "0102", "AQI")]
    [InlineData(ClientAuthenticationTypes.Federation, "0102", null)]
    [InlineData(ClientAuthenticationTypes.Federation, "no thumbprint", null)]
    public void Certificate_IsNamedOnlyWhereItWasProved(string method, string thumbprint, string? expected)
    {
        var user = new ClaimsPrincipal(new ClaimsIdentity(
            [new Claim(ClaimTypes.Name, "alice"), new Claim(ClaimTypes.Thumbprint, thumbprint), new Claim(ClaimTypes.X500DistinguishedName, "CN=bob")], method));
        var tokens = new IdentityTokens(new IdentitySettings { SharedSecret = Sections.Secret }, "http://orders.example/", "orders", TimeProvider.System);

        var token = new JsonWebToken(tokens.Create(user, certificate: null, session: null));

        Assert.Equal("alice", token.Subject);
        Assert.Equal(expected, token.TryGetPayloadValue<string>("x5t", out var x5t) ? x5t : null);
        Assert.Equal(expected is not null, token.TryGetPayloadValue<string>("subject_dn", out _));
    }
}
