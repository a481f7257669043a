using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using SecureConversation.Binding;
using SecureConversation.Configuration;
using SecureConversation.Credentials;
using SecureConversation.Gateway.Settings;
using SecureConversation.Gateway.Tests.Support;
using SecureConversation.Redis.Tests.Support;

namespace SecureConversation.Gateway.Tests;

/// <summary>Each of these fails where the gateway has the weakness.</summary>
public sealed class AttackTests4
{
    private const string Call = "<e:Place xmlns:e='urn:e'>42</e:Place>";

    /// <summary>D1: a user that is written twice into the file of a gateway that runs.</summary>
    [Fact]
    public async Task UserTwice_DoesNotEndTheProcess()
    {
        var settings = Sections.GatewayInward(new Uri("http://localhost:9/"), security: Sections.ServiceSecurity("UserName"));
        settings["Inward"]!["orders"]!["Users"] = new JsonArray(new JsonObject { ["Name"] = "alice", ["Password"] = "old" });
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        settings["Listeners"] = new JsonObject { ["Outer"] = new JsonObject { ["Url"] = $"http://127.0.0.1:{port}" } };
        var folder = Directory.CreateTempSubdirectory("SecureConversation.Gateway.");
        var file = Path.Combine(folder.FullName, "appsettings.json");
        await File.WriteAllTextAsync(file, new JsonObject { ["Gateway"] = settings.DeepClone() }.ToJsonString());
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(GatewaySettings).Assembly.Location])
        {
            WorkingDirectory = folder.FullName,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        try
        {
            for (var i = 0; i < 200; i++)
            {
                try
                {
                    await PlainClient.GetAsync(new Uri($"http://127.0.0.1:{port}"), "/health/live");
                    break;
                }
                catch (HttpRequestException)
                {
                    await Task.Delay(200);
                }
            }

            settings["Inward"]!["orders"]!["Users"]!.AsArray().Add(new JsonObject { ["Name"] = "alice", ["Password"] = "new" });
            await File.WriteAllTextAsync(file, new JsonObject { ["Gateway"] = settings.DeepClone() }.ToJsonString());
            var hasEnded = process.WaitForExit(20_000);
            Assert.True(!hasEnded, hasEnded ? $"exit code {process.ExitCode}: {await errors}" : "");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }

            folder.Delete(recursive: true);
        }
    }

    /// <summary>D2: a user who is removed does not go on in a session in Redis, and with his roles.</summary>
    [Fact]
    public async Task RemovedUser_DoesNotGoOn_InRedis()
    {
        RecordedLog.Current.AllowErrors(_ => true);
        await using var redis = await RedisServer.StartAsync();
        await using var service = await TestService.StartPlainAsync();
        var settings = Sections.GatewayInward(
            service.Address,
            route => route["Users"] = new JsonArray(
                new JsonObject { ["Name"] = "alice", ["Password"] = "secret", ["Roles"] = new JsonArray("admin") },
                new JsonObject { ["Name"] = "bob", ["Password"] = "secret" }),
            Sections.ServiceSecurity("UserName"));
        settings["Redis"] = new JsonObject { ["Configuration"] = redis.Configuration };
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

    /// <summary>D3: endpoints of one name share their sessions: who is known on one route is known on the other.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData("one")]
    public async Task SessionOfOneRoute_IsNoneOfAnother(string? endpointName)
    {
        Elsewhere.IsOn = false;
        RecordedLog.Current.AllowErrors(_ => true);
        await using var open = await TestService.StartPlainAsync();
        await using var closed = await TestService.StartPlainAsync();
        var binding = SecurityBindingElement.CreateSecureConversationBindingElement(
            SecurityBindingElement.CreateUserNameForCertificateBindingElement(), requireCancellation: false);
        var settings = Sections.GatewayInward(open.Address, route => Change(route, "guest"));
        var other = Sections.Inward(closed.Address);
        other["Path"] = "/closed";
        Change(other, "chief");
        settings["Inward"]!["closed"] = other;
        await using var gateway = await RunningGateway.StartAsync(settings);
        await using var guest = new Http.SecureConversationClient(new Uri(gateway.Outer, "/orders"), Options(), new Elsewhere());

        await guest.CallAsync("urn:e/Place", Call);
        Elsewhere.IsOn = true;
        var failure = await Record.ExceptionAsync(() => guest.CallAsync("urn:e/Place", Call));

        Assert.True(failure is not null && closed.Seen.IsEmpty, closed.Seen.FirstOrDefault() is { } seen
            ? Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(seen.Headers["Authorization"].Split('.')[1])) : "");

        void Change(JsonObject route, string user)
        {
            route["Users"] = new JsonArray(new JsonObject { ["Name"] = user, ["Password"] = "secret" });
            var security = route["Security"]!.AsObject();
            security.Remove("MessageSecurity");
            security["Binding"] = JsonNode.Parse(BindingText.ToJson(binding))!["Binding"]!.DeepClone();
            security["AddressFilter"] = "Any";
            if (endpointName is not null)
            {
                security["EndpointName"] = endpointName;
            }
        }

        Http.SecureConversationHttpOptions Options() => new()
        {
            Binding = binding,
            Credentials = new ClientCredentials
            {
                UserName = new UserNameCredential("guest", "secret"),
                ServiceCertificate = TestCertificates.Service,
                ServiceCertificateValidation = CertificateValidationOptions.TrustOnly(TestCertificates.Authority),
            },
        };
    }

    /// <summary>D4: as B1, for routes of Basic.</summary>
    [Fact]
    public async Task BindingsOfBasic_ThatCannotBeUsed_AreSettingsExceptions()
    {
        var problems = new List<string>();
        foreach (var mode in new[] { "MutualCertificate", "AnonymousForCertificate", "UserNameForCertificate", "SecureConversation", "CertificateOverTransport",
            "UserNameOverTransport", "AnonymousForSslNegotiated", "UserNameForSslNegotiated", "SspiNegotiated", "Kerberos", "IssuedToken" })
        {
            foreach (var isSession in new[] { true, false })
            {
                var security = Sections.ClientSecurity();
                security.Remove("MessageSecurity");
                security["Binding"] = isSession ? new JsonObject
                {
                    ["AuthenticationMode"] = "SecureConversation",
                    ["SecureConversationBootstrap"] = new JsonObject { ["AuthenticationMode"] = mode },
                }
                : new JsonObject { ["AuthenticationMode"] = mode };
                try
                {
                    await using var gateway = await RunningGateway.StartAsync(
                        Sections.GatewayOutward(new Uri("http://localhost:9/"), route => route["Credentials"] = "FromBasic", security));
                }
                catch (SettingsException)
                {
                    // As it should be.
                }
                catch (Exception e)
                {
                    problems.Add($"{mode} {isSession}: {e.GetType().Name}: {e.Message}");
                }
            }
        }

        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    private sealed class Elsewhere() : DelegatingHandler(new SocketsHttpHandler())
    {
        public static bool IsOn { get; set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (IsOn)
            {
                request.RequestUri = new Uri(request.RequestUri!, "/closed");
            }

            return base.SendAsync(request, cancellationToken);
        }
    }
}
