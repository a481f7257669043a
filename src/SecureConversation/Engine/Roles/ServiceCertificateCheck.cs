using SecureConversation.Credentials;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Roles;

/// <summary>
/// Checks before the first message that the certificate of the service is valid and has the expected identity. A positive result is kept
/// for five minutes, because building a chain is slow.
/// </summary>
internal sealed class ServiceCertificateCheck(ClientCredentials credentials, EngineEnvironment environment)
{
    private static readonly TimeSpan Keep = TimeSpan.FromMinutes(5);

    private readonly CertificateValidator _validator = CertificateTrust.CreateValidator(
        credentials.ServiceCertificateValidation, "ClientCredentials.ServiceCertificateValidation", environment);
    private Judgement? _good;

    /// <exception cref="SecureConversationException">The certificate is not trusted, or does not have the expected identity.</exception>
    public void Require(string? to)
    {
        var certificate = credentials.ServiceCertificate!;
        if (certificate.Handle == IntPtr.Zero)
        {
            throw new ObjectDisposedException(nameof(ClientCredentials.ServiceCertificate),
                "ClientCredentials.ServiceCertificate was disposed of before the client that uses it: dispose of it after the client.");
        }

        var now = environment.Clock.GetUtcNow();
        if (_good is { } known && known.To == to && now < known.Until)
        {
            return;
        }

        if (_validator.FindProblem(certificate, now) is { } problem)
        {
            throw new SecureConversationException(SecureConversationFailure.FailedAuthentication, FailureCode.UntrustedCertificate,
                $"The certificate of the service, {FailureText.Certificate(certificate)}, is not trusted: {problem} "
                    + "See ClientCredentials.ServiceCertificateValidation.");
        }

        var identity = credentials.ServiceIdentity
            ?? (Uri.TryCreate(to, UriKind.Absolute, out var address) ? EndpointIdentity.ForAddress(address) : null);
        if (identity is null || !identity.Matches(certificate))
        {
            throw new SecureConversationException(SecureConversationFailure.FailedAuthentication, FailureCode.IdentityMismatch,
                $"The certificate of the service, {FailureText.Certificate(certificate)}, does not carry the expected identity ("
                    + (identity?.ToString() ?? "none is known: the request has no absolute address")
                    + "). Set ClientCredentials.ServiceIdentity.");
        }

        _good = new Judgement(to, now + Keep);
    }

    // A single reference, so that a thread never reads the address of one result with the time of another.
    private sealed record Judgement(string? To, DateTimeOffset Until);
}
