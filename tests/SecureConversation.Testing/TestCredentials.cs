using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Credentials;

namespace SecureConversation.Testing;

/// <summary>Credentials of both sides that suit each other, for every kind of bootstrap.</summary>
public static class TestCredentials
{
    public const string UserName = "alice";

    /// <summary>With characters that XML escapes.</summary>
    public const string Password = "secret <&>";

    public static ClientCredentials Client => new()
    {
        ClientCertificate = new X509Credential(TestCertificates.Client),
        UserName = new UserNameCredential(UserName, Password),
        ServiceCertificate = TestCertificates.Service,
        ServiceCertificateValidation = TrustAuthority,
    };

    public static ServiceCredentials Service => new()
    {
        ServiceCertificate = new X509Credential(TestCertificates.Service),
        ClientCertificateValidation = TrustAuthority,
        KnownClientCertificates = new() { Certificates = { TestCertificates.Client } },
        UserNamePasswordValidator = UserNamePasswordValidator.Create((user, password) => user == UserName && password == Password),
    };

    /// <summary>Any certificate of the test authority will do.</summary>
    public static CertificateValidationOptions TrustAuthority => new()
    {
        Mode = X509CertificateValidationMode.ChainTrust,
        RevocationMode = X509RevocationMode.NoCheck,
        CustomTrustRoots = { TestCertificates.Authority },
    };
}
