using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Roles;

/// <summary>
/// Checks before the first message that the certificate of the service is valid and has the expected identity; of several, the first that
/// does is the one. A positive result is kept for five minutes, because building a chain is slow.
/// </summary>
internal sealed class ServiceCertificateCheck(ClientCredentials credentials, EngineEnvironment environment)
{
    private static readonly TimeSpan Keep = TimeSpan.FromMinutes(5);

    private readonly CertificateValidator _validator = CertificateTrust.CreateValidator(
        credentials.ServiceCertificateValidation, "ClientCredentials.ServiceCertificateValidation", environment);
    // A certificate that nobody chose beforehand has to be one for servers, as TLS has it, or may be for anything: people and clients have
    // certificates of the same authorities, and the common name of one of them may be that of a host.
    private readonly Lazy<CertificateValidator> _ofServers = new(
        () => new CertificateValidator(credentials.ServiceCertificateValidation) { Usage = new Oid("1.3.6.1.5.5.7.3.1") });

    private Judgement? _good;

    /// <summary>
    /// The certificates of the service that are valid and have the expected identity: the first is the one to encrypt for, and each of them
    /// may sign replies.
    /// </summary>
    /// <exception cref="SecureConversationException">None is; the reason is that of the first one.</exception>
    public TrustedService Require(string? to)
    {
        if (_good is { } known && known.To == to && environment.Clock.GetUtcNow() < known.Until
            && known.Service.Signing.Append(known.Service.Encryption).All(certificate => certificate.Handle != IntPtr.Zero))
        {
            return known.Service;
        }

        var judged = All.Select(certificate => (Certificate: certificate, Problem: FindProblem(certificate, to))).ToList();
        X509Certificate2[] good = [.. judged.Where(j => j.Problem is null).Select(j => j.Certificate)];
        if (good.Length == 0)
        {
            throw judged[0].Problem!;
        }

        var service = new TrustedService(good, RequireEncryption(to) ?? good[0]);
        foreach (var certificate in service.Signing.Append(service.Encryption))
        {
            _ = X509Facts.OfLasting(certificate);
        }

        _good = new Judgement(to, environment.Clock.GetUtcNow() + Keep, service);
        return service;
    }

    /// <summary>
    /// Judges a certificate that a service showed in a negotiation. It came from the network: nothing is downloaded on its word.
    /// </summary>
    /// <exception cref="SecureConversationException">It is not trusted, or not that of the expected service.</exception>
    public async ValueTask RequireNegotiatedAsync(X509Certificate2 certificate, string to, CancellationToken cancellationToken)
    {
        var now = environment.Clock.GetUtcNow();
        var isChosen = credentials.ServiceCertificateValidation.Mode == X509CertificateValidationMode.Custom
            || credentials.ServiceIdentity is { IsCertificate: true };
        var untrusted = await (isChosen ? _validator : _ofServers.Value).FindProblemAsync(certificate, now, cancellationToken)
            .ConfigureAwait(false);
        if ((ProblemOf(certificate, untrusted) ?? IdentityProblem(certificate, to, isForEncryption: false)) is { } problem)
        {
            throw problem;
        }
    }

    /// <summary>The certificate to encrypt for, where the service has one for that alone.</summary>
    private X509Certificate2? RequireEncryption(string? to) => credentials.ServiceEncryptionCertificate is not { } own ? null
        : FindProblem(own, to, isForEncryption: true) is { } problem ? throw problem
        : own;

    private IEnumerable<X509Certificate2> All => credentials.OtherServiceCertificates.Prepend(credentials.ServiceCertificate!);

    private SecureConversationException? FindProblem(X509Certificate2 certificate, string? to, bool isForEncryption = false)
    {
        if (certificate.Handle == IntPtr.Zero)
        {
            throw new ObjectDisposedException(nameof(ClientCredentials.ServiceCertificate),
                "ClientCredentials.ServiceCertificate, or another one of the service, was disposed of before the client that uses it: "
                    + "dispose of it after the client.");
        }

        return ProblemOf(certificate, _validator.FindProblem(certificate, environment.Clock.GetUtcNow()))
            ?? IdentityProblem(certificate, to, isForEncryption);
    }

    private static SecureConversationException? ProblemOf(X509Certificate2 certificate, string? problem) => problem is null ? null
        : new SecureConversationException(SecureConversationFailure.FailedAuthentication, FailureCode.UntrustedCertificate,
            $"The certificate of the service, {FailureText.Certificate(certificate)}, is not trusted: {problem} "
                + "See ClientCredentials.ServiceCertificateValidation.");

    private SecureConversationException? IdentityProblem(X509Certificate2 certificate, string? to, bool isForEncryption)
    {
        var identity = credentials.ServiceIdentity
            ?? (Uri.TryCreate(to, UriKind.Absolute, out var address) ? EndpointIdentity.ForAddress(address) : null);
        // An identity that is a certificate is the one that signs.
        if (identity is null || !(identity.Matches(certificate) || (isForEncryption && identity.IsCertificate)))
        {
            return new SecureConversationException(SecureConversationFailure.FailedAuthentication, FailureCode.IdentityMismatch,
                $"The certificate of the service, {FailureText.Certificate(certificate)}, does not carry the expected identity ("
                    + (identity?.ToString() ?? "none is known: the request has no absolute address")
                    + "). Set ClientCredentials.ServiceIdentity.");
        }

        return null;
    }

    // A single reference, so that a thread never reads the address of one result with the time of another.
    private sealed record Judgement(string? To, DateTimeOffset Until, TrustedService Service);
}

/// <summary>The certificates of a service that was judged.</summary>
/// <param name="Signing">Those by each of which it may sign, the first expected one first.</param>
/// <param name="Encryption">The one to encrypt for.</param>
internal sealed record TrustedService(IReadOnlyList<X509Certificate2> Signing, X509Certificate2 Encryption);
