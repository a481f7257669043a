using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Signature;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Send;

/// <summary>
/// The endorsement by an issued token: by its symmetric key, or one that is derived from it, or by its private key. The token travels as
/// its issuer wrote it; the signature refers to it as the issuer said (WS-Trust 1.3 section 4.4, RequestedAttachedReference).
/// </summary>
internal sealed class IssuedTokenEndorsement : Endorsement
{
    private const int NonceLength = 16;

    private readonly IssuedSecurityToken _token;
    private readonly string? _derivedId;
    private readonly byte[] _nonce = new byte[NonceLength];
    private readonly SymmetricKey? _derived;

    /// <param name="parameters">What the binding says of the token.</param>
    /// <param name="token">The token, with its key. It stays the caller's.</param>
    /// <param name="requirements">The requirements for the message.</param>
    /// <param name="ids">Hands out the Id of the derived key.</param>
    /// <param name="random">Source of the nonce.</param>
    public IssuedTokenEndorsement(IssuedSecurityTokenParameters parameters, IssuedSecurityToken token, MessageRequirements requirements,
        IdAllocator ids, RandomSource random)
        : base(requirements)
    {
        _token = token;
        if (parameters.RequireDerivedKeys && token.Key is { } key)
        {
            _derivedId = ids.Next();
            random.Fill(_nonce);
            _derived = key.Derive(
                requirements.Suite.KeyDerivation, DerivedKeyToken.DefaultLabel, _nonce, 0,
                requirements.Suite.DefaultSignatureKeyDerivationLength / 8);
        }
    }

    protected override bool IsSymmetric => _token.Key is not null;

    public override string WriteToken(PooledBytes output)
    {
        output.Write(_token.TokenXml.Span);
        return _token.Xml.Id ?? "";
    }

    public override void WriteDerivedKey(PooledBytes output)
    {
        if (_derived is not null)
        {
            TokenWriter.DerivedKeyToken(output, _derivedId!, ReferToToken, _derived.Length, _nonce, Requirements.Protocol,
                Requirements.Suite.KeyDerivation);
        }
    }

    protected override byte[] Finish(SignatureWriter signature, PooledBytes output) =>
        _derived is not null
            ? signature.Finish(output, null, _derived, o =>
                TokenWriter.LocalReference(o, _derivedId!, Bsp(Requirements.Protocol.DkTokenType)))
            : _token.Key is { } key
                ? signature.Finish(output, null, key, ReferToToken)
                : signature.Finish(output, null, _token.PrivateKey!, ReferToToken);

    public override void Dispose()
    {
        _derived?.Dispose();
        base.Dispose();
    }

    private void ReferToToken(PooledBytes output) => _token.WriteAttachedReference(output, Requirements.IsWss11);
}
