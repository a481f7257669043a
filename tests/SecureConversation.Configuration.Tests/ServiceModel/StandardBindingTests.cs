using SecureConversation.Binding;

namespace SecureConversation.Configuration.Tests.ServiceModel;

/// <summary>The standard bindings give what WCF makes of them: every cell of the table of credentials.</summary>
public sealed class StandardBindingTests
{
    private static readonly MessageSecurityVersion WSHttp =
        MessageSecurityVersion.WSSecurity11WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10;

    private static readonly MessageSecurityVersion WS2007 =
        MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10;

    private static readonly MessageSecurityVersion Basic =
        MessageSecurityVersion.WSSecurity10WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10;

    [Theory]
    [InlineData("wsHttpBinding")]
    [InlineData("ws2007HttpBinding")]
    public void WSHttp_InModeMessage_HasTheElementOfItsCredential(string kind)
    {
        var cells = new (string Credential, bool Negotiates, SecurityBindingElement Element)[]
        {
            ("None", true, SecurityBindingElement.CreateSslNegotiationBindingElement(false, true)),
            ("UserName", true, SecurityBindingElement.CreateUserNameForSslBindingElement(true)),
            ("Certificate", true, SecurityBindingElement.CreateSslNegotiationBindingElement(true, true)),
            ("Windows", true, SecurityBindingElement.CreateSspiNegotiationBindingElement(true)),
            ("None", false, SecurityBindingElement.CreateAnonymousForCertificateBindingElement()),
            ("UserName", false, SecurityBindingElement.CreateUserNameForCertificateBindingElement()),
            ("Certificate", false, SecurityBindingElement.CreateMutualCertificateBindingElement()),
            ("Windows", false, SecurityBindingElement.CreateKerberosBindingElement()),
        };
        foreach (var (credential, negotiates, element) in cells)
        {
            foreach (var isSession in new[] { true, false })
            {
                var message = $"clientCredentialType='{credential}' negotiateServiceCredential='{Lower(negotiates)}' "
                    + $"establishSecurityContext='{Lower(isSession)}'";
                var binding = Configurations.Binding(kind, $"<security><message {message}/></security>");

                Assert.Empty(binding.Problems);
                Assert.Equal(Expected(element, kind == "wsHttpBinding" ? WSHttp : WS2007, isSession), binding.Security);
                Assert.Equal(ConfiguredSecurityMode.Message, binding.SecurityMode);
                Assert.Equal("http", binding.Transport.Scheme);
                Assert.Same(MessageVersion.Soap12WSAddressing10, binding.MessageVersion);
            }
        }
    }

    [Fact]
    public void WSHttp_OverATransport_HasTheElementOfItsCredential()
    {
        var cells = new (string Credential, SecurityBindingElement Element)[]
        {
            ("UserName", SecurityBindingElement.CreateUserNameOverTransportBindingElement()),
            ("Certificate", SecurityBindingElement.CreateCertificateOverTransportBindingElement()),
            ("Windows", SecurityBindingElement.CreateSspiNegotiationOverTransportBindingElement(true)),
        };
        foreach (var (credential, element) in cells)
        {
            var security = $"<security mode='TransportWithMessageCredential'><message clientCredentialType='{credential}'/></security>";
            var binding = Configurations.Binding("wsHttpBinding", security);

            Assert.Empty(binding.Problems);
            Assert.Equal(Expected(element, WSHttp, isSession: true), binding.Security);
            Assert.Equal("https", binding.Transport.Scheme);
        }
    }

    [Theory]
    [InlineData("wsHttpBinding", ReliableMessagingVersion.WSReliableMessagingFebruary2005)]
    [InlineData("ws2007HttpBinding", ReliableMessagingVersion.WSReliableMessaging11)]
    public void ReliableSession_IsThatOfTheEngine(string kind, ReliableMessagingVersion version)
    {
        var binding = Configurations.Binding(kind,
            "<reliableSession enabled='true' ordered='false' inactivityTimeout='00:05:00'/><security><message clientCredentialType='Certificate' negotiateServiceCredential='false'/></security>");
        Assert.Equal(new ReliableSessionBindingElement { ReliableMessagingVersion = version, Ordered = false, InactivityTimeout = TimeSpan.FromMinutes(5) },
            binding.CreateMessageSecurityBinding().ReliableSession);
        var off = Configurations.Binding(kind, "<reliableSession enabled='false'/><security><message clientCredentialType='Certificate' negotiateServiceCredential='false'/></security>");
        Assert.Null(off.CreateMessageSecurityBinding().ReliableSession);
    }

    [Fact]
    public void CustomReliableSession_IsThatOfTheEngine_WithAllItsSettings()
    {
        var binding = Configurations.Binding("customBinding",
            "<reliableSession flowControlEnabled='false' maxRetryCount='3' maxTransferWindowSize='16' reliableMessagingVersion='WSReliableMessaging11'/>"
            + "<security authenticationMode='SecureConversation'><secureConversationBootstrap authenticationMode='MutualCertificate'/></security><httpTransport/>");
        Assert.Equal(new ReliableSessionBindingElement
        {
            ReliableMessagingVersion = ReliableMessagingVersion.WSReliableMessaging11,
            FlowControlEnabled = false,
            MaxRetryCount = 3,
            MaxTransferWindowSize = 16,
        }, binding.CreateMessageSecurityBinding().ReliableSession);
    }

    [Fact]
    public void WSHttp_OverATransportWithoutCredential_IsAnError()
    {
        var binding = Configurations.Binding(
            "wsHttpBinding", "<security mode='TransportWithMessageCredential'><message clientCredentialType='None'/></security>");

        var problem = Assert.Single(binding.Problems);
        Assert.Equal("clientCredentialType", problem.Attribute);
        Assert.Throws<ServiceModelConfigurationException>(() => binding.CreateMessageSecurityBinding());
    }

    [Fact]
    public void Kerberos_WithAWrittenSuite_HasThatSuite()
    {
        const string Message = "negotiateServiceCredential='false' establishSecurityContext='false'";
        var own = Configurations.Binding("wsHttpBinding", $"<security><message {Message}/></security>");
        var written = Configurations.Binding("wsHttpBinding", $"<security><message {Message} algorithmSuite='Basic256'/></security>");

        Assert.Same(SecurityAlgorithmSuite.Basic128, own.Security!.DefaultAlgorithmSuite);
        Assert.Same(SecurityAlgorithmSuite.Basic256, written.Security!.DefaultAlgorithmSuite);
    }

    [Fact]
    public void WSHttp_WithASuite_HasItInSessionAndHandshake()
    {
        const string Message =
            "clientCredentialType='Certificate' negotiateServiceCredential='false' algorithmSuite='TripleDesSha256Rsa15'";
        var binding = Configurations.Binding("ws2007HttpBinding", $"<security><message {Message}/></security>");

        var expected = new MessageSecurity
        {
            NegotiateServiceCredential = false,
            AlgorithmSuite = SecurityAlgorithmSuite.TripleDesSha256Rsa15,
            MessageSecurityVersion = WS2007,
        };
        Assert.Equal(expected.CreateSecurityBindingElement(), binding.Security);
        Assert.True(binding.CreateMessageSecurityBinding().EstablishesSession);
    }

    [Theory]
    [InlineData("wsHttpBinding", "IssuedToken", false)]
    [InlineData("wsFederationHttpBinding", null, false)]
    [InlineData("ws2007FederationHttpBinding", null, true)]
    public void IssuedTokens_AreReadWhole_BesideANegotiatedCertificate(string kind, string? credential, bool cancels)
    {
        var attribute = credential is null ? "" : $"clientCredentialType='{credential}' ";
        var binding = Configurations.Binding(kind, $"<security><message {attribute}establishSecurityContext='false'/></security>");

        Assert.Empty(binding.Problems);
        var element = Assert.IsType<SymmetricSecurityBindingElement>(binding.Security);
        Assert.True(element.RequireSignatureConfirmation);
        var token = Assert.IsType<IssuedSecurityTokenParameters>(Assert.Single(element.EndpointSupportingTokenParameters.Endorsing));
        Assert.Equal(credential is null ? SecurityKeyType.SymmetricKey : SecurityKeyType.AsymmetricKey, token.KeyType);
        Assert.Equal(credential is null ? 256 : 0, token.KeySize);
        var ssl = Assert.IsType<SslSecurityTokenParameters>(element.ProtectionTokenParameters);
        Assert.Equal(credential is not null || cancels, ssl.RequireCancellation);
        Assert.Equal(element, binding.CreateMessageSecurityBinding().Element);
    }

    [Fact]
    public void Federation_HasTheTokenOfItsMessageSettings()
    {
        var configuration = Configurations.Section(
            """
            <bindings>
              <ws2007FederationHttpBinding>
                <binding name="f">
                  <security mode="TransportWithMessageCredential">
                    <message issuedKeyType="BearerKey" issuedTokenType="urn:saml" establishSecurityContext="false">
                      <claimTypeRequirements>
                        <add claimType="urn:name"/><add claimType="urn:role" isOptional="true"/>
                      </claimTypeRequirements>
                      <issuer address="https://sts/" binding="customBinding" bindingConfiguration="sts"/>
                      <issuerMetadata address="https://sts/mex"/>
                      <tokenRequestParameters><x xmlns="urn:x">1</x></tokenRequestParameters>
                    </message>
                  </security>
                </binding>
              </ws2007FederationHttpBinding>
              <customBinding>
                <binding name="sts"><security authenticationMode="UserNameOverTransport"/><httpsTransport/></binding>
              </customBinding>
            </bindings>
            """);

        var binding = configuration.GetBinding("ws2007FederationHttpBinding", "f");
        var element = Assert.IsType<TransportSecurityBindingElement>(binding.Security);
        var token = Assert.IsType<IssuedSecurityTokenParameters>(Assert.Single(element.EndpointSupportingTokenParameters.Signed));
        Assert.Equal(
            ("urn:saml", SecurityKeyType.BearerKey, 0, new Uri("https://sts/"), new Uri("https://sts/mex")),
            (token.TokenType, token.KeyType, token.KeySize, token.IssuerAddress, token.IssuerMetadataAddress));
        Assert.Equal(SecurityBindingElement.CreateUserNameOverTransportBindingElement(), token.IssuerSecurity);
        Assert.Equal(
            [new() { ClaimType = "urn:name" }, new() { ClaimType = "urn:role", IsOptional = true }], token.ClaimTypeRequirements.ToArray());
        Assert.Equal(3, token.AdditionalRequestParameters.Length);
        Assert.Equal("<x xmlns=\"urn:x\">1</x>", token.AdditionalRequestParameters[^1]);
    }

    [Fact]
    public void Federation_WithATokenWithoutKeyInFebruary2005_IsAnError()
    {
        var binding = Configurations.Binding("wsFederationHttpBinding", "<security><message issuedKeyType='BearerKey'/></security>");

        Assert.Equal("issuedKeyType", Assert.Single(binding.Problems).Attribute);
    }

    [Fact]
    public void NetTcp_InModeMessage_NegotiatesInASession()
    {
        var cells = new (string Credential, SecurityBindingElement Element)[]
        {
            ("None", SecurityBindingElement.CreateSslNegotiationBindingElement(false, true)),
            ("UserName", SecurityBindingElement.CreateUserNameForSslBindingElement(true)),
            ("Certificate", SecurityBindingElement.CreateSslNegotiationBindingElement(true, true)),
            ("Windows", SecurityBindingElement.CreateSspiNegotiationBindingElement(true)),
        };
        foreach (var (credential, element) in cells)
        {
            var security = $"<security mode='Message'><message clientCredentialType='{credential}'/></security>";
            var binding = Configurations.Binding("netTcpBinding", security);

            Assert.Equal(Expected(element, MessageSecurityVersion.Default, isSession: true), binding.Security);
            Assert.Equal((ConfiguredTransportKind.Tcp, ConfiguredEncodingKind.Binary), (binding.Transport.Kind, binding.Encoding.Kind));
        }
    }

    [Fact]
    public void NetTcp_ByDefault_HasTheSecurityOfTheTransport()
    {
        var binding = Configurations.Binding("netTcpBinding", "");

        Assert.Null(binding.Security);
        Assert.Equal(ConfiguredSecurityMode.Transport, binding.SecurityMode);
        Assert.Equal(ConfiguredTransportCredential.Windows, binding.Transport.ClientCredentialType);
        Assert.Equal(ConfiguredStreamProtection.EncryptAndSign, binding.Transport.StreamProtection);
    }

    [Theory]
    [InlineData("<security mode='Transport'><transport protectionLevel='Sign'/></security>", ConfiguredStreamProtection.Sign, 0)]
    [InlineData("<security mode='Transport'><transport clientCredentialType='None' protectionLevel='Sign'/></security>", ConfiguredStreamProtection.EncryptAndSign, 1)]
    [InlineData("<security mode='TransportWithMessageCredential'><message clientCredentialType='UserName'/></security>", ConfiguredStreamProtection.EncryptAndSign, 0)]
    [InlineData("<security mode='None'><transport protectionLevel='Sign'/></security>", null, 1)]
    public void NetTcp_HasTheStreamOfItsMode(string security, ConfiguredStreamProtection? expected, int notes)
    {
        var binding = Configurations.Binding("netTcpBinding", security);

        Assert.Equal(expected, binding.Transport.StreamProtection);
        Assert.Equal(notes, binding.Problems.Count(problem => problem.Severity == ConfigurationProblemSeverity.Note));
    }

    [Fact]
    public void Dual_HasASessionAReliableSessionAndTwoWays()
    {
        var binding = Configurations.Binding(
            "wsDualHttpBinding",
            "<security><message clientCredentialType='Certificate' negotiateServiceCredential='false'/></security>",
            "clientBaseAddress='http://me:8000/'");

        Assert.Equal(Expected(SecurityBindingElement.CreateMutualCertificateBindingElement(), WSHttp, isSession: true), binding.Security);
        Assert.NotNull(binding.ReliableSession);
        Assert.True(binding.CompositeDuplex);
        Assert.Equal(new Uri("http://me:8000/"), binding.ClientBaseAddress);
    }

    [Fact]
    public void Basic_InModeMessage_IsAsymmetricAndLax()
    {
        var binding = Configurations.Binding(
            "basicHttpBinding",
            "<security mode='Message'><message clientCredentialType='Certificate' algorithmSuite='Basic128'/></security>");

        var expected = SecurityBindingElement.CreateMutualCertificateBindingElement(Basic, true).SetKeyDerivation(false) with
        {
            SecurityHeaderLayout = SecurityHeaderLayout.Lax,
            DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic128,
        };
        Assert.Equal(expected, binding.Security);
        Assert.Same(MessageVersion.Soap11, binding.CreateMessageSecurityBinding().MessageVersion);
    }

    [Theory]
    [InlineData("basicHttpBinding")]
    [InlineData("basicHttpsBinding")]
    public void Basic_OverATransport_HasAUserName(string kind)
    {
        var binding = Configurations.Binding(kind, "<security mode='TransportWithMessageCredential'/>");

        var expected = SecurityBindingElement.CreateUserNameOverTransportBindingElement() with
        {
            MessageSecurityVersion = Basic,
            SecurityHeaderLayout = SecurityHeaderLayout.Lax,
        };
        Assert.Equal(expected, binding.Security);
        Assert.Equal("https", binding.Transport.Scheme);
    }

    [Fact]
    public void Basic_InModeMessageWithAUserName_IsAnError()
    {
        var binding = Configurations.Binding("basicHttpBinding", "<security mode='Message'/>");

        Assert.Equal("clientCredentialType", Assert.Single(binding.Problems).Attribute);
    }

    [Fact]
    public void ReliableSession_WithoutSecuritySession_IsAnError()
    {
        var binding = Configurations.Binding(
            "wsHttpBinding", "<reliableSession enabled='true'/><security><message establishSecurityContext='false'/></security>");

        Assert.Contains(binding.Problems, problem => problem.Attribute == "establishSecurityContext");
    }

    private static SecurityBindingElement Expected(SecurityBindingElement oneShot, MessageSecurityVersion version, bool isSession)
    {
        oneShot = oneShot with { MessageSecurityVersion = version };
        if (!isSession)
        {
            return oneShot;
        }

        var bootstrap = oneShot with
        {
            LocalServiceSettings = oneShot.LocalServiceSettings with { IssuedCookieLifetime = TimeSpan.FromMinutes(15) },
        };
        return SecurityBindingElement.CreateSecureConversationBindingElement(bootstrap) with
        {
            MessageSecurityVersion = version,
            DefaultAlgorithmSuite = oneShot.DefaultAlgorithmSuite,
        };
    }

    private static string Lower(bool value) => value ? "true" : "false";
}
