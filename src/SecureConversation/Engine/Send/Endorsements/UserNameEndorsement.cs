using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Signature;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Send;

/// <summary>
/// The endorsement by the key that is made of the password of the client, or by one that is derived from it (UsernameToken Profile 1.1
/// section 4).
/// </summary>
internal sealed class UserNameEndorsement : Endorsement
{
    private const int NonceLength = 16;

    private readonly UserNameSecurityTokenParameters _form;
    private readonly TokenMaking _making;
    private readonly UserNameCredential _user;
    private readonly UserNameKeyInputs _inputs;
    private readonly string _id;
    private readonly string? _derivedId;
    private readonly byte[] _nonce;
    private readonly SymmetricKey _key;
    private readonly SymmetricKey? _derived;

    public UserNameEndorsement(
        MessageRequirements requirements, UserNameSecurityTokenParameters form, TokenMaking making, IdAllocator ids)
        : base(requirements)
    {
        _form = form;
        _making = making;
        _user = making.Credentials.UserName
            ?? throw new InvalidOperationException(TokenKind.UserName.Missing(form, making.Credentials));
        _id = UniqueIds.Next(making.Random);
        _inputs = UserNameKey.NewInputs(making.Random);
        _key = UserNameKey.Derive(_user.Password, _inputs);
        _nonce = making.Fill(new byte[NonceLength]);
        if (form.RequireDerivedKeys)
        {
            _derivedId = ids.Next();
            _derived = _key.Derive(
                requirements.Suite.KeyDerivation, DerivedKeyToken.DefaultLabel, _nonce, 0,
                requirements.Suite.DefaultSignatureKeyDerivationLength / 8);
        }
    }

    protected override bool IsSymmetric => true;

    public override string WriteToken(PooledBytes output)
    {
        UsernameTokenWriter.WriteKey(output, _id, _user, _inputs, _form, _making);
        return _id;
    }

    public override void WriteDerivedKey(PooledBytes output)
    {
        if (_derived is not null)
        {
            TokenWriter.DerivedKeyToken(output, _derivedId!, ReferToToken, _derived.Length, _nonce, Requirements.Protocol,
                Requirements.Suite.KeyDerivation);
        }
    }

    public override void Dispose()
    {
        _key.Dispose();
        _derived?.Dispose();
        base.Dispose();
    }

    protected override byte[] Finish(SignatureWriter signature, PooledBytes output) => _derived is null
        ? signature.Finish(output, null, _key, ReferToToken)
        : signature.Finish(output, null, _derived, o =>
            TokenWriter.LocalReference(o, _derivedId!, Bsp(Requirements.Protocol.DkTokenType)));

    private void ReferToToken(PooledBytes output) => TokenWriter.LocalReference(output, _id, Uris.UsernameToken);
}
