using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.Tests.Roles;

/// <summary>Bindings of the tests about certificates that travel or do not.</summary>
internal static class CertificateBindings
{
    /// <summary>An asymmetric element whose client names its certificate in this way.</summary>
    public static AsymmetricSecurityBindingElement Named(X509ReferenceStyle style) => new()
    {
        InitiatorTokenParameters = new X509SecurityTokenParameters
        {
            InclusionMode = SecurityTokenInclusionMode.Never,
            X509ReferenceStyle = style,
            RequireDerivedKeys = false,
        },
        RecipientTokenParameters = new X509SecurityTokenParameters { InclusionMode = SecurityTokenInclusionMode.Never, RequireDerivedKeys = false },
        DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256,
    };

    public static AsymmetricSecurityBindingElement With(
        AsymmetricSecurityBindingElement element, SecurityTokenInclusionMode? client = null, SecurityTokenInclusionMode? service = null) => element with
        {
            InitiatorTokenParameters = element.InitiatorTokenParameters! with { InclusionMode = client ?? element.InitiatorTokenParameters.InclusionMode },
            RecipientTokenParameters = element.RecipientTokenParameters! with { InclusionMode = service ?? element.RecipientTokenParameters.InclusionMode },
        };

    public static ServiceCredentials Knowing(KnownClientCertificates known) => new()
    {
        ServiceCertificate = new X509Credential(TestCertificates.Service),
        ClientCertificateValidation = TestCredentials.TrustAuthority,
        KnownClientCertificates = known,
    };
}
