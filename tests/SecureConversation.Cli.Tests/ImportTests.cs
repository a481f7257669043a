using System.Net;
using System.Text;
using System.Xml.Linq;
using Microsoft.Extensions.Configuration;
using SecureConversation.Configuration;
using SecureConversation.Policy;
using SecureConversation.Testing.Vectors;

namespace SecureConversation.Cli.Tests;

public sealed class ImportTests
{
    private const string Recorded = "session/sc-mutualcert-2007";

    private static readonly XNamespace Wsdl = "http://schemas.xmlsoap.org/wsdl/";

    private static byte[] Bytes => VectorArchive.Get(Recorded).ReadFile("service.wsdl");

    private static ImportedEndpoint Expected => new WsdlImporter().Import(new MemoryStream(Bytes)).Endpoints.Single();

    [Fact]
    public async Task CSharp_IsPrintedWithPortAddressAndIdentity()
    {
        using var directory = new TemporaryDirectory();
        var result = await CliProcess.RunAsync("import", directory.Add("service.wsdl", Bytes));
        Assert.Equal(0, result.ExitCode);
        var lines = result.Output.Split('\n');
        Assert.Equal($"// Port {Expected.Name}: {Expected.Address}", lines[0]);
        Assert.StartsWith("// Identity: certificate ", lines[1], StringComparison.Ordinal);
        Assert.EndsWith(VectorArchive.Get(Recorded).ServiceCertificate.Thumbprint, lines[1], StringComparison.Ordinal);
        Assert.StartsWith(
            "options.Binding = SecurityBindingElement.CreateSecureConversationBindingElement(", lines[2], StringComparison.Ordinal);
        Assert.Contains("CreateMutualCertificateBindingElement(", result.Output, StringComparison.Ordinal);
        Assert.Contains($"address: {Expected.Address}", result.Error, StringComparison.Ordinal);
        Assert.Contains("imported", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wcf_MakesACustomBinding()
    {
        using var directory = new TemporaryDirectory();
        var result = await CliProcess.RunAsync("import", directory.Add("service.wsdl", Bytes), "--as", "wcf");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("MessageSecurityBindingElement.CreateSecureConversationBindingElement(", result.Output, StringComparison.Ordinal);
        Assert.Contains("var binding = new CustomBinding(", result.Output, StringComparison.Ordinal);
        Assert.Contains("new HttpTransportBindingElement()", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_IsWhatTheReaderOfSettingsTakes()
    {
        using var directory = new TemporaryDirectory();
        var result = await CliProcess.RunAsync("import", directory.Add("service.wsdl", Bytes), "--as", "json");
        Assert.Equal(0, result.ExitCode);
        var section = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(result.Output))).Build();
        Assert.Equal(Expected.Element, MessageSecurityServiceSettings.Read(section).Binding);
    }

    [Fact]
    public async Task Xml_IsWhatTheReaderOfFilesTakes()
    {
        using var directory = new TemporaryDirectory();
        var target = Path.Combine(directory.FullName, "binding.xml");
        var result = await CliProcess.RunAsync("import", directory.Add("service.wsdl", Bytes), "--as", "xml", "--out", target);
        Assert.Equal((0, ""), (result.ExitCode, result.Output));
        var file = "<configuration><system.serviceModel><bindings><customBinding>" + await File.ReadAllTextAsync(target)
            + "</customBinding></bindings></system.serviceModel></configuration>";
        var configuration = ServiceModelConfiguration.Parse(new StringReader(file), "app.config");
        Assert.Empty(configuration.Problems);
        Assert.Equal(Expected.Element, configuration.GetBinding("customBinding", Expected.Name).Security);
    }

    [Fact]
    public async Task Address_IsFetched()
    {
        using var listener = new HttpListener();
        var address = Listen(listener);
        var served = Task.Run(async () =>
        {
            var context = await listener.GetContextAsync();
            context.Response.ContentType = "text/xml";
            await context.Response.OutputStream.WriteAsync(Bytes);
            context.Response.Close();
            return context.Request.RawUrl;
        });
        var result = await CliProcess.RunAsync("import", $"{address}orders?wsdl", "--as", "json");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal("/orders?wsdl", await served);
        Assert.Contains("\"Binding\"", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIsRefused_IsNamedWithItsReason()
    {
        using var directory = new TemporaryDirectory();
        var text = Encoding.UTF8.GetString(Bytes).Replace("Basic256", "Basic1024", StringComparison.Ordinal);
        Assert.Contains("Basic1024", text, StringComparison.Ordinal);
        var result = await CliProcess.RunAsync("import", directory.Add("service.wsdl", text));
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains("is refused: ", result.Error, StringComparison.Ordinal);
        Assert.Contains("Basic1024", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SeveralPorts_AreNamedAndOneIsChosen()
    {
        using var directory = new TemporaryDirectory();
        var wsdl = XDocument.Load(new MemoryStream(Bytes));
        var port = wsdl.Descendants(Wsdl + "port").Single();
        var second = new XElement(port);
        second.SetAttributeValue("name", "Second");
        port.AddAfterSelf(second);
        var path = directory.Add("service.wsdl", wsdl.ToString());
        var undecided = await CliProcess.RunAsync("import", path);
        Assert.Equal((2, ""), (undecided.ExitCode, undecided.Output));
        Assert.Contains($"{Expected.Name}, Second", undecided.Error, StringComparison.Ordinal);
        var decided = await CliProcess.RunAsync("import", path, "--endpoint", "Second");
        Assert.Equal(0, decided.ExitCode);
        Assert.StartsWith("// Port Second: ", decided.Output, StringComparison.Ordinal);
        var wrong = await CliProcess.RunAsync("import", path, "--endpoint", "Third");
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("no port Third", wrong.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<definitions")]
    [InlineData("<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]><definitions>&y;</definitions>")]
    [InlineData("<html/>")]
    public async Task WhatIsNoWsdl_IsRefused(string text)
    {
        using var directory = new TemporaryDirectory();
        var result = await CliProcess.RunAsync("import", directory.Add("service.wsdl", text));
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains("service.wsdl", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("root:", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("import")]
    [InlineData("import", "a.wsdl", "--as", "yaml")]
    [InlineData("import", "a.wsdl", "b.wsdl")]
    [InlineData("export")]
    public async Task WrongLine_IsAUsageError(params string[] arguments)
    {
        var result = await CliProcess.RunAsync(arguments);
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains("--help", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NameInTheWsdl_DoesNotReachTheTerminalOrEndAComment()
    {
        using var directory = new TemporaryDirectory();
        var address = Expected.Address!.ToString();
        var text = Encoding.UTF8.GetString(Bytes).Replace(address, $"{address}?a&#x85;System.Exit()&#x202E;", StringComparison.Ordinal);
        var result = await CliProcess.RunAsync("import", directory.Add("service.wsdl", text));
        Assert.DoesNotContain('\u0085', result.Output);
        Assert.DoesNotContain('\u202E', result.Output + result.Error);
        Assert.All(result.Output.Split('\n').Where(line => line.Contains("Exit", StringComparison.Ordinal)),
            line => Assert.StartsWith("//", line, StringComparison.Ordinal));
    }

    private static string Listen(HttpListener listener)
    {
        // A port may be taken between the look and the start.
        for (var attempt = 0; ; attempt++)
        {
            using var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            var prefix = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/";
            probe.Stop();
            listener.Prefixes.Clear();
            listener.Prefixes.Add(prefix);
            try
            {
                listener.Start();
                return prefix;
            }
            catch (HttpListenerException) when (attempt < 10)
            {
            }
        }
    }
}
