using System.Net;
using System.Security.Cryptography.X509Certificates;
using CoreWCF.Configuration;
using CoreWCF.Description;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SecureConversation.Binding;
using SecureConversation.Configuration;
using SecureConversation.Credentials;
using SecureConversation.CoreWCF.Tests.Support;
using SecureConversation.Testing;
using CoreCertificateValidator = CoreWCF.IdentityModel.Selectors.X509CertificateValidator;
using CoreValidator = CoreWCF.IdentityModel.Selectors.UserNamePasswordValidator;
using ServiceHostBase = CoreWCF.ServiceHostBase;
using CoreRefusal = CoreWCF.IdentityModel.Tokens.SecurityTokenValidationException;

namespace SecureConversation.CoreWCF.Tests;

/// <summary>Services of a file: addresses, bindings, credentials and behaviors.</summary>
public sealed class FileServiceTests
{
    private const string Echo = "SecureConversation.CoreWCF.Tests.Support.EchoService";
    private const string Contract = "SecureConversation.CoreWCF.Tests.Support.IEcho";

    private const string Bindings = """
        <customBinding>
          <binding name="mutual"><security authenticationMode="MutualCertificate" /><textMessageEncoding /><httpTransport /></binding>
          <binding name="user"><security authenticationMode="UserNameForCertificate" /><textMessageEncoding /><httpTransport /></binding>
          <binding name="exact"><security authenticationMode="MutualCertificate" /><textMessageEncoding /><httpTransport hostNameComparisonMode="Exact" /></binding>
        </customBinding>
        <wsHttpBinding>
          <binding name="session" receiveTimeout="00:01:00">
            <security mode="Message"><message clientCredentialType="Certificate" negotiateServiceCredential="false" /></security>
          </binding>
          <binding name="tickets"><security><message negotiateServiceCredential="false" /></security></binding>
        </wsHttpBinding>
        """;

    private static readonly string Users = $"""
        <userNameAuthentication userNamePasswordValidationMode="Custom" customUserNamePasswordValidatorType="{typeof(TwoUsers).AssemblyQualifiedName}" />
        """;

    [Fact]
    public async Task SelfHostedService_AnswersAtItsBaseAddress()
    {
        await using var host = await StartAsync("<host><baseAddresses><add baseAddress='http://localhost:8000/shop/orders'/></baseAddresses></host>"
            + Endpoint("", "wsHttpBinding", "session") + Endpoint("mutual", "customBinding", "mutual"));
        var security = new MessageSecurity { NegotiateServiceCredential = false, MessageSecurityVersion = MessageSecurityVersion.WSSecurity11WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10 };
        await using var session = Client.For(new Uri(host.Root, "/shop/orders"), security.CreateSecurityBindingElement());
        Assert.Equal("hello", await session.EchoAsync("hello"));
        await using var mutual = Client.For(new Uri(host.Root, "/shop/orders/mutual"), SecurityBindingElement.CreateMutualCertificateBindingElement());
        Assert.Equal("hello", await mutual.EchoAsync("hello"));
    }

    [Fact]
    public async Task ServiceWithoutEndpoints_HasThoseOfItsContractsAndMapping()
    {
        await using var host = await StartAsync(
            "<host><baseAddresses><add baseAddress='http://localhost:8000/orders'/></baseAddresses></host>",
            more: "<protocolMapping><add scheme='http' binding='customBinding' bindingConfiguration='mutual'/></protocolMapping>",
            service: typeof(SingleEcho).FullName!);
        await using var mutual = Client.For(new Uri(host.Root, "/orders"), SecurityBindingElement.CreateMutualCertificateBindingElement());
        Assert.Equal("hello", await mutual.EchoAsync("hello"));
    }

    /// <summary>Validators ask for services of the application, and know two users.</summary>
    [Fact]
    public async Task Validator_IsThatOfTheFileWithServicesOfTheApplication()
    {
        await using var host = await StartAsync(Endpoint("http://localhost:8000/echo", "customBinding", "user"), credentials: Users);
        await using var ada = Client.For(new Uri(host.Root, "/echo"), SecurityBindingElement.CreateUserNameForCertificateBindingElement());
        Assert.Equal("hello", await ada.EchoAsync("hello"));
        await using var wrong = Client.For(new Uri(host.Root, "/echo"), SecurityBindingElement.CreateUserNameForCertificateBindingElement(), password: "wrong");
        await Assert.ThrowsAsync<SecureConversationException>(() => wrong.EchoAsync("hello"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CertificateValidator_IsThatOfTheFileWithServicesOfTheApplication(bool isKnown)
    {
        await using var host = await StartAsync(Endpoint("http://localhost:8000/echo", "customBinding", "mutual"), prepare: directory =>
        {
            var path = Path.Combine(directory, "Web.config");
            var (before, text) = ("certificateValidationMode=\"ChainTrust\" revocationMode=\"NoCheck\" trustedRootsFileName=\"authority.pem\"", File.ReadAllText(path));
            Assert.Contains(before, text, StringComparison.Ordinal);
            File.WriteAllText(path, text.Replace(before,
                $"certificateValidationMode=\"Custom\" customCertificateValidatorType=\"{typeof(TestClientOnly).AssemblyQualifiedName}\"", StringComparison.Ordinal));
        });
        await using var client = Client.For(new Uri(host.Root, "/echo"), SecurityBindingElement.CreateMutualCertificateBindingElement(),
            certificate: isKnown ? null : TestCertificates.Other);
        if (isKnown)
        {
            Assert.Equal("hello", await client.EchoAsync("hello"));
        }
        else
        {
            await Assert.ThrowsAsync<SecureConversationException>(() => client.EchoAsync("hello"));
        }
    }

    [Fact]
    public async Task Clients_AreJudgedByTheFile()
    {
        await using var host = await StartAsync(Endpoint("http://localhost:8000/echo", "customBinding", "mutual"));
        using var key = System.Security.Cryptography.RSA.Create(2048);
        using var forged = new CertificateRequest("CN=Test client", key, System.Security.Cryptography.HashAlgorithmName.SHA256, System.Security.Cryptography.RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(TestCertificates.Authority.NotBefore, TestCertificates.Authority.NotAfter);
        await using var stranger = Client.For(new Uri(host.Root, "/echo"), SecurityBindingElement.CreateMutualCertificateBindingElement(), certificate: forged);
        await Assert.ThrowsAsync<SecureConversationException>(() => stranger.EchoAsync("hello"));
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    public async Task ExceptionDetails_AreToldWhereTheFileSaysSo(string include, bool isTold)
    {
        await using var host = await StartAsync(Endpoint("http://localhost:8000/echo", "customBinding", "mutual"),
            behavior: $"<serviceDebug includeExceptionDetailInFaults='{include}'/>");
        await using var client = Client.For(new Uri(host.Root, "/echo"), SecurityBindingElement.CreateMutualCertificateBindingElement());
        var fault = await Assert.ThrowsAnyAsync<Exception>(() => client.EchoAsync("x", "Fail"));
        Assert.Equal(isTold, fault.ToString().Contains("secret of the service", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("<serviceMetadata httpGetEnabled='true'/>", "/orders?wsdl", HttpStatusCode.OK)]
    [InlineData("<serviceMetadata httpGetEnabled='true' httpGetUrl='described'/>", "/orders/described?wsdl", HttpStatusCode.OK)]
    [InlineData("<serviceMetadata httpGetEnabled='false'/>", "/orders?wsdl", HttpStatusCode.NotFound)]
    [InlineData("", "/orders?wsdl", HttpStatusCode.NotFound)]
    public async Task Metadata_AreServedWhereTheFileSaysSo(string metadata, string path, HttpStatusCode status)
    {
        await using var host = await StartAsync("<host><baseAddresses><add baseAddress='http://localhost:8000/orders'/></baseAddresses></host>"
            + Endpoint("mutual", "customBinding", "mutual") + "<endpoint address='mex' binding='mexHttpBinding' contract='IMetadataExchange'/>", behavior: metadata);
        using var http = new HttpClient();
        using var response = await http.GetAsync(new Uri(host.Root, path));
        // CoreWCF refuses a GET for a path of SOAP in a way of its own.
        Assert.Equal(status == HttpStatusCode.OK, response.StatusCode == HttpStatusCode.OK);
        Assert.Equal(status == HttpStatusCode.OK, (await response.Content.ReadAsStringAsync()).Contains("SymmetricBinding", StringComparison.Ordinal));
        Assert.Contains(RecordedLog.Current.Entries, entry => entry.Text.Contains("WS-MetadataExchange is left out", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("tickets", Contract, Echo, "", "Web.config(")]
    [InlineData("mutual", "Some.Contract", Echo, "", "implements no contract 'Some.Contract'")]
    [InlineData("mutual", Contract, "Some.Service", "", "No class of the application has the name 'Some.Service'")]
    [InlineData("mutual", Contract, Echo, "<userNameAuthentication userNamePasswordValidationMode='MembershipProvider'/>", "MembershipProvider")]
    [InlineData("mutual", Contract, Echo, "<userNameAuthentication userNamePasswordValidationMode='Custom' customUserNamePasswordValidatorType='Some.Type'/>", "Some.Type")]
    public async Task WhatIsNotOffered_EndsTheStartInWords(string binding, string contract, string service, string credentials, string words)
    {
        RecordedLog.Current.AllowErrors(entry => !entry.IsOfTheLibrary);
        var endpoint = Endpoint("http://localhost:8000/echo", binding == "tickets" ? "wsHttpBinding" : "customBinding", binding).Replace(Contract, contract, StringComparison.Ordinal);
        var error = await Assert.ThrowsAnyAsync<Exception>(() => StartAsync(endpoint, credentials: credentials, service: service));
        Assert.Contains(words, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RelativeAddressWithoutBase_EndsTheStartInWords()
    {
        var error = await Assert.ThrowsAsync<ServiceModelConfigurationException>(() => StartAsync(Endpoint("echo", "customBinding", "mutual")));
        Assert.Contains("no base address for http", error.Message, StringComparison.Ordinal);
        Assert.Contains("Web.config(", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServerWithoutAddresses_ListensAtTheBaseAddresses()
    {
        using var files = new Files("<host><baseAddresses><add baseAddress='http://localhost:18731/a'/><add baseAddress='http://other:18732/b'/></baseAddresses></host>"
            + Endpoint("mutual", "customBinding", "mutual"), "", "", "", Echo);
        var builder = WebApplication.CreateEmptyBuilder(new() { ContentRootPath = files.Directory });
        builder.AddServiceModelConfiguration("Web.config");
        Assert.Equal("http://*:18731;http://*:18732", builder.WebHost.GetSetting(WebHostDefaults.ServerUrlsKey));
        var said = WebApplication.CreateEmptyBuilder(new() { ContentRootPath = files.Directory });
        said.WebHost.UseUrls("http://localhost:5");
        said.AddServiceModelConfiguration("Web.config");
        Assert.Equal("http://localhost:5", said.WebHost.GetSetting(WebHostDefaults.ServerUrlsKey));
        await Task.CompletedTask;
    }

    [Fact]
    public async Task Throttling_IsSaidToBeWithoutEffect()
    {
        await using var host = await StartAsync(Endpoint("http://localhost:8000/echo", "customBinding", "mutual"),
            behavior: "<serviceThrottling maxConcurrentCalls='5' maxConcurrentSessions='6'/>",
            endpointBehavior: "<clientVia viaUri='http://localhost/via'/>");
        foreach (var said in new[] { "maxConcurrentCalls=\"5\"", "maxConcurrentSessions=\"6\"", "clientVia>" })
        {
            var entry = Assert.Single(RecordedLog.Current.Entries, entry => entry.Text.Contains(said, StringComparison.Ordinal));
            Assert.Contains("Web.config(", entry.Text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(RecordedLog.Current.Entries, entry => entry.Text.Contains("maxConcurrentInstances", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("<dataContractSerializer maxItemsInObjectGraph='7' ignoreExtensionDataObject='true'/>", "", 7, true)]
    [InlineData("<dataContractSerializer maxItemsInObjectGraph='7' ignoreExtensionDataObject='true'/>", "<dataContractSerializer maxItemsInObjectGraph='8'/>", 8, false)]
    [InlineData("", "<dataContractSerializer maxItemsInObjectGraph='8' ignoreExtensionDataObject='true'/>", 8, true)]
    [InlineData("", "", int.MaxValue, false)]
    public async Task Serializer_IsThatOfTheEndpointOrElseOfTheService(string behavior, string endpointBehavior, int most, bool ignores)
    {
        ServiceHostBase? described = null;
        await using var host = await StartAsync(Endpoint("http://localhost:8000/echo", "customBinding", "mutual"),
            behavior: behavior, endpointBehavior: endpointBehavior, configure: made => described = made);
        var serializers = described!.Description.Endpoints.Single().Contract.Operations.SelectMany(o => o.OperationBehaviors.OfType<DataContractSerializerOperationBehavior>()).ToList();
        Assert.NotEmpty(serializers);
        Assert.All(serializers, serializer => Assert.Equal((most, ignores), (serializer.MaxItemsInObjectGraph, serializer.IgnoreExtensionDataObject)));
    }

    [Theory]
    [InlineData("Policy12", "http://schemas.xmlsoap.org/ws/2004/09/policy")]
    [InlineData("Policy15", "http://www.w3.org/ns/ws-policy")]
    public async Task PolicyVersion_IsThatOfTheFile(string version, string ns)
    {
        await using var host = await StartAsync("<host><baseAddresses><add baseAddress='http://localhost:8000/orders'/></baseAddresses></host>"
            + Endpoint("mutual", "customBinding", "mutual"), behavior: $"<serviceMetadata httpGetEnabled='true' policyVersion='{version}'/>");
        using var http = new HttpClient();
        Assert.Contains($"\"{ns}\"", await http.GetStringAsync(new Uri(host.Root, "/orders?wsdl")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task HostNames_AreNotComparedSoExactIsRefused()
    {
        var error = await Assert.ThrowsAsync<ServiceModelConfigurationException>(() => StartAsync(Endpoint("http://localhost:8000/echo", "customBinding", "exact")));
        Assert.Equal(("hostNameComparisonMode", "Exact"), (Assert.Single(error.Problems).Attribute, error.Problems[0].Found));
    }

    /// <summary>A link may lead to the services of somebody else.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ServiceFiles_AreNotSoughtBehindLinks(bool isLinked)
    {
        var elsewhere = Directory.CreateTempSubdirectory("elsewhere");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(elsewhere.FullName, "echo.svc"), $"<%@ ServiceHost Service=\"{Echo}\" %>");
            var start = StartAsync(Endpoint("", "customBinding", "mutual"), prepare: root =>
            {
                if (isLinked)
                {
                    Directory.CreateSymbolicLink(Path.Combine(root, "sub"), elsewhere.FullName);
                }
                else
                {
                    Directory.CreateDirectory(Path.Combine(root, "sub"));
                    File.Copy(Path.Combine(elsewhere.FullName, "echo.svc"), Path.Combine(root, "sub", "echo.svc"));
                }
            });
            if (isLinked)
            {
                var error = await Assert.ThrowsAsync<ServiceModelConfigurationException>(() => start);
                Assert.Contains("no .svc file", error.Message, StringComparison.Ordinal);
            }
            else
            {
                await using var host = await start;
                await using var mutual = Client.For(new Uri(host.Root, "/sub/echo.svc"), SecurityBindingElement.CreateMutualCertificateBindingElement());
                Assert.Equal("hello", await mutual.EchoAsync("hello"));
            }
        }
        finally
        {
            elsewhere.Delete(recursive: true);
        }
    }

    private static string Endpoint(string address, string kind, string binding) =>
        $"<endpoint address='{address}' binding='{kind}' bindingConfiguration='{binding}' contract='{Contract}'/>";

    private static async Task<FileHost> StartAsync(string inside, string behavior = "", string credentials = "", string more = "", string service = Echo, string endpointBehavior = "",
        Action<ServiceHostBase>? configure = null, Action<string>? prepare = null)
    {
        var files = new Files(inside, behavior, credentials, more, service, endpointBehavior);
        try
        {
            prepare?.Invoke(files.Directory);
            var builder = WebApplication.CreateEmptyBuilder(new() { ContentRootPath = files.Directory });
            builder.Logging.ClearProviders().AddProvider(RecordedLog.Current);
            builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
            builder.Services.AddRouting();
            builder.Services.AddSingleton(new EchoProbe());
            builder.Services.AddTransient<EchoService>();
            builder.Services.AddSingleton(new KnownUsers(["ada", "grace"]));
            builder.AddServiceModelConfiguration("Web.config");
            var app = builder.Build();
            app.UseServiceModelConfiguration(configure is null ? null : model => model.ConfigureServiceHostBase<EchoService>(configure));
            await app.StartAsync();
            return new FileHost(app, files);
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    private sealed class FileHost(WebApplication app, Files files) : IAsyncDisposable
    {
        public Uri Root { get; } = new(app.Urls.First().Replace("127.0.0.1", "localhost", StringComparison.Ordinal));

        public async ValueTask DisposeAsync()
        {
            await app.StopAsync();
            await app.DisposeAsync();
            files.Dispose();
        }
    }

    /// <summary>A Web.config, with certificates beside it.</summary>
    private sealed class Files : IDisposable
    {
        private readonly DirectoryInfo _directory = System.IO.Directory.CreateTempSubdirectory("service");

        public Files(string inside, string behavior, string credentials, string more, string service, string endpointBehavior = "")
        {
            File.WriteAllBytes(Path.Combine(Directory, "service.pfx"), TestCertificates.Service.Export(X509ContentType.Pkcs12));
            File.WriteAllText(Path.Combine(Directory, "authority.pem"), TestCertificates.Authority.ExportCertificatePem());
            File.WriteAllText(Path.Combine(Directory, "Web.config"), $"""
                <configuration><system.serviceModel>
                  <services><service name="{service}">{inside}</service></services>
                  <bindings>{Bindings}</bindings>
                  <behaviors><serviceBehaviors><behavior>
                    {behavior}
                    <serviceCredentials>
                      <serviceCertificate fileName="service.pfx" />
                      <clientCertificate><authentication certificateValidationMode="ChainTrust" revocationMode="NoCheck" trustedRootsFileName="authority.pem" /></clientCertificate>
                      {credentials}
                    </serviceCredentials>
                  </behavior></serviceBehaviors><endpointBehaviors><behavior>{endpointBehavior}</behavior></endpointBehaviors></behaviors>
                  {more}
                </system.serviceModel></configuration>
                """);
        }

        public string Directory => _directory.FullName;

        public void Dispose() => _directory.Delete(recursive: true);
    }

    public sealed record KnownUsers(IReadOnlyList<string> Names);

    /// <summary>A validator whose constructor asks the container.</summary>
    public sealed class TwoUsers(KnownUsers users) : CoreValidator
    {
        public override ValueTask ValidateAsync(string userName, string password) =>
            users.Names.Contains(userName) && password == "lovelace" ? default : throw new CoreRefusal("No.");
    }

    /// <summary>A validator of certificates whose constructor asks the container.</summary>
    public sealed class TestClientOnly(KnownUsers users) : CoreCertificateValidator
    {
        public override void Validate(X509Certificate2 certificate)
        {
            ArgumentNullException.ThrowIfNull(certificate);
            if (users.Names.Count != 2 || certificate.Thumbprint != TestCertificates.Client.Thumbprint)
            {
                throw new CoreRefusal("No.");
            }
        }
    }
}
