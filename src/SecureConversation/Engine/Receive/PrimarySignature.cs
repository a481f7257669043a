using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Replay;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Signature;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// The primary signature with a value that was verified over its SignedInfo. It is the first thing that a receiver decrypts, and
/// nothing else is decrypted before its value holds.
/// </summary>
internal sealed class PrimarySignature : IDisposable
{
    private readonly SealedSignature? _sealed;

    private PrimarySignature(SignatureElement element, int position, SigningCertificate? signer, SealedSignature? opened)
    {
        Element = element;
        Position = position;
        Signer = signer;
        _sealed = opened;
    }

    public SignatureElement Element { get; }

    /// <summary>Its index among the children of the security header.</summary>
    public int Position { get; }

    /// <summary>The certificate whose key made it; null for a symmetric key. Its trust is not judged yet.</summary>
    public SigningCertificate? Signer { get; }

    /// <summary>What was decrypted; null where the signature was in clear.</summary>
    public SealedSignature? Sealed => _sealed;

    /// <summary>The octets of the element where it was encrypted; empty otherwise.</summary>
    public ReadOnlySpan<byte> Plaintext => _sealed is null ? default : _sealed.Plaintext;

    /// <summary>Finds the signature, decrypts it where it is encrypted, and verifies its value.</summary>
    /// <exception cref="SecurityFailureException">It is missing, cannot be told from others, or its value is wrong.</exception>
    public static PrimarySignature Require(
        SoapEnvelope wire,
        MessageShape shape,
        EncryptedParts encrypted,
        MessageRequirements requirements,
        KeyRing keys,
        KeySource source,
        SealedAttempts? attempts)
    {
        var clear = ReadClear(shape.Header, requirements);
        if (FindClear(clear, wire, shape.Header, encrypted, requirements) is not { } found)
        {
            return SealedSignatures.Require(wire, shape, encrypted, requirements, keys, source, attempts);
        }

        var (element, item) = found;
        if (!requirements.IsAsymmetric)
        {
            SignatureVerification.RequireValue(element, requirements.Suite, keys.ForSignature(element.Key));
            return new PrimarySignature(element, item.Position, null, null);
        }

        var signer = ResolveSigner(found, shape.Header, source, requirements);
        signer.RequireMaySign(source);
        SignatureVerification.RequireValue(element, requirements.Suite, signer.Certificate);
        return new PrimarySignature(element, item.Position, signer, null);
    }

    /// <summary>
    /// A client that is not known takes as long as one whose signature does not hold, so that nobody learns who is known.
    /// </summary>
    private static SigningCertificate ResolveSigner(
        (SignatureElement Element, SecurityItem Item) found, SecurityHeader header, KeySource source, MessageRequirements requirements)
    {
        try
        {
            return SigningCertificate.ResolvePrimary(found.Element.Key, header, source, requirements);
        }
        catch (SecurityFailureException) when (requirements.NamesSigner && source.StandIn is { } standIn)
        {
            var xml = found.Item.Element;
            StandInSignature.OfLength(xml.End - xml.Start).Verify(requirements.Suite, standIn);
            throw;
        }
    }

    /// <summary>Takes over a signature that was encrypted and whose value holds.</summary>
    public static PrimarySignature Of(SealedSignature opened, SigningCertificate? signer) =>
        new(opened.Element!, opened.Position, signer, opened);

    public void Dispose() => _sealed?.Dispose();

    /// <summary>
    /// Whether a signature signs another one, and not the message: it has one reference, which names a signature or nothing in
    /// clear (WS-SecurityPolicy 1.2 section 8.3).
    /// </summary>
    public static bool LooksEndorsing(SignatureElement signature, SoapEnvelope wire, SecurityHeader header)
    {
        if (signature.References.Count != 1)
        {
            return false;
        }

        var id = signature.References[0].Id;
        if (header.FindById(id) is { } item)
        {
            return item.Kind is SecurityItemKind.Signature or SecurityItemKind.EncryptedData;
        }

        return wire.BodyId != id && !HasBlock(wire, id);
    }

    private static bool HasBlock(SoapEnvelope wire, XmlId id) => wire.Headers.Exists(b => b.Id == id);

    private static List<(SignatureElement Element, SecurityItem Item)> ReadClear(SecurityHeader header, MessageRequirements requirements)
    {
        var signatures = new List<(SignatureElement Element, SecurityItem Item)>();
        foreach (var item in header.Items)
        {
            if (item.Kind != SecurityItemKind.Signature)
            {
                continue;
            }

            // Checked before any signature is verified: each costs an operation with a public key that the sender chose.
            if (signatures.Count > requirements.Supporting.Count(t => t.Endorses))
            {
                Fail.With(FailureCode.UnexpectedElement, "ds:Signature");
            }

            signatures.Add((SignatureElement.Read(item.Element, requirements.Protocol, Limits.MaxSignedParts), item));
        }

        return signatures;
    }

    /// <summary>The primary signature among those in clear; null when it has to be an encrypted one.</summary>
    private static (SignatureElement Element, SecurityItem Item)? FindClear(
        List<(SignatureElement Element, SecurityItem Item)> clear,
        SoapEnvelope wire,
        SecurityHeader header,
        EncryptedParts encrypted,
        MessageRequirements requirements)
    {
        (SignatureElement Element, SecurityItem Item)? primary = null;
        foreach (var signature in clear)
        {
            if (LooksEndorsing(signature.Element, wire, header))
            {
                continue;
            }

            if (primary is not null)
            {
                Fail.With(FailureCode.UnexpectedElement, "a second primary ds:Signature");
            }

            primary = signature;
        }

        // Where encryption came first, no signature is encrypted.
        if (primary is not null || (requirements.SignsFirst && encrypted.All.Any(p => p.Location.Kind == PartKind.SecurityItem)))
        {
            return primary;
        }

        return clear.Count == 1 ? clear[0] : Fail.With<(SignatureElement, SecurityItem)?>(FailureCode.SignatureMissing);
    }
}
