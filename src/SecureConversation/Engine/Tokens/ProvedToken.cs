using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Failures;

namespace SecureConversation.Engine.Tokens;

/// <summary>
/// A token of a client that a message proved: its key signed the message, or the signature covers it. Its <see cref="TokenKind"/> judges
/// whether it is trusted. Each kind that a client can have has one case.
/// </summary>
/// <param name="Kind">The kind of token.</param>
internal abstract record ProvedToken(TokenKind Kind)
{
    /// <summary>The certificate whose key signed or endorsed the message; null where another key did, or none.</summary>
    public virtual X509Certificate2? Certificate => null;

    /// <summary>
    /// Whether its holder sent the message, so that it may give the identity of the client. Otherwise it only has to be trusted, and what
    /// it says is added.
    /// </summary>
    public virtual bool IsOfSender => true;

    /// <summary>The code of a refusal of its holder.</summary>
    public abstract FailureCode Refusal { get; }

    /// <summary>Notes in a refusal whose token it is. Always false, for use in exception filters.</summary>
    public abstract bool Names(SecurityFailureException refusal);
}

/// <summary>A certificate whose key signed or endorsed the message.</summary>
internal sealed record ProvedCertificate(X509Certificate2 Signer) : ProvedToken(TokenKind.X509)
{
    public override X509Certificate2 Certificate => Signer;

    public override FailureCode Refusal => FailureCode.UntrustedCertificate;

    public override bool Names(SecurityFailureException refusal) => refusal.IsOf(Signer);
}

/// <summary>
/// A certificate that the message brings and whose key signed nothing: its holder is only claimed by the signer of the message.
/// </summary>
internal sealed record AttachedCertificate(X509Certificate2 Attached) : ProvedToken(TokenKind.X509)
{
    public override bool IsOfSender => false;

    public override FailureCode Refusal => FailureCode.UntrustedCertificate;

    public override bool Names(SecurityFailureException refusal) => false;
}

/// <summary>An RSA key without a certificate that endorsed the message: it says nothing of who holds it.</summary>
internal sealed record ProvedRsaKey(RSAParameters PublicKey) : ProvedToken(TokenKind.Rsa)
{
    public override bool IsOfSender => false;

    public override FailureCode Refusal => FailureCode.InvalidCredentials;

    public override bool Names(SecurityFailureException refusal) => false;
}

/// <summary>A user name with the proof that its sender knows the password: the password, a digest of it, or the key made of it.</summary>
/// <param name="Token">The token.</param>
/// <param name="Form">What the binding asks of it.</param>
internal sealed record ProvedUserName(UsernameToken Token, UserNameSecurityTokenParameters Form) : ProvedToken(TokenKind.UserName)
{
    /// <summary>Whether the service has to remember the nonce, so that the token counts once.</summary>
    public bool IsForOnce => Token.Nonce is not null && (Form.IncludeNonce || Token.IsDigest);

    /// <summary>Whether the time of the token counts.</summary>
    public bool HasTime => Token.Created is not null && (Form.IncludeCreated || Token.IsDigest);

    public override FailureCode Refusal => FailureCode.InvalidCredentials;

    public override bool Names(SecurityFailureException refusal) => refusal.IsOf(Token.UserName);
}

/// <summary>The means by which a <see cref="TokenKind"/> authenticates clients.</summary>
/// <param name="Credentials">The credentials and validators of the service.</param>
/// <param name="Certificates">The validator for certificates of clients.</param>
/// <param name="Clock">The source of time.</param>
internal sealed record TokenAuthentication(ServiceCredentials Credentials, CertificateValidator Certificates, TimeProvider Clock)
{
    /// <summary>Judges assertions; null where the service accepts none.</summary>
    public IAssertionAuthenticator? Assertions { get; init; }
}
