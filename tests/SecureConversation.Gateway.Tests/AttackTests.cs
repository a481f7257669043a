using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using SecureConversation.Binding;
using SecureConversation.Configuration;
using SecureConversation.Credentials;
using SecureConversation.Gateway.Tests.Support;
using SecureConversation.Http;
using SecureConversation.Testing;

namespace SecureConversation.Gateway.Tests;

/// <summary>Each of these fails where the gateway has the weakness.</summary>
public sealed class AttackTests
{
    private const string Call = "<e:Place xmlns:e='urn:e'>42</e:Place>";

    /// <summary>A1: headers of tracing go round the list of headers, from anybody outside to the plain service.</summary>
    [Theory]
    [InlineData("baggage", "user=administrator")]
    [InlineData("Correlation-Context", "user=administrator")]
    [InlineData("tracestate", "user=administrator")]
    public async Task Inward_HeadersOfTracing_DoNotPass(string name, string value)
    {
        await using var service = await TestService.StartPlainAsync();
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayInward(service.Address));
        await using var client = TestService.Connect(gateway.Outer, change: null);
        client.DefaultRequestHeaders.TryAddWithoutValidation("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        client.DefaultRequestHeaders.TryAddWithoutValidation(name, value);

        await client.CallAsync("urn:e/Place", Call);

        var headers = service.Seen.Single().Headers;
        Assert.DoesNotContain(headers, header => header.Value.Contains("administrator", StringComparison.Ordinal));
    }

    /// <summary>A1: and from inside to the partner.</summary>
    [Fact]
    public async Task Outward_HeadersOfTracing_DoNotPass()
    {
        await using var service = await TestService.StartSecuredAsync();
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayOutward(service.Address));

        await PlainClient.PostAsync(gateway.Inner, change: request =>
        {
            request.Headers.TryAddWithoutValidation("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
            request.Headers.TryAddWithoutValidation("baggage", "employee=secret");
        });

        Assert.DoesNotContain(service.Seen.Single().Headers, header => header.Value.Contains("secret", StringComparison.Ordinal));
    }

    /// <summary>A2: settings that were refused are used for the next user, and there all users are the gateway.</summary>
    [Fact]
    public async Task RefusedSettings_AreNotUsedForNewUsers()
    {
        RecordedLog.Current.ExpectError(702);
        // A service that takes the certificate of the gateway.
        await using var service = await TestService.StartSecuredAsync();
        await using var gateway = await RunningGateway.StartAsync(
            Sections.GatewayOutward(service.Address, route => route["Credentials"] = "FromBasic", Sections.ClientSecurity("UserName")), reloads: true);

        Assert.NotEqual(HttpStatusCode.OK, (await CallAsync(gateway, "mallory:wrong")).Status);
        await gateway.ChangeAsync(settings => settings["Outward"]!["orders"]!["Security"]!["MessageSecurity"]!["ClientCredentialType"] = "Certificate");
        await RecordedLog.Current.SeenAsync(702);

        var answer = await CallAsync(gateway, "mallory:anything");

        Assert.Empty(service.Seen);
        Assert.NotEqual(HttpStatusCode.OK, answer.Status);
    }

    /// <summary>A3: a file that is no JSON changes nothing, and the log says so.</summary>
    [Fact]
    public async Task BrokenFile_IsLogged_AndChangesNothing()
    {
        RecordedLog.Current.AllowErrors(_ => true);
        await using var service = await TestService.StartSecuredAsync(credential: MessageCredentialType.UserName);
        await using var gateway = await RunningGateway.StartAsync(
            Sections.GatewayOutward(service.Address, route => route["Credentials"] = "FromBasic", Sections.ClientSecurity("UserName")), reloads: true);
        Assert.Equal(HttpStatusCode.OK, (await CallAsync(gateway, "alice:alice's")).Status);

        await File.WriteAllTextAsync(Path.Combine(gateway.App.Environment.ContentRootPath, "appsettings.json"), "{ \"Gateway\": { ");
        await Task.Delay(3000);

        var logged = RecordedLog.Current.Entries.Any(entry => entry.Id == 702);
        var answer = await CallAsync(gateway, "zoë:zoë's");
        Assert.Equal((true, HttpStatusCode.OK), (logged, answer.Status));
    }

    /// <summary>A5: addresses inside stay in the description that strangers read.</summary>
    [Fact]
    public async Task Inward_Description_HasNoAddressesOfTheInside()
    {
        const string Wsdl = "<definitions xmlns='http://schemas.xmlsoap.org/wsdl/' xmlns:soap='http://schemas.xmlsoap.org/wsdl/soap12/' xmlns:t='urn:e' "
            + "xmlns:h='http://schemas.xmlsoap.org/wsdl/http/' xmlns:x='http://www.w3.org/2001/XMLSchema' targetNamespace='urn:e'><!-- made on build7.inside -->"
            + "<types><x:schema><x:import namespace='urn:e' schemaLocation='http://erp.inside:9000/service?xsd=e'/></x:schema></types>"
            + "<message name='in'><part name='p' element='t:Place'/></message><message name='out'><part name='p' element='t:Reply'/></message>"
            + "<portType name='pt'><operation name='Place'><input message='t:in'/><output message='t:out'/></operation></portType>"
            + "<binding name='b' type='t:pt'><soap:binding transport='http://schemas.xmlsoap.org/soap/http'/>"
            + "<operation name='Place'><soap:operation soapAction='urn:e/Place'/><input><soap:body use='literal'/></input>"
            + "<output><soap:body use='literal'/></output></operation></binding><service name='s'><port name='p' binding='t:b'>"
            + "<soap:address location='http://erp.inside:9000/service'/></port></service></definitions>";
        await using var service = await TestService.StartPlainAsync((context, _) =>
        {
            context.Response.ContentType = "text/xml";
            return context.Response.WriteAsync(Wsdl);
        });
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayInward(service.Address));

        var answer = await PlainClient.GetAsync(gateway.Outer, "/orders?wsdl");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.DoesNotContain("erp.inside", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("build7.inside", answer.Text, StringComparison.Ordinal);
    }

    /// <summary>A6: strangers outside, who send bodies slowly, take the room of the clients inside.</summary>
    [Fact]
    public async Task SlowStrangersOutside_LeaveRoomForTheInside()
    {
        RecordedLog.Current.AllowErrors(_ => true);
        await using var service = await TestService.StartSecuredAsync();
        await using var plain = await TestService.StartPlainAsync();
        var settings = Sections.GatewayOutward(service.Address);
        var inward = Sections.GatewayInward(plain.Address, route => route["Path"] = "/billing");
        settings["Inward"] = inward["Inward"]!.DeepClone();
        settings["Identity"] = inward["Identity"]!.DeepClone();
        settings["Limits"] = new JsonObject { ["MaxConcurrentRequests"] = 4 };
        await using var gateway = await RunningGateway.StartAsync(settings);
        var sockets = new List<TcpClient>();
        for (var i = 0; i < 4; i++)
        {
            var socket = new TcpClient();
            await socket.ConnectAsync(gateway.Outer.Host, gateway.Outer.Port);
            await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
                "POST /billing HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/soap+xml\r\nContent-Length: 4000000\r\n\r\n<"));
            sockets.Add(socket);
        }

        await Task.Delay(500);
        var answer = await PlainClient.PostAsync(gateway.Inner);
        sockets.ForEach(socket => socket.Dispose());

        Assert.Equal(HttpStatusCode.OK, answer.Status);
    }

    /// <summary>A7: an address of this machine in brackets is none to the server, which then listens to the network.</summary>
    [Fact]
    public async Task InnerListener_InBrackets_DoesNotListenToTheNetwork()
    {
        await using var service = await TestService.StartSecuredAsync();
        var settings = Sections.GatewayOutward(service.Address);
        settings["Listeners"] = new JsonObject { ["Inner"] = new JsonObject { ["Url"] = "http://[127.0.0.1]:0" } };
        try
        {
            await using var gateway = await RunningGateway.StartAsync(settings);
            Assert.Fail($"It listens on {string.Join(", ", gateway.App.Urls)}");
        }
        catch (SettingsException)
        {
            // Refused.
        }
    }

    /// <summary>A8: a page in a browser of this machine, whose name leads to 127.0.0.1 (DNS rebinding).</summary>
    [Fact]
    public async Task InnerListener_OfThisMachine_AnswersNoOtherHosts()
    {
        await using var service = await TestService.StartSecuredAsync();
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayOutward(service.Address));

        var answer = await PlainClient.PostAsync(gateway.Inner, change: request =>
        {
            request.Headers.Host = "evil.example:5080";
            request.Headers.TryAddWithoutValidation("Origin", "http://evil.example:5080");
        });

        Assert.NotEqual(HttpStatusCode.OK, answer.Status);
        Assert.Empty(service.Seen);
    }

    /// <summary>A9: who knows no password ends the sessions of those who do.</summary>
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

    /// <summary>A10: each GET of a stranger makes a request inside and a warning with a stack.</summary>
    [Fact]
    public async Task DescriptionThatCannotBeRead_IsNotReadForEachRequest()
    {
        var reads = 0;
        await using var service = await TestService.StartPlainAsync((context, _) =>
        {
            Interlocked.Increment(ref reads);
            return context.Response.WriteAsync("<html/>");
        });
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayInward(service.Address));
        for (var i = 0; i < 20; i++)
        {
            await PlainClient.GetAsync(gateway.Outer, "/orders?wsdl");
        }

        var warnings = RecordedLog.Current.Entries.Count(entry => entry.Id == 708);
        Assert.True((reads, warnings) is ( < 5, < 5), $"{reads} reads, {warnings} warnings");
    }

    /// <summary>A10: a description that does not come takes the room of all routes.</summary>
    [Fact]
    public async Task DescriptionThatHangs_LeavesRoomForCalls()
    {
        RecordedLog.Current.AllowErrors(_ => true);
        await using var service = await TestService.StartPlainAsync(async (context, seen) =>
        {
            if (seen.Method == "GET")
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
            }

            context.Response.ContentType = "application/soap+xml; charset=utf-8";
            await context.Response.WriteAsync($"<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body>{TestService.Reply}</s:Body></s:Envelope>");
        });
        var settings = Sections.GatewayInward(service.Address);
        settings["Limits"] = new JsonObject { ["MaxConcurrentRequests"] = 4 };
        await using var gateway = await RunningGateway.StartAsync(settings);
        using var end = new CancellationTokenSource();
        using var http = new HttpClient();
        var gets = Enumerable.Range(0, 4).Select(_ => http.GetAsync(new Uri(gateway.Outer, "/orders?wsdl"), end.Token)).ToList();
        await Task.Delay(500);
        Exception? failure = null;
        try
        {
            await using var client = TestService.Connect(gateway.Outer);
            await client.CallAsync("urn:e/Place", Call);
        }
        catch (Exception e)
        {
            failure = e;
        }

        await end.CancelAsync();
        Assert.Null(failure);
    }

    /// <summary>A11: keys of listeners that nobody knows.</summary>
    [Fact]
    public async Task UnknownKeysOfListeners_AreRefused()
    {
        await using var service = await TestService.StartPlainAsync();
        var settings = Sections.GatewayInward(service.Address);
        settings["Listeners"] = new JsonObject
        {
            ["Outer"] = new JsonObject { ["Url"] = "http://127.0.0.1:0", ["ClientCertificatMode"] = "RequireCertificate", ["SslProtocol"] = new JsonArray("Tls13") },
        };
        await Assert.ThrowsAsync<SettingsException>(() => RunningGateway.StartAsync(settings));
    }

    /// <summary>A12: the header of the session takes the place of the token.</summary>
    [Theory]
    [InlineData("Authorization")]
    [InlineData("X-Client")]
    [InlineData("Client-Cert")]
    public async Task SessionHeader_CannotBeThatOfTheIdentity(string header)
    {
        await using var service = await TestService.StartPlainAsync();
        var settings = Sections.GatewayInward(service.Address, route => route["SessionHeader"] = header);
        if (header == "X-Client")
        {
            settings["Identity"]!["Header"] = header;
        }

        await Assert.ThrowsAsync<SettingsException>(() => RunningGateway.StartAsync(settings));
    }

    /// <summary>A12: the header of the identity is one that passes from everybody.</summary>
    [Theory]
    [InlineData("User-Agent")]
    [InlineData("Accept")]
    public async Task IdentityHeader_CannotBeOneThatPasses(string header)
    {
        await using var service = await TestService.StartPlainAsync();
        var settings = Sections.GatewayInward(service.Address);
        settings["Identity"]!["Header"] = header;
        await Assert.ThrowsAsync<SettingsException>(() => RunningGateway.StartAsync(settings));
    }

    /// <summary>A13: a user who is removed does not go on in his session.</summary>
    [Fact]
    public async Task RemovedUser_DoesNotGoOn_WithACookie()
    {
        RecordedLog.Current.AllowErrors(_ => true);
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

    /// <summary>A14: a secret in the wrong place is not repeated.</summary>
    [Fact]
    public async Task SecretInTheWrongPlace_IsNotRepeated()
    {
        var settings = Sections.GatewayInward(new Uri("http://localhost:9/"));
        settings["Redis"] = "redis:6379,password=hunter2";
        var refused = await Assert.ThrowsAsync<SettingsException>(() => RunningGateway.StartAsync(settings));
        Assert.DoesNotContain(refused.Problems, problem => problem.Contains("hunter2", StringComparison.Ordinal));
    }

    /// <summary>A15: sessions in Redis need a key ring that is shared.</summary>
    [Fact]
    public async Task Redis_WithoutKeyRing_IsRefused()
    {
        var settings = Sections.GatewayInward(new Uri("http://localhost:9/"));
        settings["Redis"] = new JsonObject { ["Configuration"] = "127.0.0.1:1,abortConnect=false" };
        await Assert.ThrowsAsync<SettingsException>(() => RunningGateway.StartAsync(settings));
    }

    /// <summary>A16: what is wrong in changed settings never ends the process.</summary>
    [Theory]
    [InlineData("nul")]
    [InlineData("folder")]
    [InlineData("keyring")]
    [InlineData("smallRsa")]
    public async Task WrongSettings_AreSettingsExceptions(string what)
    {
        await using var service = await TestService.StartPlainAsync();
        var settings = Sections.GatewayInward(service.Address);
        switch (what)
        {
            case "nul": settings["Inward"]!["orders"]!["Security"]!["Credentials"]!["ServiceCertificate"]!["Path"] = "a\0b"; break;
            case "folder": settings["Inward"]!["orders"]!["Security"]!["Credentials"]!["ServiceCertificate"]!["Path"] = "/tmp"; break;
            case "keyring": settings["KeyRing"] = new JsonObject { ["Path"] = "a\0b" }; break;
            default:
                using (var rsa = System.Security.Cryptography.RSA.Create(1024))
                {
                    var request = new System.Security.Cryptography.X509Certificates.CertificateRequest(
                        "CN=small", rsa, System.Security.Cryptography.HashAlgorithmName.SHA256, System.Security.Cryptography.RSASignaturePadding.Pkcs1);
                    using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
                    await File.WriteAllTextAsync(Files.Path("small.pem"), certificate.ExportCertificatePem() + "\n" + rsa.ExportPkcs8PrivateKeyPem());
                }

                settings["Identity"] = new JsonObject { ["SigningCertificate"] = new JsonObject { ["Path"] = Files.Path("small.pem") } };
                break;
        }

        await Assert.ThrowsAsync<SettingsException>(() => RunningGateway.StartAsync(settings));
    }

    /// <summary>A17: blocks of a plain client that would stand in the secured message.</summary>
    [Theory]
    [InlineData("<o:Security xmlns:o='http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd'><o:UsernameToken><o:Username>admin</o:Username></o:UsernameToken></o:Security>")]
    [InlineData("<o:Security s:role='urn:other' xmlns:o='http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd'><o:UsernameToken><o:Username>admin</o:Username></o:UsernameToken></o:Security>")]
    [InlineData("<a:ReplyTo xmlns:a='http://www.w3.org/2005/08/addressing'><a:Address>http://admin.example/</a:Address></a:ReplyTo>")]
    [InlineData("<a:FaultTo xmlns:a='http://www.w3.org/2005/08/addressing'><a:Address>http://admin.example/</a:Address></a:FaultTo>")]
    public async Task Outward_BlocksOfThePlainClient(string header)
    {
        await using var service = await TestService.StartSecuredAsync();
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayOutward(service.Address));
        var answer = await PlainClient.PostAsync(gateway.Inner, PlainClient.Envelope(header: header));
        Assert.DoesNotContain(service.Seen, seen => seen.Body.Contains("admin", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
    }

    private static Task<PlainAnswer> CallAsync(RunningGateway gateway, string basic) => PlainClient.PostAsync(gateway.Inner, change: request =>
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(basic))));
}
