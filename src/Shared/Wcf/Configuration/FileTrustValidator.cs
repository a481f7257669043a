using System.Security.Cryptography.X509Certificates;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Shared;

/// <summary>
/// Trusts certificates by files, which WCF does not know: <c>trustedRootsFileName</c> has the only roots, <c>trustedPeopleFileName</c> has
/// people besides those of the store. Message security gives <see cref="Options"/> to the engine; where the stack asks, for its own tokens
/// and for TLS, the rules are those of the engine.
/// </summary>
internal sealed class FileTrustValidator(EngineCredentials.CertificateValidationOptions options) : StackCertificateValidator
{
    private readonly CertificateStores _stores = new(options.TrustedStoreLocation);

    public EngineCredentials.CertificateValidationOptions Options => options;

    public override void Validate(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        var byPeer = options.Mode is EngineCredentials.X509CertificateValidationMode.PeerTrust
            or EngineCredentials.X509CertificateValidationMode.PeerOrChainTrust;
        var byChain = options.Mode is EngineCredentials.X509CertificateValidationMode.ChainTrust
            or EngineCredentials.X509CertificateValidationMode.PeerOrChainTrust;
        if (!(byPeer && IsTrustedPerson(certificate)) && !(byChain && HasTrustedChain(certificate)))
        {
            throw new StackTokenValidationException(
                $"The certificate {certificate.Subject} is not trusted by the configuration (mode {options.Mode}).");
        }
    }

    private bool IsTrustedPerson(X509Certificate2 certificate)
    {
        var now = TimeProvider.System.GetLocalNow().DateTime;
        return certificate.NotBefore <= now && now <= certificate.NotAfter
            && !_stores.Contains(StoreName.Disallowed, certificate)
            && (options.TrustedPeople.Any(person => person.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span))
                || _stores.Contains(StoreName.TrustedPeople, certificate));
    }

    private bool HasTrustedChain(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.RevocationMode = options.RevocationMode;
        policy.RevocationFlag = options.RevocationFlag;
        policy.UrlRetrievalTimeout = options.UrlRetrievalTimeout;
#if CORE_WCF
        // A stranger would choose the address.
        policy.DisableCertificateDownloads = true;
#else
        policy.DisableCertificateDownloads = options.RevocationMode != X509RevocationMode.Online;
#endif
        policy.ExtraStore.AddRange(options.IntermediateCertificates);
        if (options.CustomTrustRoots.Count > 0)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(options.CustomTrustRoots);
        }

        try
        {
            return chain.Build(certificate);
        }
        finally
        {
            foreach (var element in chain.ChainElements)
            {
                element.Certificate.Dispose();
            }
        }
    }
}
