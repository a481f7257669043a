using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Policy.Assertions;
using SecureConversation.Policy.Wsp;

namespace SecureConversation.Policy.Import;

/// <summary>
/// Reads a token that signs and another one that is encrypted for, such as sp:InitiatorSignatureToken and sp:InitiatorEncryptionToken
/// (WS-SecurityPolicy 1.2 section 7.5), into one description: it says how certificates travel and are referred to. Which certificates these
/// are is a matter of the credentials.
/// </summary>
/// <param name="context">Takes refusals and warnings.</param>
/// <param name="sp">The version of the policy.</param>
/// <param name="side">Initiator or Recipient.</param>
internal sealed class SeparateTokenImporter(ImportContext context, SpVersion sp, string side)
{
    /// <summary>Whether the binding has tokens of this side for one purpose each.</summary>
    public bool IsIn(AssertionBag binding) =>
        binding.Left.Any(a => a.Name == Signature || a.Name == Encryption) && binding.Left.All(a => a.Name != sp.Name($"{side}Token"));

    /// <summary>Reads both; null when they are refused.</summary>
    public SecurityTokenParameters? Read(AssertionBag inside, Assertion binding, TokenImporter.Place place)
    {
        var (signing, encrypting) = (inside.Take(Signature), inside.Take(Encryption));
        if (signing is null)
        {
            context.Refuse(
                encrypting?.Element ?? binding.Element,
                $"there is no sp:{side}SignatureToken beside it, and a message that nobody signs is not offered.",
                $"Add sp:{side}SignatureToken, or use sp:{side}Token.");
            return null;
        }

        var signs = Certificate(signing, place);
        if (encrypting is null)
        {
            // Then nothing is encrypted for this side, or with the certificate that it has.
            return signs;
        }

        var encrypts = Certificate(encrypting, place);
        if (signs is null || encrypts is null)
        {
            return null;
        }

        context.Warn(place.IsOfService
            ? "The service may sign with one certificate and be encrypted for by another: set ServiceEncryptionCertificate of the "
                + "credentials, unless one does both."
            : "The client may sign with one certificate and be encrypted for by another: set ClientEncryptionCertificate of the "
                + "credentials, and KnownClientCertificates.Pairs at the service, unless one does both.");
        return Join(signs, encrypts, encrypting, place.IsOfService);
    }

    private XName Signature => sp.Name($"{side}SignatureToken");

    private XName Encryption => sp.Name($"{side}EncryptionToken");

    private X509SecurityTokenParameters? Certificate(Assertion container, TokenImporter.Place place)
    {
        var read = new TokenImporter(context, sp).ReadInside(container, place);
        if (read is not (null or X509SecurityTokenParameters))
        {
            context.Refuse(container.Element, "only certificates have one token to sign and another to encrypt for.",
                $"Use sp:{side}Token.");
        }

        return read as X509SecurityTokenParameters;
    }

    /// <summary>
    /// One description of both, where they do not contradict each other: a token that travels needs no reference by its properties, and a
    /// certificate that signs derives nothing.
    /// </summary>
    private X509SecurityTokenParameters? Join(
        X509SecurityTokenParameters signs, X509SecurityTokenParameters encrypts, Assertion place, bool isOfService)
    {
        var mode = signs.InclusionMode;
        if (isOfService && encrypts.InclusionMode == SecurityTokenInclusionMode.AlwaysToRecipient)
        {
            mode = mode == SecurityTokenInclusionMode.AlwaysToInitiator
                ? Refuse(place, "one certificate of the service travels in requests and the other in replies, which is not offered.", mode)
                : encrypts.InclusionMode;
        }
        else if (!isOfService && encrypts.InclusionMode is SecurityTokenInclusionMode.AlwaysToRecipient or SecurityTokenInclusionMode.Once)
        {
            Refuse(place, "the client does not send the certificate that it is encrypted for: the service has to know it.", mode);
        }

        var travels = isOfService
            ? mode == SecurityTokenInclusionMode.AlwaysToInitiator
            : mode is SecurityTokenInclusionMode.AlwaysToRecipient or SecurityTokenInclusionMode.Once;
        var style = travels || signs.X509ReferenceStyle == X509ReferenceStyle.Any ? encrypts.X509ReferenceStyle
            : encrypts.X509ReferenceStyle == X509ReferenceStyle.Any || encrypts.X509ReferenceStyle == signs.X509ReferenceStyle
                ? signs.X509ReferenceStyle
            : Refuse(place, "the two certificates are referred to in two ways, which is not offered.", signs.X509ReferenceStyle);
        return encrypts with { InclusionMode = mode, X509ReferenceStyle = style };
    }

    private T Refuse<T>(Assertion place, string reason, T instead)
    {
        context.Refuse(place.Element, reason, $"Describe both tokens alike, or use sp:{side}Token.");
        return instead;
    }
}
