using SecureConversation.Binding;
using SecureConversation.Cli.Captures;
using SecureConversation.Cli.Decoding;
using SecureConversation.Cli.Reports;
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

    private static (MessageSecurityBinding? Binding, ConversationReport Report) Decode(IReadOnlyList<byte[]> messages, MessageSecurityBinding? given) =>
        ConversationReporter.CreateWithBinding(
            [new Capture { Name = "a test", Format = "bodies", Messages = [.. messages.Select(m => new CapturedMessage { Source = "a test", Body = m })] }],
            new DecodingKeys { Certificates = [TestCertificates.Service, TestCertificates.Client] }, given, TestContext.Current.CancellationToken);

    private static async Task<IReadOnlyList<byte[]>> RecordAsync(MessageSecurityBinding binding)
    {
        var cancel = TestContext.Current.CancellationToken;
        using var service = new MessageSecurityService(binding, TestCredentials.Service, new MessageSecurityServiceOptions());
        var client = new MessageSecurityClient(binding, TestCredentials.Client, new MessageSecurityClientOptions());
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
