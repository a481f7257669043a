using System.Net;
using System.Net.Http.Headers;
using System.Xml.Linq;
using System.Xml.Schema;
using Microsoft.Extensions.Configuration;
using SecureConversation.Binding;
using SecureConversation.Policy;

namespace SecureConversation.AspNetCore.Tests;

/// <summary>The description that an application brings, with the policies and the address of the endpoint.</summary>
public sealed class WsdlTests
{
    private static readonly XNamespace Wsdl = "http://schemas.xmlsoap.org/wsdl/";
    private static readonly XNamespace Soap12 = "http://schemas.xmlsoap.org/wsdl/soap12/";
    private static readonly XNamespace Schema = "http://www.w3.org/2001/XMLSchema";

    [Theory]
    [InlineData("?wsdl")]
    [InlineData("?singleWsdl")]
    [InlineData("?SINGLEWSDL=")]
    public async Task Description_ImportsToTheBindingOfTheEndpoint(string query)
    {
        using var folder = new WsdlFolder();
        await using var host = await StartAsync(folder);
        var import = await new WsdlImporter().ImportAsync(new Uri(host.Address, "/echo" + query));
        var endpoint = import["EchoPort"];
        Assert.Equal(Endpoints.Session.CreateSecurityBindingElement().WithDefaultsOfLocalSettings(), endpoint.RequireBinding().Element.WithDefaultsOfLocalSettings());
        Assert.Equal(new Uri(host.Address, "/echo"), endpoint.Address);
    }

    /// <summary>A client that knows nothing but the address of the description talks to the service.</summary>
    [Fact]
    public async Task ClientOfTheDescription_IsAnswered()
    {
        using var folder = new WsdlFolder();
        await using var host = await StartAsync(folder);
        var endpoint = (await new WsdlImporter().ImportAsync(new Uri(host.Address, "/echo?singleWsdl")))["EchoPort"];
        var client = new SoapClient(host.Http, endpoint.Address!, endpoint.RequireBinding());
        var session = await client.OpenAsync();
        var result = await client.CallAsync(session, Envelopes.Request());
        Assert.Equal("urn:e/EchoResponse", result.Action);
        Assert.Contains("<text>hello</text>", result.Envelope, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parts_AreServedUnderTheAddressOfTheEndpoint()
    {
        using var folder = new WsdlFolder();
        await using var host = await StartAsync(folder);
        var main = await GetAsync(host, "/echo?wsdl");
        var location = (string)main.Element(Wsdl + "import")!.Attribute("location")!;
        Assert.Equal(new Uri(host.Address, "/echo?wsdl=wsdl0").AbsoluteUri, location);
        var contract = await GetAsync(host, "/echo?wsdl=wsdl0");
        var types = await GetAsync(host, Query(contract.Descendants(Schema + "import").Single()));
        var text = await GetAsync(host, Query(types.Elements(Schema + "include").Single()));
        Assert.Equal("Text", (string?)text.Element(Schema + "complexType")!.Attribute("name"));
    }

    [Fact]
    public async Task SingleDocument_NeedsNoOther()
    {
        using var folder = new WsdlFolder();
        await using var host = await StartAsync(folder);
        var single = await GetAsync(host, "/echo?singleWsdl");
        Assert.Empty(single.Descendants(Wsdl + "import"));
        Assert.DoesNotContain(single.Descendants(), element => element.Attribute("schemaLocation") is not null);
        Assert.Equal(["types", "message", "message", "portType", "binding", "service"], single.Elements().Where(child => child.Name.Namespace == Wsdl).Select(child => child.Name.LocalName));
        var schemas = new XmlSchemaSet { XmlResolver = null };
        foreach (var schema in single.Descendants(Schema + "schema"))
        {
            schemas.Add(null, schema.CreateReader());
        }

        schemas.Compile();
        Assert.NotNull(schemas.GlobalTypes[new("Text", "urn:e")]);
        var request = new XDocument(new XElement(XName.Get("Echo", "urn:e"), new XElement(XName.Get("text", "urn:e"), new string('x', 101))));
        Assert.Throws<XmlSchemaValidationException>(() => request.Validate(schemas, validationEventHandler: null));
    }

    [Theory]
    [InlineData(null, "localhost", true)]
    [InlineData("*", "localhost", true)]
    [InlineData(null, "evil.example", false)]
    [InlineData("*", "evil.example", false)]
    [InlineData("good.example;*.shop.example", "good.example", true)]
    [InlineData("good.example;*.shop.example", "orders.shop.example", true)]
    [InlineData("good.example;*.shop.example", "evil.example", false)]
    [InlineData("good.example;*.shop.example", "localhost", false)]
    public async Task Address_IsThatOfTheRequestWhereItsHostIsKnown(string? allowed, string asked, bool isKnown)
    {
        using var folder = new WsdlFolder();
        await using var host = await StartAsync(folder, allowed: allowed);
        var port = host.Address.Port;
        var wsdl = await GetAsync(host, "/echo?singleWsdl", $"{asked}:{port}");
        Assert.Equal(isKnown ? $"http://{asked}:{port}/echo" : "https://public.example/echo", AddressOf(wsdl));
        Assert.Equal(isKnown, wsdl.ToString().Contains(asked, StringComparison.Ordinal));
    }

    /// <summary>AllowedHosts has names alone, so a stranger could have any port in an answer that a cache gives to others.</summary>
    [Theory]
    [InlineData("good.example:6666", "https://public.example/echo")]
    [InlineData("good.example:{0}", "http://good.example:{0}/echo")]
    [InlineData("good.example:80", "http://good.example:80/echo")]
    [InlineData("good.example", "http://good.example/echo")]
    [InlineData("GOOD.Example", "http://good.example/echo")]
    public async Task Address_HasAPortThatIsKnown(string asked, string expected)
    {
        using var folder = new WsdlFolder();
        await using var host = await StartAsync(folder, allowed: "good.example");
        var port = host.Address.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var wsdl = await GetAsync(host, "/ECHO?singleWsdl", asked.Replace("{0}", port, StringComparison.Ordinal));
        Assert.Equal(expected.Replace("{0}", port, StringComparison.Ordinal), AddressOf(wsdl));
    }

    /// <summary>Behind a proxy on this machine everybody comes from this machine.</summary>
    [Theory]
    [InlineData("X-Forwarded-For", "203.0.113.1")]
    [InlineData("X-Original-For", "203.0.113.1")]
    [InlineData("Forwarded", "for=203.0.113.1")]
    [InlineData("Via", "1.1 proxy")]
    public async Task Address_IsThatOfTheFileBehindAProxy(string header, string value)
    {
        using var folder = new WsdlFolder();
        await using var host = await StartAsync(folder);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/echo?singleWsdl");
        request.Headers.Add(header, value);
        using var response = await host.Http.SendAsync(request);
        Assert.Equal("https://public.example/echo", AddressOf(XElement.Parse(await response.Content.ReadAsStringAsync())));
        Assert.Equal("Host", Assert.Single(response.Headers.Vary));
    }

    [Fact]
    public async Task ManyHosts_GetTheirOwnAddressEach()
    {
        using var folder = new WsdlFolder();
        await using var host = await StartAsync(folder, allowed: "*.shop.example");
        var tags = new HashSet<string>();
        for (var i = 0; i < 100; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/echo?wsdl");
            request.Headers.Host = $"h{i}.shop.example";
            using var response = await host.Http.SendAsync(request);
            var wsdl = XElement.Parse(await response.Content.ReadAsStringAsync());
            Assert.Equal($"http://h{i}.shop.example/echo", AddressOf(wsdl));
            Assert.Equal($"http://h{i}.shop.example/echo?wsdl=wsdl0", (string?)wsdl.Element(Wsdl + "import")!.Attribute("location"));
            Assert.True(tags.Add(response.Headers.ETag!.Tag));
        }
    }

    [Fact]
    public async Task Address_IsThatOfTheOptionsWhereTheySayOne()
    {
        using var folder = new WsdlFolder();
        await using var host = await StartAsync(folder, options => options.Address = new Uri("https://orders.example/secure"));
        Assert.Equal("https://orders.example/secure", AddressOf(await GetAsync(host, "/echo?wsdl", "localhost")));
    }

    [Fact]
    public async Task Caches_AskAndAreToldThatNothingChanged()
    {
        using var folder = new WsdlFolder();
        await using var host = await StartAsync(folder);
        using var first = await host.Http.GetAsync(new Uri("/echo?wsdl", UriKind.Relative));
        Assert.Equal("no-cache", first.Headers.CacheControl?.ToString());
        Assert.Equal("text/xml", first.Content.Headers.ContentType?.MediaType);
        using var again = new HttpRequestMessage(HttpMethod.Get, "/echo?wsdl");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var same = await host.Http.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        Assert.Empty(await same.Content.ReadAsByteArrayAsync());
        using var other = new HttpRequestMessage(HttpMethod.Get, "/echo?wsdl");
        other.Headers.IfNoneMatch.Add(new EntityTagHeaderValue("\"other\""));
        using var changed = await host.Http.SendAsync(other);
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
    }

    [Fact]
    public async Task Head_HasTheHeadersOfGetAndNoBody()
    {
        using var folder = new WsdlFolder();
        await using var host = await StartAsync(folder);
        using var get = await host.Http.GetAsync(new Uri("/echo?wsdl", UriKind.Relative));
        using var head = await host.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/echo?wsdl"));
        Assert.Equal(get.Headers.ETag, head.Headers.ETag);
        Assert.Equal(get.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("GET", "/echo", HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", "/echo?xsd=xsd9", HttpStatusCode.NotFound)]
    [InlineData("GET", "/echo?wsdl=../secret", HttpStatusCode.NotFound)]
    [InlineData("GET", "/echo?wsdl&x=1", HttpStatusCode.NotFound)]
    [InlineData("GET", "/echo?disco", HttpStatusCode.NotFound)]
    [InlineData("PUT", "/echo?wsdl", HttpStatusCode.MethodNotAllowed)]
    [InlineData("POST", "/echo?wsdl", HttpStatusCode.UnsupportedMediaType)]
    public async Task OtherRequests_GetNoDescription(string method, string path, HttpStatusCode status)
    {
        using var folder = new WsdlFolder();
        await using var host = await StartAsync(folder);
        using var response = await host.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        Assert.Equal(status, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("echo.wsdl", "soap12/", "soap/", "has no port with a soap:address of Soap12")]
    [InlineData("echo.wsdl", "parts/contract.wsdl", "../contract.wsdl", "which is outside of")]
    [InlineData("echo.wsdl", "parts/contract.wsdl", "parts/other.wsdl", "cannot be read")]
    [InlineData("echo.wsdl", "binding=\"tns:EchoSoap12\"", "binding=\"tns:Other\"", "names the binding 'tns:Other'")]
    [InlineData("types.xsd", "<x:schema", "<!DOCTYPE x [<!ENTITY e 'e'>]><x:schema", "DTD")]
    [InlineData("types.xsd", "x:schema", "x:shema", "is neither WSDL 1.1 nor a schema")]
    public void Mistakes_EndTheStart(string file, string found, string by, string words)
    {
        using var folder = new WsdlFolder();
        folder.Replace(file, found, by);
        using var app = KestrelHost.Build(services => services.AddSecureConversation(Endpoints.With(Endpoints.Session)));
        var error = Assert.Throws<InvalidOperationException>(() => app.MapSecureConversationWsdl("/echo", folder.Path));
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ImportOfAnotherNamespace_HasNoSingleDocument()
    {
        using var folder = new WsdlFolder();
        // As WCF writes it where the binding has another namespace than the contract.
        folder.Replace("echo.wsdl", "namespace=\"urn:e\" location", "namespace=\"urn:contract\" location");
        folder.Replace("echo.wsdl", "type=\"tns:Echo\"", "type=\"c:Echo\" xmlns:c=\"urn:contract\"");
        folder.Replace("parts/contract.wsdl", "targetNamespace=\"urn:e\"", "targetNamespace=\"urn:contract\" xmlns:c=\"urn:contract\"");
        folder.Replace("parts/contract.wsdl", "message=\"e:", "message=\"c:");
        await using var host = await StartAsync(folder);
        using var response = await host.Http.GetAsync(new Uri("/echo?singleWsdl", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        var endpoint = (await new WsdlImporter().ImportAsync(new Uri(host.Address, "/echo?wsdl")))["EchoPort"];
        Assert.Equal("urn:e/Echo", Assert.Single(endpoint.Operations).Action);
        Assert.Equal(Endpoints.Session.CreateSecurityBindingElement().WithDefaultsOfLocalSettings(), endpoint.RequireBinding().Element.WithDefaultsOfLocalSettings());
    }

    private static string Query(XElement reference) => new Uri((string)reference.Attribute("schemaLocation")!).PathAndQuery;

    private static string? AddressOf(XElement wsdl) => (string?)wsdl.Descendants(Soap12 + "address").Single().Attribute("location");

    private static async Task<XElement> GetAsync(KestrelHost host, string path, string? name = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Host = name;
        using var response = await host.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return XElement.Parse(await response.Content.ReadAsStringAsync());
    }

    private static Task<KestrelHost> StartAsync(WsdlFolder folder, Action<SecureConversationServiceOptions>? options = null, string? allowed = null) =>
        KestrelHost.StartAsync(
            services =>
            {
                services.AddSecureConversation(Endpoints.With(Endpoints.Session, options));
                services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection([new("AllowedHosts", allowed)]).Build());
            },
            app =>
            {
                app.MapSecureConversation("/echo", context => Task.FromResult(
                    SoapReply.FromBody("urn:e/EchoResponse", "<EchoResponse xmlns=\"urn:e\"><text>hello</text></EchoResponse>")));
                app.MapSecureConversationWsdl("/echo", folder.Path);
            });
}

internal static class ElementExtensions
{
    /// <summary>No policy says local settings, nor the entropy of a bootstrap.</summary>
    public static SecurityBindingElement WithDefaultsOfLocalSettings(this SecurityBindingElement element)
    {
        var plain = element with { LocalClientSettings = new(), LocalServiceSettings = new() };
        return plain is SymmetricSecurityBindingElement { ProtectionTokenParameters: SecureConversationSecurityTokenParameters session } symmetric
            ? symmetric with
            {
                ProtectionTokenParameters = session with { BootstrapSecurityBindingElement = session.BootstrapSecurityBindingElement?.WithDefaultsOfLocalSettings() },
            }
            : plain;
    }
}
