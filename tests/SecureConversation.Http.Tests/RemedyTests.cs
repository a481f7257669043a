using System.Net;
using System.Text;
using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.Http.Tests;

/// <summary>Typical mistakes are told with what to do, and what a peer refused is told from what its application says.</summary>
public sealed class RemedyTests
{
    private const string Echo = "<Echo xmlns=\"urn:e\"/>";

    [Theory]
    [InlineData(nameof(MessageVersion.Default), "action=", "SOAPAction header.")]
    [InlineData(nameof(MessageVersion.Soap11WSAddressing10), "SOAPAction", null)]
    public async Task MissingAction_IsAskedForAsTheVersionHasIt(string name, string expected, string? denied)
    {
        var version = name == nameof(MessageVersion.Default) ? MessageVersion.Default : MessageVersion.Soap11WSAddressing10;
        var binding = Credential.Session(version);
        await using var client = new SecureConversationClient(new Uri("http://localhost:1/"), Credential.Options(binding));
        var error = await Assert.ThrowsAsync<ArgumentException>(() => client.SendAsync(Messages.Envelope(version, Echo)));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.True(denied is null || error.Message.Contains("SOAP 1.2 has no " + denied, StringComparison.Ordinal), error.Message);
    }

    [Theory]
    [InlineData("<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body/></s:Envelope>", true)]
    [InlineData(" \n<Envelope xmlns='http://schemas.xmlsoap.org/soap/envelope/'><Body/></Envelope>", true)]
    [InlineData("<?xml version=\"1.0\"?><Echo xmlns=\"urn:e\"/>", true)]
    [InlineData("<Envelope xmlns=\"urn:post\"/>", false)]
    [InlineData("<p:EnvelopeOpener xmlns:p=\"urn:post\">http://www.w3.org/2003/05/soap-envelope</p:EnvelopeOpener>", false)]
    public async Task WholeEnvelope_GivenAsABody_IsRefused(string body, bool isRefused)
    {
        await using var service = await TestService.StartAsync(Credential.Single());
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        if (!isRefused)
        {
            await client.CallAsync(Messages.Action, body);
            return;
        }

        var error = await Assert.ThrowsAsync<ArgumentException>(() => client.CallAsync(Messages.Action, body));
        Assert.Contains("SendAsync", error.Message, StringComparison.Ordinal);
        Assert.Null(service.LastPlainRequest);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Credentials_DisposedOfTooEarly_AreNamed(bool isOwn)
    {
        await using var service = await TestService.StartAsync(Credential.Single());
        using var copy = System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadCertificate(TestCertificates.Service.RawData);
        var options = Credential.Options(service.Binding);
        options.Credentials = Credential.ClientOf(copy);
        await using var client = new SecureConversationClient(service.Address, options);
        if (isOwn)
        {
            options.Credentials.ClientCertificate!.Dispose();
        }
        else
        {
            copy.Dispose();
        }

        var error = await Assert.ThrowsAsync<ObjectDisposedException>(() => client.CallAsync(Messages.Action, Echo));
        Assert.Contains(isOwn ? "The credential of 'CN=Test client" : "ClientCredentials.ServiceCertificate", error.Message, StringComparison.Ordinal);
        Assert.Contains("dispose of it after", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RequestAboveTheLimitOfTheService_NamesTheSetting(bool isRead)
    {
        await using var service = await TestService.StartAsync(Credential.Single());
        service.Intercept = async context =>
        {
            if (isRead)
            {
                await context.Request.Body.CopyToAsync(Stream.Null);
                context.Response.StatusCode = 413;
            }
            else
            {
                context.Abort();
            }

            return true;
        };
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => client.CallAsync(Messages.Action, $"<Echo xmlns=\"urn:e\">{new string('x', 20_000_000)}</Echo>"));
        Assert.Equal(isRead ? HttpStatusCode.RequestEntityTooLarge : null, error.StatusCode);
        Assert.Contains("MaxRequestBytes", error.Message, StringComparison.Ordinal);
        Assert.Contains("MaxReceivedMessageSize", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReplyAboveTheLimit_NamesTheOption()
    {
        await using var service = await TestService.StartAsync(Credential.Single());
        var options = Credential.Options(service.Binding);
        options.MaxResponseBytes = 1000;
        await using var client = new SecureConversationClient(service.Address, options);
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => client.CallAsync(Messages.Action, Echo));
        Assert.Contains("MaxResponseBytes (1000 bytes): raise it in SecureConversationHttpOptions", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(MessageVersion.Default))]
    [InlineData(nameof(MessageVersion.Soap11WSAddressing10))]
    public async Task FaultOfTheApplication_CarriesItsDetail(string name)
    {
        var version = name == nameof(MessageVersion.Default) ? MessageVersion.Default : MessageVersion.Soap11WSAddressing10;
        var (detail, end) = version.Soap == SoapVersion.Soap12 ? ("s:Detail", "</s:Fault>") : ("detail", "</s:Fault>");
        await using var service = await TestService.StartAsync(Credential.Session(version));
        var fault = Encoding.UTF8.GetString(Messages.Fault(version)).Replace(
            end,
            $"<{detail} a=\"1 &amp; 2\"><!-- not signed --><o:Stock xmlns:o=\"urn:o\" s:role=\"x\"><o:left>3</o:left>]]&gt;&#xD;é</o:Stock></{detail}>{end}",
            StringComparison.Ordinal);
        service.Reply = _ => Task.FromResult<byte[]?>(Encoding.UTF8.GetBytes(fault));
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        var error = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Echo));
        Assert.Equal(SecureConversationFailure.PeerFault, error.Failure);
        Assert.True(error.Fault!.IsSecured);
        Assert.DoesNotContain("not signed", error.Fault.Detail, StringComparison.Ordinal);
        var element = XElement.Parse(error.Fault.Detail!, LoadOptions.PreserveWhitespace);
        Assert.Equal(detail.Split(':')[^1], element.Name.LocalName);
        Assert.Equal("1 & 2", (string?)element.Attribute("a"));
        Assert.Equal("3]]>\ré", element.Element("{urn:o}Stock")!.Value);
        Assert.DoesNotContain("Stock", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task DetailThatIsTooLarge_IsLeftToTheEnvelope()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        var fault = Encoding.UTF8.GetString(Messages.Fault(service.Binding.MessageVersion))
            .Replace("</s:Fault>", $"<s:Detail><x>{new string('x', 70_000)}</x></s:Detail></s:Fault>", StringComparison.Ordinal);
        service.Reply = _ => Task.FromResult<byte[]?>(Encoding.UTF8.GetBytes(fault));
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        var error = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Echo));
        Assert.Equal("Nothing to echo.", error.Fault!.Reason);
        Assert.Null(error.Fault.Detail);
    }

    /// <summary>By Failure alone, without a look at the fault.</summary>
    [Fact]
    public async Task RefusalOfThePeer_IsToldFromAFaultOfItsApplication()
    {
        await using var service = await TestService.StartAsync(Credential.Single());
        service.Reply = _ => Task.FromResult<byte[]?>(Messages.Fault(service.Binding.MessageVersion));
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        var said = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Echo));

        // A client of another suite, which the service refuses.
        var options = Credential.Options(service.Binding);
        options.Binding = service.Binding.Element with { DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic128Sha256 };
        await using var other = new SecureConversationClient(service.Address, options);
        var refused = await Assert.ThrowsAsync<SecureConversationException>(() => other.CallAsync(Messages.Action, Echo));
        Assert.Equal([SecureConversationFailure.PeerFault, SecureConversationFailure.PeerRefusal], [said.Failure, refused.Failure]);
    }

    [Fact]
    public async Task PrivateAuthority_IsTrustedInOneLine()
    {
        await using var service = await TestService.StartAsync(Credential.Single());
        var options = Credential.Options(service.Binding);
        options.Credentials = new ClientCredentials
        {
            ClientCertificate = new X509Credential(TestCertificates.Client),
            ServiceCertificate = TestCertificates.Service,
            ServiceCertificateValidation = CertificateValidationOptions.TrustOnly(TestCertificates.Authority),
        };
        await using var client = new SecureConversationClient(service.Address, options);
        await client.CallAsync(Messages.Action, Echo);
    }

    [Theory]
    [InlineData(true, "RevocationMode NoCheck")]
    [InlineData(false, "TrustOnly(authority)")]
    public async Task PrivateAuthority_ThatIsNotTrusted_IsToldWithWhatToSet(bool isRoot, string expected)
    {
        var options = Credential.Options(Credential.Single());
        options.Credentials = new ClientCredentials
        {
            ClientCertificate = new X509Credential(TestCertificates.Client),
            ServiceCertificate = TestCertificates.Service,
            ServiceCertificateValidation = isRoot ? new() { CustomTrustRoots = { TestCertificates.Authority } } : new(),
        };
        await using var client = new SecureConversationClient(new Uri("http://localhost:1/"), options);
        var error = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Echo));
        Assert.Equal(FailureCode.UntrustedCertificate, error.Code);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }
}
