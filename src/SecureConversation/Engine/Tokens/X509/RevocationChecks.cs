using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.Engine.Tokens;

/// <summary>
/// Checks of certificates that ask the network. Each certificate is checked once at a time, whoever sends it how often, and the result is
/// kept for a while: platforms keep revocation lists longer than that.
/// </summary>
/// <param name="threads">The threads that wait for the network.</param>
/// <param name="check">Builds the chain with revocation; it gets a certificate of its own. Returns what is wrong, null for nothing.</param>
internal sealed class RevocationChecks(OwnThreads threads, Func<X509Certificate2, DateTimeOffset, string?> check)
{
    private const int MaxKnown = 1024;

    private static readonly TimeSpan KeepGood = TimeSpan.FromMinutes(5);

    // A failure may be one of the network.
    private static readonly TimeSpan KeepBad = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Check> _known = new(StringComparer.Ordinal);

    /// <summary>What is wrong with the chain of the certificate, revocation included; null when it is in order.</summary>
    /// <exception cref="Failures.SecurityFailureException">Too many certificates wait for such a check.</exception>
    public Task<string?> FindProblemAsync(X509Certificate2 certificate, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var key = Convert.ToHexString(SHA256.HashData(certificate.RawDataMemory.Span));
        lock (_lock)
        {
            if (!_known.TryGetValue(key, out var known) || !known.Counts(now))
            {
                MakeRoom(now);

                // Others may wait for it too, so it does not end with the request that began it, nor with the certificate of that.
                var raw = certificate.RawData;
                _known[key] = known = new Check(threads.RunAsync(() => CheckCopy(raw, now), CancellationToken.None), now);
            }

            return known.Result.WaitAsync(cancellationToken);
        }
    }

    private string? CheckCopy(byte[] raw, DateTimeOffset now)
    {
        using var copy = X509CertificateLoader.LoadCertificate(raw);
        return check(copy, now);
    }

    private void MakeRoom(DateTimeOffset now)
    {
        if (_known.Count < MaxKnown)
        {
            return;
        }

        foreach (var (key, known) in _known)
        {
            if (!known.Counts(now))
            {
                _known.Remove(key);
            }
        }

        if (_known.Count >= MaxKnown)
        {
            _known.Clear();
        }
    }

    private sealed record Check(Task<string?> Result, DateTimeOffset Started)
    {
        /// <summary>Whether it goes on, or came to a result that is new enough.</summary>
        public bool Counts(DateTimeOffset now) => !Result.IsCompleted
            || (Result.IsCompletedSuccessfully && now >= Started && now < Started + (Result.Result is null ? KeepGood : KeepBad));
    }
}
