using System.Security.Cryptography.X509Certificates;
using SecureConversation.Engine.Failures;
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
            PeersOf(source));
        return new SigningCertificate(known, null);
    }

    /// <summary>Refuses a certificate that may not sign the message.</summary>
    public void RequireMaySign(KeySource source)
    {
        if (!source.MaySign(Certificate))
        {
            Fail.With(FailureCode.WrongToken, "signing certificate", FailureText.Certificate(Certificate),
                PeersOf(source));
        }
    }

    private static string? PeersOf(KeySource source) =>
        source.Peers.Count == 0 ? null : string.Join(" or ", source.Peers.Select(FailureText.Certificate));
}
