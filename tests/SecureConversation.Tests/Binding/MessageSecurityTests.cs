using SecureConversation.Binding;

namespace SecureConversation.Tests.Binding;

public sealed class MessageSecurityTests
{
    [Fact]
    public void Default_IsASessionBootstrappedByMutualCertificates()
    {
        var binding = MessageSecurityBinding.Create(new MessageSecurity().CreateSecurityBindingElement());
        Assert.True(binding.EstablishesSession);
        Assert.True(binding.SecureConversation!.RequireCancellation);
        Assert.Single(binding.Bootstrap!.EndpointSupportingTokenParameters.Endorsing);
        Assert.True(binding.Bootstrap.RequireSignatureConfirmation);
        Assert.False(binding.Element.RequireSignatureConfirmation);
        Assert.Equal(TimeSpan.FromMinutes(15), binding.Bootstrap.LocalServiceSettings.IssuedCookieLifetime);
        Assert.Equal(TimeSpan.FromHours(10), binding.Element.LocalServiceSettings.IssuedCookieLifetime);
    }

    [Theory]
    [InlineData(MessageCredentialType.None)]
    [InlineData(MessageCredentialType.UserName)]
    [InlineData(MessageCredentialType.Certificate)]
    public void SuiteAndVersion_AreSetOnBothElements(MessageCredentialType credential)
    {
        var security = new MessageSecurity
        {
            ClientCredentialType = credential,
            AlgorithmSuite = SecurityAlgorithmSuite.Basic128Sha256,
            MessageSecurityVersion = MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10,
        };
        var session = MessageSecurityBinding.Create(security.CreateSecurityBindingElement());
        var oneShot = MessageSecurityBinding.Create((security with { EstablishSecurityContext = false }).CreateSecurityBindingElement());
        Assert.False(oneShot.EstablishesSession);
        Assert.Equal(
            oneShot.Element with { LocalServiceSettings = new() { IssuedCookieLifetime = TimeSpan.FromMinutes(15) } },
            session.Bootstrap);
        foreach (var element in new[] { session.Element, session.Bootstrap!, oneShot.Element })
        {
            Assert.Same(security.AlgorithmSuite, element.DefaultAlgorithmSuite);
            Assert.Same(security.MessageSecurityVersion, element.MessageSecurityVersion);
            Assert.True(element.IncludeTimestamp);
        }
    }

    [Theory]
    [InlineData(MessageCredentialType.Windows)]
    [InlineData(MessageCredentialType.IssuedToken)]
    public void CredentialsThatAreNotOffered_AreNamed(MessageCredentialType credential)
    {
        var error = Assert.Throws<InvalidOperationException>(
            () => new MessageSecurity { ClientCredentialType = credential }.CreateSecurityBindingElement());
        Assert.Contains($"ClientCredentialType {credential}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Negotiation_IsRefused()
    {
        var error = Assert.Throws<InvalidOperationException>(
            () => new MessageSecurity { NegotiateServiceCredential = true }.CreateSecurityBindingElement());
        Assert.Contains("NegotiateServiceCredential", error.Message, StringComparison.Ordinal);
    }
}
