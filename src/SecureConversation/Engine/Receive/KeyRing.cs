using System.Security.Cryptography;
using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// The symmetric keys of one message: the primary key and the keys derived from it. A reference resolves to one of these
/// or fails, so a sender cannot make the receiver use a key of the sender's choice.
/// </summary>
internal sealed class KeyRing : IDisposable
{
    private readonly MessageShape _shape;
    private readonly MessageRequirements _requirements;
    private readonly KeySource _source;
    private readonly List<(XmlId Id, DerivedKeyToken Token, SymmetricKey Key, bool IsKept)> _derived = new(2);
    private (XmlId Id, DerivedKeyToken Token)? _endorsingToken;
    private SymmetricKey? _endorsing;
    private (DerivedKeyInputs Signing, DerivedKeyInputs Encryption)? _pair;
    private bool _isPairProved;
    private SymmetricKey? _primary;
    private bool _ownsPrimary;

    private KeyRing(MessageShape shape, MessageRequirements requirements, KeySource source)
    {
        _shape = shape;
        _requirements = requirements;
        _source = source;
    }

    /// <summary>The security context of a session message; null outside sessions.</summary>
    public SecurityContextKey? Context { get; private set; }

    /// <summary>The context whose key endorses the message; null until that was verified, and where none does.</summary>
    public SecurityContextKey? EndorsingContext { get; private set; }

    /// <summary>SHA-1 of the cipher value of this message's EncryptedKey; empty when there is none.</summary>
    public byte[] EncryptedKeySha1 { get; private set; } = [];

    /// <summary>The derived keys of the message, by the Ids of their tokens.</summary>
    public IEnumerable<(XmlId Id, DerivedKeyToken Token)> Derived
    {
        get
        {
            var derived = _derived.Select(d => (d.Id, d.Token));
            return _endorsingToken is { } endorsing ? derived.Append(endorsing) : derived;
        }
    }

    /// <summary>Finds the primary key and derives the others.</summary>
    /// <exception cref="SecurityFailureException">A token of the message refers to no key that the receiver may use.</exception>
    public static KeyRing Resolve(MessageShape shape, MessageRequirements requirements, KeySource source)
    {
        var ring = new KeyRing(shape, requirements, source);
        try
        {
            ring.ResolvePrimary();
            ring.ResolveDerived();
            return ring;
        }
        catch
        {
            ring.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The key that an EncryptedData names. Without a reference it is the key of the EncryptedKey whose reference list names
    /// the EncryptedData (XML Encryption section 3.5).
    /// </summary>
    public SymmetricKey ForEncryption(KeyReference? reference)
    {
        var key = Find(reference, _requirements.DerivedKeys);
        return key.Length == _requirements.Suite.Encryption.KeyBytes
            ? key
            : Fail.With<SymmetricKey>(FailureCode.AlgorithmMismatch, "encryption key length", FailureText.Of(key.Length, "octets"),
                $"{_requirements.Suite.Encryption.KeyBytes} octets ({_requirements.Suite.Name})");
    }

    /// <summary>The key of a symmetric primary signature.</summary>
    public SymmetricKey ForSignature(KeyReference reference)
    {
        return Long(Find(reference, _requirements.DerivedKeys));
    }

    private SymmetricKey Long(SymmetricKey key) => key.Length * 8 >= _requirements.Suite.DefaultSignatureKeyDerivationLength
        ? key
        : Fail.With<SymmetricKey>(FailureCode.AlgorithmMismatch, "signature key length", FailureText.Of(key.Length, "octets"),
            $"at least {_requirements.Suite.DefaultSignatureKeyDerivationLength} bits ({_requirements.Suite.Name})");

    /// <summary>
    /// The key by which a security context endorses the message: that of the one context token in the header, or the one key that is
    /// derived from it, as the session asks. No other key of the message endorses, and this one does nothing else.
    /// </summary>
    /// <exception cref="SecurityFailureException">The context is unknown, or the reference names another key.</exception>
    public SymmetricKey ForEndorsement(KeyReference reference)
    {
        var token = _shape.ContextToken!;
        EndorsingContext = _source.FindContext(token.Identifier, token.Instance)
            ?? Fail.With<SecurityContextKey>(FailureCode.UnknownContext, "endorsing wsc:SecurityContextToken");
        if (!_requirements.EndorsingContextDerives)
        {
            return _shape.Header.FindById(reference.LocalId)?.Token == TokenKind.SecurityContext
                ? Long(EndorsingContext.Key)
                : Fail.With<SymmetricKey>(FailureCode.WrongToken, "endorsing ds:Signature");
        }

        if (_endorsingToken is not { } derived || derived.Id != reference.LocalId)
        {
            return Fail.With<SymmetricKey>(FailureCode.DerivedKeyViolation, "endorsing ds:Signature");
        }

        if (_source.IsOwn(derived.Token))
        {
            Fail.With(FailureCode.WrongToken, "reflected wsc:DerivedKeyToken");
        }

        var (offset, length, nonce) = derived.Token.Inputs;
        _endorsing ??= EndorsingContext.Key.Derive(DerivedKeyToken.DefaultLabel, nonce, offset, length);
        return Long(_endorsing);
    }

    /// <summary>Whether a reference names the endorsing context or a key that is derived from it.</summary>
    public bool IsOfEndorsingContext(KeyReference reference) => _requirements.EndorsingContext is not null
        && reference.Kind == KeyReferenceKind.LocalId
        && (_endorsingToken?.Id == reference.LocalId || _shape.Header.FindById(reference.LocalId)?.Token == TokenKind.SecurityContext);

    /// <summary>All keys of the message that a symmetric primary signature may be made with.</summary>
    public IEnumerable<SymmetricKey> ForAnySignature
    {
        get
        {
            var keys = _derived.Select(d => d.Key);
            if (_primary is not null && (!_requirements.DerivedKeys || _requirements.DerivedKeysOptional))
            {
                keys = keys.Append(_primary);
            }

            return keys.Where(key => key.Length * 8 >= _requirements.Suite.DefaultSignatureKeyDerivationLength);
        }
    }

    /// <summary>What the derived key that a reference names was derived from; null when it names no derived key.</summary>
    public DerivedKeyInputs? FindInputs(KeyReference? reference)
    {
        foreach (var (id, token, _, _) in _derived)
        {
            if (reference is { Kind: KeyReferenceKind.LocalId } && id == reference.LocalId)
            {
                return token.Inputs;
            }
        }

        return null;
    }

    /// <summary>Whether a verified message came with the same pair of keys before.</summary>
    public bool IsPairKnown { get; private set; }

    /// <summary>Says which keys signed and encrypted the message.</summary>
    public void UsesPair(DerivedKeyInputs signing, DerivedKeyInputs encryption)
    {
        _pair = (signing, encryption);
        IsPairKnown = Context?.Pairs.Find(signing) is not null;
    }

    /// <summary>The content shows that the encryption key is the right one: <see cref="Keep"/> remembers the pair.</summary>
    public void ProvePair() => _isPairProved = true;

    /// <summary>Hands the wrapped key over to the reply, which then owns it; null where the request has no such key.</summary>
    public SymmetricKey? DetachPrimary()
    {
        if (_requirements.Primary != PrimaryTokenKind.WrappedKey)
        {
            return null;
        }

        _ownsPrimary = false;
        return _primary;
    }

    /// <summary>Keeps the derived keys in the context for later messages. Called only once the message is verified.</summary>
    public void Keep()
    {
        if (Context is null)
        {
            return;
        }

        if (_isPairProved && _pair is { } pair)
        {
            Context.Pairs.Add(pair.Signing, pair.Encryption);
        }

        for (var i = 0; i < _derived.Count; i++)
        {
            if (!_derived[i].IsKept)
            {
                _derived[i] = _derived[i] with { IsKept = Context.TryKeep(_derived[i].Token, _derived[i].Key) };
            }
        }
    }

    public void Dispose()
    {
        foreach (var (_, _, key, isKept) in _derived)
        {
            if (!isKept)
            {
                key.Dispose();
            }
        }

        _endorsing?.Dispose();
        if (_ownsPrimary)
        {
            _primary?.Dispose();
        }
    }

    private void ResolvePrimary()
    {
        if (_shape.EncryptedKey is { } wrapped)
        {
            Unwrap(wrapped);
        }
        else if (_shape.ContextToken is { } token && _requirements.EndorsingContext is null)
        {
            UseContext(token.Identifier, token.Instance);
        }
    }

    private void Unwrap(EncryptedKey wrapped)
    {
        var suite = _requirements.Suite;
        if (wrapped.Algorithm != suite.AsymmetricKeyWrap.Uri || wrapped.OaepDigest is not (null or AlgorithmUris.Sha1))
        {
            Fail.With(FailureCode.AlgorithmMismatch, "key transport", $"{wrapped.Algorithm} {wrapped.OaepDigest}",
                $"{suite.AsymmetricKeyWrap.Uri} ({suite.Name})");
        }

        var own = _source.FindOwn(wrapped.WrappedFor) ?? Fail.With<X509Credential>(
            FailureCode.WrongToken, "xenc:EncryptedKey", $"a key for {wrapped.WrappedFor.Describe()}", _source.OwnName);

        // WS-Security 1.1 section 7.3: EncryptedKeySHA1 is the hash of the cipher value, not of the key.
        EncryptedKeySha1 = SHA1.HashData(wrapped.CipherValue);
        _source.Use?.OfWrappedKey(EncryptedKeySha1);

        // A key that could not decrypt would end the message early, and so tell the length of what was unwrapped.
        var exact = suite.Encryption.KeyBytes;
        // Whether it decrypts is told by the message alone: its action, which nobody has verified, may ask for a signature and no more.
        var (least, most) = _shape.References.Count > 0 && !_requirements.DerivedKeys
            ? (exact, exact)
            : (suite.MinSymmetricKeyLength / 8, suite.MaxSymmetricKeyLength / 8);
        _primary = RsaKeyTransport.Unwrap(own.PrivateKey, suite.AsymmetricKeyWrap, wrapped.CipherValue, least, most,
            suite.DefaultSymmetricKeyLength / 8, out _);
        _ownsPrimary = true;
    }

    /// <summary>The key of a known context. All references of one message have to lead to the same context.</summary>
    private SymmetricKey UseContext(string identifier, string? instance)
    {
        if (_requirements.Primary != PrimaryTokenKind.SecurityContext)
        {
            Fail.With(FailureCode.WrongToken, "wsc:SecurityContextToken");
        }

        var context = _source.FindContext(identifier, instance);
        if (context is null || (Context is not null && Context != context))
        {
            return Fail.With<SymmetricKey>(Context is null ? FailureCode.UnknownContext : FailureCode.WrongToken,
                "wsc:SecurityContextToken", $"{identifier}{(instance is null ? "" : $", instance {instance}")}", _source.OwnName);
        }

        Context = context;
        _source.Use?.OfContext(context.Identifier);
        return _primary = context.Key;
    }

    private void ResolveDerived()
    {
        foreach (var (id, token) in _shape.DerivedKeys)
        {
            if (IsOfEndorsingContext(token.Source))
            {
                PutAside(id, token);
                continue;
            }

            if (!_requirements.DerivedKeys)
            {
                Fail.With(FailureCode.UnexpectedElement, TokenKind.DerivedKey.ElementName);
            }

            var source = FindPrimary(token.Source);
            if (_source.IsOwn(token))
            {
                Fail.With(FailureCode.WrongToken, "reflected wsc:DerivedKeyToken");
            }

            var known = Context?.FindDerived(token);
            var (offset, length, nonce) = token.Inputs;
            var key = known ?? source.Derive(DerivedKeyToken.DefaultLabel, nonce, offset, length);
            _derived.Add((id, token, key, IsKept: known is not null));
        }
    }

    /// <summary>A key that endorses is derived when the rest of the message holds: until then its context is not looked for.</summary>
    private void PutAside(XmlId id, DerivedKeyToken token)
    {
        if (_endorsingToken is not null || !_requirements.EndorsingContextDerives)
        {
            Fail.With(FailureCode.UnexpectedElement, TokenKind.DerivedKey.ElementName);
        }

        _endorsingToken = (id, token);
    }

    /// <summary>A derived key by its Id, else the primary key unless only derived keys may be used.</summary>
    private SymmetricKey Find(KeyReference? reference, bool derivedOnly)
    {
        if (reference is { Kind: KeyReferenceKind.LocalId })
        {
            foreach (var (id, _, key, _) in _derived)
            {
                if (id == reference.LocalId)
                {
                    return key;
                }
            }
        }

        if (derivedOnly && !_requirements.DerivedKeysOptional)
        {
            Fail.With(FailureCode.DerivedKeyViolation, "reference to a key that is not derived");
        }

        if (reference is not null)
        {
            return FindPrimary(reference);
        }

        return _shape.EncryptedKey is { ReferenceList.IsNull: false }
            ? _primary!
            : Fail.With<SymmetricKey>(FailureCode.UnresolvedReference, "ds:KeyInfo");
    }

    private SymmetricKey FindPrimary(KeyReference reference)
    {
        switch (reference.Kind)
        {
            case KeyReferenceKind.LocalId:
                var item = _shape.Header.FindById(reference.LocalId);
                return item?.Token == TokenKind.EncryptedKey
                    || (item?.Token == TokenKind.SecurityContext && _requirements.Primary == PrimaryTokenKind.SecurityContext)
                    ? _primary!
                    : Fail.With<SymmetricKey>(item is null ? FailureCode.UnresolvedReference : FailureCode.WrongToken,
                        "wsse:Reference", reference.Describe());
            case KeyReferenceKind.SecurityContext:
                return UseContext(reference.Uri, reference.Instance);
            case KeyReferenceKind.EncryptedKeySha1 when _shape.EncryptedKey is not null
                && EncryptedKeySha1.AsSpan().SequenceEqual(reference.Value.Span):
                return _primary!;
            case KeyReferenceKind.EncryptedKeySha1 when _requirements.Primary == PrimaryTokenKind.CorrelatedKey:
                return _source.FindEncryptedKey(reference.Value.Span)
                    ?? Fail.With<SymmetricKey>(
                        FailureCode.WrongToken, "EncryptedKeySHA1", reference.Describe(), "the key of the request");
            default:
                return Fail.With<SymmetricKey>(FailureCode.WrongToken, "reference to a key", reference.Describe());
        }
    }
}
