namespace SecureConversation;

/// <summary>
/// Protects state of a service that leaves its process, as WCF's SecurityStateEncoder does: the state of a session in a cookie, or keys in
/// a store. Safe for concurrent use.
/// </summary>
/// <remarks>
/// The state holds the key of a session. What <see cref="Encode"/> returns must be encrypted and authenticated, with a key that all
/// instances of the service have: whoever can make it up can be anybody. <see cref="DataProtectionSecurityStateEncoder"/> does that.
/// </remarks>
public interface ISecurityStateEncoder
{
    /// <summary>Encrypts and authenticates a state.</summary>
    /// <param name="state">The state. It is secret: an encoder that copies it zeroes the copy.</param>
    byte[] Encode(ReadOnlySpan<byte> state);

    /// <summary>
    /// Returns a state that <see cref="Encode"/> has protected, here or at another instance of the service. The caller zeroes it. Null for
    /// what was not made by this encoder or was changed, and for a key that is revoked or unknown.
    /// </summary>
    /// <param name="encoded">Comes from strangers, who choose each octet of it.</param>
    byte[]? Decode(ReadOnlySpan<byte> encoded);
}
