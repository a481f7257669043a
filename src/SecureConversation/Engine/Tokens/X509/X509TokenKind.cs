using System.Security.Claims;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Tokens;

/// <summary>A certificate (X.509 token profile 1.1). Its holder proves himself by a signature.</summary>
internal sealed class X509TokenKind : TokenKind
{
    public override string ElementName => "wsse:BinarySecurityToken";

    public override bool IsElement(XmlElement child, ProtocolVersion protocol) => child.Is(Wsse.BinarySecurityToken);

    public override bool IsDescribedBy(SecurityTokenParameters parameters) => parameters is X509SecurityTokenParameters;

    public override IEnumerable<string> CheckSupporting(
        SecurityTokenParameters parameters,
        SupportingTokenAttachment attachment,
        SecurityBindingElement element)
    {
        foreach (var problem in CheckReferenceStyle((X509SecurityTokenParameters)parameters, "EndpointSupportingTokenParameters", element))
        {
            yield return problem;
        }

        if (attachment is SupportingTokenAttachment.Signed or SupportingTokenAttachment.SignedEncrypted)
        {
            yield return "EndpointSupportingTokenParameters: a certificate that signs nothing proves nothing; "
                + "list it under Endorsing or SignedEndorsing.";
        }
    }

    /// <summary>Checks the reference style: WS-Security 1.0 has no references by thumbprint.</summary>
    public static IEnumerable<string> CheckReferenceStyle(
        X509SecurityTokenParameters parameters,
        string name,
        SecurityBindingElement element) =>
        parameters.X509ReferenceStyle == X509ReferenceStyle.Thumbprint
        && element.MessageSecurityVersion.SecurityVersion == SecurityVersion.WSSecurity10
            ? [$"X509ReferenceStyle Thumbprint of {name} needs WS-Security 1.1: choose Any, or a MessageSecurityVersion with WSSecurity11."]
            : [];

    public override string? Missing(ClientCredentials credentials) =>
        credentials.ClientCertificate is null
            ? "The binding asks for a client certificate: set ClientCredentials.ClientCertificate."
            : null;

    public override void WriteSupporting(PooledBytes output, string id, ClientCredentials credentials, bool bspAttributes)
    {
        var own = credentials.ClientCertificate ?? throw new InvalidOperationException(Missing(credentials));
        TokenWriter.BinarySecurityToken(output, id, own.Certificate, bspAttributes);
    }

    public override async ValueTask<ClaimsPrincipal> AuthenticateAsync(
        ProvedToken token,
        TokenAuthentication authentication,
        MessageOrigin origin,
        CancellationToken cancellationToken)
    {
        var certificate = token.Certificate!;
        var now = authentication.Clock.GetUtcNow();
        if (await ApplicationCode.AskAsync("ClientCertificateValidation",
            () => authentication.Certificates.FindProblemAsync(certificate, now, cancellationToken), cancellationToken)
            .ConfigureAwait(false) is { } problem)
        {
            Fail.With(FailureCode.UntrustedCertificate, "ClientCertificateValidation", $"{FailureText.Certificate(certificate)}: {problem}",
                $"a certificate that {authentication.Credentials.ClientCertificateValidation.Mode} trusts at {FailureText.Instant(now)}");
        }

        var user = ClientIdentity.FromCertificate(certificate);
        if (authentication.Credentials.CertificateAuthenticator is not { } authenticator)
        {
            return user;
        }

        return await ApplicationCode.AskAsync("CertificateAuthenticator",
            () => authenticator.AuthenticateAsync(certificate, user, origin, cancellationToken), cancellationToken)
            .ConfigureAwait(false) is { } known
            ? ClientIdentity.Copy(known)
            : Fail.With<ClaimsPrincipal>(
                FailureCode.UntrustedCertificate, "CertificateAuthenticator", $"{FailureText.Certificate(certificate)}: it returned null");
    }
}
