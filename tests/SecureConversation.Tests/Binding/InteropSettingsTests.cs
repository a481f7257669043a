using SecureConversation.Binding;

namespace SecureConversation.Tests.Binding;

/// <summary>The settings for peers that use Apache CXF and WSS4J.</summary>
public sealed class InteropSettingsTests
{
    public static TheoryData<string> Versions => [.. MessageSecurityVersion.All.Select(v => v.Name)];

    [Theory]
    [MemberData(nameof(Versions))]
    public void ForCxfAndWss4j_WritesTheAttributesOfTheProfileAndKeepsTheProtocols(string name)
    {
        var version = MessageSecurityVersion.Parse(name);
        var bootstrap = SecurityBindingElement.CreateMutualCertificateBindingElement() with { MessageSecurityVersion = version };
        var session = (SymmetricSecurityBindingElement)SecurityBindingElement.CreateSecureConversationBindingElement(bootstrap) with { MessageSecurityVersion = version };
        var duplex = (AsymmetricSecurityBindingElement)SecurityBindingElement.CreateMutualCertificateDuplexBindingElement() with { MessageSecurityVersion = version };
        var inner = ((SecureConversationSecurityTokenParameters)session.ForCxfAndWss4j().ProtectionTokenParameters!).BootstrapSecurityBindingElement!;
        foreach (var changed in new[] { session.ForCxfAndWss4j().MessageSecurityVersion, inner.MessageSecurityVersion, duplex.ForCxfAndWss4j().MessageSecurityVersion })
        {
            Assert.True(changed.EmitBspRequiredAttributes);
            Assert.Equal(version.SecurityVersion, changed.SecurityVersion);
            Assert.Equal(version.TrustVersion, changed.TrustVersion);
            Assert.Equal(version.SecureConversationVersion, changed.SecureConversationVersion);
        }
    }

    [Fact]
    public void ForCxfAndWss4j_ChangesNothingElse()
    {
        var session = SecurityBindingElement.CreateSecureConversationBindingElement(SecurityBindingElement.CreateUserNameForCertificateBindingElement());
        var changed = Assert.IsType<SymmetricSecurityBindingElement>(session.ForCxfAndWss4j());
        var parameters = (SecureConversationSecurityTokenParameters)changed.ProtectionTokenParameters!;
        Assert.Equal(session, changed with
        {
            MessageSecurityVersion = session.MessageSecurityVersion,
            ProtectionTokenParameters = parameters with
            {
                BootstrapSecurityBindingElement = parameters.BootstrapSecurityBindingElement! with { MessageSecurityVersion = session.MessageSecurityVersion },
            },
        });
    }

    [Fact]
    public void ForCxfAndWss4j_IsTakenAsABinding()
    {
        var session = SecurityBindingElement.CreateSecureConversationBindingElement(SecurityBindingElement.CreateMutualCertificateBindingElement());
        Assert.True(MessageSecurityBinding.Create(session.ForCxfAndWss4j()).EstablishesSession);
    }
}
