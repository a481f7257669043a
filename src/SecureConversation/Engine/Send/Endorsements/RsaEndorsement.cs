using System.Security.Cryptography;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Signature;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Send;

/// <summary>The endorsement by a bare RSA key, which the signature itself brings (WS-SecurityPolicy 1.2 section 5.4.10).</summary>
internal sealed class RsaEndorsement(MessageRequirements requirements, RSA key) : Endorsement(requirements)
{
    protected override bool IsSymmetric => false;

    public override string? WriteToken(PooledBytes output) => null;

    protected override byte[] Finish(SignatureWriter signature, PooledBytes output) => signature.Finish(output, null, key, WriteKey);

    // In the scope of ds:Signature, whose default namespace it has.
    private void WriteKey(PooledBytes output)
    {
        var parameters = key.ExportParameters(includePrivateParameters: false);
        output.Write("<KeyValue><RSAKeyValue><Modulus>"u8);
        output.WriteBase64(parameters.Modulus);
        output.Write("</Modulus><Exponent>"u8);
        output.WriteBase64(parameters.Exponent);
        output.Write("</Exponent></RSAKeyValue></KeyValue>"u8);
    }
}
