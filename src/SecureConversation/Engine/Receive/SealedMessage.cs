using System.Buffers.Binary;
using System.Security.Cryptography;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Replay;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// Names a message by what stands in clear around its encrypted signature and cannot change if the message is to be accepted: the key, both
/// times of the timestamp, a:MessageID where it has to be signed, and the ciphertext of the body. Of that only a beginning that leaves out
/// the last block, whose filler may change.
/// </summary>
internal static class SealedMessage
{
    private const int TimesBytes = 16;

    // Decodes to 8 blocks of AES and some octets.
    private const int MostDigits = 176;

    /// <param name="wire">The received envelope.</param>
    /// <param name="requirements">The requirements for the message.</param>
    /// <param name="primary">The key of the session or of the EncryptedKey.</param>
    /// <param name="timestamp">The timestamp; null where there is none.</param>
    /// <param name="encrypted">The encrypted parts.</param>
    public static UInt128 NameOf(
        SoapEnvelope wire, MessageRequirements requirements, SymmetricKey primary, Timestamp? timestamp, EncryptedParts encrypted)
    {
        Span<byte> known = stackalloc byte[TimesBytes + SHA256.HashSizeInBytes + (MostDigits / 4 * 3)];
        known.Clear();
        BinaryPrimitives.WriteInt64LittleEndian(known, timestamp?.Created.UtcTicks ?? 0);
        BinaryPrimitives.WriteInt64LittleEndian(known[8..], timestamp?.Expires?.UtcTicks ?? 0);
        var messageId = wire.Find(requirements.Soap.MessageId);
        if (!messageId.IsNull && requirements.Headers.IsSigned(messageId))
        {
            SHA256.HashData(messageId.RawText, known[TimesBytes..]);
        }

        foreach (var part in encrypted.All)
        {
            if (part.Location == MessagePart.Body)
            {
                WriteBeginning(part.Data.CipherValue, known[^(MostDigits / 4 * 3)..], requirements.Suite.Encryption.BlockBytes);
            }
        }

        Span<byte> name = stackalloc byte[SHA256.HashSizeInBytes];
        primary.ComputeHmac(SymmetricSignatureAlgorithm.HmacSha256, known, name);
        return BinaryPrimitives.ReadUInt128LittleEndian(name);
    }

    /// <summary>
    /// Writes the blocks at the beginning of IV and ciphertext, but not the last one, and zeros. Of a single block behind the IV even the
    /// IV may change. What cannot be decoded is never accepted.
    /// </summary>
    private static void WriteBeginning(XmlElement cipherValue, Span<byte> destination, int blockBytes)
    {
        Span<byte> digits = stackalloc byte[MostDigits];
        var count = 0;
        foreach (var octet in cipherValue.RawText)
        {
            if (octet is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'))
            {
                digits[count++] = octet;
                if (count == MostDigits)
                {
                    break;
                }
            }
        }

        var isBase64 = XmlCharacterData.TryDecodeBase64(digits[..count], destination, out var length);
        var blocks = isBase64 ? length / blockBytes : 0;
        destination[(blocks > 2 ? (blocks - 1) * blockBytes : 0)..].Clear();
    }
}
