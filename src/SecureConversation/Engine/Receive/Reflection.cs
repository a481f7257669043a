using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Requirements;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// Refuses a message that the receiver wrote itself: a reply that comes back to the service as a request, a request that comes back to
/// the client as a reply. See <see cref="SenderMark"/>.
/// </summary>
internal static class Reflection
{
    /// <exception cref="SecurityFailureException">A verified signature covers an Id that this side made.</exception>
    public static void Refuse(MessageIntegrity signed, MessageRequirements requirements)
    {
        foreach (var held in signed.Signatures)
        {
            foreach (var reference in held.Signature.References)
            {
                if (SenderMark.IsOfReceiver(reference.Id, requirements.Role))
                {
                    Fail.With(FailureCode.WrongToken, "reflected message");
                }
            }
        }
    }
}
