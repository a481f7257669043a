using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Signature;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// A message whose parts are covered by a verified primary signature. The digests of what stands in clear are compared first; those
/// of encrypted parts follow when the parts are decrypted.
/// </summary>
internal sealed class SignedMessage : MessageIntegrity
{
    private readonly PrimarySignature _primary;
    private readonly List<HeldSignature> _signatures = new(1);
    private readonly List<CoveredPart> _covered;
    // The references to what was encrypted, by their numbers.
    private readonly List<int> _open = new(2);
    private int _timestampReference = -1;

    // One for both halves: the bytes that it may compute are bounded for the whole message.
    private readonly ReferenceDigest _digest;

    private SignedMessage(SoapEnvelope wire, SecurityHeader header, PrimarySignature primary, ReferenceDigest digest, KeyRing keys)
        : base(wire, header)
    {
        _primary = primary;
        _digest = digest;
        _covered = new List<CoveredPart>(primary.Element.References.Count);
        _signatures.Add(keys.IssuedPrimary is { } issued
            ? new(primary.Element, primary.Position, new ProvedVerifiedAssertion(issued.Assertion),
                MessagePart.SecurityItem(issued.Position), IsEndorsing: false)
            : new(primary.Element, primary.Position, ProofOf(primary.Signer), primary.Signer?.Token, IsEndorsing: false));
    }

    public override List<HeldSignature> Signatures => _signatures;

    public override ReadOnlySpan<byte> ReplayValue => _primary.Element.ReplayValue;

    public override PrimarySignature Primary => _primary;

    public override CoveredPart? Find(MessagePart location) => IndexOf(location) is >= 0 and var index ? _covered[index] : null;

    /// <summary>Compares the digest of the timestamp, whose length is known, and no other: it says whether the message is fresh.</summary>
    /// <param name="wire">The envelope on the wire.</param>
    /// <param name="header">Its security header.</param>
    /// <param name="requirements">The requirements for the message.</param>
    /// <param name="primary">The signature, whose value holds. The result takes it over.</param>
    /// <param name="keys">The keys of the message, one of which made the signature.</param>
    /// <exception cref="SecurityFailureException">The signature does not cover the timestamp.</exception>
    public static SignedMessage Begin(
        SoapEnvelope wire, SecurityHeader header, MessageRequirements requirements, PrimarySignature primary, KeyRing keys)
    {
        var digest = new ReferenceDigest(requirements.Suite.Digest);
        try
        {
            var message = new SignedMessage(wire, header, primary, digest, keys);
            message.VerifyTimestamp(requirements);
            return message;
        }
        catch
        {
            digest.Dispose();
            throw;
        }
    }

    /// <summary>Compares the digests of what was encrypted, and verifies the endorsing signatures.</summary>
    /// <inheritdoc/>
    public override void Complete(SoapEnvelope plain, SecurityHeader header, EncryptedParts encrypted, MessageRequirements requirements,
        KeyRing keys, KeySource source)
    {
        foreach (var number in _open)
        {
            var reference = _primary.Element.References[number];
            var (location, element) = Locate(reference, plain, header) ?? Unlocated(reference);
            var form = SignatureVerification.RequireDigest(reference, element, _digest);
            var part = new CoveredPart(location, reference.InclusivePrefixes, form);
            if (location == MessagePart.Body)
            {
                _covered[IndexOf(location)] = part;
            }
            else
            {
                Add(part);
            }
        }

        if (requirements.SignsFirst)
        {
            Document = plain;
            Header = header;
            VerifyEndorsements(header, encrypted, requirements, keys, source);
        }

        _digest.Dispose();
    }

    public override void Dispose()
    {
        _primary.Dispose();
        _digest.Dispose();
    }

    /// <summary>
    /// Compares the digests of what else stands in clear on the wire. Where encryption came first that is everything, the endorsing
    /// signatures included.
    /// </summary>
    /// <inheritdoc/>
    public override void VerifyOnWire(EncryptedParts encrypted, MessageRequirements requirements, KeyRing keys, KeySource source)
    {
        VerifyReferences(encrypted, requirements);
        if (!requirements.SignsFirst)
        {
            VerifyEndorsements(Header, encrypted, requirements, keys, source);
        }
    }

    private void VerifyTimestamp(MessageRequirements requirements)
    {
        if (Header.Single(SecurityItemKind.Timestamp) is not { } timestamp)
        {
            return;
        }

        var location = MessagePart.SecurityItem(timestamp.Position);
        _timestampReference = ReferenceTo(timestamp);
        if (_timestampReference < 0)
        {
            Fail.With(FailureCode.PartNotSigned, "wsu:Timestamp");
        }

        VerifyInClear(_primary.Element.References[_timestampReference], location, timestamp.Element, requirements);
    }

    /// <summary>The index of the first reference to a child of the header; -1 when there is none. Ids are unique.</summary>
    private int ReferenceTo(SecurityItem item)
    {
        var references = _primary.Element.References;
        for (var i = 0; i < references.Count; i++)
        {
            var reference = references[i];
            if (reference.DereferencesToken
                ? Locate(reference, Document, Header)?.Location == MessagePart.SecurityItem(item.Position)
                : item.HasId(reference.Id))
            {
                return i;
            }
        }

        return -1;
    }

    private void VerifyInClear(SignedReference reference, MessagePart location, XmlElement element, MessageRequirements requirements)
    {
        var form = SignatureVerification.RequireDigest(reference, element, _digest, requirements.IsBound);
        Add(new CoveredPart(location, reference.InclusivePrefixes, form));
    }

    private void VerifyReferences(EncryptedParts encrypted, MessageRequirements requirements)
    {
        var hidden = requirements.SignsFirst ? CountHidden(encrypted) : 0;
        for (var i = 0; i < _primary.Element.References.Count; i++)
        {
            if (i == _timestampReference)
            {
                continue;
            }

            var reference = _primary.Element.References[i];
            var target = Locate(reference, Document, Header);
            if (target is { } found && !(requirements.SignsFirst && encrypted.Contains(found.Location)))
            {
                VerifyInClear(reference, found.Location, found.Element, requirements);
            }
            else if (target?.Location == MessagePart.Body)
            {
                Add(new CoveredPart(MessagePart.Body, reference.InclusivePrefixes, CanonicalForm.Recommendation));
                _open.Add(i);
            }
            else if (hidden-- > 0)
            {
                _open.Add(i);
            }
            else
            {
                Unlocated(reference);
            }
        }
    }

    /// <summary>An endorsing signature has one reference, which names the primary signature (WS-SecurityPolicy 1.2 section 8.3).</summary>
    private void VerifyEndorsements(
        SecurityHeader header, EncryptedParts encrypted, MessageRequirements requirements, KeyRing keys, KeySource source)
    {
        // Checked before any signature is verified: each costs an operation with a public key that the sender chose.
        EndorsingSignature.RequireCount(CountOthers(header), requirements);

        var needsContext = requirements.EndorsingContext is not null;
        foreach (var item in header.Items)
        {
            if (!IsOther(item))
            {
                continue;
            }

            var signature = SignatureElement.Read(item.Element, requirements.Protocol, Limits.MaxSignedParts);
            var isSealed = requirements.SignsFirst && encrypted.Contains(MessagePart.SecurityItem(item.Position));
            if (isSealed)
            {
                SealedForm.Require(item.Element, Document.Bytes[item.Element.Start..item.Element.End]);
            }

            if (_primary.Element.Id is not { } id || signature.References.Count != 1 || signature.References[0].Id != id)
            {
                Fail.With(FailureCode.UnexpectedElement, "ds:Signature that endorses another one");
            }

            var isOfContext = needsContext && keys.IsOfEndorsingContext(signature.Key);
            var (proof, token) = isOfContext
                ? EndorsingSignature.VerifyByContext(signature, requirements, keys)
                : EndorsingSignature.Verify(signature, header, requirements, keys, source, isSealed);
            needsContext &= !isOfContext;
            if (token is not null && Endorses(token))
            {
                Fail.With(FailureCode.UnexpectedElement, "a second endorsing ds:Signature of the same token");
            }

            SignatureVerification.RequireDigest(signature.References[0], header.Items[_primary.Position].Element, _digest);
            _signatures.Add(new HeldSignature(signature, item.Position, proof, token, IsEndorsing: true));
        }

        if (needsContext)
        {
            Fail.With(FailureCode.TokenMissing, "ds:Signature by the security context");
        }
    }

    private bool IsOther(SecurityItem item) => item.Kind == SecurityItemKind.Signature && item.Position != _primary.Position;

    private int CountOthers(SecurityHeader header)
    {
        var count = 0;
        foreach (var item in header.Items)
        {
            count += IsOther(item) ? 1 : 0;
        }

        return count;
    }

    private bool Endorses(MessagePart? token) => _signatures.Exists(s => s.IsEndorsing && s.Token == token);

    private static ProvedCertificate? ProofOf(SigningCertificate? signer) => signer is null ? null : new(signer.Certificate);

    private void Add(CoveredPart part)
    {
        if (IndexOf(part.Location) >= 0)
        {
            Fail.With(FailureCode.DuplicateId, "ds:Reference");
        }

        _covered.Add(part);
    }

    private int IndexOf(MessagePart location)
    {
        for (var i = 0; i < _covered.Count; i++)
        {
            if (_covered[i].Location == location)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>
    /// The body, header block or child of the security header that a reference names; null when it names none of them. Ids elsewhere
    /// are ignored.
    /// </summary>
    private static (MessagePart Location, XmlElement Element)? Locate(
        SignedReference reference, SoapEnvelope document, SecurityHeader header)
    {
        if (header.FindById(reference.Id) is { } item)
        {
            var target = reference.DereferencesToken ? Dereference(item, header) : item;
            return target is { } found ? (MessagePart.SecurityItem(found.Position), found.Element) : null;
        }

        if (reference.DereferencesToken)
        {
            return null;
        }

        if (document.BodyId == reference.Id)
        {
            return (MessagePart.Body, document.Body);
        }

        for (var i = 0; i < document.Headers.Count; i++)
        {
            if (document.Headers[i].Id == reference.Id)
            {
                return (MessagePart.HeaderBlock(i), document.Headers[i].Element);
            }
        }

        return null;
    }

    /// <summary>STR-Transform (WS-Security 1.1 section 8.3): from a token reference to the token in this header that it names.</summary>
    private static SecurityItem? Dereference(SecurityItem item, SecurityHeader header)
    {
        var target = item.Kind == SecurityItemKind.SecurityTokenReference ? item.Element.FirstChild : default;
        if (!target.IsNull && target.Is(Wsse.KeyIdentifier)
            && KnownUris.Get(target, Attr.ValueType) is Uris.SamlAssertionId or Uris.SamlId)
        {
            // SAML token profile 1.1 section 3.4.4.
            var assertion = header.FindById(new XmlId(target.RawText.Trim(" \t\r\n"u8).ToArray()));
            return assertion?.Token == TokenKind.Saml ? assertion : null;
        }

        return !target.IsNull && target.Is(Wsse.Reference) && XmlId.OfReference(target, Attr.Uri) is { } id ? header.FindById(id) : null;
    }

    // The body keeps its name, and its Id, in clear. Blocks and tokens have theirs inside the ciphertext.
    private int CountHidden(EncryptedParts encrypted)
    {
        var count = 0;
        foreach (var part in encrypted.All)
        {
            if (part.Location != MessagePart.Body && part.Location != MessagePart.SecurityItem(_primary.Position))
            {
                count++;
            }
        }

        return count;
    }

    // The signed part is absent, or was moved to a place that is not read (signature wrapping).
    private static (MessagePart Location, XmlElement Element) Unlocated(SignedReference reference) =>
        Fail.With<(MessagePart, XmlElement)>(
            reference.DereferencesToken ? FailureCode.UnresolvedReference : FailureCode.PartNotSigned,
            "ds:Reference to no part of this message", $"#{reference.Id}");
}
