using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using SecureConversation.Credentials;
using SecureConversation.Gateway.Tests.Support;
using SecureConversation.Testing;

namespace SecureConversation.Gateway.Tests;

/// <summary>Secured clients call a plain service.</summary>
public sealed class InwardTests
{
    private const string Call = "<e:Place xmlns:e='urn:e'>42</e:Place>";

    [Fact]
    public async Task Calls_ReachThePlainService_WithASignedIdentity()
    {
        await using var service = await TestService.StartPlainAsync();
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayInward(service.Address));
        await using var client = TestService.Connect(gateway.Outer);

        Assert.Contains("done", await client.CallAsync("urn:e/Place", Call), StringComparison.Ordinal);

        var seen = service.Seen.Single();
        Assert.Contains("Place", seen.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("addressing", seen.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("Security", seen.Body, StringComparison.Ordinal);
        Assert.Contains("action=\"urn:e/Place\"", seen.Headers["Content-Type"], StringComparison.Ordinal);
        var token = await ReadAsync(seen.Headers["Authorization"], service.Address, new SymmetricSecurityKey(Convert.FromBase64String(Sections.Secret)));
        Assert.Equal("Test client", token.Subject);
        Assert.Equal(SecurityAlgorithms.HmacSha256, token.Alg);
        Assert.InRange(token.ValidTo - token.IssuedAt, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Identity_IsSignedByEs256_InAHeaderOfChoice()
    {
        await using var service = await TestService.StartPlainAsync();
        var settings = Sections.GatewayInward(service.Address, route => route["Audience"] = "orders");
        settings["Identity"] = new JsonObject { ["Header"] = "X-Client", ["SigningCertificate"] = new JsonObject { ["Path"] = Files.TokenKey } };
        await using var gateway = await RunningGateway.StartAsync(settings);
        await using var client = TestService.Connect(gateway.Outer);

        await client.CallAsync("urn:e/Place", Call);

        using var certificate = X509CertificateLoader.LoadCertificateFromFile(Files.TokenKey);
        var text = service.Seen.Single().Headers["X-Client"];
        var token = await ReadAsync($"Bearer {text}", "orders", new ECDsaSecurityKey(certificate.GetECDsaPublicKey()));
        Assert.Equal((SecurityAlgorithms.EcdsaSha256, "Test client"), (token.Alg, token.Subject));
        Assert.False(service.Seen.Single().Headers.ContainsKey("Authorization"));
    }

    [Fact]
    public async Task Certificate_IsForwarded()
    {
        await using var service = await TestService.StartPlainAsync();
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayInward(service.Address, route => route["Identity"] = "ClientCert"));
        await using var client = TestService.Connect(gateway.Outer);

        await client.CallAsync("urn:e/Place", Call);

        Assert.Equal($":{Convert.ToBase64String(TestCertificates.Client.RawData)}:", service.Seen.Single().Headers["Client-Cert"]);
    }

    /// <summary>A verified client says that he is somebody else, in each header that could be believed.</summary>
    [Theory]
    [InlineData("Jwt")]
    [InlineData("ClientCert")]
    [InlineData("None")]
    public async Task Identity_CannotBeForged(string form)
    {
        await using var service = await TestService.StartPlainAsync();
        var settings = Sections.GatewayInward(service.Address, route =>
        {
            route["Identity"] = form;
            route["SessionHeader"] = "X-Session";
            route["RequestHeaders"] = new JsonArray("X-Tenant");
        });
        settings["Identity"]!["Header"] = "X-Client";
        await using var gateway = await RunningGateway.StartAsync(settings);
        await using var client = TestService.Connect(gateway.Outer);
        string[] forged =
        [
            "Authorization", "authorization", "Proxy-Authorization", "Client-Cert", "CLIENT-CERT", "Client-Cert-Chain", "X-Forwarded-Client-Cert",
            "X-Client", "x-client", "X_Client", "X-Session", "X-Forwarded-For", "X-Forwarded-User", "Forwarded", "Cookie", "X-Remote-User", "Via",
        ];
        foreach (var name in forged)
        {
            client.DefaultRequestHeaders.TryAddWithoutValidation(name, "the administrator");
        }

        client.DefaultRequestHeaders.TryAddWithoutValidation("X-Tenant", "blue");
        await client.CallAsync("urn:e/Place", Call);

        var headers = service.Seen.Single().Headers;
        Assert.DoesNotContain(headers, header => header.Value.Contains("administrator", StringComparison.Ordinal));
        Assert.Equal("blue", headers["X-Tenant"]);
        Assert.Equal(form == "Jwt", headers.ContainsKey("X-Client"));
        Assert.Equal(form == "ClientCert", headers.ContainsKey("Client-Cert"));
        Assert.NotEqual("the administrator", headers["X-Session"]);
    }

    [Fact]
    public async Task Users_AreThoseOfTheSettings_AndNamesCannotBreakOut()
    {
        const string Strange = "a\"\r\nX-Admin: yes, \u00e9";
        await using var service = await TestService.StartPlainAsync();
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayInward(
            service.Address,
            route => route["Users"] = new JsonArray(
                new JsonObject { ["Name"] = "alice", ["Password"] = "secret", ["Roles"] = new JsonArray("clerk") },
                new JsonObject { ["Name"] = Strange, ["Password"] = "secret" }),
            Sections.ServiceSecurity("UserName")));

        await using (var alice = TestService.Connect(gateway.Outer, new UserNameCredential("alice", "secret")))
        await using (var strange = TestService.Connect(gateway.Outer, new UserNameCredential(Strange, "secret")))
        {
            await alice.CallAsync("urn:e/Place", Call);
            await strange.CallAsync("urn:e/Place", Call);
        }

        var key = new SymmetricSecurityKey(Convert.FromBase64String(Sections.Secret));
        var tokens = new List<JsonWebToken>();
        foreach (var seen in service.Seen)
        {
            Assert.False(seen.Headers.ContainsKey("X-Admin"));
            tokens.Add(await ReadAsync(seen.Headers["Authorization"], service.Address, key));
        }

        // XML reads both characters of the end of a line as one.
        Assert.Equal("alice", tokens[0].Subject);
        Assert.Contains("X-Admin: yes", tokens[1].Subject, StringComparison.Ordinal);
        Assert.Contains(tokens[0].Claims, claim => claim is { Type: "roles", Value: "clerk" });

        foreach (var (user, password) in new[] { ("alice", "wrong"), ("bob", "secret"), ("ALICE", "secret") })
        {
            await using var wrong = TestService.Connect(gateway.Outer, new UserNameCredential(user, password));
            await Assert.ThrowsAsync<SecureConversationException>(() => wrong.CallAsync("urn:e/Place", Call));
        }

        Assert.Equal(2, service.Seen.Count);
    }

    [Fact]
    public async Task PlainRequestsFromOutside_ReachNothing()
    {
        await using var service = await TestService.StartPlainAsync();
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayInward(service.Address));

        var answer = await PlainClient.PostAsync(gateway.Outer);

        Assert.Equal(HttpStatusCode.InternalServerError, answer.Status);
        Assert.Empty(service.Seen);
    }

    [Fact]
    public async Task FaultsOfThePlainService_AreProtected_AndOneThatIsNotThereIsAFault()
    {
        var service = await TestService.StartPlainAsync((context, _) =>
        {
            context.Response.StatusCode = 500;
            context.Response.ContentType = "application/soap+xml; charset=utf-8";
            return context.Response.WriteAsync($"<s:Envelope xmlns:s='{PlainClient.Soap12}'><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code>"
                + "<s:Reason><s:Text xml:lang='en'>No such item.</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>");
        });
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayInward(service.Address));
        await using var client = TestService.Connect(gateway.Outer);

        var fault = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync("urn:e/Place", Call));
        Assert.Equal(("No such item.", true), (fault.Fault!.Reason, fault.Fault.IsSecured));

        await service.DisposeAsync();
        fault = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync("urn:e/Place", Call));
        Assert.Equal(("The service could not be reached.", true), (fault.Fault!.Reason, fault.Fault.IsSecured));
        Assert.Contains(RecordedLog.Current.Entries, entry => entry.Id == 705);
    }

    private static Task<JsonWebToken> ReadAsync(string header, Uri audience, SecurityKey key) => ReadAsync(header, audience.AbsoluteUri, key);

    private static async Task<JsonWebToken> ReadAsync(string header, string audience, SecurityKey key)
    {
        Assert.StartsWith("Bearer ", header, StringComparison.Ordinal);
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(header["Bearer ".Length..], new TokenValidationParameters
        {
            ValidIssuer = "secureconversation-gateway",
            ValidAudience = audience,
            IssuerSigningKey = key,
        });
        Assert.True(result.IsValid, result.Exception?.Message);
        return (JsonWebToken)result.SecurityToken;
    }
}
