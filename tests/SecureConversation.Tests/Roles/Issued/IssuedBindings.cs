using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.Tests.Roles;

/// <summary>Bindings with issued tokens in each place that WCF has for them, in both versions of WS-Trust and of SAML.</summary>
public static class IssuedBindings
{
    private static readonly MessageSecurityVersion V2007 = MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10;

    /// <summary>Behind the name of a place: the same in the profile Strong.</summary>
    private const string Strong = "-strong";

    private static readonly Dictionary<string, Func<IssuedSecurityTokenParameters, SecurityBindingElement>> Places = new()
    {
        ["protection"] = token => SecurityBindingElement.CreateIssuedTokenBindingElement(token),
        ["protection-no-derived"] = token => SecurityBindingElement.CreateIssuedTokenBindingElement(token with { RequireDerivedKeys = false }),
        ["protection-encrypt-first"] = token => SecurityBindingElement.CreateIssuedTokenBindingElement(token) with { MessageProtectionOrder = MessageProtectionOrder.EncryptBeforeSign },
        ["protection-bound"] = token => SecurityBindingElement.CreateIssuedTokenBindingElement(token) with { MessageProtectionProfile = MessageProtectionProfile.Bound },
        ["endorsing"] = token => SecurityBindingElement.CreateIssuedTokenForCertificateBindingElement(token),
        ["endorsing-no-derived"] = token => SecurityBindingElement.CreateIssuedTokenForCertificateBindingElement(token with { RequireDerivedKeys = false }),
        ["endorsing-encrypt-first"] = token => SecurityBindingElement.CreateIssuedTokenForCertificateBindingElement(token) with { MessageProtectionOrder = MessageProtectionOrder.EncryptBeforeSign },
        ["endorsing-asymmetric"] = token => SecurityBindingElement.CreateIssuedTokenForCertificateBindingElement(token with { KeyType = SecurityKeyType.AsymmetricKey }),
        ["signed-endorsing"] = token => In(new() { SignedEndorsing = [token] }),
        ["signed-endorsing-asymmetric"] = token => In(new() { SignedEndorsing = [token with { KeyType = SecurityKeyType.AsymmetricKey }] }),
        ["signed-encrypted"] = token => SecurityBindingElement.CreateIssuedTokenForCertificateBindingElement(token with { KeyType = SecurityKeyType.BearerKey }),
        ["signed-encrypted-encrypt-first"] = token => In(new() { SignedEncrypted = [token with { KeyType = SecurityKeyType.BearerKey }] })
            with
        { MessageProtectionOrder = MessageProtectionOrder.EncryptBeforeSign },
    };

    public static IEnumerable<string> Names =>
        from place in Places.Keys
        from saml in new[] { "saml11", "saml20" }
        from trust in new[] { "2005", "2007" }
        from session in new[] { "single", "session" }
        select $"{place}/{saml}/{trust}/{session}";

    public static MessageSecurityBinding Create(string name)
    {
        var parts = name.Split('/');
        var token = new IssuedSecurityTokenParameters { TokenType = parts[1] == "saml11" ? TestTokenIssuer.Saml11 : TestTokenIssuer.Saml20 };
        var isStrong = parts[0].EndsWith(Strong, StringComparison.Ordinal);
        var element = Places[isStrong ? parts[0][..^Strong.Length] : parts[0]](token) with { MessageSecurityVersion = parts[2] == "2007" ? V2007 : MessageSecurityVersion.Default };
        if (isStrong)
        {
            element = element with { MessageProtectionProfile = MessageProtectionProfile.Strong, DefaultAlgorithmSuite = SecurityAlgorithmSuite.Strong256 };
        }

        if (parts[3] == "single")
        {
            return MessageSecurityBinding.Create(element);
        }

        var session = SecurityBindingElement.CreateSecureConversationBindingElement(element) with
        {
            MessageSecurityVersion = element.MessageSecurityVersion,
            MessageProtectionProfile = element.MessageProtectionProfile,
            DefaultAlgorithmSuite = element.DefaultAlgorithmSuite,
        };
        return MessageSecurityBinding.Create(session);
    }

    public static ClientCredentials Client(IIssuedTokenProvider provider, IssuedTokenClientCredential? settings = null) => new()
    {
        IssuedTokenProvider = provider,
        IssuedToken = settings ?? new(),
        ServiceCertificate = TestCertificates.Service,
        ServiceCertificateValidation = TestCredentials.TrustAuthority,
    };

    public static ServiceCredentials Service(IssuedTokenAuthentication? authentication = null) => new()
    {
        ServiceCertificate = new X509Credential(TestCertificates.Service),
        IssuedTokenAuthentication = authentication ?? new IssuedTokenAuthentication
        {
            KnownCertificates = [TestTokenIssuer.Certificate],
            AllowedAudienceUris = [Loopback.Address.AbsoluteUri],
        },
    };

    private static SymmetricSecurityBindingElement In(SupportingTokenParameters tokens) =>
        SecurityBindingElement.CreateAnonymousForCertificateBindingElement() with { EndpointSupportingTokenParameters = tokens };
}
