using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Signature;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Send;

/// <summary>
/// The endorsement of a renewal by the context that it renews (WS-SecureConversation 1.3 section 5), and of a request in a session that the
/// transport protects: the context token, where the session derives keys one derived from it, and a signature.
/// </summary>
internal sealed class ContextEndorsement : Endorsement
{
    private const int NonceLength = 16;

    private readonly SessionSendKeys _session;
    private readonly string? _derivedId;
    private readonly byte[] _nonce = new byte[NonceLength];
    private readonly SymmetricKey? _derived;

    /// <param name="session">The keys of the context.</param>
    /// <param name="requirements">The requirements for the renewal.</param>
    /// <param name="ids">Hands out the Id of the derived key.</param>
    /// <param name="random">Source of the nonce.</param>
    public ContextEndorsement(SessionSendKeys session, MessageRequirements requirements, IdAllocator ids, RandomSource random)
        : base(requirements)
    {
        _session = session;
        if (requirements.EndorsingContextDerives)
        {
            // A nonce of its own: the derived keys of the session do other things.
            _derivedId = ids.Next();
            random.Fill(_nonce);
            _derived = session.Context.Key.Derive(
                requirements.Suite.KeyDerivation, DerivedKeyToken.DefaultLabel, _nonce, 0,
                requirements.Suite.DefaultSignatureKeyDerivationLength / 8);
        }
    }

    protected override bool IsSymmetric => true;

    public override string WriteToken(PooledBytes output)
    {
        output.Write(_session.TokenXml.Span);
        return _session.TokenId!;
    }

    public override void WriteDerivedKey(PooledBytes output)
    {
        if (_derived is not null)
        {
            TokenWriter.DerivedKeyToken(output, _derivedId!, ReferToContext, _derived.Length, _nonce, Requirements.Protocol,
                Requirements.Suite.KeyDerivation);
        }
    }

    protected override byte[] Finish(SignatureWriter signature, PooledBytes output) => _derived is null
        ? signature.Finish(output, null, _session.Context.Key, ReferToContext)
        : signature.Finish(output, null, _derived, o =>
            TokenWriter.LocalReference(o, _derivedId!, Bsp(Requirements.Protocol.DkTokenType)));

    public override void Dispose()
    {
        _derived?.Dispose();
        base.Dispose();
    }

    private void ReferToContext(PooledBytes output) =>
        TokenWriter.LocalReference(output, _session.TokenId!, Bsp(Requirements.Protocol.SctTokenType));
}
