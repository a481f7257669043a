using SecureConversation.Engine.Encryption;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Xml;
using SecureConversation.Shared;

namespace SecureConversation.Engine.Receive;

/// <summary>The kind of place in which an EncryptedData stood.</summary>
internal enum EncryptedLocation
{
    SecurityItem,
    HeaderBlock,
    Body,
}

/// <summary>One encrypted part of a message.</summary>
/// <param name="Location">The kind of place in which it stood.</param>
/// <param name="Position">The index of the header block, or of the child of the security header; 0 for the body.</param>
/// <param name="Data">The EncryptedData.</param>
/// <param name="Replaced">The element that the plaintext replaces: the EncryptedData, or the EncryptedHeader around it.</param>
internal readonly record struct EncryptedPart(EncryptedLocation Location, int Position, EncryptedData Data, XmlElement Replaced);

/// <summary>
/// The decrypted envelope: the plaintext replaces each EncryptedData, or the EncryptedHeader around it, and all other bytes
/// stay as they came. Where the sender signed first, signatures are verified on these bytes. The application gets these bytes.
/// <code>
/// k:EncryptedHeader [@u:Id]                    WS-Security 1.1 section 9.3.1
///   e:EncryptedData                            required, nothing else
/// </code>
/// The reference list names the wrapper (WCF) or the EncryptedData in it (others).
/// </summary>
internal sealed class OpenedMessage : IDisposable
{
    private readonly SoapEnvelope _wire;

    private OpenedMessage(SoapEnvelope wire, SoapEnvelope plain, List<EncryptedPart> parts)
    {
        _wire = wire;
        Plain = plain;
        Parts = parts;
    }

    /// <summary>The envelope in clear; the wire envelope itself when nothing was encrypted.</summary>
    public SoapEnvelope Plain { get; }

    /// <summary>The encrypted parts in document order.</summary>
    public List<EncryptedPart> Parts { get; }

    /// <summary>Whether the part at that place was encrypted.</summary>
    public bool IsEncrypted(EncryptedLocation location, int position)
    {
        foreach (var part in Parts)
        {
            if (part.Location == location && part.Position == position)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Decrypts every part that the reference list names. Bad padding, bad XML and bad structure have one failure code, and
    /// none of them ends the work so early that a sender could tell it from a bad signature (see docs/deviations.md). Where
    /// encryption came first, only ciphertext that <paramref name="signed"/> covers is decrypted.
    /// </summary>
    public static OpenedMessage Decrypt(
        SoapEnvelope wire,
        MessageShape shape,
        MessageRequirements requirements,
        KeyRing keys,
        XmlLimits limits,
        MessageIntegrity? signed = null)
    {
        var parts = Locate(wire, shape, requirements);
        if (signed is not null && parts.Exists(p => !signed.Covers(p.Location == EncryptedLocation.Body ? wire.Body : p.Replaced)))
        {
            // The reference list is not signed, so an attacker can add ciphertext of his own to it.
            Fail.With(FailureCode.PartNotSigned, "ciphertext");
        }

        if (parts.Count == 0)
        {
            return new OpenedMessage(wire, wire, parts);
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
                isIntact &= TryDecrypt(part.Data, requirements, keys, buffer);
                boundaries[i] = new FragmentBoundary(start, buffer.Length, SingleElement: part.Location != EncryptedLocation.Body);
                copied = part.Replaced.End;
            }

            // The result is parsed even after bad padding, so that bad padding takes as long as bad plaintext.
            buffer.Write(wire.Bytes[copied..]);
            var plain = Parse(wire, buffer, limits, boundaries);
            if (!isIntact)
            {
                plain.Dispose();
                Fail.With(FailureCode.DecryptionFailed);
            }

            return new OpenedMessage(wire, plain, parts);
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

    private static SoapEnvelope Parse(SoapEnvelope wire, PooledBytes buffer, XmlLimits limits, FragmentBoundary[] boundaries)
    {
        try
        {
            return SoapEnvelope.Parse(buffer.Memory, wire.Names, limits, buffer: buffer, boundaries: boundaries);
        }
        catch (SecurityFailureException e)
        {
            // The envelope on the wire was well-formed, so the fault is in the plaintext.
            return Fail.With<SoapEnvelope>(FailureCode.DecryptionFailed, e.Detail);
        }
    }

    /// <summary>The encrypted parts; each has to be listed, and each entry of the reference list has to be found.</summary>
    private static List<EncryptedPart> Locate(SoapEnvelope wire, MessageShape shape, MessageRequirements requirements)
    {
        var parts = new List<EncryptedPart>(shape.References.Count);
        for (var i = 0; i < wire.Headers.Count; i++)
        {
            var block = wire.Headers[i];
            if (block.IsEncryptedHeader)
            {
                // WS-Security 1.1 section 9.3.1: the wrapper holds one EncryptedData. WCF lists the wrapper, others the EncryptedData.
                var content = block.Element.FirstChild;
                if (content.IsNull || !content.Is(Xenc.EncryptedData) || !content.NextSibling.IsNull
                    || !(IsListed(shape, block.Id) || IsListed(shape, content.GetId(Attr.Id))))
                {
                    Fail.With(FailureCode.MalformedSecurityElement, "wsse11:EncryptedHeader");
                }

                parts.Add(Part(EncryptedLocation.HeaderBlock, i, content, block.Element, requirements));
            }
            else if (block.Element == shape.Header.Element)
            {
                LocateSecurityItems(shape, requirements, parts);
            }
        }

        var body = wire.Body.FirstChild;
        if (!body.IsNull && body.Is(Xenc.EncryptedData) && IsListed(shape, body.GetId(Attr.Id)))
        {
            var part = Part(EncryptedLocation.Body, 0, body, body, requirements);

            // Nothing may stand beside the ciphertext: even white space would become part of the signed content.
            if (!part.Data.IsContent || body.Start != wire.Body.ContentStart || body.End != wire.Body.ContentEnd)
            {
                Fail.With(FailureCode.DecryptionFailed, "s:Body");
            }

            parts.Add(part);
        }

        if (parts.Count != shape.References.Count)
        {
            Fail.With(FailureCode.UnresolvedReference, "xenc:DataReference");
        }

        return parts;
    }

    private static void LocateSecurityItems(MessageShape shape, MessageRequirements requirements, List<EncryptedPart> parts)
    {
        foreach (var item in shape.Header.Items)
        {
            if (item.Kind != SecurityItemKind.EncryptedData)
            {
                continue;
            }

            var part = Part(EncryptedLocation.SecurityItem, item.Position, item.Element, item.Element, requirements);
            if (part.Data.IsContent || !IsListed(shape, part.Data.Id))
            {
                Fail.With(FailureCode.UnresolvedReference, "xenc:EncryptedData");
            }

            parts.Add(part);
        }
    }

    private static EncryptedPart Part(
        EncryptedLocation location,
        int position,
        XmlElement element,
        XmlElement replaced,
        MessageRequirements requirements)
    {
        var data = EncryptedData.Read(element, requirements.Protocol);
        if (data.Algorithm != requirements.Suite.Encryption.Uri)
        {
            Fail.With(FailureCode.AlgorithmMismatch, "xenc:EncryptionMethod");
        }

        return new EncryptedPart(location, position, data, replaced);
    }

    private static bool IsListed(MessageShape shape, XmlId? id) => id is { } value && shape.References.Contains(value);

    /// <summary>Appends the plaintext to the output. A failure is returned and not thrown, so that the caller goes on.</summary>
    private static bool TryDecrypt(EncryptedData data, MessageRequirements requirements, KeyRing keys, PooledBytes output)
    {
        var key = keys.ForEncryption(data.Key);
        var encoded = data.CipherValue.ContentEnd - data.CipherValue.ContentStart;
        var cipher = Buffers.Rent<byte>((encoded / 4 * 3) + 3);
        try
        {
            if (!data.CipherValue.TryDecodeBase64(cipher, out var length))
            {
                return false;
            }

            var plain = output.GetSpan(Math.Max(length, 16));
            var isIntact = key.TryDecrypt(requirements.Suite.Encryption, cipher.AsSpan(0, length), plain, out var written);
            output.Advance(isIntact ? written : 0);
            return isIntact;
        }
        finally
        {
            Buffers.Return(cipher);
        }
    }
}
