using System.Xml;
using CoreWCF;
using CoreWCF.Channels;
using CoreWCF.IdentityModel.Tokens;
using CoreWCF.Security.Tokens;
using SecureConversation.CoreWCF.Tests.Support;
using DropIn = SecureConversation.CoreWCF.WSFederationHttpBinding;
using DropIn2007 = SecureConversation.CoreWCF.WS2007FederationHttpBinding;
using StackBinding = CoreWCF.WSFederationHttpBinding;

namespace SecureConversation.CoreWCF.Tests;

/// <summary>The replacements for WSFederationHttpBinding and WS2007FederationHttpBinding.</summary>
public sealed class FederationBindingTests
{
    public static MatrixTheoryData<bool, SecurityKeyType, bool, bool> Offered { get; } = new([false, true], Enum.GetValues<SecurityKeyType>(), [false, true], [false, true]);

    [Theory]
    [MemberData(nameof(Offered))]
    public void MessageMode_HasTheElementsOfWcf(bool is2007, SecurityKeyType key, bool inSession, bool negotiates)
    {
        var binding = Create(is2007, WSFederationHttpSecurityMode.Message);
        binding.Security.Message.NegotiateServiceCredential = negotiates;
        binding.Security.Message.IssuedKeyType = key;
        binding.Security.Message.EstablishSecurityContext = inSession;
        binding.Security.Message.AlgorithmSuite = global::CoreWCF.Security.SecurityAlgorithmSuite.Basic128Sha256;
        if (key == SecurityKeyType.BearerKey && !is2007)
        {
            Assert.Contains("BearerKey", Assert.Throws<InvalidOperationException>(binding.CreateBindingElements).Message, StringComparison.Ordinal);
            return;
        }

        var elements = binding.CreateBindingElements();
        var expected = new Binding.FederatedMessageSecurity
        {
            MessageSecurityVersion = Binding.MessageSecurityVersion.All[is2007 ? 5 : 2],
            NegotiateServiceCredential = negotiates,
            IssuedKeyType = Enum.Parse<Binding.SecurityKeyType>(key.ToString()),
            EstablishSecurityContext = inSession,
            AlgorithmSuite = Binding.SecurityAlgorithmSuite.Basic128Sha256,
        }.CreateSecurityBindingElement(isSecureTransportMode: false);
        Assert.Equal(expected, Assert.IsType<MessageSecurityBindingElement>(elements[0]).Settings);
        Assert.Equal(MessageVersion.Soap12WSAddressing10, Assert.IsType<TextMessageEncodingBindingElement>(elements[1]).MessageVersion);
        Assert.IsType<HttpTransportBindingElement>(elements[2]);
        Assert.Equal("http", binding.Scheme);
    }

    [Fact]
    public void Token_IsThatOfTheSettings()
    {
        var document = new XmlDocument();
        document.LoadXml("<x xmlns='urn:x'>1</x>");
        var binding = Create(is2007: true, WSFederationHttpSecurityMode.Message);
        binding.Security.Message.IssuedTokenType = "urn:saml";
        binding.Security.Message.IssuerAddress = new EndpointAddress("http://sts/");
        binding.Security.Message.IssuerMetadataAddress = new EndpointAddress("http://sts/mex");
        binding.Security.Message.IssuerBinding = new global::CoreWCF.WS2007HttpBinding(SecurityMode.TransportWithMessageCredential)
        {
            Security = { Message = { ClientCredentialType = MessageCredentialType.UserName, EstablishSecurityContext = false } },
        };
        binding.Security.Message.ClaimTypeRequirements.Add(new ClaimTypeRequirement("urn:role", true));
        binding.Security.Message.TokenRequestParameters.Add(document.DocumentElement);

        var expected = new Binding.FederatedMessageSecurity
        {
            NegotiateServiceCredential = false,
            MessageSecurityVersion = Binding.MessageSecurityVersion.All[5],
            IssuedTokenType = "urn:saml",
            IssuerAddress = new("http://sts/"),
            IssuerMetadataAddress = new("http://sts/mex"),
            IssuerSecurity = Binding.SecurityBindingElement.CreateUserNameOverTransportBindingElement() with
            {
                MessageSecurityVersion = Binding.MessageSecurityVersion.All[5],
            },
            ClaimTypeRequirements = [new() { ClaimType = "urn:role", IsOptional = true }],
            TokenRequestParameters = ["<x xmlns=\"urn:x\">1</x>"],
        }.CreateSecurityBindingElement(isSecureTransportMode: false);
        Assert.Equal(expected, binding.CreateBindingElements().Find<MessageSecurityBindingElement>().Settings);
    }

    /// <summary>CoreWCF has the services of this mode itself.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void CredentialsOverTls_AreThoseOfCoreWCF(bool is2007)
    {
        StackBinding expected = is2007
            ? new global::CoreWCF.WS2007FederationHttpBinding(WSFederationHttpSecurityMode.TransportWithMessageCredential)
            : new StackBinding(WSFederationHttpSecurityMode.TransportWithMessageCredential);
        var elements = Create(is2007, WSFederationHttpSecurityMode.TransportWithMessageCredential).CreateBindingElements();

        Assert.Null(elements.Find<MessageSecurityBindingElement>());
        var made = elements.Find<TransportSecurityBindingElement>();
        var stack = expected.CreateBindingElements().Find<TransportSecurityBindingElement>();
        Assert.Equal(stack.MessageSecurityVersion, made.MessageSecurityVersion);
        Assert.Equal(stack.EndpointSupportingTokenParameters.Endorsing.Count, made.EndpointSupportingTokenParameters.Endorsing.Count);
        Assert.IsType<HttpsTransportBindingElement>(elements.Find<TransportBindingElement>());
    }

    [Fact]
    public void Default_NegotiatesAsInWcf()
    {
        var session = new DropIn().CreateBindingElements().Find<MessageSecurityBindingElement>();
        var bootstrap = Assert.IsType<Binding.SymmetricSecurityBindingElement>(session.BootstrapSecurityBindingElement!.Settings);
        Assert.False(Assert.IsType<Binding.SslSecurityTokenParameters>(bootstrap.ProtectionTokenParameters).RequireClientCertificate);
    }

    [Fact]
    public void ModeNone_HasNoSecurity() =>
        Assert.Null(new DropIn2007(WSFederationHttpSecurityMode.None).CreateBindingElements().Find<MessageSecurityBindingElement>());

    [Fact]
    public void ReliableSessions_AreRefusedInWords() => Assert.Contains("reliable",
        Assert.Throws<PlatformNotSupportedException>(() => new DropIn(WSFederationHttpSecurityMode.Message, true)).Message, StringComparison.Ordinal);

    private static DropIn Create(bool is2007, WSFederationHttpSecurityMode mode)
    {
        var binding = is2007 ? new DropIn2007(mode) : new DropIn(mode);
        binding.Security.Message.NegotiateServiceCredential = false;
        return binding;
    }
}
