using SecureConversation.Binding;

namespace SecureConversation.Tests.Binding;

/// <summary>Factories whose elements configuration files and policies need, and messages do not offer.</summary>
public sealed class UnofferedFactoryTests
{
    private static readonly IssuedSecurityTokenParameters Issued = new();
    private static readonly IssuedSecurityTokenParameters Bearer = new() { KeyType = SecurityKeyType.BearerKey };

    public static TheoryData<SecurityBindingElement, string> All => new()
    {
        { SecurityBindingElement.CreateSspiNegotiationOverTransportBindingElement(), "Windows accounts" },
        { SecurityBindingElement.CreateKerberosOverTransportBindingElement(), "Windows accounts" },
        { SecurityBindingElement.CreateKerberosBindingElement(), "CreateSspiNegotiationBindingElement" },
    };

    [Theory]
    [MemberData(nameof(All))]
    public void Element_IsRefusedInWords_AloneAndAsBootstrap(SecurityBindingElement element, string reason)
    {
        ArgumentNullException.ThrowIfNull(element);
        var session = SecurityBindingElement.CreateSecureConversationBindingElement(element);
        foreach (var refused in new[] { element, session })
        {
            var error = Assert.Throws<ArgumentException>(() => MessageSecurityBinding.Create(refused));
            Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>As in WCF: an endorsing token over a protected transport, else the token that protects.</summary>
    [Fact]
    public void SessionOverTransport_EndorsesWithTheTokenOfTheSession()
    {
        var bootstrap = SecurityBindingElement.CreateUserNameOverTransportBindingElement();
        var session = Assert.IsType<TransportSecurityBindingElement>(SecurityBindingElement.CreateSecureConversationBindingElement(bootstrap, false));
        var token = Assert.IsType<SecureConversationSecurityTokenParameters>(Assert.Single(session.EndpointSupportingTokenParameters.Endorsing));
        Assert.Equal((bootstrap, false, false), (token.BootstrapSecurityBindingElement, token.RequireCancellation, token.RequireDerivedKeys));
        Assert.False(session.LocalServiceSettings.DetectReplays);
        Assert.True(Assert.Single(session.SetKeyDerivation(true).EndpointSupportingTokenParameters.Endorsing).RequireDerivedKeys);
    }

    [Fact]
    public void BearerToken_IsSignedOrSignedAndEncrypted_AndHasNoKey()
    {
        Assert.Equal(Bearer, Assert.Single(
            SecurityBindingElement.CreateIssuedTokenForCertificateBindingElement(Bearer).EndpointSupportingTokenParameters.SignedEncrypted));
        Assert.Equal(Bearer with { RequireDerivedKeys = false }, Assert.Single(
            SecurityBindingElement.CreateIssuedTokenOverTransportBindingElement(Bearer).EndpointSupportingTokenParameters.Signed));
        Assert.Throws<ArgumentException>(() => SecurityBindingElement.CreateIssuedTokenBindingElement(Bearer));
    }

    [Fact]
    public void IssuedTokens_AreEqualByTheItemsOfTheirLists() => Assert.Equal(
        Issued with { ClaimTypeRequirements = [new() { ClaimType = "urn:a" }], AdditionalRequestParameters = ["<a/>"] },
        Issued with { ClaimTypeRequirements = [new() { ClaimType = "urn:a" }], AdditionalRequestParameters = ["<a/>"] });
}
