using SecureConversation.Binding;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Signature;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Send;

/// <summary>The endorsement by a certificate of the client, which travels in the message.</summary>
internal sealed class CertificateEndorsement(
    MessageRequirements requirements, SecurityTokenParameters parameters, TokenMaking making, string id) : Endorsement(requirements)
{
    protected override bool IsSymmetric => false;

    public override string WriteToken(PooledBytes output)
    {
        TokenKind.X509.WriteSupporting(output, id, parameters, making);
        return id;
    }

    protected override byte[] Finish(SignatureWriter signature, PooledBytes output) => signature.Finish(
        output, null, TokenKind.X509.Require(parameters, making.Credentials).PrivateKey,
        o => TokenWriter.LocalReference(o, id, Bsp(Uris.X509V3)));
}
