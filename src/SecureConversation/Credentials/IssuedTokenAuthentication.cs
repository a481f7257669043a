using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.Credentials;

/// <summary>
/// How a service validates issued tokens: SAML assertions of security token services. It lists its issuers, unlike WCF, where any
/// certificate with a chain to a trusted root makes an issuer.
/// </summary>
public sealed class IssuedTokenAuthentication
{
    /// <summary>
    /// The certificates of the issuers. An assertion that the key of one of them signed is trusted as long as the certificate is in its
    /// period; its chain and revocation are not looked at. They stay with the caller, who disposes of them after the service. Default none.
    /// </summary>
    /// <remarks>
    /// Each issuer can say anything about anybody, also in the name of another issuer. Where issuers are not equal, an
    /// <see cref="IIssuedTokenAuthenticator"/> looks at <see cref="IssuedToken.IssuerCertificate"/>.
    /// </remarks>
    public X509Certificate2Collection KnownCertificates { get; init; } = [];

    /// <summary>
    /// How the certificate of an issuer is validated that is not among <see cref="KnownCertificates"/> and comes in the assertion; null
    /// (default): such issuers are refused. With ChainTrust, the only way of WCF, everybody who has a certificate of a trusted authority is
    /// an issuer, so limit the authorities: <see cref="CertificateValidationOptions.TrustOnly"/>.
    /// </summary>
    public CertificateValidationOptions? CertificateValidation { get; init; }

    /// <summary>
    /// Whether an assertion may be signed by an RSA key that nobody vouches for. Then anybody is an issuer, so the service needs an
    /// <see cref="IIssuedTokenAuthenticator"/>, which judges <see cref="IssuedToken.IssuerKey"/>. Default false.
    /// </summary>
    public bool AllowUntrustedRsaIssuers { get; init; }

    /// <summary>
    /// Whether issuers may sign with SHA-1; null (default): where the algorithm suite of the binding has SHA-1 itself. RSA with SHA-256,
    /// SHA-384 and SHA-512 is always accepted.
    /// </summary>
    public bool? AllowSha1Signatures { get; init; }

    /// <summary>
    /// The names of the service in audience restrictions, beside <see cref="MessageSecurityServiceOptions.Address"/>: mostly the address
    /// that clients give the issuer. Compared as text and as URIs. Default none.
    /// </summary>
    public IReadOnlyList<string> AllowedAudienceUris { get; init; } = [];

    /// <summary>When a token has to be for this service. Default <see cref="AudienceUriMode.Always"/>.</summary>
    public AudienceUriMode AudienceUriMode { get; init; } = AudienceUriMode.Always;

    /// <summary>
    /// Whether a token without a key is accepted in one message only, or in one session. Who has seen such a token can use it as long as it
    /// is valid; clients that use one for several messages are refused then. Default false, as WCF. Tokens that say themselves that they
    /// are for one use (SAML 2.0 OneTimeUse) are always accepted once only. What is remembered is in the replay cache of the service.
    /// </summary>
    public bool DetectReplayedTokens { get; init; }

    /// <summary>
    /// Judges signature, issuer and audience in the place of these settings, and says who the holder is; null (default) for these settings.
    /// With a handler none but <see cref="DetectReplayedTokens"/> has an effect, and those that would are refused.
    /// </summary>
    public IIssuedTokenHandler? TokenHandler { get; init; }

    /// <summary>
    /// The claim that is the name of the client. Where a token has none, the name of its subject is (NameIdentifier, NameID). Default
    /// <see cref="ClaimTypes.Name"/>.
    /// </summary>
    public string NameClaimType { get; init; } = ClaimTypes.Name;

    /// <summary>The claims that are roles of the client. Default <see cref="ClaimTypes.Role"/>.</summary>
    public string RoleClaimType { get; init; } = ClaimTypes.Role;
}
