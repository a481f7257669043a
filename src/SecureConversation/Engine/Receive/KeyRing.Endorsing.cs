using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Receive;

/// <content>The keys of a security context and of a user name that endorse the message, which do nothing else.</content>
internal sealed partial class KeyRing
{
    /// <summary>A derived key that is none of those that protect the message.</summary>
    private sealed record DerivedAside(XmlId Id, DerivedKeyToken Token);

    private DerivedAside? _endorsingToken;
    private SymmetricKey? _endorsing;
    private DerivedAside? _ofUserNameToken;
    private SymmetricKey? _ofUserNameDerived;

    /// <summary>The derived keys of the message, by the Ids of their tokens.</summary>
    public IReadOnlyList<(XmlId Id, DerivedKeyToken Token)> DerivedKeys
    {
        get
        {
            if (_assertions is null && _endorsingToken is null && _ofUserNameToken is null)
            {
                // None was put aside.
                return _shape.DerivedKeys;
            }

            var derived = _derived.Select(d => (d.Id, d.Token)).Concat(_assertions?.Derived ?? []);
            derived = _endorsingToken is { } endorsing ? derived.Append((endorsing.Id, endorsing.Token)) : derived;
            return [.. _ofUserNameToken is { } ofUserName ? derived.Append((ofUserName.Id, ofUserName.Token)) : derived];
        }
    }

    /// <summary>The context that the message renews, whose key endorses it; null until that was verified, and where none does.</summary>
    public SecurityContextKey? EndorsingContext { get; private set; }

    /// <summary>Where the token of the context that endorses stands in the header.</summary>
    public int EndorsingContextPosition => _shape.EndorsingContextItem!.Value.Position;

    /// <summary>
    /// The key by which a security context endorses the message: that of the one context token in the header, or the one key that is
    /// derived from it, as the session asks. No other key of the message endorses, and this one does nothing else.
    /// </summary>
    /// <exception cref="SecurityFailureException">The context is unknown, or the reference names another key.</exception>
    public SymmetricKey ForEndorsement(KeyReference reference)
    {
        var token = _shape.EndorsingContextToken!;
        var context = _source.FindContext(token.Identifier, token.Instance)
            ?? Fail.With<SecurityContextKey>(FailureCode.UnknownContext, "endorsing wsc:SecurityContextToken");
        (Context, EndorsingContext) = _requirements.IsInTransportSession ? (context, EndorsingContext) : (Context, context);
        if (_requirements.IsProtectedByTransport)
        {
            _source.Use?.OfContext(context.Identifier);
        }

        if (!_requirements.EndorsingContextDerives)
        {
            return _shape.IsEndorsingContext(reference.LocalId)
                ? Long(context.Key)
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
        _endorsing ??= context.Key.Derive(_requirements.Suite.KeyDerivation, DerivedKeyToken.DefaultLabel, nonce, offset, length);
        return Long(_endorsing);
    }

    /// <summary>Whether a reference names the endorsing context or a key that is derived from it.</summary>
    public bool IsOfEndorsingContext(KeyReference reference) => _requirements.EndorsingContext is not null
        && reference.Kind == KeyReferenceKind.LocalId
        && (_endorsingToken?.Id == reference.LocalId || _shape.IsEndorsingContext(reference.LocalId));

    /// <summary>A key that endorses is derived when the rest of the message holds: until then its context is not looked for.</summary>
    private void PutAside(XmlId id, DerivedKeyToken token)
    {
        if (_endorsingToken is not null || !_requirements.EndorsingContextDerives)
        {
            Fail.With(FailureCode.UnexpectedElement, TokenKind.DerivedKey.ElementName);
        }

        _endorsingToken = new DerivedAside(id, token);
    }

    /// <summary>
    /// The key by which a user name endorses the message: that which is made of the password, or the one key that is derived from it, as
    /// the binding asks. It does nothing else.
    /// </summary>
    /// <exception cref="SecurityFailureException">The reference names another key.</exception>
    public SymmetricKey ForUserNameEndorsement(KeyReference reference, bool derived)
    {
        var token = _shape.Header.Single(TokenKind.UserName)!.Value;
        var key = token.Id is { } id ? _source.FindUserNameKey(id) : null;
        if (key is null || derived != (_ofUserNameToken?.Id == reference.LocalId))
        {
            return Fail.With<SymmetricKey>(FailureCode.DerivedKeyViolation, "endorsing ds:Signature of a user name");
        }

        if (!derived)
        {
            return Long(key);
        }

        var (offset, length, nonce) = _ofUserNameToken!.Token.Inputs;
        _ofUserNameDerived ??= key.Derive(_requirements.Suite.KeyDerivation, DerivedKeyToken.DefaultLabel, nonce, offset, length);
        return Long(_ofUserNameDerived);
    }

    /// <summary>Whether a reference names the user name that endorses, or a key that is derived from its own.</summary>
    public bool IsOfEndorsingUserName(KeyReference reference) => _requirements.EndorsingUserName is not null
        && reference.Kind == KeyReferenceKind.LocalId
        && (_ofUserNameToken?.Id == reference.LocalId || _shape.Header.FindById(reference.LocalId)?.Token == TokenKind.UserName);

    private void PutAsideOfUserName(XmlId id, DerivedKeyToken token)
    {
        if (_ofUserNameToken is not null || _requirements.EndorsingUserName is not { RequireDerivedKeys: true })
        {
            Fail.With(FailureCode.UnexpectedElement, TokenKind.DerivedKey.ElementName);
        }

        _ofUserNameToken = new DerivedAside(id, token);
    }
}
