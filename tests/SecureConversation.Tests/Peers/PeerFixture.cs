using SecureConversation.Testing.Peers;
using SecureConversation.Testing.Vectors;

namespace SecureConversation.Tests.Peers;

internal static class PeerFixture
{
    /// <summary>All keys of the conversation, the private ones of both sides among them.</summary>
    public static PeerKeys KeysOf(VectorMessage message) =>
        PeerKeys.Of(message).WithPrivateKey(message.Vector.ServiceCertificate).WithPrivateKey(message.Vector.ClientCertificate);
}
