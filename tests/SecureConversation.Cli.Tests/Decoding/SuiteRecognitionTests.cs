using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Cli.Captures;
using SecureConversation.Cli.Decoding;
using SecureConversation.Cli.Reports;
using SecureConversation.Credentials;
using SecureConversation.Testing;
using Capture = SecureConversation.Cli.Captures.Capture;

namespace SecureConversation.Cli.Tests.Decoding;

/// <summary>A conversation of our own ends is decoded in every suite, and the suite is found out by itself.</summary>
public sealed class SuiteRecognitionTests
{
    private static readonly Uri Address = new("http://localhost/echo");

    public static TheoryData<string> Suites => [.. SecurityAlgorithmSuite.Known.Select(suite => suite.Name)];

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Suite_IsFoundOut(string name)
    {
        var binding = Session(SecurityBindingElement.CreateMutualCertificateBindingElement(), SecurityAlgorithmSuite.Parse(name));
        var (found, report) = Decode(await RecordAsync(binding), given: null);
        Assert.All(report.Messages, message => Assert.True(message.Verdict == MessageVerdict.Verified, $"{message.Verdict}"));
        Assert.Equal(name, found!.Element.DefaultAlgorithmSuite.Name);
        Assert.Equal(name, found.Bootstrap!.DefaultAlgorithmSuite.Name);
    }

    /// <summary>Keys that are wrapped by ECDH-ES are unwrapped, and the service is found out by them.</summary>
    [Theory]
    [InlineData("Strong256")]
    [InlineData("Strong256Sha384")]
    [InlineData("Strong256Sha512")]
    public async Task SuiteWithKeysOnCurves_IsFoundOut(string name)
    {
        var binding = Session(SecurityBindingElement.CreateMutualCertificateBindingElement(), SecurityAlgorithmSuite.Parse(name));
        var (service, client) = (TestCertificates.AgreeingServiceP384, TestCertificates.AgreeingClientP256);
        var (found, report) = Decode(await RecordAsync(binding, service, client), given: null, client, service);
        Assert.All(report.Messages, message => Assert.True(message.Verdict == MessageVerdict.Verified, $"{message.Verdict}"));
        Assert.Equal(name, found!.Element.DefaultAlgorithmSuite.Name);
        Assert.Equal(name, found.Bootstrap!.DefaultAlgorithmSuite.Name);
    }

    /// <summary>Keys that are wrapped by ML-KEM, too.</summary>
    [Fact]
    public async Task SuiteWithMLKem_IsFoundOut()
    {
        Assert.SkipUnless(MLKem.IsSupported, MLKemCertificates.OnlyWithMLKem);
        var binding = Session(SecurityBindingElement.CreateMutualCertificateBindingElement(), SecurityAlgorithmSuite.Parse("Strong256MLKem"));
        var (service, client) = (MLKemCertificates.Service768.WithKey(), TestCertificates.ClientP256);
        var (found, report) = Decode(await RecordAsync(binding, service, client), given: null, client, service);
        Assert.All(report.Messages, message => Assert.True(message.Verdict == MessageVerdict.Verified, $"{message.Verdict}"));
        Assert.Equal("Strong256MLKem", found!.Element.DefaultAlgorithmSuite.Name);
        Assert.Equal("Strong256MLKem", found.Bootstrap!.DefaultAlgorithmSuite.Name);
    }

    [Theory]
    [InlineData(MessageCredentialType.Certificate, MessageProtectionProfile.Strong)]
    [InlineData(MessageCredentialType.UserName, MessageProtectionProfile.Strong)]
    [InlineData(MessageCredentialType.None, MessageProtectionProfile.Strong)]
    [InlineData(MessageCredentialType.Certificate, MessageProtectionProfile.Bound)]
    public async Task Profile_IsFoundOut(MessageCredentialType credential, MessageProtectionProfile profile)
    {
        var binding = MessageSecurityBinding.Create(MessageSecurity.Strong with
        {
            ClientCredentialType = credential,
            MessageProtectionProfile = profile,
            AlgorithmSuite = profile == MessageProtectionProfile.Strong ? SecurityAlgorithmSuite.Strong256 : SecurityAlgorithmSuite.Basic256Sha256,
        });
        var (found, report) = Decode(await RecordAsync(binding), given: null);
        Assert.All(report.Messages, message => Assert.True(message.Verdict == MessageVerdict.Verified, $"{message.Verdict}"));
        Assert.Equal(profile, found!.Element.MessageProtectionProfile);
        Assert.Equal(profile, found.Bootstrap!.MessageProtectionProfile);
    }

    private static MessageSecurityBinding Session(SecurityBindingElement bootstrap, SecurityAlgorithmSuite suite) =>
        MessageSecurityBinding.Create(SecurityBindingElement.CreateSecureConversationBindingElement(
            bootstrap with { DefaultAlgorithmSuite = suite }) with
        { DefaultAlgorithmSuite = suite });

    private static (MessageSecurityBinding? Binding, ConversationReport Report) Decode(
        IReadOnlyList<byte[]> messages, MessageSecurityBinding? given, params X509Certificate2[] certificates) =>
        ConversationReporter.CreateWithBinding(
            [new Capture { Name = "a test", Format = "bodies", Messages = [.. messages.Select(m => new CapturedMessage { Source = "a test", Body = m })] }],
            new DecodingKeys { Certificates = certificates.Length > 0 ? certificates : [TestCertificates.Service, TestCertificates.Client] }, given, TestContext.Current.CancellationToken);

    private static async Task<IReadOnlyList<byte[]>> RecordAsync(
        MessageSecurityBinding binding, X509Certificate2? serviceCertificate = null, X509Certificate2? clientCertificate = null)
    {
        var cancel = TestContext.Current.CancellationToken;
        var ofService = new ServiceCredentials
        {
            ServiceCertificate = new X509Credential(serviceCertificate ?? TestCertificates.Service),
            ClientCertificateValidation = TestCredentials.TrustAuthority,
            UserNamePasswordValidator = TestCredentials.Service.UserNamePasswordValidator,
        };
        var ofClient = new ClientCredentials
        {
            ClientCertificate = new X509Credential(clientCertificate ?? TestCertificates.Client),
            ServiceCertificate = serviceCertificate ?? TestCertificates.Service,
            ServiceCertificateValidation = TestCredentials.TrustAuthority,
            UserName = TestCredentials.Client.UserName,
        };
        using var service = new MessageSecurityService(binding, ofService, new MessageSecurityServiceOptions());
        var client = new MessageSecurityClient(binding, ofClient, new MessageSecurityClientOptions());
        using var opening = client.StartSession(Address);
        var asked = opening.Envelope.ToArray();
        using var opened = await service.ReceiveAsync(asked, cancel);
        var response = Assert.IsType<ServiceResult.Respond>(opened);
        using var session = opening.Complete(response.Envelope);
        var version = binding.MessageVersion;
        var plain = TestEnvelope.Create(version,
            $"{TestEnvelope.Action("urn:e/Echo")}<a:MessageID>urn:uuid:{Guid.NewGuid()}</a:MessageID><a:ReplyTo><a:Address>{TestEnvelope.Anonymous(version)}</a:Address></a:ReplyTo>"
            + $"<a:To s:mustUnderstand=\"1\">{Address}</a:To>", "<Echo xmlns=\"urn:e\"/>");
        using var request = session.Secure(plain);
        using var dispatched = await service.ReceiveAsync(request.Envelope, cancel);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(dispatched).Secure(TestEnvelope.WithAction(version, "urn:e/EchoResponse", "<EchoResponse xmlns=\"urn:e\"/>"));
        return [asked, response.Envelope.ToArray(), request.Envelope.ToArray(), reply.Envelope.ToArray()];
    }
}
