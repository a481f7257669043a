using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Signature;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// A message that the transport protects (WS-SecurityPolicy 1.2 section 7.3): every part of it is covered, since it came through TLS from
/// whoever the tokens prove. Each token that endorses signs the timestamp and, with a private key and with WS-Addressing, a:To, and nothing
/// else, as WCF demands. So a signature of another message, or of one for another service, does not pass for an endorsement of this one.
/// </summary>
internal sealed class TransportMessage : MessageIntegrity
{
    private readonly List<HeldSignature> _signatures = [];
    private readonly List<SignedReference> _to = [];
    private readonly ReferenceDigest _digest;
    private (SignatureElement Element, SecurityItem Item)? _ofContext;

    private TransportMessage(SoapEnvelope wire, SecurityHeader header, ReferenceDigest digest)
        : base(wire, header) => _digest = digest;

    public override List<HeldSignature> Signatures => _signatures;

    public override ReadOnlySpan<byte> ReplayValue => _signatures.Count == 0 ? default : _signatures[0].Signature.ReplayValue;

    public override IEnumerable<byte[]> FurtherReplayValues => _signatures.Skip(1).Select(held => held.Signature.ReplayValue);

    public override CoveredPart? Find(MessagePart location) => new CoveredPart(location, default, CanonicalForm.Recommendation);

    /// <summary>
    /// Verifies the values of the signatures and the digest of the timestamp, whose length is known. The context of a renewal is not known
    /// yet, so its signature follows in <see cref="VerifyOnWire"/>.
    /// </summary>
    /// <param name="wire">The envelope on the wire.</param>
    /// <param name="header">Its security header, in which tokens and timestamp stand before the signatures.</param>
    /// <param name="requirements">The requirements for the message.</param>
    /// <param name="keys">The symmetric keys of the message.</param>
    /// <param name="source">The certificates that the receiver knows.</param>
    /// <exception cref="SecurityFailureException">A signature is wrong, covers something else, or is missing or one too many.</exception>
    public static TransportMessage Begin(
        SoapEnvelope wire, SecurityHeader header, MessageRequirements requirements, KeyRing keys, KeySource source)
    {
        var message = new TransportMessage(wire, header, new ReferenceDigest(requirements.Suite.Digest));
        try
        {
            message.VerifySignatures(requirements, keys, source);
            return message;
        }
        catch
        {
            message.Dispose();
            throw;
        }
    }

    /// <summary>Compares the digests of a:To, whose length the sender chose, and verifies the signature by a context to renew.</summary>
    /// <inheritdoc/>
    public override void VerifyOnWire(EncryptedParts encrypted, MessageRequirements requirements, KeyRing keys, KeySource source)
    {
        foreach (var reference in _to)
        {
            SignatureVerification.RequireDigest(reference, Document.Find(requirements.Soap.To), _digest);
        }

        if (_ofContext is { } signature)
        {
            VerifyByContext(signature.Element, signature.Item, requirements, keys);
        }
    }

    /// <summary>Nothing is encrypted.</summary>
    /// <inheritdoc/>
    public override void Complete(SoapEnvelope plain, SecurityHeader header, EncryptedParts encrypted, MessageRequirements requirements,
        KeyRing keys, KeySource source)
    {
        Document = plain;
        Header = header;
        _digest.Dispose();
    }

    public override void Dispose() => _digest.Dispose();

    private void VerifySignatures(MessageRequirements requirements, KeyRing keys, KeySource source)
    {
        var items = Header.Items.FindAll(item => item.Kind == SecurityItemKind.Signature);
        EndorsingSignature.RequireCount(items.Count, requirements);
        var needsContext = requirements.EndorsingContext is not null;
        foreach (var item in items)
        {
            var signature = SignatureElement.Read(item.Element, requirements.Protocol, Limits.MaxSignedParts);
            RequireBefore(item, Header.Single(SecurityItemKind.Timestamp), "wsu:Timestamp");
            RequireBefore(item, signature.Key.Kind == KeyReferenceKind.LocalId ? Header.FindById(signature.Key.LocalId) : null, "its key");
            if (!needsContext || !keys.IsOfEndorsingContext(signature.Key))
            {
                VerifyByToken(signature, item, requirements, keys, source);
                continue;
            }

            needsContext = false;
            if (requirements.IsInTransportSession)
            {
                VerifyByContext(signature, item, requirements, keys);
            }
            else
            {
                _ofContext = (signature, item);
            }
        }

        if (needsContext)
        {
            Fail.With(FailureCode.TokenMissing, "ds:Signature by the security context");
        }
    }

    private void VerifyByToken(
        SignatureElement signature, SecurityItem item, MessageRequirements requirements, KeyRing keys, KeySource source)
    {
        var (proof, token) = EndorsingSignature.Verify(signature, Header, requirements, keys, source, isSealed: false);
        if (token is not null && _signatures.Exists(held => held.Token == token))
        {
            Fail.With(FailureCode.UnexpectedElement, "a second ds:Signature by one token");
        }

        Hold(signature, item, proof, token, requirements);
    }

    private void VerifyByContext(SignatureElement signature, SecurityItem item, MessageRequirements requirements, KeyRing keys)
    {
        var (proof, token) = EndorsingSignature.VerifyByContext(signature, requirements, keys);
        Hold(signature, item, proof, token, requirements);
    }

    /// <summary>Takes a signature whose value holds, if it covers what it has to, and no more.</summary>
    private void Hold(
        SignatureElement signature, SecurityItem item, ProvedToken? proof, MessagePart? token, MessageRequirements requirements)
    {
        var timestamp = Header.Single(SecurityItemKind.Timestamp)
            ?? Fail.With<SecurityItem>(FailureCode.TimestampMissing, "wsu:Timestamp", Header.Describe(), "one that a token endorses");
        SignatureVerification.RequireDigest(
            Require(signature, timestamp.Id, "wsu:Timestamp"), timestamp.Element, _digest);

        var signsTo = requirements.Soap.HasAddressing && requirements.Suite.IsPrivateKeySignature(signature.SignatureMethod);
        if (signsTo)
        {
            var to = Document.Headers.FindIndex(block => block.Element.Is(requirements.Soap.To));
            _to.Add(Require(signature, to < 0 ? null : Document.Headers[to].Id, "wsa:To"));
        }

        if (signature.References.Count != (signsTo ? 2 : 1))
        {
            Fail.With(FailureCode.UnexpectedElement, "ds:Reference", FailureText.Of(signature.References.Count, "of them"),
                signsTo ? "those of wsu:Timestamp and wsa:To" : "that of wsu:Timestamp");
        }

        _signatures.Add(new HeldSignature(signature, item.Position, proof, token, IsEndorsing: true));
    }

    /// <summary>Refuses what a signature needs where it stands behind it, as WCF's Strict layout does.</summary>
    private void RequireBefore(SecurityItem signature, SecurityItem? needed, string name)
    {
        if (needed is { } item && item.Position > signature.Position)
        {
            Fail.With(FailureCode.LayoutViolation, $"ds:Signature before {name}", Header.Describe(),
                "SecurityHeaderLayout Strict, by which headers are read where the transport protects messages");
        }
    }

    /// <summary>The reference of a signature to a part, which has to have one.</summary>
    private static SignedReference Require(SignatureElement signature, XmlId? id, string part)
    {
        var index = id is { } named ? signature.References.FindIndex(r => r.Id == named && !r.DereferencesToken) : -1;
        return index >= 0 ? signature.References[index] : Fail.With<SignedReference>(FailureCode.PartNotSigned, part);
    }
}
