using SecureConversation.Binding;

namespace SecureConversation.Tests.Binding;

public sealed class MessageSecurityTests
{
    [Fact]
    public void Default_IsASessionBootstrappedByANegotiation_InWhichBothShowTheirCertificates()
    {
        var binding = MessageSecurityBinding.Create(new MessageSecurity().CreateSecurityBindingElement());
        Assert.True(binding.EstablishesSession);
        Assert.Equal(
            new SslSecurityTokenParameters { RequireClientCertificate = true, RequireCancellation = true },
            Assert.IsType<SymmetricSecurityBindingElement>(binding.Bootstrap).ProtectionTokenParameters);
        Assert.False(binding.Bootstrap!.RequireSignatureConfirmation);
    }

    [Fact]
    public void KnownCertificate_IsASessionBootstrappedByMutualCertificates()
    {
        var binding = MessageSecurityBinding.Create(new MessageSecurity { NegotiateServiceCredential = false }.CreateSecurityBindingElement());
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
    [InlineData(true)]
    [InlineData(false)]
    public void CredentialsThatAreNotOffered_AreNamed(bool isNegotiated)
    {
        var security = new MessageSecurity { ClientCredentialType = MessageCredentialType.IssuedToken, NegotiateServiceCredential = isNegotiated };
        var error = Assert.Throws<InvalidOperationException>(() => security.CreateSecurityBindingElement());
        Assert.Contains("ClientCredentialType IssuedToken", error.Message, StringComparison.Ordinal);
    }

    /// <summary>As in WCF; a Kerberos ticket as token is not offered, and the refusal says what is.</summary>
    [Fact]
    public void WindowsAccounts_AreNegotiated_AndNotTakenWithoutThat()
    {
        var security = new MessageSecurity { ClientCredentialType = MessageCredentialType.Windows, EstablishSecurityContext = false };
        var element = Assert.IsType<SymmetricSecurityBindingElement>(MessageSecurityBinding.Create(security).Element);
        Assert.Equal(new SspiSecurityTokenParameters { RequireCancellation = true }, element.ProtectionTokenParameters);
        var error = Assert.Throws<ArgumentException>(() => MessageSecurityBinding.Create(security with { NegotiateServiceCredential = false }));
        Assert.Contains("NegotiateServiceCredential = true", error.Message, StringComparison.Ordinal);
    }

    /// <summary>As in WCF: the user name travels beside the negotiated context, and the certificate inside of the negotiation.</summary>
    [Theory]
    [InlineData(MessageCredentialType.None, false, 0)]
    [InlineData(MessageCredentialType.UserName, false, 1)]
    [InlineData(MessageCredentialType.Certificate, true, 0)]
    public void Negotiation_HasTheTokenOfTheCredential(MessageCredentialType credential, bool hasCertificate, int userNames)
    {
        var security = new MessageSecurity { ClientCredentialType = credential, EstablishSecurityContext = false };
        var element = Assert.IsType<SymmetricSecurityBindingElement>(security.CreateSecurityBindingElement());
        Assert.Equal(
            new SslSecurityTokenParameters { RequireClientCertificate = hasCertificate, RequireCancellation = true }, element.ProtectionTokenParameters);
        Assert.Equal(userNames, element.EndpointSupportingTokenParameters.SignedEncrypted.Length);
        Assert.Equal(element, MessageSecurityBinding.Create(security).Element);
    }
}
