using SecureConversation.Binding;

namespace SecureConversation.Tests.Binding;

/// <summary>The factories against the settings recorded from WCF.</summary>
public sealed class FactoryTests
{
    private static readonly MessageSecurityVersion Bsp10 =
        MessageSecurityVersion.WSSecurity10WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10;

    private static readonly MessageSecurityVersion Oasis11 = MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12;

    private static readonly X509SecurityTokenParameters ServiceCertificate = new()
    {
        InclusionMode = SecurityTokenInclusionMode.Never,
        ReferenceStyle = SecurityTokenReferenceStyle.Internal,
        RequireDerivedKeys = true,
        X509ReferenceStyle = X509ReferenceStyle.Thumbprint,
    };

    private static readonly X509SecurityTokenParameters ClientCertificate = new()
    {
        InclusionMode = SecurityTokenInclusionMode.AlwaysToRecipient,
        ReferenceStyle = SecurityTokenReferenceStyle.Internal,
        RequireDerivedKeys = false,
        X509ReferenceStyle = X509ReferenceStyle.Thumbprint,
    };

    [Fact]
    public void Defaults_OfEveryElement_AreThoseOfWcf()
    {
        SecurityBindingElement[] elements =
        [
            SecurityBindingElement.CreateMutualCertificateBindingElement(),
            SecurityBindingElement.CreateMutualCertificateDuplexBindingElement(),
            SecurityBindingElement.CreateAnonymousForCertificateBindingElement(),
            SecurityBindingElement.CreateUserNameForCertificateBindingElement(),
            SecurityBindingElement.CreateSecureConversationBindingElement(SecurityBindingElement.CreateMutualCertificateBindingElement(Oasis11)),
        ];
        foreach (var element in elements)
        {
            Assert.Equal("WSSecurity11WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11", element.MessageSecurityVersion.Name);
            Assert.Equal("Basic256", element.DefaultAlgorithmSuite.Name);
            Assert.Equal(SecurityHeaderLayout.Strict, element.SecurityHeaderLayout);
            Assert.Equal(MessageProtectionOrder.SignBeforeEncryptAndEncryptSignature, element.MessageProtectionOrder);
            Assert.Equal(SecurityKeyEntropyMode.CombinedEntropy, element.KeyEntropyMode);
            Assert.True(element.IncludeTimestamp);
            Assert.False(element.ProtectTokens);
            Assert.False(element.EnableUnsecuredResponse);
            Assert.Equal(new LocalClientSecuritySettings(), element.LocalClientSettings);
            Assert.Equal(new LocalServiceSecuritySettings(), element.LocalServiceSettings);
        }
    }

    [Fact]
    public void LocalSettings_HaveTheDefaultsOfWcf()
    {
        var client = new LocalClientSecuritySettings();
        Assert.Equal(
            (true, 900000, "00:05:00", "00:05:00", "00:05:00", true, "10675199.02:48:05.4775807", 60, "10:00:00", "00:05:00"),
            (client.DetectReplays, client.ReplayCacheSize, $"{client.ReplayWindow}", $"{client.MaxClockSkew}", $"{client.TimestampValidityDuration}",
                client.CacheCookies, $"{client.MaxCookieCachingTime}", client.CookieRenewalThresholdPercentage, $"{client.SessionKeyRenewalInterval}",
                $"{client.SessionKeyRolloverInterval}"));

        var service = new LocalServiceSecuritySettings();
        Assert.Equal(
            // WCF's ReplayCacheSize is 900,000, which is used up at 1,000 requests a second.
            (true, 6_800_000, "00:05:00", "00:05:00", "00:05:00", "10:00:00", 1000, 128, "00:01:00"),
            (service.DetectReplays, service.ReplayCacheSize, $"{service.ReplayWindow}", $"{service.MaxClockSkew}", $"{service.TimestampValidityDuration}",
                $"{service.IssuedCookieLifetime}", service.MaxCachedCookies, service.MaxStatefulNegotiations, $"{service.NegotiationTimeout}"));
        Assert.Equal(
            (128, "00:02:00", "15:00:00", "00:05:00"),
            (service.MaxPendingSessions, $"{service.InactivityTimeout}", $"{service.SessionKeyRenewalInterval}", $"{service.SessionKeyRolloverInterval}"));
    }

    [Fact]
    public void MutualCertificateOfVersion11_IsSymmetric()
    {
        var element = Assert.IsType<SymmetricSecurityBindingElement>(SecurityBindingElement.CreateMutualCertificateBindingElement(Oasis11));
        Assert.Same(Oasis11, element.MessageSecurityVersion);
        Assert.Equal(ServiceCertificate, element.ProtectionTokenParameters);
        Assert.Equal(new SupportingTokenParameters { Endorsing = [ClientCertificate] }, element.EndpointSupportingTokenParameters);
        Assert.True(element.RequireSignatureConfirmation);
    }

    [Fact]
    public void MutualCertificateOfVersion10_IsAsymmetric()
    {
        var element = Assert.IsType<AsymmetricSecurityBindingElement>(SecurityBindingElement.CreateMutualCertificateBindingElement(Bsp10, true));
        Assert.Same(Bsp10, element.MessageSecurityVersion);
        Assert.Equal(ClientCertificate with { X509ReferenceStyle = X509ReferenceStyle.Any }, element.InitiatorTokenParameters);
        Assert.Equal(
            ClientCertificate with { X509ReferenceStyle = X509ReferenceStyle.Any, InclusionMode = SecurityTokenInclusionMode.Never },
            element.RecipientTokenParameters);
        Assert.True(element.AllowSerializedSigningTokenOnReply);
        Assert.False(element.RequireSignatureConfirmation);
        Assert.True(element.EndpointSupportingTokenParameters.IsEmpty);
    }

    [Theory]
    [InlineData(false, X509ReferenceStyle.Any)]
    [InlineData(true, X509ReferenceStyle.Thumbprint)]
    public void MutualCertificateDuplex_SendsBothCertificates(bool version11, X509ReferenceStyle style)
    {
        var element = SecurityBindingElement.CreateMutualCertificateDuplexBindingElement(version11 ? Oasis11 : Bsp10);
        var client = ClientCertificate with { X509ReferenceStyle = style };
        Assert.Equal(client, element.InitiatorTokenParameters);
        Assert.Equal(client with { InclusionMode = SecurityTokenInclusionMode.AlwaysToInitiator }, element.RecipientTokenParameters);
        Assert.False(element.AllowSerializedSigningTokenOnReply);
        Assert.False(element.RequireSignatureConfirmation);
    }

    [Fact]
    public void AnonymousClient_HasNoToken()
    {
        var element = SecurityBindingElement.CreateAnonymousForCertificateBindingElement();
        Assert.Equal(ServiceCertificate, element.ProtectionTokenParameters);
        Assert.True(element.EndpointSupportingTokenParameters.IsEmpty);
        Assert.True(element.RequireSignatureConfirmation);
    }

    [Fact]
    public void UserName_IsSignedAndEncrypted()
    {
        var element = SecurityBindingElement.CreateUserNameForCertificateBindingElement();
        var userName = new UserNameSecurityTokenParameters
        {
            InclusionMode = SecurityTokenInclusionMode.AlwaysToRecipient,
            ReferenceStyle = SecurityTokenReferenceStyle.Internal,
            RequireDerivedKeys = false,
        };
        Assert.Equal(ServiceCertificate, element.ProtectionTokenParameters);
        Assert.Equal(new SupportingTokenParameters { SignedEncrypted = [userName] }, element.EndpointSupportingTokenParameters);
        Assert.False(element.RequireSignatureConfirmation);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void SecureConversation_WrapsItsBootstrap(bool requireCancellation)
    {
        var bootstrap = SecurityBindingElement.CreateMutualCertificateBindingElement();
        var element = SecurityBindingElement.CreateSecureConversationBindingElement(bootstrap, requireCancellation);
        var expected = new SecureConversationSecurityTokenParameters
        {
            BootstrapSecurityBindingElement = bootstrap,
            RequireCancellation = requireCancellation,
            CanRenewSession = true,
            InclusionMode = SecurityTokenInclusionMode.AlwaysToRecipient,
            ReferenceStyle = SecurityTokenReferenceStyle.Internal,
            RequireDerivedKeys = true,
        };
        Assert.Equal(expected, Assert.IsType<SymmetricSecurityBindingElement>(element).ProtectionTokenParameters);
        Assert.False(element.RequireSignatureConfirmation);
        Assert.True(element.EndpointSupportingTokenParameters.IsEmpty);
    }

    [Fact]
    public void KeyDerivation_IsSetOnTheTokensThatProtect()
    {
        var bootstrap = SecurityBindingElement.CreateMutualCertificateBindingElement();
        var symmetric = Assert.IsType<SymmetricSecurityBindingElement>(bootstrap.SetKeyDerivation(false));
        Assert.False(symmetric.ProtectionTokenParameters!.RequireDerivedKeys);
        Assert.Equal(bootstrap, symmetric.SetKeyDerivation(true));
        Assert.False(Assert.Single(symmetric.SetKeyDerivation(true).EndpointSupportingTokenParameters.Endorsing).RequireDerivedKeys);

        var session = (SymmetricSecurityBindingElement)SecurityBindingElement.CreateSecureConversationBindingElement(bootstrap).SetKeyDerivation(false);
        Assert.False(session.ProtectionTokenParameters!.RequireDerivedKeys);
        Assert.Same(bootstrap, MessageSecurityBinding.Create(session).Bootstrap);

        SecurityBindingElement asymmetric = SecurityBindingElement.CreateMutualCertificateDuplexBindingElement();
        Assert.Equal(asymmetric, asymmetric.SetKeyDerivation(false));
        var derived = Assert.IsType<AsymmetricSecurityBindingElement>(asymmetric.SetKeyDerivation(true));
        Assert.True(derived.InitiatorTokenParameters!.RequireDerivedKeys);
        Assert.True(derived.RecipientTokenParameters!.RequireDerivedKeys);
        MessageSecurityBinding.Create(derived);
    }
}
