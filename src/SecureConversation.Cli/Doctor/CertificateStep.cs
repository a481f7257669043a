using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;

namespace SecureConversation.Cli.Doctor;

/// <summary>Looks at a certificate as the other side will: time, key, chain, name.</summary>
internal static class CertificateStep
{
    private static readonly TimeSpan Soon = TimeSpan.FromDays(14);

    /// <summary>That of the client. Its credential was made, so its private key is there.</summary>
    public static StepReport OfClient(X509Certificate2 certificate) => OfTimeAndKey("client certificate", certificate);

    /// <summary>That of the service, which has to be trusted and to have the identity that the client expects.</summary>
    public static StepReport OfService(X509Certificate2 certificate, EndpointIdentity identity, CertificateValidationOptions validation)
    {
        var step = OfTimeAndKey("service certificate", certificate);
        if (step.Status == StepStatus.Failed)
        {
            return step;
        }

        if (!identity.Matches(certificate))
        {
            return step with
            {
                Status = StepStatus.Failed,
                Found = $"The certificate of the service does not have the identity that is expected: {identity}.",
                Remedy = "Set the identity of the endpoint (--dns, <identity><dns value=\"...\"/>) to a name in the certificate, if it is "
                    + "the right one.",
            };
        }

        return validation.Mode is X509CertificateValidationMode.ChainTrust && Chain(certificate, validation) is { } problem
            ? step with
            {
                Status = StepStatus.Failed,
                Found = "The certificate of the service is not trusted.",
                Details = [.. step.Details, .. problem],
                Remedy = "Give the authority that issued it with --authority; where its revocation list cannot be reached, set "
                    + "RevocationMode in the client.",
            }
            : step;
    }

    private static IEnumerable<SecurityAlgorithmSuite> CurveSuites =>
        SecurityAlgorithmSuite.Known.Where(suite => suite.DefaultKeyAgreementAlgorithm is not null);

    private static StepReport OfTimeAndKey(string name, X509Certificate2 certificate)
    {
        var (from, until) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        using var rsa = certificate.GetRSAPublicKey();
        var curve = NamedCurve.Of(certificate);
        var step = new StepReport(name, StepStatus.Ok, $"{certificate.Subject} is in order.")
        {
            Details =
            [
                $"issued by {certificate.Issuer}, thumbprint {certificate.Thumbprint}",
                $"valid from {Time(from)} to {Time(until)}",
                curve is not null ? string.Create(CultureInfo.InvariantCulture, $"key on P-{curve.FieldBytes * 8}")
                    : rsa is null ? "no RSA key" : string.Create(CultureInfo.InvariantCulture, $"RSA key of {rsa.KeySize} bits"),
            ],
        };
        return rsa is null && curve is null
            ? step with { Status = StepStatus.Failed, Found = "The key is not RSA.", Remedy = "The suites of WCF need an RSA certificate." }
            : now < from || now > until
            ? step with
            {
                Status = StepStatus.Failed,
                Found = $"{certificate.Subject} is not valid now.",
                Remedy = "Renew the certificate, or set the clock of this machine.",
            }
            : until - now < Soon
            ? step with
            {
                Status = StepStatus.Warning,
                Found = string.Create(CultureInfo.InvariantCulture, $"{certificate.Subject} expires in {(until - now).TotalDays:F0} days."),
                Remedy = "Renew it in time; services and clients of this library take a new file while they run.",
            }
            : curve is not null
            ? step with
            {
                Status = StepStatus.Warning,
                Found = "The key is on an elliptic curve.",
                Remedy = $"{string.Join(", ", CurveSuites)} take it, where the key usage has digitalSignature for what it signs and "
                    + "keyAgreement for what is encrypted for it. All other suites, those of WCF too, need an RSA certificate.",
            }
            : step;
    }

    /// <summary>What is wrong with the chain, a line each; null where nothing is.</summary>
    private static IReadOnlyList<string>? Chain(X509Certificate2 certificate, CertificateValidationOptions validation) =>
        // Who made a certificate chose the addresses in it, so nothing is fetched from them before it is trusted.
        Chain(certificate, validation, X509RevocationMode.NoCheck)
        ?? (validation.RevocationMode == X509RevocationMode.NoCheck ? null : Chain(certificate, validation, validation.RevocationMode));

    private static IReadOnlyList<string>? Chain(
        X509Certificate2 certificate, CertificateValidationOptions validation, X509RevocationMode revocation)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = revocation;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.RevocationFlag = validation.RevocationFlag;
        chain.ChainPolicy.UrlRetrievalTimeout = validation.UrlRetrievalTimeout;
        chain.ChainPolicy.ExtraStore.AddRange(validation.IntermediateCertificates);
        if (validation.CustomTrustRoots.Count > 0)
        {
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(validation.CustomTrustRoots);
        }

        return chain.Build(certificate)
            ? null
            : [.. chain.ChainStatus.Select(status => $"{status.Status}: {status.StatusInformation.Trim()}").Distinct()];
    }

    private static string Time(DateTime time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
