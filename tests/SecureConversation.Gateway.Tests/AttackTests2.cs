using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using SecureConversation.Binding;
using SecureConversation.Configuration;
using SecureConversation.Credentials;
using SecureConversation.Gateway.Settings;
using SecureConversation.Gateway.Tests.Support;
using SecureConversation.Http;

namespace SecureConversation.Gateway.Tests;

/// <summary>Each of these fails where the gateway has the weakness.</summary>
public sealed class AttackTests2
{
    private const string Call = "<e:Place xmlns:e='urn:e'>42</e:Place>";

    /// <summary>B1: what is wrong with settings is told as such, or a change of them ends the process.</summary>
    [Fact]
    public async Task Bindings_ThatCannotBeUsed_AreSettingsExceptions()
    {
        var problems = new List<string>();
        foreach (var inward in new[] { true, false })
        {
            foreach (var mode in new[] { "MutualCertificate", "MutualCertificateDuplex", "AnonymousForCertificate", "UserNameForCertificate", "SecureConversation",
                "CertificateOverTransport", "UserNameOverTransport", "IssuedTokenOverTransport", "KerberosOverTransport", "SspiNegotiatedOverTransport",
                "AnonymousForSslNegotiated", "MutualSslNegotiated", "UserNameForSslNegotiated", "SspiNegotiated", "Kerberos", "IssuedToken",
                "IssuedTokenForCertificate", "IssuedTokenForSslNegotiated" })
            {
                await TryAsync($"mode {mode}", inward, security =>
                {
                    security.Remove("MessageSecurity");
                    security["Binding"] = new JsonObject { ["AuthenticationMode"] = mode };
                });
                await TryAsync($"session {mode}", inward, security =>
                {
                    security.Remove("MessageSecurity");
                    security["Binding"] = new JsonObject
                    {
                        ["AuthenticationMode"] = "SecureConversation",
                        ["RequireCancellation"] = false,
                        ["SecureConversationBootstrap"] = new JsonObject { ["AuthenticationMode"] = mode },
                    };
                });
            }

            foreach (var type in new[] { "None", "Windows", "UserName", "Certificate", "IssuedToken" })
            {
                foreach (var negotiate in new[] { true, false })
                {
                    await TryAsync($"words {type} {negotiate}", inward, security =>
                    {
                        security["MessageSecurity"]!["ClientCredentialType"] = type;
                        security["MessageSecurity"]!["NegotiateServiceCredential"] = negotiate;
                    });
                }
            }

            foreach (var version in new[] { "Soap11", "Soap12", "Soap11WSAddressing10", "Soap12WSAddressingAugust2004" })
            {
                await TryAsync($"version {version}", inward, security => security["MessageVersion"] = version);
            }

            await TryAsync("no words", inward, security => security.Remove("MessageSecurity"));
            await TryAsync("both", inward, security => security["Binding"] = new JsonObject { ["AuthenticationMode"] = "MutualCertificate" });
            await TryAsync("no credentials", inward, security => security.Remove("Credentials"));
            await TryAsync("empty credentials", inward, security => security["Credentials"] = new JsonObject { ["ServiceIdentity"] = new JsonObject { ["Dns"] = "x" } });
            await TryAsync("address", inward, security => security["Address"] = "relative");
            await TryAsync("body timeout", inward, security => security["RequestBodyTimeout"] = "100.00:00:00");
            await TryAsync("open timeout", inward, security => security["OpenTimeout"] = "100.00:00:00");
            await TryAsync("idle", inward, security => security["SessionIdleTimeout"] = "00:00:00");
            await TryAsync("idle", inward, security => security["SessionIdleTimeout"] = "10000000.00:00:00");
            await TryAsync("max", inward, security => security["MaxRequestBytes"] = 2147483647);
            await TryAsync("filter", inward, security => security["AddressFilter"] = new JsonObject { ["OneOf"] = new JsonArray("x") });
            await TryAsync("name", inward, security => security["EndpointName"] = new string('x', 200));
            await TryAsync("windows", inward, security => security["Credentials"]!["WindowsAuthentication"] = new JsonObject { ["AllowNtlm"] = true });
            await TryAsync("windows", inward, security => security["Credentials"]!["Windows"] = new JsonObject { ["AllowNtlm"] = true });
            await TryAsync("canonical", inward, security =>
            {
                security["HandOutCanonicalForm"] = true;
                security["HandOutUnsignedHeaders"] = true;
            });
        }

        Assert.True(problems.Count == 0, string.Join('\n', problems));

        async Task TryAsync(string what, bool inward, Action<JsonObject> change)
        {
            var address = new Uri("http://localhost:9/service");
            var settings = inward ? Sections.GatewayInward(address) : Sections.GatewayOutward(address);
            change(settings[inward ? "Inward" : "Outward"]!["orders"]!["Security"]!.AsObject());
            try
            {
                await using var gateway = await RunningGateway.StartAsync(settings);
            }
            catch (SettingsException)
            {
                // As it should be.
            }
            catch (Exception e)
            {
                problems.Add($"{(inward ? "inward" : "outward")} {what}: {e.GetType().Name}: {e.Message}");
            }
        }
    }

    /// <summary>B2: times that timers do not take.</summary>
    [Theory]
    [InlineData("Timeout")]
    [InlineData("UserIdleTimeout")]
    [InlineData("ShutdownDelay")]
    public async Task LongTimes_AreRefusedOrWork(string key)
    {
        RecordedLog.Current.AllowErrors(_ => true);
        await using var service = await TestService.StartSecuredAsync();
        var settings = Sections.GatewayOutward(service.Address, route =>
        {
            if (key != "ShutdownDelay")
            {
                route[key] = "100.00:00:00";
            }
        });
        if (key == "ShutdownDelay")
        {
            settings[key] = "100.00:00:00";
        }

        RunningGateway gateway;
        try
        {
            gateway = await RunningGateway.StartAsync(settings);
        }
        catch (SettingsException)
        {
            return;
        }

        var answer = await PlainClient.PostAsync(gateway.Inner);
        var end = await Record.ExceptionAsync(async () =>
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            await gateway.App.StopAsync(patience.Token);
        });
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Null(end);
    }

    /// <summary>B3: a binding that sends the user name with some actions: with the others all users are the gateway.</summary>
    [Fact]
    public async Task FromBasic_UserNamesOfSomeActions_AreNotEnough()
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

    /// <summary>B4: where the plain service gets the headers, a client says where it sends its reply.</summary>
    [Theory]
    [InlineData("ReplyTo")]
    [InlineData("FaultTo")]
    public async Task KeepAddressing_SendsNobodyElsewhere(string block)
    {
        await using var service = await TestService.StartPlainAsync();
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayInward(service.Address, route => route["KeepAddressing"] = true));
        await using var client = TestService.Connect(gateway.Outer);
        using var http = new HttpClient(new SecureConversationHandler(Options(), new SocketsHttpHandler()));
        using var content = new StringContent(PlainClient.Envelope(header:
            $"<a:{block} xmlns:a='http://www.w3.org/2005/08/addressing'><a:Address>http://169.254.169.254/</a:Address></a:{block}>"));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/soap+xml; charset=utf-8; action=\"urn:e/Place\"");
        await Record.ExceptionAsync(() => http.PostAsync(new Uri(gateway.Outer, "/orders"), content));
        Assert.DoesNotContain(service.Seen, seen => seen.Body.Contains("169.254", StringComparison.Ordinal));
    }

    /// <summary>B5: without WS-Addressing somebody on the way says which operation runs.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ActionOfHttp_IsNotThatOfTheClient(bool twice)
    {
        await using var service = await TestService.StartPlainAsync((context, _) =>
        {
            context.Response.ContentType = "text/xml; charset=utf-8";
            return context.Response.WriteAsync($"<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body>{TestService.Reply}</s:Body></s:Envelope>");
        });
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayInward(service.Address, security: WithoutAddressing()));
        var options = Options();
        options.MessageSecurity = null;
        options.Binding = SecurityBindingElement.CreateMutualCertificateBindingElement();
        options.MessageVersion = MessageVersion.Soap11;
        await using var client = new SecureConversationClient(new Uri(gateway.Outer, "/orders"), options, new OnTheWay(twice));

        var failure = await Record.ExceptionAsync(() => client.CallAsync("urn:e/Place", Call));

        Assert.True(!service.Seen.Any(seen => seen.Headers["SOAPAction"].Contains("DeleteAll", StringComparison.Ordinal)),
            $"SOAPAction: {service.Seen.FirstOrDefault()?.Headers["SOAPAction"]} {failure?.Message}");

        static JsonObject WithoutAddressing()
        {
            var security = Sections.ServiceSecurity();
            security.Remove("MessageSecurity");
            security["Binding"] = new JsonObject { ["AuthenticationMode"] = "MutualCertificate" };
            security["MessageVersion"] = "Soap11";
            return security;
        }
    }

    /// <summary>B6: a description as deep as fits ends the process.</summary>
    [Theory]
    [InlineData(60_000)]
    [InlineData(120_000)]
    public async Task DeepDescription_DoesNotEndTheProcess(int depth)
    {
        var deep = "<definitions xmlns='http://schemas.xmlsoap.org/wsdl/' xmlns:soap='http://schemas.xmlsoap.org/wsdl/soap12/' "
            + "xmlns:t='urn:e' targetNamespace='urn:e'><documentation>" + string.Concat(Enumerable.Repeat("<a>", depth))
            + string.Concat(Enumerable.Repeat("</a>", depth)) + "</documentation><portType name='pt'/><binding name='b' type='t:pt'>"
            + "<soap:binding transport='http://schemas.xmlsoap.org/soap/http'/></binding><service name='s'><port name='p' binding='t:b'>"
            + "<soap:address location='http://x/service'/></port></service></definitions>";
        await using var service = await TestService.StartPlainAsync((context, _) =>
        {
            context.Response.ContentType = "text/xml";
            return context.Response.WriteAsync(deep);
        });
        var settings = Sections.GatewayOutward(service.Address);
        var watch = new Stopwatch();
        var (status, code, errors) = await AskProcessAsync(settings, async gateway =>
        {
            watch.Start();
            try
            {
                return (int)(await PlainClient.GetAsync(gateway, "/orders?wsdl")).Status;
            }
            finally
            {
                watch.Stop();
            }
        });
        Assert.True(code is null && watch.Elapsed < TimeSpan.FromSeconds(5), $"status {status}, {deep.Length} octets, {watch.Elapsed}, exit code {code}: {errors}");
    }

    /// <summary>B7: a change of the settings that cannot be used does not end the process.</summary>
    [Theory]
    [InlineData("Windows")]
    [InlineData("IssuedToken")]
    public async Task Changes_DoNotEndTheProcess(string type)
    {
        await using var service = await TestService.StartPlainAsync();
        var settings = Sections.GatewayOutward(service.Address);
        var (status, code, errors) = await AskProcessAsync(settings, async gateway =>
        {
            settings["Outward"]!["orders"]!["Security"]!["MessageSecurity"]!["ClientCredentialType"] = type;
            await File.WriteAllTextAsync(Path.Combine(Folder!, "appsettings.json"), new JsonObject { ["Gateway"] = settings.DeepClone() }.ToJsonString());
            await Task.Delay(4000);
            return (int)(await PlainClient.GetAsync(gateway, "/health/live")).Status;
        });
        Assert.True(code is null, $"status {status}, exit code {code}: {errors}");
    }

    /// <summary>B8: what a plain service says of its inside does not get out.</summary>
    [Theory]
    [InlineData(500, "text/html", "<html>SqlException at erp.inside</html>")]
    [InlineData(404, "text/html", "<html>SqlException at erp.inside</html>")]
    [InlineData(302, "text/html", "")]
    [InlineData(401, "text/xml", "<html>erp.inside</html>")]
    [InlineData(200, "application/soap+xml", "<html>erp.inside</html>")]
    public async Task Replies_SayNothingOfTheInside(int status, string type, string body)
    {
        RecordedLog.Current.AllowErrors(_ => true);
        await using var service = await TestService.StartPlainAsync((context, _) =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = type;
            context.Response.Headers.Location = "http://erp.inside/";
            context.Response.Headers.Server = "erp.inside";
            context.Response.Headers.WWWAuthenticate = "Negotiate erp.inside";
            context.Response.Headers["X-Powered-By"] = "erp.inside";
            return context.Response.WriteAsync(body);
        });
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayInward(service.Address));
        var seen = new Seen();
        await using var client = new SecureConversationClient(new Uri(gateway.Outer, "/orders"), Options(), seen);
        var failure = await Record.ExceptionAsync(() => client.CallAsync("urn:e/Place", Call));
        Assert.NotNull(failure);
        Assert.DoesNotContain("erp.inside", failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("erp.inside", seen.Text.ToString(), StringComparison.Ordinal);
    }

    /// <summary>B9: requests to switch to another protocol, and others that carry no verified message.</summary>
    [Theory]
    [InlineData("GET /orders HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")]
    [InlineData("POST /orders HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\nContent-Type: application/soap+xml\r\n\r\n")]
    [InlineData("POST /orders HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: multipart/related; type=\"application/xop+xml\"; boundary=x\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("POST /orders HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/soap+xml\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("POST /orders HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-HTTP-Method-Override: GET\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")]
    [InlineData("TRACE /orders HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")]
    [InlineData("GET /orders?wsdl&x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")]
    [InlineData("GET /orders?disco HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")]
    [InlineData("GET /orders?wsdl=../../x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")]
    public async Task NothingUnverified_ReachesTheInside(string request)
    {
        await using var service = await TestService.StartPlainAsync();
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayInward(service.Address));
        using var socket = new TcpClient();
        await socket.ConnectAsync(gateway.Outer.Host, gateway.Outer.Port);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        socket.Client.Shutdown(SocketShutdown.Send);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        var answer = await reader.ReadToEndAsync();
        Assert.DoesNotContain("101 ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain(service.Seen, seen => seen.Query != "?wsdl");
    }

    private static string? Folder { get; set; }

    private static SecureConversationHttpOptions Options() => new()
    {
        MessageSecurity = TestService.Security(MessageCredentialType.Certificate),
        Credentials = new ClientCredentials
        {
            ClientCertificate = new X509Credential(TestCertificates.Client),
            ServiceCertificate = TestCertificates.Service,
            ServiceCertificateValidation = CertificateValidationOptions.TrustOnly(TestCertificates.Authority),
        },
        LoggerFactory = RecordedLog.Current,
    };

    /// <summary>Runs the command, asks it something, and says whether it has ended by itself.</summary>
    private static async Task<(int Status, int? ExitCode, string Errors)> AskProcessAsync(JsonObject settings, Func<Uri, Task<int>> ask)
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        settings["Listeners"] = new JsonObject { ["Inner"] = new JsonObject { ["Url"] = $"http://127.0.0.1:{port}" } };
        var folder = Directory.CreateTempSubdirectory("SecureConversation.Gateway.");
        Folder = folder.FullName;
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "appsettings.json"), new JsonObject { ["Gateway"] = settings.DeepClone() }.ToJsonString());
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(GatewaySettings).Assembly.Location])
        {
            WorkingDirectory = folder.FullName,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        var errors = new StringBuilder();
        void Add(object sender, DataReceivedEventArgs e)
        {
            lock (errors)
            {
                if (errors.Length < 3000)
                {
                    errors.AppendLine(e.Data);
                }
            }
        }

        process.ErrorDataReceived += Add;
        process.OutputDataReceived += Add;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        try
        {
            var gateway = new Uri($"http://127.0.0.1:{port}");
            for (var i = 0; i < 200; i++)
            {
                try
                {
                    await PlainClient.GetAsync(gateway, "/health/live");
                    break;
                }
                catch (HttpRequestException)
                {
                    await Task.Delay(200);
                }
            }

            var status = 0;
            try
            {
                status = await ask(gateway);
            }
            catch (HttpRequestException)
            {
                process.WaitForExit(60_000);
            }

            return (status, process.HasExited ? process.ExitCode : null, errors.ToString());
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

    private sealed class OnTheWay(bool twice) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (!twice)
            {
                request.Headers.Remove("SOAPAction");
            }

            request.Headers.TryAddWithoutValidation("SOAPAction", "\"urn:e/DeleteAll\"");
            return base.SendAsync(request, cancellationToken);
        }
    }

    private sealed class Seen() : DelegatingHandler(new SocketsHttpHandler())
    {
        public StringBuilder Text { get; } = new();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            Text.Append(response).Append(await response.Content.ReadAsStringAsync(cancellationToken));
            return response;
        }
    }
}
