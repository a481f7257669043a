using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Soap;

namespace SecureConversation.Engine.Receive;

/// <summary>Vouches for nothing: that of a reply without security, which a binding with EnableUnsecuredResponse accepts.</summary>
internal sealed class NoIntegrity(SoapEnvelope wire) : MessageIntegrity(wire, SecurityHeader.Absent)
{
    public override List<HeldSignature> Signatures => [];

    public override ReadOnlySpan<byte> ReplayValue => default;

    public override CoveredPart? Find(MessagePart location) => null;

    public override void VerifyOnWire(EncryptedParts encrypted, MessageRequirements requirements, KeyRing keys, KeySource source)
    {
    }

    public override void Complete(SoapEnvelope plain, SecurityHeader header, EncryptedParts encrypted, MessageRequirements requirements,
        KeyRing keys, KeySource source)
    {
    }

    public override void Dispose()
    {
    }
}
