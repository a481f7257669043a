using System.Security.Claims;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Tokens;

/// <summary>
/// A certificate (X.509 token profile 1.1). Its holder proves himself by a signature; one whose key signs nothing only has to be trusted.
/// </summary>
internal sealed class X509TokenKind : TokenKind
{
    public override string ElementName => "wsse:BinarySecurityToken";

    public override bool IsOfClient => true;

    public override bool SignsWithPrivateKey(SecurityTokenParameters parameters) => true;

    public override bool IsElement(XmlElement child, ProtocolVersion protocol) => child.Is(Wsse.BinarySecurityToken);

    public override bool IsDescribedBy(SecurityTokenParameters parameters) => parameters is X509SecurityTokenParameters;

    public override IEnumerable<string> CheckSupporting(SupportingToken token, string setting, SecurityBindingElement element) =>
        CheckReferenceStyle((X509SecurityTokenParameters)token.Parameters, setting, element);

    /// <summary>Checks the reference style: WS-Security 1.0 has no references by thumbprint.</summary>
    public static IEnumerable<string> CheckReferenceStyle(
        X509SecurityTokenParameters parameters,
        string name,
        SecurityBindingElement element) =>
        parameters.X509ReferenceStyle == X509ReferenceStyle.Thumbprint
        && element.MessageSecurityVersion.SecurityVersion == SecurityVersion.WSSecurity10
            ? [$"X509ReferenceStyle Thumbprint of {name} needs WS-Security 1.1: choose Any, or a MessageSecurityVersion with WSSecurity11."]
            : [];

    public override string? Missing(SecurityTokenParameters parameters, ClientCredentials credentials) =>
        Find(parameters, credentials) is not null ? null
        : ((X509SecurityTokenParameters)parameters).CertificateName is { } name
            ? $"The binding asks for the client certificate '{name}': add it to ClientCredentials.NamedCertificates."
        : "The binding asks for a client certificate: set ClientCredentials.ClientCertificate.";

    /// <summary>The certificate of a client that a token of the binding stands for.</summary>
    /// <exception cref="InvalidOperationException">The credentials lack it.</exception>
    public X509Credential Require(SecurityTokenParameters parameters, ClientCredentials credentials) =>
        Find(parameters, credentials) ?? throw new InvalidOperationException(Missing(parameters, credentials));

    public override ProvedToken Prove(XmlElement element, SecurityTokenParameters parameters) =>
        new AttachedCertificate(BinarySecurityToken.Read(element));

    public override void WriteSupporting(PooledBytes output, string id, SecurityTokenParameters parameters, TokenMaking making) =>
        TokenWriter.BinarySecurityToken(output, id, Require(parameters, making.Credentials).Certificate, making.BspAttributes);

    private static X509Credential? Find(SecurityTokenParameters parameters, ClientCredentials credentials) =>
        ((X509SecurityTokenParameters)parameters).CertificateName is not { } name ? credentials.ClientCertificate
        : credentials.NamedCertificates.GetValueOrDefault(name);

    public override async ValueTask<ClaimsPrincipal> AuthenticateAsync(
        ProvedToken token,
        TokenAuthentication authentication,
        MessageOrigin origin,
        CancellationToken cancellationToken)
    {
        var certificate = token is AttachedCertificate other ? other.Attached : ((ProvedCertificate)token).Signer;
        var now = authentication.Clock.GetUtcNow();
        if (await ApplicationCode.AskAsync("ClientCertificateValidation",
            () => authentication.Certificates.FindProblemAsync(certificate, now, cancellationToken), cancellationToken)
            .ConfigureAwait(false) is { } problem)
        {
            Fail.With(FailureCode.UntrustedCertificate, "ClientCertificateValidation", $"{FailureText.Certificate(certificate)}: {problem}",
                $"a certificate that {authentication.Credentials.ClientCertificateValidation.Mode} trusts at {FailureText.Instant(now)}");
        }

        var user = ClientIdentity.FromCertificate(certificate);
        if (!token.IsOfSender || authentication.Credentials.CertificateAuthenticator is not { } authenticator)
        {
            KnownCertificates.Remember(certificate);
            return user;
        }

        var accepted = await ApplicationCode.AskAsync("CertificateAuthenticator",
            () => authenticator.AuthenticateAsync(certificate, user, origin, cancellationToken), cancellationToken)
            .ConfigureAwait(false) is { } known
            ? ClientIdentity.Copy(known)
            : Fail.With<ClaimsPrincipal>(
                FailureCode.UntrustedCertificate, "CertificateAuthenticator", $"{FailureText.Certificate(certificate)}: it returned null");
        KnownCertificates.Remember(certificate);
        return accepted;
    }
}
