using SecureConversation.Binding;

namespace SecureConversation.Tests.Binding;

/// <summary>The settings of BasicHttpBinding and of the federation bindings make what those bindings of WCF make.</summary>
public sealed class StandardBindingTests
{
    private static readonly MessageSecurityVersion Basic =
        MessageSecurityVersion.WSSecurity10WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10;

    private static readonly MessageSecurityVersion February2005 =
        MessageSecurityVersion.WSSecurity11WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10;

    private static readonly MessageSecurityVersion Oasis =
        MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10;

    [Fact]
    public void BasicHttp_InModeMessage_HasTwoCertificatesThatSign()
    {
        var made = new BasicHttpMessageSecurity { ClientCredentialType = MessageCredentialType.Certificate, AlgorithmSuite = SecurityAlgorithmSuite.Basic128 }
            .CreateSecurityBindingElement(isSecureTransportMode: false);

        var element = Assert.IsType<AsymmetricSecurityBindingElement>(made);
        Assert.Equal((Basic, SecurityHeaderLayout.Lax, SecurityAlgorithmSuite.Basic128), (element.MessageSecurityVersion, element.SecurityHeaderLayout, element.DefaultAlgorithmSuite));
        Assert.True(element.AllowSerializedSigningTokenOnReply);
        Assert.False(element.InitiatorTokenParameters!.RequireDerivedKeys);
        Assert.False(element.RecipientTokenParameters!.RequireDerivedKeys);
        Assert.Equal(element, MessageSecurityBinding.Create(made, MessageVersion.Soap11).Element);
    }

    [Theory]
    [InlineData(MessageCredentialType.Certificate)]
    [InlineData(MessageCredentialType.UserName)]
    public void BasicHttp_OverATransport_HasTheCredentialOfTheClient(MessageCredentialType credential)
    {
        var made = new BasicHttpMessageSecurity { ClientCredentialType = credential }.CreateSecurityBindingElement(isSecureTransportMode: true);

        var expected = credential == MessageCredentialType.Certificate
            ? SecurityBindingElement.CreateCertificateOverTransportBindingElement(Basic)
            : SecurityBindingElement.CreateUserNameOverTransportBindingElement() with { MessageSecurityVersion = Basic };
        Assert.Equal(expected with { SecurityHeaderLayout = SecurityHeaderLayout.Lax }, made);
    }

    [Theory]
    [InlineData(MessageCredentialType.UserName, false, "TransportWithMessageCredential")]
    [InlineData(MessageCredentialType.Windows, true, "Windows")]
    [InlineData(MessageCredentialType.None, false, "None")]
    [InlineData(MessageCredentialType.IssuedToken, true, "IssuedToken")]
    public void BasicHttp_WithAnotherCredential_IsRefusedByName(MessageCredentialType credential, bool isOverTransport, string words)
    {
        var settings = new BasicHttpMessageSecurity { ClientCredentialType = credential };
        var error = Assert.Throws<InvalidOperationException>(() => settings.CreateSecurityBindingElement(isOverTransport));
        Assert.Contains("ClientCredentialType", error.Message, StringComparison.Ordinal);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Federation_ForCertificate_EndorsesByTheToken(bool isOasis)
    {
        var settings = new FederatedMessageSecurity { EstablishSecurityContext = false, MessageSecurityVersion = isOasis ? Oasis : February2005 };
        var token = settings.CreateIssuedTokenParameters();

        Assert.Equal((SecurityKeyType.SymmetricKey, 256), (token.KeyType, token.KeySize));
        Assert.Equal(
            SecurityBindingElement.CreateIssuedTokenForCertificateBindingElement(token) with { MessageSecurityVersion = isOasis ? Oasis : February2005 },
            settings.CreateSecurityBindingElement(isSecureTransportMode: false));
    }

    [Fact]
    public void Federation_WithoutKey_SignsAndEncryptsTheToken()
    {
        var settings = new FederatedMessageSecurity { EstablishSecurityContext = false, MessageSecurityVersion = Oasis, IssuedKeyType = SecurityKeyType.BearerKey };
        var token = settings.CreateIssuedTokenParameters();

        Assert.Equal(0, token.KeySize);
        Assert.Equal([token], settings.CreateSecurityBindingElement(isSecureTransportMode: false).EndpointSupportingTokenParameters.SignedEncrypted.ToArray());
        Assert.Equal(
            SecurityBindingElement.CreateIssuedTokenOverTransportBindingElement(token), settings.CreateSecurityBindingElement(isSecureTransportMode: true));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Federation_InASession_HasTheTokenInTheHandshake(bool isOverTransport)
    {
        var settings = new FederatedMessageSecurity { AlgorithmSuite = SecurityAlgorithmSuite.Basic128Sha256, IssuedKeyType = SecurityKeyType.AsymmetricKey };
        var oneShot = (settings with { EstablishSecurityContext = false }).CreateSecurityBindingElement(isOverTransport);

        var bootstrap = oneShot with { LocalServiceSettings = oneShot.LocalServiceSettings with { IssuedCookieLifetime = TimeSpan.FromMinutes(15) } };
        Assert.Equal(
            SecurityBindingElement.CreateSecureConversationBindingElement(bootstrap) with
            {
                DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic128Sha256,
                MessageSecurityVersion = February2005,
            },
            settings.CreateSecurityBindingElement(isOverTransport));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Federation_WithNegotiation_HasACookieInThePoliciesOfFebruary2005(bool isOasis)
    {
        var settings = new FederatedMessageSecurity
        {
            NegotiateServiceCredential = true,
            EstablishSecurityContext = false,
            MessageSecurityVersion = isOasis ? Oasis : February2005,
        };

        var made = Assert.IsType<SymmetricSecurityBindingElement>(settings.CreateSecurityBindingElement(isSecureTransportMode: false));
        Assert.Equal(isOasis, Assert.IsType<SslSecurityTokenParameters>(made.ProtectionTokenParameters).RequireCancellation);
        Assert.Equal(made, MessageSecurityBinding.Create(made).Element);
    }

    [Fact]
    public void Federation_WithoutKeyInFebruary2005_IsRefusedByName()
    {
        var settings = new FederatedMessageSecurity { IssuedKeyType = SecurityKeyType.BearerKey };
        var error = Assert.Throws<InvalidOperationException>(() => settings.CreateSecurityBindingElement(isSecureTransportMode: true));
        Assert.Contains("IssuedKeyType BearerKey", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Federation_HasTheTokenThatIsAskedFor()
    {
        var issuer = SecurityBindingElement.CreateUserNameForCertificateBindingElement();
        var token = new FederatedMessageSecurity
        {
            IssuedTokenType = "urn:saml",
            IssuerAddress = new("http://sts/"),
            IssuerMetadataAddress = new("http://sts/mex"),
            IssuerSecurity = issuer,
            ClaimTypeRequirements = [new() { ClaimType = "urn:name" }],
            TokenRequestParameters = ["<x xmlns=\"urn:x\"/>"],
        }.CreateIssuedTokenParameters();

        Assert.Equal(
            ("urn:saml", new Uri("http://sts/"), new Uri("http://sts/mex"), issuer),
            (token.TokenType, token.IssuerAddress, token.IssuerMetadataAddress, token.IssuerSecurity));
        Assert.Equal([new() { ClaimType = "urn:name" }], token.ClaimTypeRequirements.ToArray());
        Assert.Equal("<x xmlns=\"urn:x\"/>", token.AdditionalRequestParameters[^1]);
    }

    /// <summary>Recorded of WCF: the names, their order, and that those of WS-Trust 1.3 begin with the key wrap.</summary>
    [Theory]
    [InlineData(false, SecurityKeyType.SymmetricKey, "t:EncryptWith=aes256-cbc t:SignWith=hmac-sha1 t:CanonicalizationAlgorithm=xml-exc-c14n# t:EncryptionAlgorithm=aes256-cbc")]
    [InlineData(true, SecurityKeyType.SymmetricKey, "trust:KeyWrapAlgorithm=rsa-oaep-mgf1p trust:EncryptWith=aes256-cbc trust:SignWith=hmac-sha1 trust:CanonicalizationAlgorithm=xml-exc-c14n# trust:EncryptionAlgorithm=aes256-cbc")]
    [InlineData(true, SecurityKeyType.AsymmetricKey, "trust:KeyWrapAlgorithm=rsa-oaep-mgf1p trust:EncryptWith=rsa-oaep-mgf1p trust:SignWith=rsa-sha1 trust:CanonicalizationAlgorithm=xml-exc-c14n# trust:EncryptionAlgorithm=aes256-cbc")]
    [InlineData(true, SecurityKeyType.BearerKey, "trust:CanonicalizationAlgorithm=xml-exc-c14n# trust:EncryptionAlgorithm=aes256-cbc")]
    public void AlgorithmParameters_AskForKeysThatFitTheSuite(bool isOasis, SecurityKeyType key, string expected)
    {
        var token = new IssuedSecurityTokenParameters { KeyType = key, AdditionalRequestParameters = ["<last/>"] }
            .WithAlgorithmParameters(SecurityAlgorithmSuite.Basic256, isOasis ? Oasis : February2005);

        Assert.Equal("<last/>", token.AdditionalRequestParameters[^1]);
        var elements = token.AdditionalRequestParameters.SkipLast(1).Select(System.Xml.Linq.XElement.Parse).ToList();
        var ns = isOasis ? "http://docs.oasis-open.org/ws-sx/ws-trust/200512" : "http://schemas.xmlsoap.org/ws/2005/02/trust";
        Assert.All(elements, element => Assert.Equal(ns, element.Name.NamespaceName));
        Assert.Equal(expected, string.Join(' ', elements.Select(e =>
            $"{e.GetPrefixOfNamespace(e.Name.Namespace)}:{e.Name.LocalName}={e.Value.Split('/')[^1].Split('#') switch { [var last, ""] => last + "#", var parts => parts[^1] }}")));
    }

    [Fact]
    public void Settings_AreEqualByTheItemsOfTheirLists()
    {
        static FederatedMessageSecurity Create() => new() { ClaimTypeRequirements = [new() { ClaimType = "urn:a" }], TokenRequestParameters = ["<a/>"] };
        Assert.Equal(Create(), Create());
        Assert.Equal(Create().GetHashCode(), (Create() with { }).GetHashCode());
        Assert.NotEqual(Create(), Create() with { TokenRequestParameters = ["<b/>"] });
        Assert.NotEqual(Create(), Create() with { EstablishSecurityContext = false });
    }
}
