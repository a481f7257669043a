using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Signature;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Saml;

/// <summary>The issuer of an assertion, by the key that verifies it.</summary>
/// <param name="Certificate">The certificate; null for a key without one.</param>
/// <param name="Key">The key; null for the certificate's.</param>
/// <param name="IsListed">Whether the service lists it; otherwise it has to be judged.</param>
internal sealed record AssertionIssuer(X509Certificate2? Certificate, RsaKeyValue? Key, bool IsListed)
{
    /// <summary>The key for use, which the caller disposes of.</summary>
    /// <exception cref="SecurityFailureException">The suite does not allow it.</exception>
    public RSA OpenKey(SecurityAlgorithmSuite suite)
    {
        if (Certificate is not null)
        {
            return SignatureVerification.PublicKey(Certificate, suite);
        }

        var key = Key!.Create();
        try
        {
            SignatureVerification.RequireKey(key, suite);
            return key;
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }
}

/// <summary>
/// Finds the issuer of an assertion among those that the service lists, and judges one that it does not list, where it says how.
/// </summary>
internal sealed class AssertionIssuers(IssuedTokenAuthentication options, CertificateValidator? certificates, TimeProvider clock)
{
    /// <summary>The issuer that a signature names. Nothing is verified by it yet.</summary>
    /// <exception cref="SecurityFailureException">It is not listed, and others are not accepted.</exception>
    public AssertionIssuer Find(IssuerKeyInfo info)
    {
        foreach (var reference in info.Certificates)
        {
            if (FindListed(reference.Matches) is { } listed)
            {
                return new AssertionIssuer(listed, null, IsListed: true);
            }
        }

        foreach (var key in info.Keys)
        {
            if (FindListed(certificate => IsKeyOf(certificate, key)) is { } listed)
            {
                return new AssertionIssuer(listed, null, IsListed: true);
            }
        }

        // The first certificate is that of the signer; those behind it belong to its chain (XML Signature section 4.4.4).
        var embedded = info.Certificates.FirstOrDefault(reference => reference.Kind == KeyReferenceKind.RawData);
        if (embedded is not null && certificates is not null)
        {
            return new AssertionIssuer(BinarySecurityToken.ReadCertificate(embedded.Value.Span), null, IsListed: false);
        }

        return embedded is null && info.Keys.Count > 0 && options.AllowUntrustedRsaIssuers
            ? new AssertionIssuer(null, info.Keys[0], IsListed: false)
            : Fail.With<AssertionIssuer>(FailureCode.UntrustedIssuer, "issuer of an assertion", info.Describe(), Expected());
    }

    /// <summary>Judges an issuer whose signature holds.</summary>
    /// <exception cref="SecurityFailureException">It is not trusted now.</exception>
    public async ValueTask JudgeAsync(AssertionIssuer issuer, CancellationToken cancellationToken)
    {
        if (issuer.Certificate is not { } certificate)
        {
            // AllowUntrustedRsaIssuers: the application judges it.
            return;
        }

        var now = clock.GetUtcNow();
        var problem = issuer.IsListed
            ? IsInPeriod(certificate, now) ? null : "it is outside its period."
            : await ApplicationCode.AskAsync("IssuedTokenAuthentication.CertificateValidation",
                () => certificates!.FindProblemAsync(certificate, now, cancellationToken), cancellationToken).ConfigureAwait(false);
        if (problem is not null)
        {
            var setting = issuer.IsListed ? "KnownCertificates" : "CertificateValidation";
            Fail.With(FailureCode.UntrustedIssuer, "issuer of an assertion", $"{FailureText.Certificate(certificate)}: {problem}",
                $"a certificate that is trusted at {FailureText.Instant(now)} (IssuedTokenAuthentication.{setting})");
        }
    }

    /// <summary>A certificate that is renewed with its key has the same key identifier: the one in its period is meant.</summary>
    private X509Certificate2? FindListed(Func<X509Certificate2, bool> matches)
    {
        X509Certificate2? found = null;
        var now = clock.GetUtcNow();
        foreach (var certificate in options.KnownCertificates)
        {
            if (matches(certificate) && (found is null || !IsInPeriod(found, now)))
            {
                found = certificate;
            }
        }

        return found;
    }

    private static bool IsKeyOf(X509Certificate2 certificate, RsaKeyValue key)
    {
        using var own = certificate.GetRSAPublicKey();
        return own is not null && key.Equals(own);
    }

    private static bool IsInPeriod(X509Certificate2 certificate, DateTimeOffset now) =>
        now >= new DateTimeOffset(certificate.NotBefore) && now <= new DateTimeOffset(certificate.NotAfter);

    private string Expected() => options.KnownCertificates.Count == 0
        ? "a certificate that CertificateValidation of IssuedTokenAuthentication trusts"
        : string.Join(" or ", options.KnownCertificates.Select(FailureText.Certificate))
            + (certificates is null ? " (IssuedTokenAuthentication.KnownCertificates)" : ", or one that CertificateValidation trusts");
}
