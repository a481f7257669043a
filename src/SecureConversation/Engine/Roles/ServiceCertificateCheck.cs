using SecureConversation.Credentials;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Roles;

/// <summary>
/// Is the certificate that we encrypt for the right one? Validated against the settings and matched with the expected
/// identity before anything is sent; the outcome is kept for a while, chain building being slow.
/// </summary>
internal sealed class ServiceCertificateCheck(ClientCredentials credentials, TimeProvider clock)
{
    private static readonly TimeSpan Keep = TimeSpan.FromMinutes(5);

    private readonly CertificateValidator _validator = new(credentials.ServiceCertificateValidation);
    private Judgement? _good;

    /// <exception cref="SecureConversationException">Not trusted, or not the expected identity.</exception>
    public void Require(string? to)
    {
        var now = clock.GetUtcNow();
        if (_good is { } known && known.To == to && now < known.Until)
        {
            return;
        }

        var certificate = credentials.ServiceCertificate!;
        if (!_validator.Validate(certificate, now))
        {
            throw new SecureConversationException(SecureConversationFailure.FailedAuthentication, FailureCode.UntrustedCertificate,
                $"The certificate of the service, '{certificate.Subject}', is not trusted. See ClientCredentials.ServiceCertificateValidation.");
        }

        var identity = credentials.ServiceIdentity
            ?? (Uri.TryCreate(to, UriKind.Absolute, out var address) ? EndpointIdentity.ForAddress(address) : null);
        if (identity is null || !identity.Matches(certificate))
        {
            throw new SecureConversationException(SecureConversationFailure.FailedAuthentication, FailureCode.IdentityMismatch,
                $"The certificate of the service, '{certificate.Subject}', does not carry the expected identity ({identity}). Set ClientCredentials.ServiceIdentity.");
        }

        _good = new Judgement(to, now + Keep);
    }

    // One object, so that no thread reads the address of one judgement with the time of another.
    private sealed record Judgement(string? To, DateTimeOffset Until);
}
