using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.Tests.Roles;

/// <summary>Local settings are those of one side: each role asks for its own and for no others.</summary>
public sealed class LocalSettingsTests
{
    private static readonly SecurityBindingElement WithoutTimestamps = SecurityBindingElement.CreateAnonymousForCertificateBindingElement() with { IncludeTimestamp = false };

    private static readonly ClientCredentials OfClient = new() { ServiceCertificate = TestCertificates.Service };

    private static readonly ServiceCredentials OfService = new() { ServiceCertificate = new X509Credential(TestCertificates.Service) };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ReplaysWithoutTimestamps_AreNoneOfTheOthersBusiness(bool inSession)
    {
        var noReplaysOfClients = Nest(WithoutTimestamps with { LocalClientSettings = new() { DetectReplays = false } }, inSession);
        Assert.NotNull(new MessageSecurityClient(noReplaysOfClients, OfClient));
        var service = Assert.Throws<ArgumentException>(() => new MessageSecurityService(noReplaysOfClients, OfService));
        Assert.Contains("LocalServiceSettings.DetectReplays", service.Message, StringComparison.Ordinal);
        Assert.Contains("IncludeTimestamp", service.Message, StringComparison.Ordinal);

        var noReplaysOfServices = Nest(WithoutTimestamps with { LocalServiceSettings = new() { DetectReplays = false } }, inSession);
        new MessageSecurityService(noReplaysOfServices, OfService).Dispose();
        var client = Assert.Throws<ArgumentException>(() => new MessageSecurityClient(noReplaysOfServices, OfClient));
        Assert.Contains("LocalClientSettings.DetectReplays", client.Message, StringComparison.Ordinal);
    }

    private static MessageSecurityBinding Nest(SecurityBindingElement element, bool inSession) =>
        MessageSecurityBinding.Create(inSession ? SecurityBindingElement.CreateSecureConversationBindingElement(element) : element);
}
