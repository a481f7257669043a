using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;

namespace SecureConversation.Engine.Tokens;

/// <summary>Validates certificates by <see cref="CertificateValidationOptions"/>. Several threads may use it at once.</summary>
internal sealed class CertificateValidator
{
    private readonly CertificateValidationOptions _options;

    /// <exception cref="ArgumentException">The mode is unknown, or is Custom and the validator is missing.</exception>
    public CertificateValidator(CertificateValidationOptions options)
    {
        if (!Enum.IsDefined(options.Mode))
        {
            throw new ArgumentException($"Mode {options.Mode} is unknown.", nameof(options));
        }

        if (options.Mode == X509CertificateValidationMode.Custom && options.CustomValidator is null)
        {
            throw new ArgumentException("Mode Custom needs a CustomValidator.", nameof(options));
        }

        _options = options;
    }

    /// <summary>Whether the certificate is trusted at that time.</summary>
    public bool Validate(X509Certificate2 certificate, DateTimeOffset now) => _options.Mode switch
    {
        X509CertificateValidationMode.None => true,
        X509CertificateValidationMode.PeerTrust => IsTrustedPeer(certificate, now),
        X509CertificateValidationMode.ChainTrust => HasTrustedChain(certificate, now),
        X509CertificateValidationMode.PeerOrChainTrust => IsTrustedPeer(certificate, now) || HasTrustedChain(certificate, now),
        _ => IsAcceptedByCaller(certificate, now),
    };

    private bool IsTrustedPeer(X509Certificate2 certificate, DateTimeOffset now) =>
        now >= new DateTimeOffset(certificate.NotBefore)
        && now <= new DateTimeOffset(certificate.NotAfter)
        && !IsInStore(StoreName.Disallowed, certificate)
        && (Contains(_options.TrustedPeople, certificate) || IsInStore(StoreName.TrustedPeople, certificate));

    private bool HasTrustedChain(X509Certificate2 certificate, DateTimeOffset now)
    {
        using var chain = CreateChain(now);
        try
        {
            return chain.Build(certificate);
        }
        finally
        {
            DisposeElements(chain);
        }
    }

    private bool IsAcceptedByCaller(X509Certificate2 certificate, DateTimeOffset now)
    {
        using var chain = CreateChain(now);
        try
        {
            // The delegate judges the chain by its status, so the result of building it is not used.
            chain.Build(certificate);
            return _options.CustomValidator!(certificate, chain);
        }
        finally
        {
            DisposeElements(chain);
        }
    }

    private X509Chain CreateChain(DateTimeOffset now)
    {
        var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.RevocationMode = _options.RevocationMode;

        // A certificate from a stranger holds addresses to download from. They are used only where online revocation needs them.
        policy.DisableCertificateDownloads = _options.RevocationMode != X509RevocationMode.Online;
        policy.RevocationFlag = _options.RevocationFlag;
        policy.UrlRetrievalTimeout = _options.UrlRetrievalTimeout;
        policy.VerificationTime = now.LocalDateTime;
        policy.ExtraStore.AddRange(_options.IntermediateCertificates);
        if (_options.CustomTrustRoots.Count > 0)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(_options.CustomTrustRoots);
        }

        return chain;
    }

    private bool IsInStore(StoreName name, X509Certificate2 certificate)
    {
        try
        {
            using var store = new X509Store(name, _options.TrustedStoreLocation, OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
            var found = store.Certificates;
            try
            {
                return Contains(found, certificate);
            }
            finally
            {
                foreach (var entry in found)
                {
                    entry.Dispose();
                }
            }
        }
        catch (CryptographicException)
        {
            // The platform has no such store.
            return false;
        }
    }

    // Compares whole certificates, because a thumbprint is only as strong as SHA-1.
    private static bool Contains(X509Certificate2Collection collection, X509Certificate2 certificate)
    {
        var raw = certificate.RawDataMemory.Span;
        foreach (var entry in collection)
        {
            if (raw.SequenceEqual(entry.RawDataMemory.Span))
            {
                return true;
            }
        }

        return false;
    }

    private static void DisposeElements(X509Chain chain)
    {
        foreach (var element in chain.ChainElements)
        {
            element.Certificate.Dispose();
        }
    }
}
