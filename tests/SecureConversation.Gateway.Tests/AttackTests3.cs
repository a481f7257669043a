using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using SecureConversation.Configuration;
using SecureConversation.Gateway.Tests.Support;

namespace SecureConversation.Gateway.Tests;

/// <summary>Each of these fails where the gateway has the weakness.</summary>
public sealed class AttackTests3
{
    private const string Call = "<e:Place xmlns:e='urn:e'>42</e:Place>";

    /// <summary>C1: trust of settings that were refused is not in force.</summary>
    [Fact]
    public async Task RefusedSettings_ChangeNobodysTrust()
    {
        RecordedLog.Current.AllowErrors(_ => true);
        await using var service = await TestService.StartPlainAsync();
        var settings = Sections.GatewayInward(service.Address);
        Roots(settings)[0] = new JsonObject { ["Path"] = Files.OtherPublic };
        await using var gateway = await RunningGateway.StartAsync(settings, reloads: true);
        await using (var client = TestService.Connect(gateway.Outer))
        {
            await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync("urn:e/Place", Call));
        }

        await gateway.ChangeAsync(changed =>
        {
            Roots(changed)[0] = new JsonObject { ["Path"] = Files.Authority };
            changed["Limits"] = new JsonObject { ["MaxConcurentRequests"] = 5 };
        });
        await RecordedLog.Current.SeenAsync(702);
        await Task.Delay(500);

        Exception? failure = null;
        await using (var client = TestService.Connect(gateway.Outer))
        {
            failure = await Record.ExceptionAsync(() => client.CallAsync("urn:e/Place", Call));
        }

        Assert.NotNull(failure);
        Assert.Empty(service.Seen);

        static JsonArray Roots(JsonObject all) =>
            all["Inward"]!["orders"]!["Security"]!["Credentials"]!["ClientCertificateValidation"]!["CustomTrustRoots"]!.AsArray();
    }

    /// <summary>C2: refusals that wait take the room of the clients inside.</summary>
    [Fact]
    public async Task RefusedStrangersOutside_LeaveRoomForTheInside()
    {
        RecordedLog.Current.AllowErrors(_ => true);
        await using var service = await TestService.StartSecuredAsync();
        await using var plain = await TestService.StartPlainAsync();
        var settings = Sections.GatewayOutward(service.Address);
        var inward = Sections.GatewayInward(plain.Address, route =>
        {
            route["Path"] = "/billing";
            // As it is without the tests.
            route["Security"]!.AsObject().Remove("FailureAnswers");
        });
        settings["Inward"] = inward["Inward"]!.DeepClone();
        settings["Identity"] = inward["Identity"]!.DeepClone();
        settings["Limits"] = new JsonObject { ["MaxConcurrentRequests"] = 4 };
        await using var gateway = await RunningGateway.StartAsync(settings);
        var envelope = PlainClient.Envelope(header: "<o:Security s:mustUnderstand='1' xmlns:o='http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd'/>");
        var refused = 0;
        using var http = new HttpClient();
        using var end = new CancellationTokenSource();
        var attack = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                using var content = new StringContent(envelope, Encoding.UTF8, "application/soap+xml");
                using var answer = await http.PostAsync(new Uri(gateway.Outer, "/billing"), content);
            }
        })).ToList();
        for (var i = 0; i < 20; i++)
        {
            await Task.Delay(100);
            refused += (await PlainClient.PostAsync(gateway.Inner)).Status == HttpStatusCode.ServiceUnavailable ? 1 : 0;
        }

        await end.CancelAsync();
        await Task.WhenAll(attack);
        Assert.True(refused == 0, $"{refused} of 20 calls of the inside were refused.");
    }

    /// <summary>C3: the description names the host that its reader says.</summary>
    [Fact]
    public async Task Description_DoesNotNameHostsOfStrangers()
    {
        const string Wsdl = "<definitions xmlns='http://schemas.xmlsoap.org/wsdl/' xmlns:soap='http://schemas.xmlsoap.org/wsdl/soap12/' xmlns:t='urn:e' "
            + "targetNamespace='urn:e'><message name='in'/><portType name='pt'><operation name='Place'><input message='t:in'/></operation></portType>"
            + "<binding name='b' type='t:pt'><soap:binding transport='http://schemas.xmlsoap.org/soap/http'/><operation name='Place'>"
            + "<soap:operation soapAction='urn:e/Place'/><input><soap:body use='literal'/></input></operation></binding>"
            + "<service name='s'><port name='p' binding='t:b'><soap:address location='http://x/service'/></port></service></definitions>";
        await using var service = await TestService.StartPlainAsync((context, _) => context.Response.WriteAsync(Wsdl));
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayInward(service.Address));
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(gateway.Outer, "/orders?wsdl"));
        request.Headers.Host = "evil.example";
        using var answer = await http.SendAsync(request);
        Assert.DoesNotContain("evil.example", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    /// <summary>C4: headers that say who somebody is.</summary>
    [Theory]
    [InlineData("Cookie")]
    [InlineData("Forwarded")]
    [InlineData("X-Forwarded-User")]
    [InlineData("X-Forwarded-For")]
    [InlineData("X-Remote-User")]
    [InlineData("X-SSL-Client-Cert")]
    public async Task HeadersThatSayWhoSomebodyIs_AreRefused(string name)
    {
        var settings = Sections.GatewayInward(new Uri("http://localhost:9/"), route => route["RequestHeaders"] = new JsonArray(name));
        await Assert.ThrowsAsync<SettingsException>(() => StartAsync(settings));
    }

    /// <summary>C5: settings of which one would count and the other not.</summary>
    [Theory]
    [InlineData("user twice")]
    [InlineData("path of health")]
    [InlineData("endpoint names")]
    public async Task SettingsThatSayTwoThings_AreRefused(string what)
    {
        var settings = Sections.GatewayInward(new Uri("http://localhost:9/"));
        var route = settings["Inward"]!["orders"]!.AsObject();
        switch (what)
        {
            case "user twice":
                settings = Sections.GatewayInward(new Uri("http://localhost:9/"), security: Sections.ServiceSecurity("UserName"));
                settings["Inward"]!["orders"]!["Users"] = new JsonArray(
                    new JsonObject { ["Name"] = "alice", ["Password"] = "new" }, new JsonObject { ["Name"] = "alice", ["Password"] = "old" });
                break;
            case "path of health":
                route["Path"] = "/health/ready";
                break;
            default:
                route["Security"]!["EndpointName"] = "one";
                var other = route.DeepClone();
                other["Path"] = "/other";
                settings["Inward"]!["other"] = other;
                break;
        }

        await Assert.ThrowsAsync<SettingsException>(() => StartAsync(settings));
    }

    /// <summary>C6: the ring is in the directory of the settings, as the page says.</summary>
    [Fact]
    public async Task KeyRing_IsInTheDirectoryOfTheSettings()
    {
        var name = $"ring-{Guid.NewGuid():N}";
        var settings = Sections.GatewayInward(new Uri("http://localhost:9/"));
        settings["KeyRing"] = new JsonObject { ["Path"] = name };
        await using var gateway = await RunningGateway.StartAsync(settings);
        var isElsewhere = Directory.Exists(Path.Combine(Environment.CurrentDirectory, name));
        if (isElsewhere)
        {
            Directory.Delete(Path.Combine(Environment.CurrentDirectory, name), recursive: true);
        }

        Assert.False(isElsewhere);
    }

    private static async Task StartAsync(JsonObject settings)
    {
        await using var gateway = await RunningGateway.StartAsync(settings);
    }
}
