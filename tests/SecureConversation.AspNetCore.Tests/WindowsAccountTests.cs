using System.Security.Claims;
using Microsoft.Extensions.DependencyInjection;
using SecureConversation.AspNetCore.Tests.Support;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Http;
using SecureConversation.Testing.Peers;

namespace SecureConversation.AspNetCore.Tests;

/// <summary>The HTTP client and an endpoint with Windows accounts of a Kerberos realm, and no certificate.</summary>
[Collection(KerberosTestGroup.Name)]
public sealed class WindowsAccountTests(KerberosRealmFixture fixture)
{
    private const string Alice = $"{KerberosRealm.User}@{KerberosRealm.Name}";

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public async Task User_IsTheAccount_WithTheRolesOfAServiceOfTheApplication(bool isSession, bool asksService)
    {
        fixture.Realm.GetTickets();
        var security = new MessageSecurity { ClientCredentialType = MessageCredentialType.Windows, EstablishSecurityContext = isSession };
        await using var host = await KestrelHost.StartAsync(
            services =>
            {
                var setUp = services.AddSecureConversation(options =>
                {
                    options.MessageSecurity = security;
                    options.Credentials = new ServiceCredentials();
                });
                _ = asksService ? setUp.AuthenticateWindowsAccounts<Staff>() : setUp;
            },
            app => app.MapSecureConversation("/echo", Answer));
        await using var client = new SecureConversationClient(
            new UriBuilder(host.Address) { Host = "localhost", Path = "/echo" }.Uri, new() { MessageSecurity = security, Credentials = new() });
        for (var i = 0; i < 3; i++)
        {
            Assert.Contains($">{Alice} {asksService}<", await client.CallAsync("urn:e/Who", "<Who xmlns=\"urn:e\"/>"), StringComparison.Ordinal);
        }
    }

    private static Task<SoapReply> Answer(SecureConversationContext context) => Task.FromResult(SoapReply.FromBody(
        "urn:e/WhoResponse", $"<Who xmlns=\"urn:e\">{context.User.Identity?.Name} {context.User.IsInRole("clerk")}</Who>"));

    private sealed class Staff : IWindowsAuthenticator
    {
        public ValueTask<ClaimsPrincipal?> AuthenticateAsync(ClaimsPrincipal user, MessageOrigin origin, CancellationToken cancellationToken)
        {
            ((ClaimsIdentity)user.Identity!).AddClaim(new Claim(ClaimTypes.Role, "clerk"));
            return new(user);
        }
    }
}
