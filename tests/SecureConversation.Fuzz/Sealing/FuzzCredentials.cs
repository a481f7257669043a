using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;

namespace SecureConversation.Fuzz.Sealing;

/// <summary>The certificates of the recorded conversations, so that seeds mean the same in every process.</summary>
internal static class FuzzCredentials
{
    public static readonly Uri Address = new("http://service.example.org/echo");

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "vectors", "certs");

    public static X509Certificate2 ServiceCertificate { get; } = Load("service");

    public static X509Certificate2 ClientCertificate { get; } = Load("client");

    public static RSA ServiceKey { get; } = ServiceCertificate.GetRSAPrivateKey()!;

    public static RSA ClientKey { get; } = ClientCertificate.GetRSAPrivateKey()!;

    public static ClientCredentials Client => new()
    {
        ClientCertificate = new X509Credential(ClientCertificate),
        UserName = new UserNameCredential("alice", "secret <&>"),
        ServiceCertificate = ServiceCertificate,
        ServiceCertificateValidation = Trusting,
    };

    public static ServiceCredentials Service => new()
    {
        ServiceCertificate = new X509Credential(ServiceCertificate),
        ClientCertificateValidation = Trusting,
        UserNamePasswordValidator = UserNamePasswordValidator.Create((user, password) => user == "alice" && password == "secret <&>"),
    };

    // Only the right certificates, whatever the clock says; a chain would be built against the clock of the system.
    private static CertificateValidationOptions Trusting => new()
    {
        Mode = X509CertificateValidationMode.Custom,
        RevocationMode = X509RevocationMode.NoCheck,
        CustomValidator = (certificate, _) => certificate.Thumbprint == ServiceCertificate.Thumbprint || certificate.Thumbprint == ClientCertificate.Thumbprint,
    };

    private static X509Certificate2 Load(string name) =>
        X509Certificate2.CreateFromPem(File.ReadAllText(Path.Combine(Folder, name + ".pem")), File.ReadAllText(Path.Combine(Folder, name + ".key")));
}
