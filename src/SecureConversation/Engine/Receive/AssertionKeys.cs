using SecureConversation.Binding;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Saml;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// The keys of assertions. Those by which assertions endorse a message are the key of an assertion in the header, or the one key that is
/// derived from it, as the binding asks. They do nothing else, and are decrypted when the rest of the message holds.
/// </summary>
internal sealed class AssertionKeys(MessageShape shape, MessageRequirements requirements, KeySource source) : IDisposable
{
    private readonly List<(XmlId Id, DerivedKeyToken Token, int Position)> _derived = [];
    private readonly List<SymmetricKey> _keys = [];
    private readonly HashSet<int> _used = [];

    /// <summary>The keys that are derived from assertions, by the Ids of their tokens.</summary>
    public IEnumerable<(XmlId Id, DerivedKeyToken Token)> Derived => _derived.Select(d => (d.Id, d.Token));

    /// <summary>
    /// The assertion whose key protects a request, and the key, which is the caller's. Its issuer was judged before this private key
    /// operation.
    /// </summary>
    /// <exception cref="SecurityFailureException">It is none with a symmetric key that was wrapped for this service.</exception>
    public ((int Position, VerifiedAssertion Assertion) Primary, SymmetricKey Key) ForMessage()
    {
        var position = shape.Header.Single(TokenKind.Saml)!.Value.Position;
        var assertion = source.Assertions?.At(position)
            ?? Fail.With<VerifiedAssertion>(FailureCode.WrongToken, TokenKind.Saml.ElementName);
        return ((position, assertion), source.Assertions.Unwrap(assertion, requirements, source.Use));
    }

    /// <summary>The key of the issued token of the request that a reply answers, which is the client's.</summary>
    /// <exception cref="SecurityFailureException">The reply refers to another key.</exception>
    public SymmetricKey OfRequest(KeyReference reference) => source.FindIssuedKey(reference) ?? Fail.With<SymmetricKey>(
        FailureCode.WrongToken, "reference to a key", reference.Describe(), "the issued token of the request");

    /// <summary>Whether a derived key is one of an assertion, which endorses.</summary>
    /// <exception cref="SecurityFailureException">The binding asks for no such key, or for one of each assertion.</exception>
    public bool TryPutAside(XmlId id, DerivedKeyToken token)
    {
        if (FindAssertion(token.Source) is not { } position)
        {
            return false;
        }

        if (!requirements.EndorsingIssuedTokenDerives || _derived.Exists(d => d.Position == position))
        {
            Fail.With(FailureCode.UnexpectedElement, TokenKind.DerivedKey.ElementName);
        }

        _derived.Add((id, token, position));
        return true;
    }

    /// <summary>Whether a reference names an assertion with a key, or a key that is derived from one.</summary>
    public bool Contain(KeyReference reference) => Find(reference) is not null;

    /// <summary>The assertion that endorses, and its key where it is symmetric, which stays here.</summary>
    /// <exception cref="SecurityFailureException">It is none with a key, endorses twice, or does not derive keys as it has to.</exception>
    public (int Position, VerifiedAssertion Assertion, SymmetricKey? Key) ForEndorsement(KeyReference reference)
    {
        var (position, token) = Find(reference)!.Value;
        var assertion = source.Assertions?.At(position)
            ?? Fail.With<VerifiedAssertion>(FailureCode.WrongToken, TokenKind.Saml.ElementName);
        if (!_used.Add(position))
        {
            Fail.With(FailureCode.UnexpectedElement, "a second signature by one assertion");
        }

        if (assertion.KeyType != SecurityKeyType.SymmetricKey)
        {
            return token is null ? (position, assertion, null)
                : Fail.With<(int, VerifiedAssertion, SymmetricKey?)>(FailureCode.DerivedKeyViolation, "endorsing ds:Signature");
        }

        if (token is null == requirements.EndorsingIssuedTokenDerives)
        {
            Fail.With(FailureCode.DerivedKeyViolation, "endorsing ds:Signature");
        }

        var key = Keep(source.Assertions!.Unwrap(assertion, requirements, source.Use));
        if (token is not null)
        {
            var (offset, length, nonce) = token.Inputs;
            key = Keep(key.Derive(requirements.Suite.KeyDerivation, DerivedKeyToken.DefaultLabel, nonce, offset, length));
        }

        return key.Length * 8 >= requirements.Suite.DefaultSignatureKeyDerivationLength ? (position, assertion, key)
            : Fail.With<(int, VerifiedAssertion, SymmetricKey?)>(FailureCode.AlgorithmMismatch, "signature key length",
                FailureText.Of(key.Length, "octets"),
                $"at least {requirements.Suite.DefaultSignatureKeyDerivationLength} bits ({requirements.Suite.Name})");
    }

    public void Dispose() => _keys.ForEach(key => key.Dispose());

    private (int Position, DerivedKeyToken? Token)? Find(KeyReference reference)
    {
        foreach (var (id, token, position) in _derived)
        {
            if (reference.Kind == KeyReferenceKind.LocalId && id == reference.LocalId)
            {
                return (position, token);
            }
        }

        return FindAssertion(reference) is { } own ? (own, null) : null;
    }

    private int? FindAssertion(KeyReference reference) =>
        reference.IsById && shape.Header.FindById(reference.LocalId) is { Token: SamlTokenKind } item ? item.Position : null;

    private SymmetricKey Keep(SymmetricKey key)
    {
        _keys.Add(key);
        return key;
    }
}
