using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Receive;

/// <summary>The certificate whose key made a signature.</summary>
/// <param name="Certificate">The certificate. Its trust is judged by the authenticator.</param>
/// <param name="Token">The location of the token in the header that holds it; null when it does not travel there.</param>
internal sealed record SigningCertificate(X509Certificate2 Certificate, MessagePart? Token)
{
    /// <summary>
    /// The certificate that a reference names: one in the header by its Id, else one in the header, in the reference itself or
    /// known to the receiver that the reference matches.
    /// </summary>
    /// <exception cref="SecurityFailureException">The reference names none, or one that the message may not bring.</exception>
    public static SigningCertificate Resolve(KeyReference reference, SecurityHeader header, KeySource source, bool allowSerialized)
    {
        foreach (var item in header.Items)
        {
            if (item.Token != TokenKind.X509)
            {
                continue;
            }

            if (reference.Kind == KeyReferenceKind.LocalId ? item.Id == reference.LocalId : reference.IsX509)
            {
                var certificate = BinarySecurityToken.Read(item.Element);
                if (reference.Kind == KeyReferenceKind.LocalId || reference.Matches(certificate))
                {
                    return allowSerialized
                        ? new SigningCertificate(certificate, MessagePart.SecurityItem(item.Position))
                        : Fail.With<SigningCertificate>(FailureCode.WrongToken, "serialized signing token",
                            FailureText.Certificate(certificate), "no certificate in the message (AllowSerializedSigningTokenOnReply)");
                }
            }
        }

        if (reference is { Kind: KeyReferenceKind.RawData } && allowSerialized)
        {
            return new SigningCertificate(BinarySecurityToken.ReadCertificate(reference.Value.Span), null);
        }

        var known = source.FindPeer(reference) ?? Fail.With<X509Certificate2>(
            reference.IsX509 ? FailureCode.WrongToken : FailureCode.UnresolvedReference, "signing certificate", reference.Describe(),
            Describe(source.Peers));
        return new SigningCertificate(known, null);
    }

    /// <summary>
    /// The certificate of the primary signature. Where the binding has the client name it, it is one that the service knows, or that a
    /// supporting token or the reference itself has.
    /// </summary>
    /// <exception cref="SecurityFailureException">The reference names none, or one that the message may not bring.</exception>
    public static SigningCertificate ResolvePrimary(
        KeyReference reference, SecurityHeader header, KeySource source, MessageRequirements requirements)
    {
        if (!requirements.NamesSigner)
        {
            return Resolve(reference, header, source, requirements.AllowSerializedSigningToken);
        }

        if (!reference.IsX509)
        {
            Fail.With(FailureCode.UnresolvedReference, "signing certificate", reference.Describe(), "a certificate by its properties");
        }

        if (reference.Kind == KeyReferenceKind.RawData
            && requirements.SigningToken!.X509ReferenceStyle == X509ReferenceStyle.RawDataKeyIdentifier)
        {
            return new SigningCertificate(BinarySecurityToken.ReadCertificate(reference.Value.Span), null);
        }

        var named = FindSupporting(reference, header) ?? source.FindClient(reference)
            ?? Fail.With<X509Certificate2>(FailureCode.UnknownClientCertificate, "signing certificate", reference.Describe(),
                "a certificate of ServiceCredentials.KnownClientCertificates");
        return new SigningCertificate(named, null);
    }

    /// <summary>
    /// A certificate in the header that a reference names. It is the token of something else, so it has no location here.
    /// </summary>
    private static X509Certificate2? FindSupporting(KeyReference reference, SecurityHeader header)
    {
        foreach (var item in header.Items)
        {
            if (item.Token == TokenKind.X509 && BinarySecurityToken.Read(item.Element) is var certificate)
            {
                if (reference.Matches(certificate))
                {
                    return certificate;
                }

                certificate.Dispose();
            }
        }

        return null;
    }

    /// <summary>Refuses a certificate that may not sign the message.</summary>
    public void RequireMaySign(KeySource source)
    {
        if (!source.MaySign(Certificate))
        {
            Fail.With(FailureCode.WrongToken, "signing certificate", FailureText.Certificate(Certificate),
                Describe(source.Peers));
        }
    }

    private static string? Describe(IReadOnlyList<X509Certificate2> peers) =>
        peers.Count == 0 ? null : string.Join(" or ", peers.Select(FailureText.Certificate));
}
