using SecureConversation.Engine.Replay;
using SecureConversation.Engine.Soap;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// A message whose primary signature holds, and whose timestamp is fresh. Nothing but that signature has been decrypted, and nothing but
/// the timestamp digested. Now is the time to ask whether it came before: a signature is good for one attempt. Where the transport protects
/// the message, the signatures by its tokens hold.
/// </summary>
internal sealed class AuthenticMessage : IDisposable
{
    private bool _isSignedHandedOut;

    public AuthenticMessage(
        SoapEnvelope wire, MessageShape shape, EncryptedParts encrypted, KeyRing keys, MessageIntegrity signed, Timestamp? timestamp)
    {
        Wire = wire;
        Shape = shape;
        Encrypted = encrypted;
        Keys = keys;
        Signed = signed;
        Timestamp = timestamp;
    }

    public SoapEnvelope Wire { get; }
    public MessageShape Shape { get; }
    public EncryptedParts Encrypted { get; }
    public KeyRing Keys { get; }
    public MessageIntegrity Signed { get; }
    public Timestamp? Timestamp { get; }

    /// <summary>The octets that tell this message from all others, for the replay cache; empty when nothing does.</summary>
    public ReadOnlySpan<byte> ReplayValue => Signed.ReplayValue;

    /// <summary>The cipher value of the EncryptedKey; empty when the message has none.</summary>
    public ReadOnlySpan<byte> WrappedKey => Shape.EncryptedKey is { } key ? key.CipherValue : default;

    /// <summary>Hands over the signature, which the verified message disposes of.</summary>
    public MessageIntegrity TakeSigned()
    {
        _isSignedHandedOut = true;
        return Signed;
    }

    public void Dispose()
    {
        Keys.Dispose();
        if (!_isSignedHandedOut)
        {
            Signed.Dispose();
        }
    }
}
