using System.Security.Cryptography;
using SecureConversation.Binding;
using SecureConversation.Credentials;
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
    private readonly X509Credential _signer = TokenKind.X509.Require(parameters, making.Credentials);

    protected override bool IsSymmetric => false;

    protected override ECDsa? CurveKey => _signer.CurveKey;

    public override string WriteToken(PooledBytes output)
    {
        TokenKind.X509.WriteSupporting(output, id, parameters, making);
        return id;
    }

    protected override byte[] Finish(SignatureWriter signature, PooledBytes output) => _signer.CurveKey is not null
        ? signature.Finish(output, null, Refer)
        : signature.Finish(output, null, _signer.PrivateKey, Refer);

    private void Refer(PooledBytes output) => TokenWriter.LocalReference(output, id, Bsp(Uris.X509V3));
}
