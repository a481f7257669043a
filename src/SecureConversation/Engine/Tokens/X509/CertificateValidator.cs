using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;
using SecureConversation.Engine.Failures;

namespace SecureConversation.Engine.Tokens;

/// <summary>Validates certificates by <see cref="CertificateValidationOptions"/>. Several threads may use it at once.</summary>
internal sealed class CertificateValidator
{
    // All services of a process share them. A check waits for UrlRetrievalTimeout at most, and needs no processor meanwhile.
    private static readonly OwnThreads Shared = NetworkThreads();

    private const string NotAmongPeople = "it is not among the trusted people, or is outside its period.";
    private const string NotAccepted = "CustomValidator does not accept it.";
    private const string Revoked = "it is revoked, or nothing is known of its revocation. A private authority that publishes no revocation "
        + "lists needs RevocationMode NoCheck, as CertificateValidationOptions.TrustOnly sets it.";

    private readonly CertificateValidationOptions _options;
    private readonly CertificateStores _stores;
    private readonly OwnThreads _threads;
    private readonly RevocationChecks _revocation;

    /// <exception cref="ArgumentException">The mode is unknown, or is Custom and the validator is missing.</exception>
    public CertificateValidator(CertificateValidationOptions options)
        : this(options, options.Mode == X509CertificateValidationMode.Custom ? NetworkThreads() : Shared)
    {
    }

    /// <inheritdoc cref="CertificateValidator(CertificateValidationOptions)"/>
    /// <param name="options">What makes a certificate trusted.</param>
    /// <param name="threads">The threads that wait for the network.</param>
    public CertificateValidator(CertificateValidationOptions options, OwnThreads threads)
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
        _stores = new CertificateStores(options.TrustedStoreLocation);
        _threads = threads;
        _revocation = new RevocationChecks(
            threads, (certificate, now) => FindProblemOfChain(certificate, now, options.RevocationMode, downloads: false));
    }

    /// <summary>What chains have to be good for, where the authorities restrict that; null for anything, as in WCF.</summary>
    public Oid? Usage { get; init; }

    /// <summary>
    /// Whether a certificate that somebody sent is trusted at that time. Nothing is downloaded that leads to its issuer, and its revocation
    /// is asked for only when the chain is in order otherwise: so a stranger makes nobody ask addresses of his. No thread of the caller
    /// waits for the network.
    /// </summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="Failures.SecurityFailureException">Too many certificates wait to be checked.</exception>
    public async ValueTask<bool> ValidateAsync(
        X509Certificate2 certificate, DateTimeOffset now, CancellationToken cancellationToken) =>
        await FindProblemAsync(certificate, now, cancellationToken).ConfigureAwait(false) is null;

    /// <inheritdoc cref="ValidateAsync"/>
    /// <returns>Why it is not trusted, for the log; null for one that is.</returns>
    public async ValueTask<string?> FindProblemAsync(
        X509Certificate2 certificate, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (_options.RevocationMode != X509RevocationMode.Online)
        {
            return FindProblem(certificate, now);
        }

        switch (_options.Mode)
        {
            case X509CertificateValidationMode.Custom:
                // Only the caller's delegate knows which chains are good, and it has to see whether they are revoked.
                var raw = certificate.RawData;
                return await _threads.RunAsync(() => IsCopyAcceptedByCaller(raw, now), cancellationToken)
                    .WaitAsync(cancellationToken).ConfigureAwait(false) ? null : NotAccepted;
            case X509CertificateValidationMode.PeerOrChainTrust when IsTrustedPeer(certificate, now):
                return null;
            case X509CertificateValidationMode.PeerOrChainTrust:
            case X509CertificateValidationMode.ChainTrust:
                return FindProblemOfChain(certificate, now, X509RevocationMode.NoCheck, downloads: false)
                    ?? await _revocation.FindProblemAsync(certificate, now, cancellationToken).ConfigureAwait(false);
            default:
                return FindProblem(certificate, now);
        }
    }

    /// <summary>
    /// Whether a certificate of the own configuration is trusted at that time. With online revocation the thread waits for the network,
    /// and missing intermediate certificates are downloaded.
    /// </summary>
    public bool Validate(X509Certificate2 certificate, DateTimeOffset now) => FindProblem(certificate, now) is null;

    /// <inheritdoc cref="Validate"/>
    /// <returns>Why it is not trusted; null for one that is.</returns>
    public string? FindProblem(X509Certificate2 certificate, DateTimeOffset now) => _options.Mode switch
    {
        X509CertificateValidationMode.None => null,
        X509CertificateValidationMode.PeerTrust => IsTrustedPeer(certificate, now) ? null : NotAmongPeople,
        X509CertificateValidationMode.ChainTrust => FindProblemOfChain(certificate, now, _options.RevocationMode, DownloadsIfOnline),
        X509CertificateValidationMode.PeerOrChainTrust => IsTrustedPeer(certificate, now)
            ? null : FindProblemOfChain(certificate, now, _options.RevocationMode, DownloadsIfOnline),
        _ => IsAcceptedByCaller(certificate, now, DownloadsIfOnline) ? null : NotAccepted,
    };

    private static string Describe(X509Chain chain)
    {
        var status = StatusOf(chain.ChainStatus);
        const X509ChainStatusFlags unknown = X509ChainStatusFlags.RevocationStatusUnknown | X509ChainStatusFlags.OfflineRevocation;
        const X509ChainStatusFlags rootless = X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain;
        var found = $"its chain has the status {status} ({string.Join("; ", chain.ChainElements.Select(Describe))})";
        return (status & ~unknown) == 0 ? $"{found}: {Revoked}"
            : (status & rootless) == 0 ? $"{found}."
            : $"{found}. A private authority is trusted by CertificateValidationOptions.TrustOnly(authority), "
                + "and authorities between the two belong into IntermediateCertificates.";
    }

    private static string Describe(X509ChainElement element)
    {
        var status = StatusOf(element.ChainElementStatus);
        var name = FailureText.Certificate(element.Certificate);
        try
        {
            return $"{name}, valid from {FailureText.Instant(element.Certificate.NotBefore)} to "
                + $"{FailureText.Instant(element.Certificate.NotAfter)}: {status}";
        }
        catch (CryptographicException)
        {
            // A stranger may have written what is no date.
            return $"{name}, of which the dates cannot be read: {status}";
        }
    }

    private static X509ChainStatusFlags StatusOf(X509ChainStatus[] all) =>
        all.Aggregate(X509ChainStatusFlags.NoError, (sum, status) => sum | status.Status);

    // In mode Custom certificates of strangers take places, so such a service has places of its own.
    private static OwnThreads NetworkThreads() => new(limit: 8, maxWaiting: 256, "RevocationMode Online, checks under way");

    private bool DownloadsIfOnline => _options.RevocationMode == X509RevocationMode.Online;

    private bool IsTrustedPeer(X509Certificate2 certificate, DateTimeOffset now) =>
        now >= new DateTimeOffset(certificate.NotBefore)
        && now <= new DateTimeOffset(certificate.NotAfter)
        && !IsInStore(StoreName.Disallowed, certificate)
        && (Contains(_options.TrustedPeople, certificate) || IsInStore(StoreName.TrustedPeople, certificate));

    private string? FindProblemOfChain(X509Certificate2 certificate, DateTimeOffset now, X509RevocationMode revocation, bool downloads)
    {
        using var chain = CreateChain(now, revocation, downloads);
        try
        {
            return chain.Build(certificate) ? null : Describe(chain);
        }
        finally
        {
            DisposeElements(chain);
        }
    }

    private bool IsCopyAcceptedByCaller(byte[] raw, DateTimeOffset now)
    {
        using var copy = X509CertificateLoader.LoadCertificate(raw);
        return IsAcceptedByCaller(copy, now, downloads: false);
    }

    private bool IsAcceptedByCaller(X509Certificate2 certificate, DateTimeOffset now, bool downloads)
    {
        using var chain = CreateChain(now, _options.RevocationMode, downloads);
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

    private X509Chain CreateChain(DateTimeOffset now, X509RevocationMode revocation, bool downloads)
    {
        var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.RevocationMode = revocation;
        policy.DisableCertificateDownloads = !downloads;
        policy.RevocationFlag = _options.RevocationFlag;
        policy.UrlRetrievalTimeout = _options.UrlRetrievalTimeout;
        policy.VerificationTime = now.LocalDateTime;
        policy.ExtraStore.AddRange(_options.IntermediateCertificates);
        if (Usage is not null)
        {
            policy.ApplicationPolicy.Add(Usage);
        }

        if (_options.CustomTrustRoots.Count > 0)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(_options.CustomTrustRoots);
        }

        return chain;
    }

    private bool IsInStore(StoreName name, X509Certificate2 certificate) => _stores.Contains(name, certificate);

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
