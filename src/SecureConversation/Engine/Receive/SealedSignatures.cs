using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Replay;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Signature;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// Finds the primary signature among the encrypted children of the security header and verifies its value. Anybody can send
/// ciphertext here, so whatever is wrong with it, the receiver does the same work before it refuses: padding, XML, structure and
/// a MAC, on a stand-in where the message gives nothing to work on, and the same number of exceptions.
/// </summary>
internal sealed class SealedSignatures
{
    private readonly SoapEnvelope _wire;
    private readonly MessageShape _shape;
    private readonly MessageRequirements _requirements;
    private readonly KeyRing _keys;
    private readonly KeySource _source;
    private readonly SealedAttempts? _attempts;
    private readonly List<EncryptedPart> _candidates;
    private readonly List<SealedSignature> _opened;

    private SealedSignatures(SoapEnvelope wire, MessageShape shape, EncryptedParts encrypted, MessageRequirements requirements,
        KeyRing keys, KeySource source, SealedAttempts? attempts)
    {
        (_wire, _shape, _requirements, _keys, _source, _attempts) = (wire, shape, requirements, keys, source, attempts);
        _candidates = InOrder(encrypted, requirements);
        _opened = new List<SealedSignature>(1);
    }

    /// <exception cref="SecurityFailureException">None of the parts is a primary signature with a value that holds.</exception>
    public static PrimarySignature Require(
        SoapEnvelope wire,
        MessageShape shape,
        EncryptedParts encrypted,
        MessageRequirements requirements,
        KeyRing keys,
        KeySource source,
        SealedAttempts? attempts) =>
        new SealedSignatures(wire, shape, encrypted, requirements, keys, source, attempts).Require();

    /// <summary>Finds the key of an element that was decrypted, which is a certificate in an asymmetric binding.</summary>
    /// <exception cref="SecurityFailureException">It is none of the message.</exception>
    public SigningCertificate? FindKey(SignatureElement element)
    {
        if (!_requirements.IsAsymmetric)
        {
            _keys.ForSignature(element.Key);
            return null;
        }

        var signer = SigningCertificate.ResolvePrimary(element.Key, _shape.Header, _source, _requirements);
        signer.RequireMaySign(_source);
        return signer;
    }

    private PrimarySignature Require()
    {
        using var wrapper = ScopeOf(_shape.Header.Element);
        using var signers = PossibleSigners.Read(_shape.Header, _requirements, _source);
        PrimarySignature? primary = null;
        try
        {
            var first = OpenUntilPrimary(wrapper.Span);

            // One that looks as if it endorsed is not taken for the primary one where that may be among those that could not be read.
            var chosen = _opened.Exists(o => o.IsRepeated) ? null
                : first ?? (MayAllBeTokens() ? _opened.Find(o => o.Element is not null) : null);
            if (chosen?.Element is { } signature && Holds(signature, chosen.Signer) && chosen.IsWhole)
            {
                return primary = PrimarySignature.Of(chosen, chosen.Signer);
            }

            return Refuse(chosen, wrapper.Span, signers);
        }
        finally
        {
            foreach (var opened in _opened)
            {
                if (!ReferenceEquals(opened, primary?.Sealed))
                {
                    opened.Dispose();
                }
            }
        }
    }

    /// <summary>Does the work that is left, whatever is wrong with the message, and refuses it.</summary>
    private PrimarySignature Refuse(SealedSignature? chosen, ReadOnlySpan<byte> wrapper, PossibleSigners signers)
    {
        while (_opened.Count < _candidates.Count)
        {
            OpenNext(wrapper);
        }

        // What others would have had to read is read of a stand-in.
        StandInSignature.Parse(_opened.Sum(o => o.Unread));
        StandInSignature.Throw(_opened.Count(o => o.Failure is null));
        _opened.ForEach(o => Spend(o, ReferenceEquals(o, chosen), signers));

        // What the others are instead, such as an endorsing signature, says nothing about why this one could not be read.
        var likeliest = (_opened.Find(o => o.IsRepeated) ?? _opened[0]).Failure;
        if (likeliest is { Thrown: not null } && chosen is null)
        {
            // The log says what code of the application threw.
            throw likeliest;
        }

        return chosen is { Element: { } element, IsWhole: true }
            ? SignatureVerification.Refuse<PrimarySignature>(element, _requirements.Suite, _requirements.IsAsymmetric)
            : Fail.With<PrimarySignature>(likeliest?.Code ?? FailureCode.DecryptionFailed,
                likeliest?.Detail ?? "encrypted ds:Signature", likeliest?.Found, likeliest?.Expected);
    }

    /// <summary>Decrypts one after the other up to the first that is a primary signature; null when none is.</summary>
    private SealedSignature? OpenUntilPrimary(ReadOnlySpan<byte> wrapper)
    {
        while (_opened.Count < _candidates.Count)
        {
            var opened = OpenNext(wrapper);
            if (opened.Element is { } element && !PrimarySignature.LooksEndorsing(element, _wire, _shape.Header))
            {
                return opened;
            }
        }

        return null;
    }

    private SealedSignature OpenNext(ReadOnlySpan<byte> wrapper)
    {
        var opened = SealedSignature.Open(_candidates[_opened.Count], wrapper, _requirements, _keys, _attempts, this);
        _opened.Add(opened);
        return opened;
    }

    private bool MayAllBeTokens() => !_requirements.Role.IsRequest
        || _opened.Count(o => o.Element is null) <= _requirements.Supporting.Count(t => t.IsEncrypted);

    private bool Holds(SignatureElement element, SigningCertificate? signer) => signer is null
        ? SignatureVerification.IsValue(element, _requirements.Suite, _keys.ForSignature(element.Key))
        : SignatureVerification.IsValue(element, _requirements.Suite, signer.Certificate);

    // Each that was decrypted is verified with each key of the message, so that the time does not tell whether it names one.
    private void Spend(SealedSignature signature, bool isTried, PossibleSigners signers)
    {
        var standIn = StandInSignature.OfLength(signature.Length);
        if (_requirements.IsAsymmetric)
        {
            signers.Spend(standIn, _requirements.Suite, isTried ? signature.Signer : null);
            return;
        }

        var used = isTried ? _keys.ForSignature(signature.Element!.Key) : null;
        foreach (var key in _keys.ForAnySignature)
        {
            if (!ReferenceEquals(key, used))
            {
                standIn.Verify(_requirements.Suite, key);
            }
        }
    }

    /// <summary>
    /// The encrypted children of the header, the likeliest first: WCF writes the primary signature before those that endorse it and
    /// after all other children, others the reverse.
    /// </summary>
    private static List<EncryptedPart> InOrder(EncryptedParts encrypted, MessageRequirements requirements)
    {
        var candidates = new List<EncryptedPart>(1);
        foreach (var part in encrypted.All)
        {
            if (part.Location.Kind != PartKind.SecurityItem)
            {
                continue;
            }

            if (candidates.Count == MostIn(requirements))
            {
                Fail.With(FailureCode.LimitExceeded, "xenc:EncryptedData in wsse:Security");
            }

            // A token may be larger, a signature is not.
            if (part.Data.CipherValue.ContentEnd - part.Data.CipherValue.ContentStart <= Limits.MaxSealedSignature)
            {
                candidates.Add(part);
            }
        }

        if (candidates.Count == 0)
        {
            Fail.With(FailureCode.SignatureMissing, "encrypted ds:Signature");
        }

        var likeliest = candidates.Count - 1 - requirements.Supporting.Count(t => t.Endorses);
        if (likeliest > 0)
        {
            var first = candidates[likeliest];
            candidates.RemoveAt(likeliest);
            candidates.Insert(0, first);
        }

        return candidates;
    }

    /// <summary>
    /// How many children a message of this binding can have encrypted: the signature, and each token with its own. More would be more work,
    /// and more guesses, for one message. A reply may bring confirmations as well.
    /// </summary>
    private static int MostIn(MessageRequirements requirements) => requirements.Role == MessageRole.Request
        ? Math.Min(Limits.MaxSealedItems, 1 + requirements.Supporting.Sum(t => t.Endorses ? 2 : 1))
        : Limits.MaxSealedItems;

    /// <summary>A start tag that declares what is in scope of the security header, which is where the plaintext belongs.</summary>
    private static PooledBytes ScopeOf(XmlElement header)
    {
        var output = new PooledBytes(1024);
        try
        {
            output.Write("<w"u8);
            header.WriteNamespacesInScope(output, Limits.MaxScopeBytes);
            output.Write(">"u8);
            return output;
        }
        catch
        {
            output.Dispose();
            throw;
        }
    }
}
