using System.Net;
using System.Xml.Linq;
using static SecureConversation.Policy.Tests.Policies.Shapes;

namespace SecureConversation.Policy.Tests.Wsdl;

/// <summary>Which documents are followed from where.</summary>
public sealed class LoaderTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("policy-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void File_ImportsFilesBesideAndBelow_OfEachOnce()
    {
        // The abstract part below, the policy beside; all import each other.
        var (service, contract) = Split("contract/contract.wsdl");
        Write("service.wsdl", service);
        Write("contract/contract.wsdl",
            contract.Replace("</wsdl:definitions>", "<wsdl:import location='../service.wsdl'/></wsdl:definitions>"));
        var import = new WsdlImporter().ImportFile(Path.Combine(_directory, "service.wsdl"));
        Assert.Equal(PolicyOutcome.Imported, import["ShopPort"].Outcome);
        Assert.Equal(2, import.Documents.Length);
    }

    [Fact]
    public async Task FileAddress_IsReadAsAFile()
    {
        Write("service.wsdl", WsdlText.With(("binding", Symmetric)).ToString());
        var import = await new WsdlImporter()
            .ImportAsync(new Uri(Path.Combine(_directory, "service.wsdl")), TestContext.Current.CancellationToken);
        Assert.Equal(PolicyOutcome.Imported, import["ShopPort"].Outcome);
    }

    [Fact]
    public void PolicyReference_ToAnotherFile_IsFollowed()
    {
        var policy = Policies.Notation.Policy(Symmetric);
        policy.SetAttributeValue(
            XName.Get("Id", "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"), "p");
        Write("policies.xml", policy.ToString());
        var wsdl = WsdlText.Plain();
        wsdl.Root!.Element(WsdlText.Wsdl + "binding")!.AddFirst(
            new XElement(WsdlText.Wsp + "PolicyReference", new XAttribute("URI", "policies.xml#p")));
        Write("service.wsdl", wsdl.ToString());
        Assert.Equal(PolicyOutcome.Imported, new WsdlImporter().ImportFile(Path.Combine(_directory, "service.wsdl"))["ShopPort"].Outcome);
    }

    [Theory]
    [InlineData("../outside.wsdl", "is not in")]
    [InlineData("below/../../outside.wsdl", "is not in")]
    [InlineData("file:///etc/hostname", "is not in")]
    [InlineData("http://127.0.0.1:1/x.wsdl", "only files are followed from a file")]
    [InlineData("missing.wsdl", "cannot be read")]
    [InlineData("link.wsdl", "is not in")]
    [InlineData("http://[", "is no address")]
    public void File_ThatImportsWhatItMayNot_IsAnError(string location, string words)
    {
        var inside = Directory.CreateDirectory(Path.Combine(_directory, "inside")).FullName;
        Write("outside.wsdl", WsdlText.Plain().ToString());
        File.CreateSymbolicLink(Path.Combine(inside, "link.wsdl"), Path.Combine(_directory, "outside.wsdl"));
        Write("inside/service.wsdl", Split(location).Service);
        var failure = Assert.Throws<PolicyException>(() => new WsdlImporter().ImportFile(Path.Combine(inside, "service.wsdl")));
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void File_ThatIsNotThere_IsAnError() =>
        Assert.Contains(
            "cannot be read", Assert.Throws<PolicyException>(() => new WsdlImporter().ImportFile(Path.Combine(_directory, "no.wsdl")))
                .Message, StringComparison.Ordinal);

    [Fact]
    public async Task Address_ImportsAddresses_RelativeToItself()
    {
        var (service, contract) = Split("contract.wsdl");
        using var web = new Web { ["http://shop.example/a/service.wsdl"] = service, ["http://shop.example/a/contract.wsdl"] = contract };
        var import = await Import(web, "http://shop.example/a/service.wsdl");
        Assert.Equal(PolicyOutcome.Imported, import["ShopPort"].Outcome);
        Assert.Equal(["http://shop.example/a/service.wsdl", "http://shop.example/a/contract.wsdl"], web.Asked);
    }

    [Fact]
    public async Task Address_RedirectsWithinItsScheme_AreFollowed()
    {
        using var web = new Web
        {
            ["http://shop.example/?wsdl"] = "-> /service.wsdl",
            ["http://shop.example/service.wsdl"] = WsdlText.With(("binding", Symmetric)).ToString(),
        };
        Assert.Equal(PolicyOutcome.Imported, (await Import(web, "http://shop.example/?wsdl"))["ShopPort"].Outcome);
    }

    [Theory]
    [InlineData("file:///etc/hostname", "only addresses of http are followed")]
    [InlineData("https://shop.example/x", "only addresses of http are followed")]
    [InlineData("ftp://shop.example/x", "only addresses of http are followed")]
    [InlineData("http://169.254.169.254/secrets", "another host")]
    [InlineData("http://shop.example:8080/x", "another host")]
    public async Task Address_ThatLeadsElsewhere_IsAnError(string location, string words)
    {
        using var imports = new Web { ["http://shop.example/s"] = Split(location).Service };
        Assert.Contains(words, (await Assert.ThrowsAsync<PolicyException>(() => Import(imports, "http://shop.example/s"))).Message,
            StringComparison.Ordinal);
        Assert.Single(imports.Asked);
        using var redirects = new Web { ["http://shop.example/s"] = "-> " + location };
        Assert.Contains(words, (await Assert.ThrowsAsync<PolicyException>(() => Import(redirects, "http://shop.example/s"))).Message,
            StringComparison.Ordinal);
        Assert.Single(redirects.Asked);
    }

    [Fact]
    public async Task OtherHosts_AreFollowed_WhenTheCallerWantsIt()
    {
        var (service, contract) = Split("http://other.example/contract");
        using var web = new Web { ["http://shop.example/s"] = service, ["http://other.example/contract"] = contract };
        var import = await Import(web, "http://shop.example/s", new() { FollowToOtherHosts = true });
        Assert.Equal(PolicyOutcome.Imported, import["ShopPort"].Outcome);
    }

    [Theory]
    [InlineData("http://shop.example/circle", "MaxRedirects")]
    [InlineData("http://shop.example/chain0", "MaxDocuments")]
    [InlineData("http://shop.example/none", "answers 404")]
    [InlineData("http://shop.example/large", "MaxDocumentBytes")]
    [InlineData("http://shop.example/slow", "Timeout")]
    [InlineData("ftp://shop.example/", "no absolute http, https or file address")]
    public async Task Address_BeyondALimit_IsAnError(string address, string words)
    {
        using var web = new Web
        {
            ["http://shop.example/circle"] = "-> /circle",
            ["http://shop.example/large"] = new string(' ',
            3_000_000),
            ["http://shop.example/slow"] = "slow"
        };
        for (var i = 0; i < 100; i++)
        {
            web[$"http://shop.example/chain{i}"] = $"<d:definitions xmlns:d='http://schemas.xmlsoap.org/wsdl/'><d:import "
                + $"location='chain{i + 1}'/></d:definitions>";
        }

        var options = new WsdlImporterOptions { MaxDocumentBytes = 1 << 20, Timeout = TimeSpan.FromSeconds(2) };
        var failure = await Assert.ThrowsAsync<PolicyException>(() => Import(web, address, options));
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Assert.InRange(web.Asked.Count, 0, 32);
    }

    [Fact]
    public async Task Address_AllDocumentsTogether_AreLimited()
    {
        var (service, contract) = Split("contract");
        using var web = new Web { ["http://shop.example/s"] = service, ["http://shop.example/contract"] = contract };
        var failure = await Assert.ThrowsAsync<PolicyException>(() =>
            Import(web, "http://shop.example/s", new() { MaxTotalBytes = service.Length + 10 }));
        Assert.Contains("MaxTotalBytes", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Import_ThatIsCancelled_SaysSo()
    {
        using var web = new Web { ["http://shop.example/slow"] = "slow" };
        using var cancelled = new CancellationTokenSource(50);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            new WsdlImporter(new() { HttpClient = web.Client }).ImportAsync(new Uri("http://shop.example/slow"), cancelled.Token));
    }

    private static Task<WsdlImport> Import(Web web, string address, WsdlImporterOptions? options = null) =>
        new WsdlImporter((options ?? new()) with { HttpClient = web.Client })
            .ImportAsync(new Uri(address), TestContext.Current.CancellationToken);

    private void Write(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    /// <summary>The WSDL in two documents: the service with its binding, which imports the contract.</summary>
    private static (string Service, string Contract) Split(string location)
    {
        var service = WsdlText.With(("binding", Symmetric));
        var contract = new XDocument(service);
        service.Root!.Elements().Where(e => e.Name.LocalName is "message" or "portType").Remove();
        service.Root.AddFirst(
            new XElement(WsdlText.Wsdl + "import", new XAttribute("location", location), new XAttribute("namespace", "urn:shop")));
        contract.Root!.Elements().Where(e => e.Name.LocalName is "binding" or "service").Remove();
        return (service.ToString(), contract.ToString());
    }

    /// <summary>Addresses and what they answer: a document, or <c>-> address</c> for a redirect.</summary>
    private sealed class Web : HttpMessageHandler
    {
        private readonly Dictionary<string, string> _pages = [];

        public List<string> Asked { get; } = [];

        public HttpClient Client => new(this, disposeHandler: false);

        public string this[string address]
        {
            set => _pages[address] = value;
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked.Add(request.RequestUri!.AbsoluteUri);
            if (!_pages.TryGetValue(request.RequestUri.AbsoluteUri, out var page))
            {
                return new(HttpStatusCode.NotFound) { RequestMessage = request };
            }

            if (page == "slow")
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            var response = new HttpResponseMessage(page.StartsWith("-> ", StringComparison.Ordinal) ? HttpStatusCode.Found
                : HttpStatusCode.OK)
            {
                RequestMessage = request,
                Content = new StringContent(page),
            };
            if (response.StatusCode == HttpStatusCode.Found)
            {
                response.Headers.Location = new Uri(page[3..], UriKind.RelativeOrAbsolute);
            }

            return response;
        }
    }
}
