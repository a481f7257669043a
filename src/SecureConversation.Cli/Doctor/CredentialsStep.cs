using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography;
using SecureConversation.Credentials;
using SecureConversation.Shared;

namespace SecureConversation.Cli.Doctor;

/// <summary>Loads what the command line names, over what a configuration file says.</summary>
internal static class CredentialsStep
{
    public static (ClientCredentials? Credentials, IReadOnlyList<StepReport> Reports) Load(DoctorOptions options, Target target)
    {
        ClientCredentials credentials;
        try
        {
            credentials = Read(options, target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            return (null, [new StepReport("credentials", StepStatus.Failed, $"A file of a certificate cannot be used: {e.Message}")
            {
                Remedy = "Name files that can be read, in PKCS#12, PEM or DER, and the password of those that have one "
                    + $"(--client-cert-password, or the environment variable {DoctorCommand.CertificatePasswordVariable}).",
            }]);
        }

        var reports = new List<StepReport>();
        if (credentials.ClientCertificate is { } own)
        {
            reports.Add(CertificateStep.OfClient(own.Certificate));
        }

        if (credentials.ServiceCertificate is { } service)
        {
            reports.Add(CertificateStep.OfService(service, target.RequiredIdentity, credentials.ServiceCertificateValidation));
        }

        return (credentials, reports);
    }

    private static ClientCredentials Read(DoctorOptions options, Target target)
    {
        var configured = target.Credentials;
        return new ClientCredentials
        {
            ClientCertificate = options.ClientCertificate is { } file
                ? new X509Credential(CertificateFile.WithKey(file, options.ClientKey, options.ClientCertificatePassword))
                : configured?.ClientCertificate,
            UserName = options.UserName is { } name ? new UserNameCredential(name, options.UserPassword ?? "") : configured?.UserName,
            ServiceCertificate = options.ServiceCertificate is { } service
                ? CertificateFile.WithoutKeys(service, password: null)[0]
                : target.ServiceCertificate,
            ServiceCertificateValidation = options.Authorities.Count > 0
                ? CertificateValidationOptions.TrustOnly([.. options.Authorities.SelectMany(Certificates)])
                : configured?.ServiceCertificateValidation ?? new(),
            ServiceIdentity = target.Identity,
            Windows = configured?.Windows ?? new(),
        };
    }

    private static X509Certificate2Collection Certificates(string file) => CertificateFile.WithoutKeys(file, password: null);
}
