using SecureConversation.Binding;

namespace SecureConversation.Configuration.Tests.ServiceModel;

/// <summary>The configurations of real clients: each as a file gives the same as its form in code.</summary>
public sealed class CaseTests
{
    private static readonly MessageSecurityVersion Bsp10 =
        MessageSecurityVersion.WSSecurity10WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10;

    private static readonly MessageSecurityVersion Oasis10 =
        MessageSecurityVersion.WSSecurity10WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10;

    private static readonly MessageSecurityVersion WSHttp =
        MessageSecurityVersion.WSSecurity11WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10;

    private static readonly MessageSecurityVersion WS2007 =
        MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10;

    private static readonly X509SecurityTokenParameters Never =
        new() { InclusionMode = SecurityTokenInclusionMode.Never, RequireDerivedKeys = false };

    private static readonly X509SecurityTokenParameters Once =
        new() { InclusionMode = SecurityTokenInclusionMode.Once, RequireDerivedKeys = false };

    private static AsymmetricSecurityBindingElement Mutual10 =>
        (AsymmetricSecurityBindingElement)SecurityBindingElement.CreateMutualCertificateBindingElement(Bsp10);

    // The form in code, and the version of messages.
    private static Dictionary<string, (SecurityBindingElement Element, MessageVersion Version)> Cases => new()
    {
        ["c01"] = (Customs(), MessageVersion.Soap11),
        ["c02"] = ((Mutual10 with
        {
            DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256Rsa15,
            MessageProtectionOrder = MessageProtectionOrder.SignBeforeEncrypt,
        }).SetKeyDerivation(false), MessageVersion.Soap11),
        ["c03"] = (Mutual10 with { EnableUnsecuredResponse = true }, MessageVersion.Soap11),
        ["c04"] = (SecurityBindingElement.CreateMutualCertificateBindingElement(Bsp10, true).SetKeyDerivation(false) with
        {
            EnableUnsecuredResponse = true,
            KeyEntropyMode = SecurityKeyEntropyMode.ClientEntropy,
            MessageProtectionOrder = MessageProtectionOrder.SignBeforeEncrypt,
        }, MessageVersion.Soap11WSAddressing10),
        ["c05"] = (SecurityBindingElement.CreateMutualCertificateBindingElement(), MessageVersion.Soap12WSAddressing10),
        ["c06"] = ((Mutual10 with
        {
            AllowSerializedSigningTokenOnReply = true,
            DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic128Sha256,
            MessageProtectionOrder = MessageProtectionOrder.SignBeforeEncrypt,
        }).SetKeyDerivation(false), MessageVersion.Soap11WSAddressing10),
        ["c07"] = (EnergyRegulator(), MessageVersion.Soap11),
        ["c08"] = (LoanRegister(), MessageVersion.Soap11),
        ["c09"] = (Mutual10, MessageVersion.Soap12WSAddressingAugust2004),
        ["c10"] = (SecurityBindingElement.CreateUserNameForCertificateBindingElement(), MessageVersion.Soap12WSAddressingAugust2004),
        ["c11"] = (SecurityBindingElement.CreateAnonymousForCertificateBindingElement(), MessageVersion.Soap12WSAddressingAugust2004),
        ["c12"] = (SecurityBindingElement.CreateMutualCertificateBindingElement(MessageSecurityVersion.Default),
            MessageVersion.Soap12WSAddressingAugust2004),
        ["c13"] = (Mutual10 with
        {
            InitiatorTokenParameters = IssuerSerial(Mutual10.InitiatorTokenParameters),
            RecipientTokenParameters = IssuerSerial(Mutual10.RecipientTokenParameters),
        }, MessageVersion.Soap12WSAddressing10),
        ["c14"] = ((SecurityBindingElement.CreateMutualCertificateDuplexBindingElement(Bsp10) with
        {
            AllowSerializedSigningTokenOnReply = true,
            MessageProtectionOrder = MessageProtectionOrder.SignBeforeEncrypt,
            DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic256,
        }).SetKeyDerivation(false), MessageVersion.Soap11),
        ["c15"] = (SecurityBindingElement.CreateMutualCertificateBindingElement() with
        {
            DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic128Rsa15,
            MessageProtectionOrder = MessageProtectionOrder.SignBeforeEncrypt,
        }, MessageVersion.Soap12WSAddressing10),
        ["c16"] = (Session(SecurityBindingElement.CreateUserNameForSslBindingElement(true)), MessageVersion.Soap12WSAddressing10),
        ["c17"] = (Session(SecurityBindingElement.CreateSspiNegotiationBindingElement(true)), MessageVersion.Soap12WSAddressing10),
        ["c18"] = (new MessageSecurity
        {
            NegotiateServiceCredential = false,
            ClientCredentialType = MessageCredentialType.UserName,
            EstablishSecurityContext = false,
        }.CreateSecurityBindingElement(), MessageVersion.Soap12WSAddressing10),
        ["c19"] = (Session(SecurityBindingElement.CreateSspiNegotiationBindingElement(true)), MessageVersion.Soap12WSAddressing10),
        ["c20"] = (new MessageSecurity
        {
            NegotiateServiceCredential = false,
            AlgorithmSuite = SecurityAlgorithmSuite.Basic128,
            MessageSecurityVersion = WS2007,
        }.CreateSecurityBindingElement(), MessageVersion.Soap12WSAddressing10),
        ["c21"] = (new AsymmetricSecurityBindingElement
        {
            MessageSecurityVersion = Oasis10,
            InitiatorTokenParameters = Never,
            RecipientTokenParameters = Never,
        }, MessageVersion.Soap11),
        ["c22"] = (new AsymmetricSecurityBindingElement
        {
            MessageSecurityVersion = Oasis10,
            InitiatorTokenParameters = new X509SecurityTokenParameters { RequireDerivedKeys = false },
            RecipientTokenParameters = Never,
            EndpointSupportingTokenParameters = new() { Signed = [new X509SecurityTokenParameters { RequireDerivedKeys = false }] },
        }, MessageVersion.Soap11),
        ["c23"] = (new AsymmetricSecurityBindingElement
        {
            InitiatorTokenParameters = Once,
            RecipientTokenParameters = Once,
            AllowSerializedSigningTokenOnReply = true,
        }, MessageVersion.Soap11),
        ["c24"] = (Mutual10 with
        {
            EndpointSupportingTokenParameters = new() { SignedEncrypted = [new UserNameSecurityTokenParameters()] },
        }, MessageVersion.Soap11),
        ["c25"] = (SecurityBindingElement.CreateSecureConversationBindingElement(
            SecurityBindingElement.CreateUserNameForCertificateBindingElement(), requireCancellation: false),
            MessageVersion.Soap12WSAddressing10),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Case_AsAFile_GivesTheBindingOfTheCode(string name)
    {
        var endpoint = Read(name).GetClientEndpoint(name, "Case.IService");

        Assert.Empty(endpoint.Problems);
        Assert.Equal(Cases[name].Element, endpoint.Binding!.Security);
        Assert.Same(Cases[name].Version, endpoint.Binding.MessageVersion);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Case_ThatTheEngineRefuses_IsRefusedWithItsWordsAndThePlace(string name)
    {
        var (element, version) = Cases[name];
        var binding = Read(name).GetClientEndpoint(name).Binding!;
        var expected = Record.Exception(() => MessageSecurityBinding.Create(element, version));
        if (expected is null)
        {
            Assert.Equal(element, binding.CreateMessageSecurityBinding().Element);
            return;
        }

        var refused = Assert.Throws<ServiceModelConfigurationException>(() => binding.CreateMessageSecurityBinding());
        var problem = Assert.Single(refused.Problems);
        Assert.StartsWith($"{name}.config(6,", problem.ToString(), StringComparison.Ordinal);
        Assert.StartsWith(problem.Reason, expected.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cases_AreAllThatWereGathered() =>
        Assert.Equal(Enumerable.Range(1, 25).Select(number => $"c{number:00}"), Cases.Keys);

    private static ServiceModelConfiguration Read(string name)
    {
        var stream = typeof(CaseTests).Assembly.GetManifestResourceStream($"Cases/{name}.config")!;
        using var reader = new StreamReader(stream);
        return ServiceModelConfiguration.Parse(reader, $"{name}.config");
    }

    private static X509SecurityTokenParameters IssuerSerial(SecurityTokenParameters? token) =>
        (X509SecurityTokenParameters)token! with { X509ReferenceStyle = X509ReferenceStyle.IssuerSerial };

    private static SecurityBindingElement Session(SecurityBindingElement oneShot) =>
        SecurityBindingElement.CreateSecureConversationBindingElement(oneShot with
        {
            MessageSecurityVersion = WSHttp,
            LocalServiceSettings = new() { IssuedCookieLifetime = TimeSpan.FromMinutes(15) },
        }) with
        { MessageSecurityVersion = WSHttp };

    private static AsymmetricSecurityBindingElement Customs() =>
        (SecurityBindingElement.CreateMutualCertificateDuplexBindingElement(Bsp10) with
        {
            DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256Rsa15,
            SecurityHeaderLayout = SecurityHeaderLayout.Lax,
            IncludeTimestamp = true,
            AllowSerializedSigningTokenOnReply = true,
            MessageProtectionOrder = MessageProtectionOrder.SignBeforeEncrypt,
        }).SetKeyDerivation(false);

    private static AsymmetricSecurityBindingElement EnergyRegulator() => new AsymmetricSecurityBindingElement
    {
        MessageSecurityVersion = Oasis10,
        InitiatorTokenParameters = new X509SecurityTokenParameters { InclusionMode = SecurityTokenInclusionMode.Never },
        RecipientTokenParameters = new X509SecurityTokenParameters { InclusionMode = SecurityTokenInclusionMode.Never },
        MessageProtectionOrder = MessageProtectionOrder.SignBeforeEncrypt,
        EnableUnsecuredResponse = true,
        IncludeTimestamp = false,
        DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic128Rsa15,
        EndpointSupportingTokenParameters = new() { Signed = [new X509SecurityTokenParameters()] },
    }.SetKeyDerivation(false);

    private static AsymmetricSecurityBindingElement LoanRegister() => new()
    {
        MessageSecurityVersion = WSHttp,
        InitiatorTokenParameters = Once,
        RecipientTokenParameters = Once,
        AllowSerializedSigningTokenOnReply = true,
        ProtectTokens = true,
        RequireSignatureConfirmation = true,
        EnableUnsecuredResponse = true,
        SecurityHeaderLayout = SecurityHeaderLayout.Lax,
        DefaultAlgorithmSuite = SecurityAlgorithmSuite.TripleDesSha256,
        EndpointSupportingTokenParameters =
            new() { Signed = [new X509SecurityTokenParameters { InclusionMode = SecurityTokenInclusionMode.Once }] },
    };
}
