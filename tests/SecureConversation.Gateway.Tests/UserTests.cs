using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using SecureConversation.Binding;
using SecureConversation.Configuration;
using SecureConversation.Credentials;
using SecureConversation.Gateway.Tests.Support;
using SecureConversation.Http;
using SecureConversation.Redis.Tests.Support;
using SecureConversation.Testing;

namespace SecureConversation.Gateway.Tests;

/// <summary>Who is known, and for how long.</summary>
public sealed class UserTests
{
    private const string Call = "<e:Place xmlns:e='urn:e'>42</e:Place>";

    [Fact]
    public async Task WrongPasswords_EndNobodysSession()
    {
        var sessions = new HashSet<string?>();
        await using var service = await TestService.StartSecuredAsync(
            context =>
            {
                sessions.Add(context.Session?.Id);
                return Task.FromResult(AspNetCore.SoapReply.FromBody(context.Action + "Response", TestService.Reply));
            },
            MessageCredentialType.UserName);
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayOutward(
            service.Address,
            route =>
            {
                route["Credentials"] = "FromBasic";
                route["MaxUsers"] = 2;
            },
            Sections.ClientSecurity("UserName")));

        Assert.Equal(HttpStatusCode.OK, (await CallAsync(gateway, "alice:alice's")).Status);
        Assert.Equal(HttpStatusCode.OK, (await CallAsync(gateway, "bob:bob's")).Status);
        await CallAsync(gateway, "mallory:1");
        await CallAsync(gateway, "mallory:2");
        await CallAsync(gateway, "mallory:3");
        Assert.Equal(HttpStatusCode.OK, (await CallAsync(gateway, "alice:alice's")).Status);
        Assert.Equal(HttpStatusCode.OK, (await CallAsync(gateway, "bob:bob's")).Status);

        Assert.Equal(2, sessions.Count);
    }

    /// <summary>A tenth of three users is none, and the places are free.</summary>
    [Fact]
    public async Task NewUsers_AtOnce_GetTheFreePlaces()
    {
        var (arrived, go) = (new SemaphoreSlim(0), new TaskCompletionSource());
        await using var service = await TestService.StartSecuredAsync(
            async context =>
            {
                arrived.Release();
                await go.Task;
                return AspNetCore.SoapReply.FromBody(context.Action + "Response", TestService.Reply);
            },
            MessageCredentialType.UserName);
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayOutward(
            service.Address,
            route =>
            {
                route["Credentials"] = "FromBasic";
                route["MaxUsers"] = 3;
            },
            Sections.ClientSecurity("UserName")));

        var calls = new[] { "alice", "bob", "carol" }.Select(user => CallAsync(gateway, $"{user}:{user}'s")).ToList();
        foreach (var _ in calls)
        {
            Assert.True(await arrived.WaitAsync(TimeSpan.FromMinutes(1)));
        }

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await CallAsync(gateway, "dave:dave's")).Status);
        go.SetResult();
        Assert.All(await Task.WhenAll(calls), answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
    }

    [Fact]
    public async Task RemovedUser_WithACookie_DoesNotGoOn()
    {
        await using var service = await TestService.StartPlainAsync();
        var binding = SecurityBindingElement.CreateSecureConversationBindingElement(
            SecurityBindingElement.CreateUserNameForCertificateBindingElement(), requireCancellation: false);
        var settings = Sections.GatewayInward(service.Address, route =>
        {
            route["Users"] = new JsonArray(
                new JsonObject { ["Name"] = "alice", ["Password"] = "secret", ["Roles"] = new JsonArray("admin") },
                new JsonObject { ["Name"] = "bob", ["Password"] = "secret" });
            var security = route["Security"]!.AsObject();
            security.Remove("MessageSecurity");
            security["Binding"] = JsonNode.Parse(BindingText.ToJson(binding))!["Binding"]!.DeepClone();
        });
        await using var gateway = await RunningGateway.StartAsync(settings, reloads: true);
        await using var alice = TestService.Connect(gateway.Outer, new UserNameCredential("alice", "secret"), options =>
        {
            options.MessageSecurity = null;
            options.Binding = binding;
        });
        await alice.CallAsync("urn:e/Place", Call);
        var reloaded = RecordedLog.Current.SeenAsync(701);
        await gateway.ChangeAsync(s => s["Inward"]!["orders"]!["Users"] = new JsonArray(new JsonObject { ["Name"] = "bob", ["Password"] = "secret" }));
        await reloaded;

        Exception? failure = null;
        try
        {
            await alice.CallAsync("urn:e/Place", Call);
        }
        catch (Exception e)
        {
            failure = e;
        }

        Assert.NotNull(failure);
        Assert.Single(service.Seen);
    }

    [Fact]
    public async Task RemovedUser_InRedis_DoesNotGoOn()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var service = await TestService.StartPlainAsync();
        var settings = Sections.GatewayInward(
            service.Address,
            route => route["Users"] = new JsonArray(
                new JsonObject { ["Name"] = "alice", ["Password"] = "secret", ["Roles"] = new JsonArray("admin") },
                new JsonObject { ["Name"] = "bob", ["Password"] = "secret" }),
            Sections.ServiceSecurity("UserName"));
        settings["Redis"] = new JsonObject { ["Configuration"] = redis.Configuration };
        settings["KeyRing"] = new JsonObject { ["Path"] = "keys" };
        await using var gateway = await RunningGateway.StartAsync(settings, reloads: true);
        await using var alice = TestService.Connect(gateway.Outer, new UserNameCredential("alice", "secret"));
        await alice.CallAsync("urn:e/Place", Call);
        var reloaded = RecordedLog.Current.SeenAsync(701);
        await gateway.ChangeAsync(s => s["Inward"]!["orders"]!["Users"] = new JsonArray(new JsonObject { ["Name"] = "bob", ["Password"] = "secret" }));
        await reloaded;

        var failure = await Record.ExceptionAsync(() => alice.CallAsync("urn:e/Place", Call));

        var token = service.Seen.Last().Headers["Authorization"].Split('.')[1];
        Assert.True(failure is not null, Encoding.UTF8.GetString(Convert.FromBase64String(
            token.Replace('-', '+').Replace('_', '/') + new string('=', (4 - (token.Length % 4)) % 4))));
    }

    /// <summary>Two authorities have issued the name.</summary>
    [Fact]
    public async Task TokensOfOneName_InCookies_SayWhichCertificate()
    {
        using var rootKey = RSA.Create(2048);
        var root = new CertificateRequest("CN=Other partner", rootKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        root.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        root.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(root.PublicKey, false));
        using var authority = root.CreateSelfSigned(TestCertificates.Authority.NotBefore, TestCertificates.Authority.NotAfter);
        using var leafKey = RSA.Create(2048);
        var leaf = new CertificateRequest("CN=Test client", leafKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        leaf.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(leaf.PublicKey, false));
        using var issued = leaf.Create(authority, TestCertificates.Client.NotBefore, TestCertificates.Client.NotAfter, [1, 2, 3, 4]);
        using var mallory = issued.CopyWithPrivateKey(leafKey);
        await File.WriteAllTextAsync(Files.Path("other-partner.pem"), authority.ExportCertificatePem());

        await using var service = await TestService.StartPlainAsync();
        var binding = SecurityBindingElement.CreateSecureConversationBindingElement(
            SecurityBindingElement.CreateMutualCertificateBindingElement(), requireCancellation: false);
        var settings = Sections.GatewayInward(service.Address, route =>
        {
            var security = route["Security"]!.AsObject();
            security.Remove("MessageSecurity");
            security["Binding"] = JsonNode.Parse(BindingText.ToJson(binding))!["Binding"]!.DeepClone();
            security["Credentials"]!["ClientCertificateValidation"]!["CustomTrustRoots"]!.AsArray()
                .Add(new JsonObject { ["Path"] = Files.Path("other-partner.pem") });
        });
        await using var gateway = await RunningGateway.StartAsync(settings);
        foreach (var certificate in new[] { TestCertificates.Client, mallory })
        {
            await using var client = new SecureConversationClient(new Uri(gateway.Outer, "/orders"), new SecureConversationHttpOptions
            {
                Binding = binding,
                Credentials = new ClientCredentials
                {
                    ClientCertificate = new X509Credential(certificate),
                    ServiceCertificate = TestCertificates.Service,
                    ServiceCertificateValidation = CertificateValidationOptions.TrustOnly(TestCertificates.Authority),
                },
            });
            await client.CallAsync("urn:e/Place", Call);
        }

        var tokens = service.Seen.Select(seen => JsonNode.Parse(Encoding.UTF8.GetString(
            System.Buffers.Text.Base64Url.DecodeFromChars(seen.Headers["Authorization"].Split('.')[1])))!.AsObject()).ToList();
        foreach (var token in tokens)
        {
            token.Remove("exp");
            token.Remove("iat");
            token.Remove("nbf");
        }

        Assert.NotEqual(tokens[0].ToJsonString(), tokens[1].ToJsonString());
    }

    [Fact]
    public async Task UserNamesOfSomeActions_AreNotEnoughForBasic()
    {
        var security = Sections.ClientSecurity();
        security.Remove("MessageSecurity");
        security["Binding"] = new JsonObject
        {
            ["AuthenticationMode"] = "MutualCertificate",
            ["OperationSupportingTokenParameters"] = new JsonArray(new JsonObject
            {
                ["Action"] = "urn:e/Special",
                ["Tokens"] = new JsonObject { ["SignedEncrypted"] = new JsonArray(new JsonObject { ["Type"] = "UserName" }) },
            }),
        };
        await using var service = await TestService.StartSecuredAsync(change: options =>
        {
            options.MessageSecurity = null;
            options.Binding = SecurityBindingElement.CreateMutualCertificateBindingElement();
        });
        RunningGateway gateway;
        try
        {
            gateway = await RunningGateway.StartAsync(Sections.GatewayOutward(service.Address, route => route["Credentials"] = "FromBasic", security));
        }
        catch (SettingsException e)
        {
            Assert.Contains("all users would be the gateway", e.Message, StringComparison.Ordinal);
            return;
        }

        await using (gateway)
        {
            var answer = await PlainClient.PostAsync(gateway.Inner, change: request => request.Headers.Authorization =
                new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("mallory:anything"))));
            Assert.Fail($"{answer.Status} as {service.Seen.FirstOrDefault()?.Query}");
        }
    }

    private static Task<PlainAnswer> CallAsync(RunningGateway gateway, string basic) => PlainClient.PostAsync(gateway.Inner, change: request =>
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(basic))));
}
