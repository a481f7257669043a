using SecureConversation.Engine.Encryption;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// The decrypted envelope: the plaintext replaces each EncryptedData, or the EncryptedHeader around it, and all other bytes
/// stay as they came. Where the sender signed first, the digests of decrypted parts are made of these bytes. The application gets
/// these bytes.
/// </summary>
internal sealed class OpenedMessage : IDisposable
{
    private readonly SoapEnvelope _wire;

    private OpenedMessage(SoapEnvelope wire, SoapEnvelope plain, EncryptedParts parts)
    {
        _wire = wire;
        Plain = plain;
        Parts = parts;
    }

    /// <summary>An envelope without security: what came is what is handed out.</summary>
    public static OpenedMessage OfUnsecured(SoapEnvelope wire) => new(wire, wire, EncryptedParts.None);

    /// <summary>The envelope in clear; the wire envelope itself when nothing was encrypted.</summary>
    public SoapEnvelope Plain { get; }

    /// <summary>The encrypted parts in document order.</summary>
    public EncryptedParts Parts { get; }

    /// <summary>Whether the part at a location was encrypted.</summary>
    public bool IsEncrypted(MessagePart location) => Parts.Contains(location);

    /// <summary>
    /// Decrypts every part that the reference list names. Bad padding, bad XML and bad structure have one failure code, and none of
    /// them ends the work early. What is beyond a limit has its own, and the same answer.
    /// </summary>
    public static OpenedMessage Decrypt(AuthenticMessage message, MessageRequirements requirements, XmlLimits limits)
    {
        var wire = message.Wire;
        var parts = message.Encrypted.All;
        if (parts.Count == 0)
        {
            return new OpenedMessage(wire, wire, message.Encrypted);
        }

        var buffer = new PooledBytes(wire.Bytes.Length);
        try
        {
            var boundaries = new FragmentBoundary[parts.Count];
            var isIntact = true;
            var copied = 0;
            for (var i = 0; i < parts.Count; i++)
            {
                var part = parts[i];
                buffer.Write(wire.Bytes[copied..part.Replaced.Start]);
                var start = buffer.Length;
                isIntact &= TryReuse(part, message.Signed.Primary, buffer) || TryDecrypt(part.Data, requirements, message.Keys, buffer);
                boundaries[i] = new FragmentBoundary(start, buffer.Length, SingleElement: part.Location != MessagePart.Body);
                copied = part.Replaced.End;
            }

            // The result is parsed even after bad padding, so that bad padding takes as long as bad plaintext.
            buffer.Write(wire.Bytes[copied..]);
            var plain = Parse(wire, parts, buffer, limits, boundaries);
            if (!isIntact || (requirements.SignsFirst && HoldsOnlyWhatIsDropped(plain.Body, message.Encrypted)))
            {
                plain.Dispose();
                Fail.With(FailureCode.DecryptionFailed, "plaintext of the message");
            }

            return new OpenedMessage(wire, plain, message.Encrypted);
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (!ReferenceEquals(Plain, _wire))
        {
            Plain.Dispose();
        }
    }

    /// <summary>
    /// Comments and empty CDATA sections alone would leave the digest of an empty body as it is, and have room for somebody else's block.
    /// </summary>
    private static bool HoldsOnlyWhatIsDropped(XmlElement body, EncryptedParts encrypted) =>
        encrypted.Contains(MessagePart.Body) && body.FirstChild.IsNull && body.ContentStart < body.ContentEnd && body.RawText.IsEmpty;

    /// <summary>Reads the fragments. What stands around them was read when it came, but for a body that is more than ciphertext.</summary>
    private static SoapEnvelope Parse(
        SoapEnvelope wire, List<EncryptedPart> parts, PooledBytes buffer, XmlLimits limits, FragmentBoundary[] boundaries)
    {
        var around = wire;
        foreach (var part in parts)
        {
            around = part.Location == MessagePart.Body && !IsAll(wire.Body, part.Replaced) ? null : around;
        }

        try
        {
            return SoapEnvelope.Parse(buffer.Memory, wire.Names, limits, buffer: buffer, boundaries: boundaries, around: around);
        }
        catch (SecurityFailureException e)
        {
            // The envelope on the wire was well-formed, so the fault is in the plaintext. A limit keeps its name, for the log: the answer
            // is the same.
            return Fail.With<SoapEnvelope>(
                e.Code == FailureCode.LimitExceeded ? FailureCode.LimitExceeded : FailureCode.DecryptionFailed,
                e.Detail, e.Found, e.Expected);
        }
    }

    private static bool IsAll(XmlElement parent, XmlElement child) =>
        parent.ContentStart == child.Start && parent.ContentEnd == child.End;

    /// <summary>Appends the primary signature, which was decrypted before.</summary>
    private static bool TryReuse(EncryptedPart part, PrimarySignature? primary, PooledBytes output)
    {
        if (primary is null || primary.Plaintext.IsEmpty || part.Location != MessagePart.SecurityItem(primary.Position))
        {
            return false;
        }

        output.Write(primary.Plaintext);
        return true;
    }

    /// <summary>Appends the plaintext to the output. A failure is returned and not thrown, so that the caller goes on.</summary>
    private static bool TryDecrypt(EncryptedData data, MessageRequirements requirements, KeyRing keys, PooledBytes output)
    {
        var key = keys.ForEncryption(data.Key);
        var encoded = data.CipherValue.ContentEnd - data.CipherValue.ContentStart;
        var algorithm = requirements.Suite.Encryption;
        var room = output.GetSpan((encoded / 4 * 3) + (2 * algorithm.IvBytes));
        if (!data.CipherValue.TryDecodeBase64(room, out var length) || length < algorithm.IvBytes)
        {
            return false;
        }

        // Decrypted in place, and then moved over the IV: a large message has no third buffer.
        var plain = room[algorithm.IvBytes..length];
        var isIntact = key.TryDecrypt(algorithm, room[..length], plain, out var written);
        plain[..written].CopyTo(room);
        plain[Math.Max(0, written - algorithm.IvBytes)..].Clear();
        output.Advance(written);
        return isIntact;
    }
}
