using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;

namespace SecureConversation.Engine.Tokens;

/// <summary>What a client makes its tokens of.</summary>
/// <param name="Credentials">Its credentials.</param>
/// <param name="BspAttributes">Whether to write the attributes of the Basic Security Profile 1.0.</param>
/// <param name="Instant">The time, as xsd:dateTime.</param>
/// <param name="Random">Source of nonces.</param>
internal sealed record TokenMaking(ClientCredentials Credentials, bool BspAttributes, string Instant, RandomSource Random)
{
    /// <summary>Fills the octets at random, and returns them.</summary>
    public byte[] Fill(byte[] octets)
    {
        Random.Fill(octets);
        return octets;
    }
}
