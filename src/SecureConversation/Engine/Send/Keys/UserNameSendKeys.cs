using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Replay;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Send;

/// <summary>
/// A key that is made of a password, in a request or in its reply (UsernameToken Profile 1.1 section 4). Where the binding derives no keys
/// from it, its first octets encrypt: it has 160 bits.
/// </summary>
internal abstract class PasswordSendKeys(MessageRequirements requirements) : SymmetricSendKeys(requirements)
{
    private SymmetricKey? _truncated;

    public override void Dispose()
    {
        base.Dispose();
        _truncated?.Dispose();
    }

    protected void UsePassword(SymmetricKey key, IdAllocator ids, RandomSource random)
    {
        DeriveOrUse(key, ids, random);
        if (!Requirements.DerivedKeys)
        {
            Encryption = _truncated = key.Truncate(Requirements.Suite.Encryption.KeyBytes);
        }
    }
}

/// <summary>The keys of a request: the token of the user stands in it, with a salt of its own.</summary>
internal sealed class UserNameSendKeys(ClientCredentials credentials, MessageRequirements requirements, DateTimeOffset now)
    : PasswordSendKeys(requirements)
{
    private readonly UserNameCredential _user = credentials.UserName
        ?? throw new InvalidOperationException(TokenKind.UserName.Missing(requirements.PrimaryUserName!, credentials));

    private readonly PooledBytes _token = new(512);
    private SymmetricKey? _fresh;
    private string _id = "";

    public override string UserNameToken => _id;

    // Nothing but the signature ties the name to the message: the key is made of the password alone.
    public override bool NeedsSignedSource => true;

    public override string SourceId => _id;

    public override void WriteSource(PooledBytes output) => output.Write(_token.Span);

    public override SymmetricKey? TakeFreshKey()
    {
        var fresh = _fresh;
        _fresh = null;
        return fresh;
    }

    public override void Dispose()
    {
        base.Dispose();
        _fresh?.Dispose();
        _token.Dispose();
    }

    protected override void Resolve(IdAllocator ids, RandomSource random)
    {
        _id = UniqueIds.Next(random);
        var inputs = UserNameKey.NewInputs(random);
        _fresh = UserNameKey.Derive(_user.Password, inputs);
        UsernameTokenWriter.WriteKey(_token, _id, _user, inputs, Requirements.PrimaryUserName!,
            new TokenMaking(credentials, Requirements.BspAttributes, Timestamp.Format(now), random));
        UsePassword(_fresh, ids, random);
    }

    protected override void ReferToSource(PooledBytes output) => TokenWriter.LocalReference(output, _id, Uris.UsernameToken);
}

/// <summary>
/// The keys of a reply. No specification says how it names a token of its request; it has the reference that Apache CXF writes, by the Id
/// that the token has there.
/// </summary>
internal sealed class CorrelatedUserNameSendKeys(SenderToken.CorrelatedUserName token, MessageRequirements requirements)
    : PasswordSendKeys(requirements)
{
    public override void WriteSource(PooledBytes output)
    {
    }

    protected override void Resolve(IdAllocator ids, RandomSource random) => UsePassword(token.Key, ids, random);

    protected override void ReferToSource(PooledBytes output) => TokenWriter.LocalReference(output, token.TokenId, Uris.UsernameToken);
}
