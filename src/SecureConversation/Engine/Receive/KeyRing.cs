using System.Security.Cryptography;
using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Saml;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// The symmetric keys of one message: the primary key and the keys derived from it. A reference resolves to one of these
/// or fails, so a sender cannot make the receiver use a key of the sender's choice.
/// </summary>
internal sealed partial class KeyRing : IDisposable
{
    private readonly MessageShape _shape;
    private readonly MessageRequirements _requirements;
    private readonly KeySource _source;
    private readonly List<(XmlId Id, DerivedKeyToken Token, SymmetricKey Key, bool IsKept)> _derived = new(2);
    private AssertionKeys? _assertions;
    private (DerivedKeyInputs Signing, DerivedKeyInputs Encryption)? _pair;
    private bool _isPairProved;
    private SymmetricKey? _primary;
    private bool _ownsPrimary;
    private SymmetricKey? _ofUserName;

    private KeyRing(MessageShape shape, MessageRequirements requirements, KeySource source)
    {
        _shape = shape;
        _requirements = requirements;
        _source = source;
    }

    /// <summary>
    /// The security context of a session message; null outside sessions, and in a reply that the transport protects, which names none.
    /// </summary>
    public SecurityContextKey? Context { get; private set; }

    /// <summary>SHA-1 of the cipher value of this message's EncryptedKey; empty when there is none.</summary>
    public byte[] EncryptedKeySha1 { get; private set; } = [];

    /// <summary>The assertion whose key protects a request, and its place in the header; null where another key does.</summary>
    public (int Position, VerifiedAssertion Assertion)? IssuedPrimary { get; private set; }

    /// <summary>The keys of the assertions that endorse the message.</summary>
    public AssertionKeys Assertions => _assertions ??= new AssertionKeys(_shape, _requirements, _source);

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
        if (_ofUserName is not null && ReferenceEquals(key, _primary))
        {
            key = _ofUserName;
        }

        return key.Length == _requirements.Suite.Encryption.KeyBytes
            ? key
            : Fail.With<SymmetricKey>(FailureCode.AlgorithmMismatch, "encryption key length", FailureText.Of(key.Length, "octets"),
                $"{_requirements.Suite.Encryption.KeyBytes} octets ({_requirements.Suite.Name})");
    }

    /// <summary>The key of a symmetric primary signature.</summary>
    public SymmetricKey ForSignature(KeyReference reference) => Long(Find(reference, _requirements.DerivedKeys));

    private SymmetricKey Long(SymmetricKey key) => key.Length * 8 >= _requirements.Suite.DefaultSignatureKeyDerivationLength
        ? key
        : Fail.With<SymmetricKey>(FailureCode.AlgorithmMismatch, "signature key length", FailureText.Of(key.Length, "octets"),
            $"at least {_requirements.Suite.DefaultSignatureKeyDerivationLength} bits ({_requirements.Suite.Name})");

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

    /// <summary>Hands the decrypted key over to the reply, which then owns it; null where the request has no such key.</summary>
    public SymmetricKey? DetachPrimary()
    {
        if (_requirements.Primary == PrimaryTokenKind.UserName)
        {
            // It stays the source's.
            return _primary?.Truncate(_primary.Length);
        }

        if (_requirements.Primary is not (PrimaryTokenKind.WrappedKey or PrimaryTokenKind.IssuedToken) || !_ownsPrimary)
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
        _ofUserNameDerived?.Dispose();
        _ofUserName?.Dispose();
        _assertions?.Dispose();
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
        else if (_shape.ContextToken is { } token && (_requirements.EndorsingContext is null || _requirements.HasTwoContexts))
        {
            UseContext(token.Identifier, token.Instance);
        }
        else if (_requirements is { Primary: PrimaryTokenKind.IssuedToken, Role.IsFromClient: true })
        {
            (IssuedPrimary, _primary) = Assertions.ForMessage();
            _ownsPrimary = true;
        }
        else if (_requirements.Primary == PrimaryTokenKind.UserName
            && _shape.Header.Single(TokenKind.UserName) is { Id: { } id } && _source.FindUserNameKey(id) is { } key)
        {
            UseUserName(key);
        }
    }

    /// <summary>
    /// Uses the key that is made of a password. It has 160 bits: where no keys are derived, its first octets encrypt, as WSS4J has it.
    /// </summary>
    private SymmetricKey UseUserName(SymmetricKey key)
    {
        _ofUserName ??= _requirements.DerivedKeys ? null : key.Truncate(_requirements.Suite.Encryption.KeyBytes);
        return _primary = key;
    }

    private void Unwrap(EncryptedKey wrapped)
    {
        var suite = _requirements.Suite;
        if (!ReceivedKey.IsOf(suite, wrapped))
        {
            Fail.With(FailureCode.AlgorithmMismatch, "key transport", ReceivedKey.Found(wrapped), ReceivedKey.Expected(suite));
        }

        var own = _source.FindOwn(_shape.WrappedFor) ?? Fail.With<X509Credential>(
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
        _primary = ReceivedKey.Unwrap(wrapped, own, suite, suite.AsymmetricKeyWrap, least, most, _source.Use);
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

            if (IsOfEndorsingUserName(token.Source))
            {
                PutAsideOfUserName(id, token);
                continue;
            }

            if (_requirements is { Primary: not PrimaryTokenKind.IssuedToken, IssuedTokens: > 0 } && Assertions.TryPutAside(id, token))
            {
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
            var key = known ?? source.Derive(_requirements.Suite.KeyDerivation, DerivedKeyToken.DefaultLabel, nonce, offset, length);
            _derived.Add((id, token, key, IsKept: known is not null));
        }
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
            case var _ when _requirements is { Primary: PrimaryTokenKind.IssuedToken, Role.IsFromClient: false }:
                return _primary = Assertions.OfRequest(reference);
            case KeyReferenceKind.LocalId:
                var item = _shape.Header.FindById(reference.LocalId);
                if (item is null && _requirements.Primary == PrimaryTokenKind.CorrelatedUserName
                    && _source.FindUserNameKey(reference.LocalId) is { } ofRequest)
                {
                    return UseUserName(ofRequest);
                }

                return item?.Token == TokenKind.EncryptedKey
                    || (item?.Token == TokenKind.UserName && _requirements.Primary == PrimaryTokenKind.UserName && _primary is not null)
                    || (item?.Token == TokenKind.SecurityContext && _requirements.Primary == PrimaryTokenKind.SecurityContext
                        && !_shape.IsEndorsingContext(reference.LocalId))
                    || (item is { } found && found.Position == IssuedPrimary?.Position)
                    ? _primary!
                    : Fail.With<SymmetricKey>(item is null ? FailureCode.UnresolvedReference : FailureCode.WrongToken,
                        "wsse:Reference", reference.Describe());
            case KeyReferenceKind.Assertion when IssuedPrimary is { } issued
                && _shape.Header.FindById(reference.LocalId)?.Position == issued.Position:
                return _primary!;
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
