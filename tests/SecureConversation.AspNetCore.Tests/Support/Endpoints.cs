using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.AspNetCore.Tests.Support;

/// <summary>Options for the endpoints of the tests, and the credentials on both sides.</summary>
internal static class Endpoints
{
    public static MessageSecurity Session { get; } = new() { AlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256 };

    public static MessageSecurity Single { get; } = Session with { EstablishSecurityContext = false };

    public static MessageSecurity UserName { get; } = Session with { ClientCredentialType = MessageCredentialType.UserName };

    public static ServiceCredentials ServiceCredentials => new()
    {
        ServiceCertificate = new X509Credential(TestCertificates.Service),
        ClientCertificateValidation = TrustAuthority,
        UserNamePasswordValidator = UserNamePasswordValidator.Create((user, password) => user == "alice" && password == "secret"),
    };

    public static ClientCredentials ClientCredentials => new()
    {
        ClientCertificate = new X509Credential(TestCertificates.Client),
        UserName = new UserNameCredential("alice", "secret"),
        ServiceCertificate = TestCertificates.Service,
        ServiceCertificateValidation = TrustAuthority,
    };

    private static CertificateValidationOptions TrustAuthority => new()
    {
        Mode = X509CertificateValidationMode.ChainTrust,
        RevocationMode = X509RevocationMode.NoCheck,
        CustomTrustRoots = { TestCertificates.Authority },
    };

    /// <summary>Options with credentials and this security.</summary>
    public static Action<SecureConversationServiceOptions> With(MessageSecurity security, Action<SecureConversationServiceOptions>? more = null) => options =>
    {
        options.MessageSecurity = security;
        options.Credentials = ServiceCredentials;
        more?.Invoke(options);
    };
}
