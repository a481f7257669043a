using System.IdentityModel.Tokens;
using System.ServiceModel;
using System.ServiceModel.Channels;
using System.ServiceModel.Security;
using System.Xml;
using EngineBinding = SecureConversation.Binding;
using IssuedParameters = System.ServiceModel.Security.Tokens.IssuedSecurityTokenParameters;

namespace SecureConversation.ServiceModel.Tests;

/// <summary>WSFederationHttpBinding and WS2007FederationHttpBinding, which the client stack lacks.</summary>
public sealed class FederationBindingTests
{
    private static readonly EngineBinding.MessageSecurityVersion February2005 =
        EngineBinding.MessageSecurityVersion.WSSecurity11WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10;

    private static readonly EngineBinding.MessageSecurityVersion Oasis =
        EngineBinding.MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10;

    public static MatrixTheoryData<bool, WSFederationHttpSecurityMode, SecurityKeyType, bool, bool> All { get; } = new(
        [false, true], [WSFederationHttpSecurityMode.Message, WSFederationHttpSecurityMode.TransportWithMessageCredential],
        Enum.GetValues<SecurityKeyType>(), [false, true], [false, true]);

    [Theory]
    [MemberData(nameof(All))]
    public void Binding_HasTheElementsOfWcf(bool is2007, WSFederationHttpSecurityMode mode, SecurityKeyType key, bool inSession, bool negotiates)
    {
        var binding = Create(is2007, mode);
        binding.Security.Message.NegotiateServiceCredential = negotiates;
        binding.Security.Message.IssuedKeyType = key;
        binding.Security.Message.EstablishSecurityContext = inSession;
        binding.Security.Message.AlgorithmSuite = SecurityAlgorithmSuite.Basic128Sha256;
        binding.MaxReceivedMessageSize = 7000;
        if (key == SecurityKeyType.BearerKey && !is2007)
        {
            Assert.Contains("BearerKey", Assert.Throws<InvalidOperationException>(binding.CreateBindingElements).Message, StringComparison.Ordinal);
            return;
        }

        var elements = binding.CreateBindingElements();
        var expected = new EngineBinding.FederatedMessageSecurity
        {
            NegotiateServiceCredential = negotiates,
            MessageSecurityVersion = is2007 ? Oasis : February2005,
            IssuedKeyType = Enum.Parse<EngineBinding.SecurityKeyType>(key.ToString()),
            EstablishSecurityContext = inSession,
            AlgorithmSuite = EngineBinding.SecurityAlgorithmSuite.Basic128Sha256,
        }.CreateSecurityBindingElement(mode == WSFederationHttpSecurityMode.TransportWithMessageCredential);
        var security = Assert.IsType<MessageSecurityBindingElement>(elements[^3]);
        Assert.Equal(expected, security.Settings);
        Assert.Equal(expected, ((MessageSecurityBindingElement)security.Clone()).Settings);
        Assert.Equal(inSession, security.BootstrapSecurityBindingElement is not null);
        Assert.Equal(MessageVersion.Soap12WSAddressing10, Assert.IsType<TextMessageEncodingBindingElement>(elements[^2]).MessageVersion);
        var transport = Assert.IsType<HttpTransportBindingElement>(elements[^1], exactMatch: false);
        Assert.Equal((binding.Scheme, 7000L), (transport.Scheme, transport.MaxReceivedMessageSize));
        Assert.Equal(mode == WSFederationHttpSecurityMode.Message ? "http" : "https", binding.Scheme);
    }

    [Fact]
    public void Token_IsThatOfTheSettings()
    {
        var document = new XmlDocument();
        document.LoadXml("<x xmlns='urn:x'>1</x>");
        var issuer = new WS2007HttpBinding(SecurityMode.Message);
        issuer.Security.Message.ClientCredentialType = MessageCredentialType.UserName;
        issuer.Security.Message.NegotiateServiceCredential = false;
        var binding = Create(is2007: true, WSFederationHttpSecurityMode.Message);
        binding.Security.Message.IssuedTokenType = "urn:saml";
        binding.Security.Message.IssuerAddress = new EndpointAddress("http://sts/");
        binding.Security.Message.IssuerMetadataAddress = new EndpointAddress("http://sts/mex");
        binding.Security.Message.IssuerBinding = issuer;
        binding.Security.Message.ClaimTypeRequirements.Add(new ClaimTypeRequirement("urn:name"));
        binding.Security.Message.ClaimTypeRequirements.Add(new ClaimTypeRequirement("urn:role", true));
        binding.Security.Message.TokenRequestParameters.Add(document.DocumentElement!);

        var expected = new EngineBinding.FederatedMessageSecurity
        {
            NegotiateServiceCredential = false,
            MessageSecurityVersion = Oasis,
            IssuedTokenType = "urn:saml",
            IssuerAddress = new("http://sts/"),
            IssuerMetadataAddress = new("http://sts/mex"),
            IssuerSecurity = new EngineBinding.MessageSecurity
            {
                ClientCredentialType = EngineBinding.MessageCredentialType.UserName,
                NegotiateServiceCredential = false,
                MessageSecurityVersion = Oasis,
            }.CreateSecurityBindingElement(),
            ClaimTypeRequirements = [new() { ClaimType = "urn:name" }, new() { ClaimType = "urn:role", IsOptional = true }],
            TokenRequestParameters = ["<x xmlns=\"urn:x\">1</x>"],
        }.CreateSecurityBindingElement(isSecureTransportMode: false);
        Assert.Equal(expected, binding.CreateBindingElements().Find<MessageSecurityBindingElement>().Settings);
    }

    [Fact]
    public void IssuerBinding_OfTheStack_IsReadInTheWordsOfTheEngine()
    {
        var binding = Create(is2007: true, WSFederationHttpSecurityMode.Message);
        var issuer = new System.ServiceModel.WS2007HttpBinding(SecurityMode.TransportWithMessageCredential);
        issuer.Security.Message.ClientCredentialType = MessageCredentialType.UserName;
        issuer.Security.Message.EstablishSecurityContext = false;
        binding.Security.Message.IssuerBinding = issuer;
        Assert.Equal(EngineBinding.SecurityBindingElement.CreateUserNameOverTransportBindingElement() with { MessageSecurityVersion = Oasis }, Issuer(binding));

        issuer.Security.Message.ClientCredentialType = MessageCredentialType.Certificate;
        Assert.Equal(
            EngineBinding.SecurityBindingElement.CreateCertificateOverTransportBindingElement() with { MessageSecurityVersion = Oasis }, Issuer(binding));

        binding.Security.Message.IssuerBinding = new System.ServiceModel.WS2007HttpBinding(SecurityMode.Transport);
        Assert.Null(Issuer(binding));

        binding.Security.Message.IssuerBinding = new System.ServiceModel.WSHttpBinding(SecurityMode.Message);
        Assert.Contains("IssuerBinding", Assert.Throws<InvalidOperationException>(binding.CreateBindingElements).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Default_NegotiatesAsInWcf()
    {
        var session = new WSFederationHttpBinding().CreateBindingElements().Find<MessageSecurityBindingElement>();
        var bootstrap = Assert.IsType<EngineBinding.SymmetricSecurityBindingElement>(session.BootstrapSecurityBindingElement!.Settings);
        Assert.False(Assert.IsType<EngineBinding.SslSecurityTokenParameters>(bootstrap.ProtectionTokenParameters).RequireClientCertificate);
    }

    [Fact]
    public void Defaults_AreThoseOfWcf()
    {
        var binding = new WS2007FederationHttpBinding();
        Assert.Equal(WSFederationHttpSecurityMode.Message, binding.Security.Mode);
        var message = binding.Security.Message;
        Assert.Equal((true, true, SecurityKeyType.SymmetricKey), (message.NegotiateServiceCredential, message.EstablishSecurityContext, message.IssuedKeyType));
        Assert.Equal(SecurityAlgorithmSuite.Basic256, message.AlgorithmSuite);
        Assert.Null(message.IssuedTokenType);
        Assert.Null(message.IssuerAddress);
        Assert.Throws<ArgumentOutOfRangeException>(() => binding.Security.Mode = (WSFederationHttpSecurityMode)17);
        Assert.Throws<ArgumentOutOfRangeException>(() => message.IssuedKeyType = (SecurityKeyType)17);
        Assert.Throws<ArgumentNullException>(() => message.AlgorithmSuite = null!);
        Assert.Throws<ArgumentNullException>(() => binding.Security.Message = null!);
        Assert.Throws<ArgumentNullException>(() => binding.Security = null!);
    }

    [Fact]
    public void ModeNone_HasNoSecurity()
    {
        var binding = new WSFederationHttpBinding(WSFederationHttpSecurityMode.None);
        Assert.DoesNotContain(binding.CreateBindingElements(), element => element is MessageSecurityBindingElement or SecurityBindingElement);
        Assert.Equal("http", binding.Scheme);
    }

    [Fact]
    public void Element_TakesTheTokenParametersOfTheStack()
    {
        var document = new XmlDocument();
        document.LoadXml("<x xmlns='urn:x'>1</x>");
        var parameters = new IssuedParameters { TokenType = "urn:saml", KeySize = 128, IssuerAddress = new EndpointAddress("http://sts/") };
        parameters.AdditionalRequestParameters.Add(document.DocumentElement!);
        var expected = new EngineBinding.IssuedSecurityTokenParameters
        {
            TokenType = "urn:saml",
            KeySize = 128,
            IssuerAddress = new("http://sts/"),
            AdditionalRequestParameters = ["<x xmlns=\"urn:x\">1</x>"],
        };
        Assert.Equal(
            EngineBinding.SecurityBindingElement.CreateIssuedTokenBindingElement(expected), MessageSecurityBindingElement.CreateIssuedTokenBindingElement(parameters).Settings);
        Assert.Equal(
            EngineBinding.SecurityBindingElement.CreateIssuedTokenForCertificateBindingElement(expected),
            MessageSecurityBindingElement.CreateIssuedTokenForCertificateBindingElement(parameters).Settings);
        Assert.Equal(
            EngineBinding.SecurityBindingElement.CreateIssuedTokenForSslBindingElement(expected),
            MessageSecurityBindingElement.CreateIssuedTokenForSslBindingElement(parameters).Settings);
        Assert.Equal(
            EngineBinding.SecurityBindingElement.CreateIssuedTokenForSslBindingElement(expected, requireCancellation: true),
            MessageSecurityBindingElement.CreateIssuedTokenForSslBindingElement(parameters, requireCancellation: true).Settings);
        Assert.Equal(
            EngineBinding.SecurityBindingElement.CreateIssuedTokenOverTransportBindingElement(expected),
            MessageSecurityBindingElement.CreateIssuedTokenOverTransportBindingElement(parameters).Settings);
    }

    private static EngineBinding.SecurityBindingElement? Issuer(WSFederationHttpBinding binding)
    {
        binding.Security.Message.EstablishSecurityContext = false;
        var settings = binding.CreateBindingElements().Find<MessageSecurityBindingElement>().Settings;
        return Assert.IsType<EngineBinding.IssuedSecurityTokenParameters>(Assert.Single(settings.EndpointSupportingTokenParameters.Endorsing)).IssuerSecurity;
    }

    private static WSFederationHttpBinding Create(bool is2007, WSFederationHttpSecurityMode mode)
    {
        var binding = is2007 ? new WS2007FederationHttpBinding(mode) : new WSFederationHttpBinding(mode);
        binding.Security.Message.NegotiateServiceCredential = false;
        return binding;
    }
}
