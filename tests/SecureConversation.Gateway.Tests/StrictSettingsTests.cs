using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using SecureConversation.Gateway.Tests.Support;
using SecureConversation.Testing;

namespace SecureConversation.Gateway.Tests;

/// <summary>Settings under which somebody would be believed who is not to be, or of which a part would not count, are refused.</summary>
public sealed class StrictSettingsTests
{
    private static readonly Uri Somewhere = new("http://localhost:9/service");

    [Theory]
    [InlineData("http://[127.0.0.1]:5080")]
    [InlineData("http://[localhost]:5080")]
    [InlineData("http://localhost.:5080")]
    [InlineData("http://0:5080")]
    [InlineData("http://[::]:5080")]
    [InlineData("http://:5080")]
    [InlineData("http://localhost;http://*:5080")]
    public void InnerListener_ThatTheServerReadsAsTheNetwork_IsRefused(string url)
    {
        var settings = Sections.GatewayOutward(Somewhere);
        settings["Listeners"] = new JsonObject { ["Inner"] = SettingsReading.Listener(url) };

        SettingsReading.Refuses(settings, $"Gateway:Listeners:Inner:Url: found '{url}', expected an address of this machine");

        settings["Listeners"]!["AllowInnerFromNetwork"] = true;
        Assert.True(SettingsReading.Read(settings).Listeners.AllowInnerFromNetwork);
    }

    [Theory]
    [InlineData("http://localhost:5080")]
    [InlineData("http://LOCALHOST:5080")]
    [InlineData("http://127.0.0.1:5080")]
    [InlineData("http://127.0.0.2:5080")]
    [InlineData("http://[::1]:5080")]
    public void InnerListener_OfThisMachine_IsTaken(string url)
    {
        var settings = Sections.GatewayOutward(Somewhere);
        settings["Listeners"] = new JsonObject { ["Inner"] = SettingsReading.Listener(url) };

        Assert.Equal(url, SettingsReading.Read(settings).Listeners.Inner!["Url"]);
    }

    [Theory]
    [InlineData("Authorization")]
    [InlineData("X-Token")]
    [InlineData("client-cert")]
    [InlineData("User-Agent")]
    [InlineData("Cookie")]
    [InlineData("Content-Length")]
    public void SessionHeader_ThatHasAnotherMeaning_IsRefused(string header)
    {
        var settings = SettingsReading.Inward(route => route["SessionHeader"] = header);
        settings["Identity"]!["Header"] = "X-Token";

        SettingsReading.Refuses(settings, $"Gateway:Inward:orders:SessionHeader: found '{header}'");
    }

    [Theory]
    [InlineData("User-Agent")]
    [InlineData("accept")]
    [InlineData("Accept-Language")]
    [InlineData("Client-Cert")]
    [InlineData("Cookie")]
    public void IdentityHeader_ThatPassesFromEverybodyOrHasAnotherMeaning_IsRefused(string header)
    {
        var settings = SettingsReading.Inward();
        settings["Identity"]!["Header"] = header;

        SettingsReading.Refuses(settings, $"Gateway:Identity:Header: found '{header}'");
    }

    [Theory]
    [InlineData("Cookie")]
    [InlineData("forwarded")]
    [InlineData("X-Forwarded-User")]
    [InlineData("X-Forwarded-For")]
    [InlineData("x-remote-user")]
    [InlineData("Remote-User")]
    [InlineData("X-SSL-Client-Cert")]
    [InlineData("X-Client-Cert")]
    [InlineData("Proxy-Authorization")]
    [InlineData("X-Session")]
    public void RequestHeaders_ThatSayWhoSomebodyIs_AreRefused(string header)
    {
        var settings = SettingsReading.Inward(route =>
        {
            route["RequestHeaders"] = new JsonArray("X-Tenant", header);
            route["SessionHeader"] = "X-Session";
        });
        settings["Outward"] = Sections.GatewayOutward(Somewhere, route => route["RequestHeaders"] = new JsonArray(header))["Outward"]!.DeepClone();

        var problems = SettingsReading.ProblemsOf(settings);

        Assert.Equal(2, problems.Length);
        Assert.StartsWith($"Gateway:Inward:orders:RequestHeaders: found '{header}'", problems[0], StringComparison.Ordinal);
        Assert.StartsWith($"Gateway:Outward:orders:RequestHeaders: found '{header}'", problems[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Redis")]
    [InlineData("KeyRing")]
    [InlineData("Identity")]
    [InlineData("Identity:SigningCertificate")]
    [InlineData("Inward")]
    [InlineData("Inward:orders")]
    [InlineData("Inward:orders:Users")]
    [InlineData("Inward:orders:Security")]
    [InlineData("Inward:orders:Security:Credentials")]
    [InlineData("Inward:orders:Security:Credentials:ServiceCertificate")]
    [InlineData("Listeners:Outer")]
    [InlineData("Listeners:Outer:Certificate")]
    public void SecretInTheWrongPlace_IsNotRepeated(string path)
    {
        var settings = SettingsReading.Inward();
        JsonNode place = settings;
        var keys = path.Split(':');
        foreach (var key in keys[..^1])
        {
            place = place[key]!;
        }

        place[keys[^1]] = "redis:6379,password=hunter2";

        var problems = SettingsReading.ProblemsOf(settings);

        Assert.Contains(problems, problem => problem.StartsWith($"Gateway:{path}: found a text, expected ", StringComparison.Ordinal));
        Assert.DoesNotContain(problems, problem => problem.Contains("hunter2", StringComparison.Ordinal));
    }

    [Fact]
    public void PasswordInAnAddress_IsNotRepeated()
    {
        var settings = SettingsReading.Inward();
        settings["Inward"]!["orders"]!["Address"] = "http://admin:hunter2@localhost/";

        var problem = Assert.Single(SettingsReading.ProblemsOf(settings));

        Assert.StartsWith("Gateway:Inward:orders:Address: found a text, expected an address of http or https", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void UserThatIsAText_IsNotRepeated() => SettingsReading.Refuses(
        SettingsReading.Inward(route => route["Users"] = new JsonArray("alice:hunter2")),
        "Gateway:Inward:orders:Users:0: found a text, expected an object with keys.");

    [Theory]
    [InlineData("ClientCertificatMode", "\"RequireCertificate\"", "ClientCertificatMode: found a key that is not known. Did you mean ClientCertificateMode?")]
    [InlineData("SslProtocol", "[\"Tls13\"]", "SslProtocol: found a key that is not known. Did you mean SslProtocols?")]
    [InlineData("Certificate", "{ \"Path\": \"a.pfx\", \"Pasword\": \"x\" }", "Certificate:Pasword: found a key that is not known. Did you mean Password?")]
    [InlineData("Sni", "{ \"*\": { \"Protocol\": \"Http1\" } }", "Sni:*:Protocol: found a key that is not known. Did you mean Protocols?")]
    [InlineData("ClientCertificateMode", "\"Required\"", "ClientCertificateMode: found 'Required', expected one of NoCertificate, AllowCertificate")]
    [InlineData("SslProtocols", "[\"Tls14\"]", "SslProtocols:0: found 'Tls14', expected one of ")]
    public void KeysOfListeners_ThatTheServerWouldSkip_AreRefused(string key, string value, string expected)
    {
        var settings = SettingsReading.Inward();
        settings["Listeners"]!["Outer"]![key] = JsonNode.Parse(value);

        SettingsReading.Refuses(settings, $"Gateway:Listeners:Outer:{expected}");
    }

    [Fact]
    public void KeysOfListeners_ThatTheServerKnows_AreTaken()
    {
        var settings = SettingsReading.Inward();
        settings["Listeners"]!["Outer"] = JsonNode.Parse("""
            {
              "Url": "https://*:8443", "Protocols": "Http1AndHttp2", "SslProtocols": [ "Tls12", "Tls13" ], "ClientCertificateMode": "RequireCertificate",
              "Certificate": { "Path": "tls.pfx", "KeyPath": "tls.key", "Password": "x" },
              "Sni": {
                "a.example": { "Certificate": { "Subject": "a", "Store": "My", "Location": "CurrentUser", "AllowInvalid": true } },
                "*": { "Protocols": "Http1", "SslProtocols": [ "Tls13" ], "ClientCertificateMode": "NoCertificate" }
              }
            }
            """);

        Assert.Equal("x", SettingsReading.Read(settings).Listeners.Outer!["Certificate:Password"]);
    }

    [Fact]
    public void Redis_WithoutKeyRing_IsRefused()
    {
        var settings = SettingsReading.Inward();
        settings["Redis"] = new JsonObject { ["Configuration"] = "redis:6379,password=hunter2" };
        SettingsReading.Refuses(settings, "Gateway:KeyRing: found nothing, expected a Path that all gateways share");

        settings["KeyRing"] = new JsonObject { ["Path"] = "/keys" };
        Assert.Equal("redis:6379,password=hunter2", SettingsReading.Read(settings).Redis!.Configuration);
    }

    [Fact]
    public void KeyRing_OfARelativePath_IsInTheDirectoryOfTheSettings()
    {
        var settings = SettingsReading.Inward();
        settings["KeyRing"] = new JsonObject { ["Path"] = "ring" };

        Assert.Equal(Files.Path("ring"), SettingsReading.Read(settings, Files.Path("")).KeyRing!.Path);
    }

    [Fact]
    public void KeyRing_WithAPathThatNoFileSystemHas_IsRefused()
    {
        var settings = SettingsReading.Inward();
        settings["KeyRing"] = new JsonObject { ["Path"] = "a\0b" };

        SettingsReading.Refuses(settings, "Gateway:KeyRing:Path: found a text, expected the path of a directory");
    }

    [Theory]
    [InlineData("/health/ready")]
    [InlineData("/health/x/y")]
    [InlineData("/Health/orders")]
    public void RoutesBelowHealth_AreRefused(string path)
    {
        SettingsReading.Refuses(SettingsReading.Inward(route => route["Path"] = path), $"Gateway:Inward:orders:Path: found '{path}'");
        SettingsReading.Refuses(
            Sections.GatewayOutward(Somewhere, route => route["Path"] = path), $"Gateway:Outward:orders:Path: found '{path}'");
    }

    [Theory]
    [InlineData("ShutdownDelay", "01:00:01")]
    [InlineData("Outward:orders:Timeout", "1.00:00:01")]
    [InlineData("Outward:orders:UserIdleTimeout", "100.00:00:00")]
    public void Times_ThatTimersDoNotTake_AreRefused(string path, string time)
    {
        var settings = Sections.GatewayOutward(Somewhere);
        var place = path.Contains(':', StringComparison.Ordinal) ? settings["Outward"]!["orders"]!.AsObject() : settings;
        place[path.Split(':')[^1]] = time;

        SettingsReading.Refuses(settings, $"Gateway:{path}: found '{time}', expected a time as hours:minutes:seconds");
    }

    [Theory]
    [InlineData("RSA 1024", false)]
    [InlineData("RSA 2048", true)]
    [InlineData("1.2.840.10045.3.1.7", true)]
    [InlineData("1.3.132.0.34", false)]
    [InlineData("1.3.132.0.10", false)]
    [InlineData("1.3.36.3.3.2.8.1.1.7", false)]
    public void KeysOfTokens_AreStrongOrRefused(string kind, bool isTaken)
    {
        var settings = SettingsReading.Inward();
        settings["Identity"] = new JsonObject { ["SigningCertificate"] = new JsonObject { ["Path"] = KeyFile(kind) } };

        if (isTaken)
        {
            Assert.NotNull(SettingsReading.Read(settings).Identity.SigningCertificate);
        }
        else
        {
            SettingsReading.Refuses(settings, "Gateway:Identity:SigningCertificate: found a key that is neither on P-256 nor of RSA");
        }
    }

    [Fact]
    public void UsersOfOneName_AreRefused()
    {
        var settings = SettingsReading.Inward(
            route => route["Users"] = new JsonArray(
                new JsonObject { ["Name"] = "alice", ["Password"] = "new" }, new JsonObject { ["Name"] = "Alice", ["Password"] = "other" },
                new JsonObject { ["Name"] = "alice", ["Password"] = "old" }),
            Sections.ServiceSecurity("UserName"));

        SettingsReading.Refuses(settings, "Gateway:Inward:orders:Users: found the user 'alice' 2 times, expected each user once");
    }

    [Fact]
    public void RoutesOfOneEndpointName_AreRefused()
    {
        var settings = SettingsReading.Inward(route => route["Security"]!["EndpointName"] = "one");
        var other = settings["Inward"]!["orders"]!.DeepClone();
        other["Path"] = "/other";
        settings["Inward"]!["other"] = other;
        SettingsReading.Refuses(settings, "Gateway:Inward:other:Security:EndpointName: found 'one', which another route has");

        other["Security"]!["EndpointName"] = "two";
        Assert.Equal(2, SettingsReading.Read(settings).Inward.Count);
    }

    private static string KeyFile(string kind)
    {
        using AsymmetricAlgorithm key = kind.StartsWith("RSA ", StringComparison.Ordinal)
            ? RSA.Create(int.Parse(kind[4..], System.Globalization.CultureInfo.InvariantCulture)) : ECDsa.Create(ECCurve.CreateFromValue(kind));
        var request = key is RSA rsa ? new CertificateRequest("CN=tokens", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest("CN=tokens", (ECDsa)key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(TestCertificates.Authority.NotBefore, TestCertificates.Authority.NotAfter);
        var path = Files.Path($"{kind}.pem");
        File.WriteAllText(path, certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
        return path;
    }
}
