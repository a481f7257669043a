using SecureConversation.Binding;

namespace SecureConversation.Configuration.Tests.ServiceModel;

/// <summary><c>security</c> of a customBinding.</summary>
public sealed class SecurityElementTests
{
    private static readonly MessageSecurityVersion Oasis =
        MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10;

    private static IssuedSecurityTokenParameters Token => new();

    private static Dictionary<string, SecurityBindingElement> ModeElements => new()
    {
        ["AnonymousForCertificate"] = SecurityBindingElement.CreateAnonymousForCertificateBindingElement(),
        ["AnonymousForSslNegotiated"] = SecurityBindingElement.CreateSslNegotiationBindingElement(false, true),
        ["CertificateOverTransport"] = SecurityBindingElement.CreateCertificateOverTransportBindingElement(),
        ["IssuedToken"] = SecurityBindingElement.CreateIssuedTokenBindingElement(Token),
        ["IssuedTokenForCertificate"] = SecurityBindingElement.CreateIssuedTokenForCertificateBindingElement(Token),
        ["IssuedTokenForSslNegotiated"] = SecurityBindingElement.CreateIssuedTokenForSslBindingElement(Token, true),
        ["IssuedTokenOverTransport"] = SecurityBindingElement.CreateIssuedTokenOverTransportBindingElement(Token),
        ["Kerberos"] = SecurityBindingElement.CreateKerberosBindingElement(),
        ["KerberosOverTransport"] = SecurityBindingElement.CreateKerberosOverTransportBindingElement(),
        ["MutualCertificate"] = SecurityBindingElement.CreateMutualCertificateBindingElement(),
        ["MutualCertificateDuplex"] = SecurityBindingElement.CreateMutualCertificateDuplexBindingElement(),
        ["MutualSslNegotiated"] = SecurityBindingElement.CreateSslNegotiationBindingElement(true, true),
        ["SspiNegotiated"] = SecurityBindingElement.CreateSspiNegotiationBindingElement(true),
        ["SspiNegotiatedOverTransport"] = SecurityBindingElement.CreateSspiNegotiationOverTransportBindingElement(true),
        ["UserNameForCertificate"] = SecurityBindingElement.CreateUserNameForCertificateBindingElement(),
        ["UserNameForSslNegotiated"] = SecurityBindingElement.CreateUserNameForSslBindingElement(true),
        ["UserNameOverTransport"] = SecurityBindingElement.CreateUserNameOverTransportBindingElement(),
    };

    public static TheoryData<string> Modes => [.. ModeElements.Keys];

    [Theory]
    [MemberData(nameof(Modes))]
    public void Mode_IsTheFactory(string mode) =>
        Assert.Equal(ModeElements[mode], Configurations.Security($"<security authenticationMode='{mode}'/>"));

    [Theory]
    [MemberData(nameof(Modes))]
    public void Mode_OfABootstrap_IsTheFactoryInASession(string mode)
    {
        var element = Configurations.Security(
            $"<security authenticationMode='SecureConversation'><secureConversationBootstrap authenticationMode='{mode}'/></security>");

        Assert.Equal(SecurityBindingElement.CreateSecureConversationBindingElement(ModeElements[mode]), element);
    }

    [Fact]
    public void Mode_ThatIsNotWritten_NegotiatesWithWindows()
    {
        var negotiated = SecurityBindingElement.CreateSspiNegotiationBindingElement(true);

        Assert.Equal(negotiated, Configurations.Security("<security/>"));
        Assert.Equal(
            SecurityBindingElement.CreateSecureConversationBindingElement(negotiated),
            Configurations.Security("<security authenticationMode='SecureConversation'/>"));
    }

    [Theory]
    [InlineData("MutualCertificate")]
    [InlineData("MutualCertificateDuplex")]
    [InlineData("CertificateOverTransport")]
    public void Version_GoesIntoTheFactory(string mode)
    {
        var version = MessageSecurityVersion.WSSecurity10WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10;
        SecurityBindingElement expected = mode switch
        {
            "MutualCertificate" => SecurityBindingElement.CreateMutualCertificateBindingElement(version),
            "MutualCertificateDuplex" => SecurityBindingElement.CreateMutualCertificateDuplexBindingElement(version),
            _ => SecurityBindingElement.CreateCertificateOverTransportBindingElement(version),
        };

        Assert.Equal(expected, Configurations.Security($"<security authenticationMode='{mode}' messageSecurityVersion='{version}'/>"));
    }

    [Fact]
    public void Attribute_IsAppliedOnlyWhereItIsWritten()
    {
        // The factory turns confirmation on; the default of the attribute, false, is not applied, and the written one is.
        Assert.True(Configurations.Security("<security authenticationMode='MutualCertificate'/>").RequireSignatureConfirmation);
        Assert.False(Configurations.Security(
            "<security authenticationMode='MutualCertificate' requireSignatureConfirmation='false'/>").RequireSignatureConfirmation);
        // The factory turns derived keys of the client's certificate off, and the default of the attribute is true.
        var asymmetric = Assert.IsType<AsymmetricSecurityBindingElement>(Configurations.Security(
            "<security authenticationMode='MutualCertificateDuplex' requireDerivedKeys='true'/>"));
        Assert.True(asymmetric.InitiatorTokenParameters!.RequireDerivedKeys);
    }

    [Fact]
    public void Session_HasItsSettingsAndThoseOfItsBootstrap()
    {
        var element = Configurations.Security(
            $"""
            <security authenticationMode="SecureConversation" messageSecurityVersion="{Oasis}" defaultAlgorithmSuite="Basic256Sha256"
                requireSecurityContextCancellation="false" canRenewSecurityContextToken="false" keyEntropyMode="ServerEntropy">
              <localServiceSettings maxClockSkew="00:01:00" issuedCookieLifetime="01:00:00" replayCacheSize="10"/>
              <localClientSettings sessionKeyRenewalInterval="2:00:00" maxCookieCachingTime="Infinite"/>
              <secureConversationBootstrap authenticationMode="MutualCertificate" messageSecurityVersion="{Oasis}"
                  defaultAlgorithmSuite="Basic256Sha256">
                <localServiceSettings negotiationTimeout="00:00:30"/>
              </secureConversationBootstrap>
            </security>
            """);

        var bootstrap = SecurityBindingElement.CreateMutualCertificateBindingElement(Oasis) with
        {
            DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256,
            LocalServiceSettings = new() { NegotiationTimeout = TimeSpan.FromSeconds(30) },
        };
        var expected = new SymmetricSecurityBindingElement
        {
            MessageSecurityVersion = Oasis,
            DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256,
            KeyEntropyMode = SecurityKeyEntropyMode.ServerEntropy,
            ProtectionTokenParameters = new SecureConversationSecurityTokenParameters
            {
                BootstrapSecurityBindingElement = bootstrap,
                RequireCancellation = false,
                CanRenewSession = false,
            },
            LocalServiceSettings = new()
            {
                MaxClockSkew = TimeSpan.FromMinutes(1),
                IssuedCookieLifetime = TimeSpan.FromHours(1),
                ReplayCacheSize = 10,
            },
            LocalClientSettings = new() { SessionKeyRenewalInterval = TimeSpan.FromHours(2) },
        };
        Assert.Equal(expected, element);
    }

    [Fact]
    public void LocalSettings_KeepWhatTheFactorySet()
    {
        var element = Configurations.Security(
            "<security authenticationMode='UserNameOverTransport'><localServiceSettings maxClockSkew='00:10:00'/></security>");

        Assert.False(element.LocalServiceSettings.DetectReplays);
        Assert.Equal(TimeSpan.FromMinutes(10), element.LocalServiceSettings.MaxClockSkew);
        Assert.Equal(new LocalServiceSecuritySettings().ReplayCacheSize, element.LocalServiceSettings.ReplayCacheSize);
    }

    [Theory]
    [InlineData("<security authenticationMode='SecureConversation'>" + "<secureConversationBootstrap authenticationMode='SecureConversation'/></security>", "session cannot be in a session")]
    [InlineData("<security authenticationMode='MutualCertificate' elementType='Symmetric'/>", "both written")]
    [InlineData("<security authenticationMode='IssuedToken'><issuedTokenParameters keyType='AsymmetricKey'/></security>", "symmetric key")]
    [InlineData("<security elementType='Symmetric' canRenewSecurityContextToken='false'/>", "goes with authenticationMode")]
    [InlineData("<security elementType='Symmetric'><initiatorTokenParameters/></security>", "no such token")]
    [InlineData("<security elementType='Symmetric'><protectionTokenParameters/></security>", "holds 0 tokens")]
    [InlineData("<security elementType='Symmetric'><secureConversationBootstrap/></security>", "goes with authenticationMode")]
    public void Contradiction_IsAnError(string security, string reason)
    {
        var binding = Configurations.Binding("customBinding", $"{security}<httpTransport/>");

        Assert.Contains(binding.Problems, problem => problem.Reason.Contains(reason, StringComparison.Ordinal));
        var refused = Assert.Throws<ServiceModelConfigurationException>(() => binding.CreateMessageSecurityBinding());
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<security authenticationMode='UserNameOverTransport' messageProtectionOrder='EncryptBeforeSign'/>")]
    [InlineData("<security authenticationMode='MutualCertificate' canRenewSecurityContextToken='false'/>")]
    [InlineData("<security authenticationMode='MutualCertificate' allowSerializedSigningTokenOnReply='true'/>")]
    [InlineData("<security authenticationMode='MutualCertificate'><secureConversationBootstrap authenticationMode='Kerberos'/></security>")]
    [InlineData("<security authenticationMode='MutualCertificate'><issuedTokenParameters keySize='128'/></security>")]
    public void SettingThatWcfIgnores_IsANote(string security)
    {
        var binding = Configurations.Binding("customBinding", $"{security}<httpTransport/>");

        Assert.Equal(ConfigurationProblemSeverity.Note, Assert.Single(binding.Problems).Severity);
        binding.EnsureUsable();
    }

    [Fact]
    public void Tokens_OfOurElements_AreWholeRecords()
    {
        var element = Configurations.Security(
            """
            <security elementType="Symmetric" messageProtectionProfile="Bound" signPrefixesInValues="false">
              <protectionTokenParameters>
                <secureConversationSecurityTokenParameters requireCancellation="false" canRenewSession="false" requireDerivedKeys="false">
                  <secureConversationBootstrap elementType="Transport"/>
                </secureConversationSecurityTokenParameters>
              </protectionTokenParameters>
              <endpointSupportingTokenParameters>
                <endorsing>
                  <x509SecurityTokenParameters x509ReferenceStyle="SubjectKeyIdentifier" inclusionMode="Once" referenceStyle="External"/>
                  <kerberosSecurityTokenParameters/>
                </endorsing>
                <signed><sslSecurityTokenParameters requireClientCertificate="true" requireCancellation="true"/></signed>
                <signedEncrypted>
                  <userNameSecurityTokenParameters/><sspiSecurityTokenParameters requireCancellation="true"/>
                </signedEncrypted>
                <signedEndorsing>
                  <issuedSecurityTokenParameters tokenType="urn:t" keyType="AsymmetricKey" keySize="2048" useStrTransform="true"
                      defaultMessageSecurityVersion="Default" inclusionMode="Never">
                    <issuer address="http://sts/"/>
                    <issuerSecurity authenticationMode="MutualCertificate"/>
                    <claimTypeRequirements><add claimType="urn:c"/></claimTypeRequirements>
                    <additionalRequestParameters><a/><b/></additionalRequestParameters>
                  </issuedSecurityTokenParameters>
                </signedEndorsing>
              </endpointSupportingTokenParameters>
            </security>
            """);

        var expected = new SymmetricSecurityBindingElement
        {
            MessageProtectionProfile = MessageProtectionProfile.Bound,
            SignPrefixesInValues = false,
            ProtectionTokenParameters = new SecureConversationSecurityTokenParameters
            {
                RequireCancellation = false,
                CanRenewSession = false,
                RequireDerivedKeys = false,
                BootstrapSecurityBindingElement = new TransportSecurityBindingElement(),
            },
            EndpointSupportingTokenParameters = new()
            {
                Endorsing =
                [
                    new X509SecurityTokenParameters
                    {
                        X509ReferenceStyle = X509ReferenceStyle.SubjectKeyIdentifier,
                        InclusionMode = SecurityTokenInclusionMode.Once,
                        ReferenceStyle = SecurityTokenReferenceStyle.External,
                    },
                    new KerberosSecurityTokenParameters(),
                ],
                Signed = [new SslSecurityTokenParameters { RequireClientCertificate = true, RequireCancellation = true }],
                SignedEncrypted = [new UserNameSecurityTokenParameters(), new SspiSecurityTokenParameters { RequireCancellation = true }],
                SignedEndorsing =
                [
                    new IssuedSecurityTokenParameters
                    {
                        TokenType = "urn:t",
                        KeyType = SecurityKeyType.AsymmetricKey,
                        KeySize = 2048,
                        UseStrTransform = true,
                        DefaultMessageSecurityVersion = MessageSecurityVersion.Default,
                        InclusionMode = SecurityTokenInclusionMode.Never,
                        IssuerAddress = new("http://sts/"),
                        IssuerSecurity = SecurityBindingElement.CreateMutualCertificateBindingElement(),
                        ClaimTypeRequirements = [new() { ClaimType = "urn:c" }],
                        AdditionalRequestParameters = ["<a />", "<b />"],
                    },
                ],
            },
        };
        Assert.Equal(expected, element);
    }

    [Fact]
    public void Issuer_WhoseBindingLeadsBack_IsAnError()
    {
        var configuration = Configurations.Section(
            """
            <bindings><customBinding><binding name="a">
              <security authenticationMode="IssuedTokenForCertificate">
                <issuedTokenParameters>
                  <issuer address="http://sts/" binding="customBinding" bindingConfiguration="a"/>
                </issuedTokenParameters>
              </security>
              <httpTransport/>
            </binding></customBinding></bindings>
            """);

        var problem = Assert.Single(configuration.Problems);
        Assert.Contains("leads back", problem.Reason, StringComparison.Ordinal);
        Assert.Equal(6, problem.Location.Line);
    }
}
