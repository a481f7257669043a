using CoreWCF;
using CoreWCF.Security;
using SecureConversation.CoreWCF.Tests.Support;
using Element = SecureConversation.CoreWCF.MessageSecurityBindingElement;

namespace SecureConversation.CoreWCF.Tests;

public sealed class ElementTests
{
    [Fact]
    public void AlgorithmSuites_AreTranslatedByName()
    {
        foreach (var property in typeof(SecurityAlgorithmSuite).GetProperties().Where(p => p.PropertyType == typeof(SecurityAlgorithmSuite) && p.Name != "Default"))
        {
            var element = Element.CreateMutualCertificateBindingElement();
            element.DefaultAlgorithmSuite = (SecurityAlgorithmSuite)property.GetValue(null)!;

            Assert.Equal(property.Name, element.Settings.DefaultAlgorithmSuite.Name);
            Assert.Same(property.GetValue(null), element.DefaultAlgorithmSuite);
        }
    }

    [Fact]
    public void Versions_AreTranslatedByName()
    {
        foreach (var property in typeof(MessageSecurityVersion).GetProperties().Where(p => p.PropertyType == typeof(MessageSecurityVersion) && p.Name != "Default"))
        {
            var element = Element.CreateMutualCertificateBindingElement((MessageSecurityVersion)property.GetValue(null)!);

            Assert.Equal(property.Name, element.Settings.MessageSecurityVersion.Name);
            Assert.Same(property.GetValue(null), element.MessageSecurityVersion);
        }

        Assert.Same(MessageSecurityVersion.Default, Element.CreateAnonymousForCertificateBindingElement().MessageSecurityVersion);
    }

    [Fact]
    public void Bootstrap_StaysTheObjectThatWasGiven()
    {
        var bootstrap = Element.CreateUserNameForCertificateBindingElement();
        var session = Element.CreateSecureConversationBindingElement(bootstrap, requireCancellation: true);
        bootstrap.DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic128;

        Assert.Same(bootstrap, session.BootstrapSecurityBindingElement);
        Assert.Equal("Basic128", Binding.MessageSecurityBinding.Create(session.Settings).Bootstrap!.DefaultAlgorithmSuite.Name);
    }

    [Fact]
    public void EngineSettings_CanBeSet()
    {
        var element = Element.CreateSecureConversationBindingElement(Element.CreateUserNameForCertificateBindingElement());
        element.Settings = element.Settings with { IncludeTimestamp = false };
        element.RequireCancellation = false;
        element.CanRenewSession = false;

        Assert.False(element.IncludeTimestamp);
        Assert.NotNull(element.BootstrapSecurityBindingElement);
        var settings = Assert.IsType<Binding.SymmetricSecurityBindingElement>(element.Settings);
        var token = Assert.IsType<Binding.SecureConversationSecurityTokenParameters>(settings.ProtectionTokenParameters);
        Assert.False(token.RequireCancellation);
        Assert.False(token.CanRenewSession);
        foreach (var layout in Enum.GetValues<Binding.SecurityHeaderLayout>())
        {
            element.Settings = element.Settings with { SecurityHeaderLayout = layout };
            Assert.Equal(layout.ToString(), element.SecurityHeaderLayout.ToString());
        }
    }

    [Fact]
    public void Clone_SharesNothingThatChanges()
    {
        var session = Bindings.Session();
        var clone = (Element)session.Clone();
        session.LocalServiceSettings.MaxPendingSessions = 7;
        session.SetKeyDerivation(false);
        session.IncludeTimestamp = false;
        session.BootstrapSecurityBindingElement!.RequireSignatureConfirmation = false;

        Assert.Equal(128, clone.LocalServiceSettings.MaxPendingSessions);
        Assert.True(clone.IncludeTimestamp);
        Assert.True(clone.BootstrapSecurityBindingElement!.RequireSignatureConfirmation);
        Assert.Equal(Bindings.Session().Settings, clone.Settings);
    }

    [Fact]
    public void SettingsOfTheService_ReachTheEngine()
    {
        var element = Element.CreateMutualCertificateBindingElement();
        element.LocalServiceSettings.MaxClockSkew = TimeSpan.FromMinutes(1);
        element.LocalServiceSettings.DetectReplays = false;
        element.KeyEntropyMode = SecurityKeyEntropyMode.ServerEntropy;
        element.MessageProtectionOrder = MessageProtectionOrder.EncryptBeforeSign;
        element.SecurityHeaderLayout = global::CoreWCF.Channels.SecurityHeaderLayout.Lax;

        var settings = element.Settings;
        Assert.Equal(TimeSpan.FromMinutes(1), settings.LocalServiceSettings.MaxClockSkew);
        Assert.False(settings.LocalServiceSettings.DetectReplays);
        Assert.Equal(Binding.SecurityKeyEntropyMode.ServerEntropy, settings.KeyEntropyMode);
        Assert.Equal(Binding.MessageProtectionOrder.EncryptBeforeSign, settings.MessageProtectionOrder);
        Assert.Equal(Binding.SecurityHeaderLayout.Lax, settings.SecurityHeaderLayout);
    }
}
