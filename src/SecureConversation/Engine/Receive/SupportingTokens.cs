using System.Security.Cryptography.X509Certificates;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// The supporting tokens of a message: the certificates that endorse it and the user name. Each does what the binding asks of
/// it; the authenticator judges later whether it is trusted.
/// </summary>
internal sealed record SupportingTokens(IReadOnlyList<X509Certificate2> Certificates, UsernameToken? UserName)
{
    /// <summary>Requires the supporting tokens that the binding asks for, and refuses others.</summary>
    public static SupportingTokens Require(
        MessageRequirements requirements,
        OpenedMessage opened,
        MessageIntegrity signed,
        SecurityHeader plain)
    {
        // Another client could endorse the message in the place of the sender, unless the signature says whose endorsement it is.
        var signedEndorsing = requirements.Supporting.Count(
            t => t.Attachment == SupportingTokenAttachment.SignedEndorsing || (requirements.IsBound && t.Endorses));
        if (signed.Endorsements.Count(e => e.Token is { } token && signed.Covers(token)) < signedEndorsing)
        {
            Fail.With(FailureCode.PartNotSigned, "signed endorsing token");
        }

        RequireNoSpareCertificates(requirements, signed, plain);
        var userName = RequireUserName(requirements, opened, signed, plain);
        return new SupportingTokens([.. signed.Endorsements.Where(e => e.Certificate is not null).Select(e => e.Certificate!)], userName);
    }

    private static UsernameToken? RequireUserName(
        MessageRequirements requirements,
        OpenedMessage opened,
        MessageIntegrity signed,
        SecurityHeader plain)
    {
        UsernameToken? found = null;
        var wanted = requirements.Supporting.FirstOrDefault(t => t.Kind == TokenKind.UserName);
        foreach (var item in plain.Items)
        {
            if (item.Token != TokenKind.UserName)
            {
                continue;
            }

            if (wanted is null || found is not null)
            {
                Fail.With(FailureCode.UnexpectedElement, "wsse:UsernameToken");
            }

            if (wanted.IsSigned && !signed.Covers(MessagePart.SecurityItem(item.Position)))
            {
                Fail.With(FailureCode.PartNotSigned, "wsse:UsernameToken");
            }

            found = UsernameToken.Read(item.Element);
        }

        if (wanted is not null && found is null)
        {
            Fail.With(FailureCode.TokenMissing, "wsse:UsernameToken", plain.Describe(), "a wsse:UsernameToken (ClientCredentialType)");
        }

        return found;
    }

    /// <summary>Refuses certificates beyond the signing ones: they prove nothing and must not be mistaken for an identity later.</summary>
    private static void RequireNoSpareCertificates(MessageRequirements requirements, MessageIntegrity signed, SecurityHeader plain)
    {
        var most = signed.Endorsements.Count(e => e.Certificate is not null) + (requirements.IsAsymmetric ? 1 : 0);
        if (plain.Items.Count(i => i.Token == TokenKind.X509) > most)
        {
            Fail.With(FailureCode.UnexpectedElement, "wsse:BinarySecurityToken");
        }
    }
}
