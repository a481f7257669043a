using System.Security.Cryptography;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Signature;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Send;

/// <summary>The endorsement by a bare RSA key, which the signature itself brings (WS-SecurityPolicy 1.2 section 5.4.10).</summary>
internal sealed class RsaEndorsement(MessageRequirements requirements, RSA key) : Endorsement(requirements)
{
    protected override bool IsSymmetric => false;

    public override string? WriteToken(PooledBytes output) => null;

    protected override byte[] Finish(SignatureWriter signature, PooledBytes output) =>
        signature.Finish(output, null, key, RsaKeyValue.Of(key).Write);
}
