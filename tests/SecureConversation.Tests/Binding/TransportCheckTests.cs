using SecureConversation.Binding;

namespace SecureConversation.Tests.Binding;

/// <summary>What is refused where the transport protects messages, most of it because WCF refuses it when it opens, or each message.</summary>
public sealed class TransportCheckTests
{
    private static readonly TransportSecurityBindingElement UserName = SecurityBindingElement.CreateUserNameOverTransportBindingElement();
    private static readonly TransportSecurityBindingElement Certificate = SecurityBindingElement.CreateCertificateOverTransportBindingElement();
    private static readonly TransportSecurityBindingElement Session =
        (TransportSecurityBindingElement)SecurityBindingElement.CreateSecureConversationBindingElement(UserName);

    public static TheoryData<string, SecurityBindingElement> Refused => new()
    {
        { "IncludeTimestamp", Certificate with { IncludeTimestamp = false } },
        { "LaxTimestampLast", Certificate with { SecurityHeaderLayout = SecurityHeaderLayout.LaxTimestampLast } },
        { "LaxTimestampLast", Session with { SecurityHeaderLayout = SecurityHeaderLayout.LaxTimestampLast } },
        { "MessageProtectionProfile", UserName with { MessageProtectionProfile = MessageProtectionProfile.Bound } },
        { "RequireSignatureConfirmation", Certificate with { RequireSignatureConfirmation = true } },
        { "not offered over a transport", UserName with { EndpointSupportingTokenParameters = new() { Endorsing = [new UserNameSecurityTokenParameters()] } } },
        { "carry no tokens", Session with { EndpointSupportingTokenParameters = Session.EndpointSupportingTokenParameters with { Signed = [new UserNameSecurityTokenParameters()] } } },
        { "CreateSecureConversationBindingElement", UserName with
            { EndpointSupportingTokenParameters = new() { SignedEndorsing = [new SecureConversationSecurityTokenParameters { BootstrapSecurityBindingElement = UserName }] } } },
        { "must be set", new TransportSecurityBindingElement { EndpointSupportingTokenParameters = new() { Endorsing = [new SecureConversationSecurityTokenParameters()] } } },
        { "secure conversation itself", SecurityBindingElement.CreateSecureConversationBindingElement(Session) },
        { "protects messages itself", SessionOf(SecurityBindingElement.CreateMutualCertificateBindingElement()) },
        { "protects its messages itself", new SymmetricSecurityBindingElement
            { ProtectionTokenParameters = new SecureConversationSecurityTokenParameters { BootstrapSecurityBindingElement = UserName } } },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Setting_IsRefusedInWords(string reason, SecurityBindingElement element)
    {
        var error = Assert.Throws<ArgumentException>(() => MessageSecurityBinding.Create(element));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    /// <summary>As in WCF: messages that a transport protects are not remembered.</summary>
    [Fact]
    public void NewElement_DetectsNoReplays()
    {
        var element = new TransportSecurityBindingElement();
        Assert.False(element.LocalClientSettings.DetectReplays || element.LocalServiceSettings.DetectReplays);
        Assert.Equal(element, UserName with { EndpointSupportingTokenParameters = SupportingTokenParameters.None });
    }

    [Fact]
    public void ForCxfAndWss4j_ChangesTheBootstrapToo()
    {
        var session = Session.ForCxfAndWss4j();
        var bootstrap = MessageSecurityBinding.Create(session).Bootstrap!;
        Assert.True(session.MessageSecurityVersion.EmitBspRequiredAttributes && bootstrap.MessageSecurityVersion.EmitBspRequiredAttributes);
    }

    private static TransportSecurityBindingElement SessionOf(SecurityBindingElement bootstrap) => Session with
    {
        EndpointSupportingTokenParameters = new()
        {
            Endorsing = [new SecureConversationSecurityTokenParameters { BootstrapSecurityBindingElement = bootstrap, RequireDerivedKeys = false }],
        },
    };
}
