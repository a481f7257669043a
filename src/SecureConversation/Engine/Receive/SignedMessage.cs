using System.Security.Cryptography.X509Certificates;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Signature;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Receive;

/// <summary>A message whose parts are covered by a verified primary signature.</summary>
internal sealed class SignedMessage : MessageIntegrity
{
    private readonly List<HeldSignature> _signatures;
    private readonly List<XmlElement> _covered;

    private SignedMessage(SoapEnvelope document, SecurityHeader header, List<HeldSignature> signatures, List<XmlElement> covered)
        : base(document, header)
    {
        _signatures = signatures;
        _covered = covered;
    }

    public override IReadOnlyList<HeldSignature> Signatures => _signatures;

    public override ReadOnlySpan<byte> ReplayValue => _signatures[0].Signature.Value;

    public override bool Covers(XmlElement element) => _covered.Contains(element);

    /// <summary>Verifies the primary signature with its references, then the endorsing signatures.</summary>
    /// <exception cref="SecurityFailureException">A signature is missing, unexpected or wrong.</exception>
    public static SignedMessage Verify(SoapEnvelope document, MessageRequirements requirements, KeyRing keys, KeySource source)
    {
        var header = SecurityHeader.Read(document, requirements.Protocol);
        var signatures = ReadSignatures(header, requirements);
        var (primary, primaryItem) = signatures[0];

        var held = new List<HeldSignature>(signatures.Count)
        {
            new(primary, primaryItem, VerifyPrimary(primary, header, requirements, keys, source), default, IsEndorsing: false),
        };
        using var digest = new ReferenceDigest(requirements.Suite.Digest);
        var covered = VerifyReferences(primary, document, header, digest);
        for (var i = 1; i < signatures.Count; i++)
        {
            held.Add(VerifyEndorsement(signatures[i], primary, header, requirements, source, digest));
        }

        return new SignedMessage(document, header, held, covered);
    }

    /// <summary>
    /// All signatures, the primary one first. An endorsing signature has one reference, which names another signature
    /// (WS-SecurityPolicy 1.2 section 8.3); the one that endorses none is the primary signature.
    /// </summary>
    private static List<(SignatureElement Signature, SecurityItem Item)> ReadSignatures(
        SecurityHeader header,
        MessageRequirements requirements)
    {
        var signatures = new List<(SignatureElement Signature, SecurityItem Item)>(2);
        foreach (var item in header.Items)
        {
            if (item.Kind == SecurityItemKind.Signature)
            {
                signatures.Add((SignatureElement.Read(item.Element, requirements.Protocol, Limits.MaxSignedParts), item));
            }
        }

        var primary = -1;
        for (var i = 0; i < signatures.Count; i++)
        {
            if (EndorsesAny(signatures[i].Signature, signatures))
            {
                continue;
            }

            if (primary >= 0)
            {
                Fail.With(FailureCode.UnexpectedElement, "a second primary ds:Signature");
            }

            primary = i;
        }

        if (primary < 0)
        {
            Fail.With(FailureCode.SignatureMissing);
        }

        // Checked before any signature is verified: each costs an operation with a public key that the sender chose.
        if (signatures.Count > 1 + requirements.Supporting.Count(t => t.Endorses))
        {
            Fail.With(FailureCode.UnexpectedElement, "ds:Signature");
        }

        (signatures[0], signatures[primary]) = (signatures[primary], signatures[0]);
        return signatures;
    }

    private static bool EndorsesAny(SignatureElement signature, List<(SignatureElement Signature, SecurityItem Item)> others)
    {
        foreach (var (_, item) in others)
        {
            if (item.Id is { } id && Endorses(signature, id))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Endorses(SignatureElement signature, XmlId id) =>
        signature.References.Count == 1 && signature.References[0].Id == id;

    private static X509Certificate2? VerifyPrimary(
        SignatureElement primary,
        SecurityHeader header,
        MessageRequirements requirements,
        KeyRing keys,
        KeySource source)
    {
        if (!requirements.IsAsymmetric)
        {
            SignatureVerification.RequireValue(primary, requirements.Suite, keys.ForSignature(primary.Key));
            return null;
        }

        var (certificate, _) = ResolveCertificate(primary.Key, header, source, requirements.AllowSerializedSigningToken);
        if (!source.MaySign(certificate))
        {
            Fail.With(FailureCode.WrongToken, "signing certificate");
        }

        SignatureVerification.RequireValue(primary, requirements.Suite, certificate);
        return certificate;
    }

    private static HeldSignature VerifyEndorsement(
        (SignatureElement Signature, SecurityItem Item) endorsing,
        SignatureElement primary,
        SecurityHeader header,
        MessageRequirements requirements,
        KeySource source,
        ReferenceDigest digest)
    {
        var signature = endorsing.Signature;
        if (primary.Id is null || !Endorses(signature, primary.Id.Value))
        {
            Fail.With(FailureCode.UnexpectedElement, "ds:Signature that endorses another one");
        }

        var (certificate, token) = ResolveCertificate(signature.Key, header, source, allowSerialized: true);
        SignatureVerification.RequireValue(signature, requirements.Suite, certificate);
        SignatureVerification.RequireDigest(signature.References[0], primary.Element, digest);
        return new HeldSignature(signature, endorsing.Item, certificate, token, IsEndorsing: true);
    }

    /// <summary>
    /// The certificate that a reference names: one in the header by its Id, else one in the header, in the reference itself or
    /// known to the receiver that the reference matches. The item is the token in the header that holds it, if any.
    /// </summary>
    private static (X509Certificate2 Certificate, SecurityItem Item) ResolveCertificate(
        KeyReference reference,
        SecurityHeader header,
        KeySource source,
        bool allowSerialized)
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
                        ? (certificate, item)
                        : Fail.With<(X509Certificate2, SecurityItem)>(FailureCode.WrongToken, "serialized signing token");
                }
            }
        }

        if (reference is { Kind: KeyReferenceKind.RawData } && allowSerialized)
        {
            return (BinarySecurityToken.ReadCertificate(reference.Value.Span), default);
        }

        return (source.FindPeer(reference) ?? Fail.With<X509Certificate2>(
            reference.IsX509 ? FailureCode.WrongToken : FailureCode.UnresolvedReference, "signing certificate"), default);
    }

    /// <summary>Compares the digests of the primary signature; returns the elements that it covers.</summary>
    private static List<XmlElement> VerifyReferences(
        SignatureElement primary,
        SoapEnvelope document,
        SecurityHeader header,
        ReferenceDigest digest)
    {
        var covered = new List<XmlElement>(primary.References.Count);
        foreach (var reference in primary.References)
        {
            var target = Locate(reference, document, header);
            SignatureVerification.RequireDigest(reference, target, digest);
            if (covered.Contains(target))
            {
                Fail.With(FailureCode.DuplicateId, "ds:Reference");
            }

            covered.Add(target);
        }

        return covered;
    }

    /// <summary>The body, header block or child of this security header that a reference names. Ids elsewhere are ignored.</summary>
    private static XmlElement Locate(SignedReference reference, SoapEnvelope document, SecurityHeader header)
    {
        if (header.FindById(reference.Id) is { } item)
        {
            return reference.DereferencesToken ? Dereference(item, header) : item.Element;
        }

        if (!reference.DereferencesToken)
        {
            if (document.BodyId == reference.Id)
            {
                return document.Body;
            }

            foreach (var block in document.Headers)
            {
                if (block.Id == reference.Id)
                {
                    return block.Element;
                }
            }
        }

        // The signed part is absent, or was moved to a place that is not read (signature wrapping).
        return Fail.With<XmlElement>(FailureCode.PartNotSigned, "ds:Reference to no part of this message");
    }

    /// <summary>STR-Transform (WS-Security 1.1 section 8.3): from a token reference to the token in this header that it names.</summary>
    private static XmlElement Dereference(SecurityItem item, SecurityHeader header)
    {
        var target = item.Kind == SecurityItemKind.SecurityTokenReference ? item.Element.FirstChild : default;
        return !target.IsNull && target.Is(Wsse.Reference) && XmlId.OfReference(target, Attr.Uri) is { } id
            && header.FindById(id) is { } token
            ? token.Element
            : Fail.With<XmlElement>(FailureCode.UnresolvedReference, "STR-Transform");
    }
}
