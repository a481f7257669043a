using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Signature;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Send;

/// <summary>
/// The endorsement of a renewal by the context that it renews (WS-SecureConversation 1.3 section 5): the context token, where the session
/// derives keys one derived from it, and a signature over the primary signature.
/// </summary>
internal sealed class ContextEndorsement : IDisposable
{
    private const int NonceLength = 16;

    private readonly SessionSendKeys _session;
    private readonly MessageRequirements _requirements;
    private readonly string? _derivedId;
    private readonly byte[] _nonce = new byte[NonceLength];
    private readonly SymmetricKey? _derived;

    /// <param name="session">The keys of the context.</param>
    /// <param name="requirements">The requirements for the renewal.</param>
    /// <param name="ids">Hands out the Id of the derived key.</param>
    /// <param name="random">Source of the nonce.</param>
    public ContextEndorsement(SessionSendKeys session, MessageRequirements requirements, IdAllocator ids, RandomSource random)
    {
        _session = session;
        _requirements = requirements;
        if (requirements.EndorsingContextDerives)
        {
            // A nonce of its own: the derived keys of the session do other things.
            _derivedId = ids.Next();
            random.Fill(_nonce);
            _derived = session.Context.Key.Derive(
                DerivedKeyToken.DefaultLabel, _nonce, 0, requirements.Suite.DefaultSignatureKeyDerivationLength / 8);
        }
    }

    /// <summary>Writes the tokens, in the order of WCF.</summary>
    public void WriteTokens(PooledBytes output)
    {
        output.Write(_session.TokenXml.Span);
        if (_derived is not null)
        {
            TokenWriter.DerivedKeyToken(output, _derivedId!, ReferToContext, _derived.Length, _nonce, _requirements.Protocol);
        }
    }

    /// <summary>Writes the signature; returns its value.</summary>
    /// <param name="output">Takes the element.</param>
    /// <param name="primary">The Id and the digest of the primary signature.</param>
    public byte[] Sign(PooledBytes output, PartDigest primary)
    {
        using var signature = new SignatureWriter(_requirements.Suite);
        signature.Add(primary, symmetric: true);
        return _derived is null
            ? signature.Finish(output, null, _session.Context.Key, ReferToContext)
            : signature.Finish(output, null, _derived, o =>
                TokenWriter.LocalReference(o, _derivedId!, Bsp(_requirements.Protocol.DkTokenType)));
    }

    public void Dispose() => _derived?.Dispose();

    private void ReferToContext(PooledBytes output) =>
        TokenWriter.LocalReference(output, _session.TokenId!, Bsp(_requirements.Protocol.SctTokenType));

    private string? Bsp(string uri) => _requirements.BspAttributes ? uri : null;
}
