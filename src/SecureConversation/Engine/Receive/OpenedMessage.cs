using System.Buffers;
using SecureConversation.Engine.Encryption;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Receive;

/// <summary>Where an EncryptedData stood.</summary>
internal enum EncryptedLocation
{
    SecurityItem,
    HeaderBlock,
    Body,
}

/// <summary>One decrypted part: its place (index of the child or block) and what it was encrypted with.</summary>
internal readonly record struct EncryptedPart(EncryptedLocation Location, int Position, EncryptedData Data, XmlElement Replaced);

/// <summary>
/// The envelope in clear: each EncryptedData replaced by its content, each EncryptedHeader by the header it holds, all
/// else byte for byte. Signatures are verified on these bytes, and these bytes are handed out.
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

    public SoapEnvelope Plain { get; }

    /// <summary>In document order.</summary>
    public List<EncryptedPart> Parts { get; }

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
    /// Decrypts everything that the reference list names. Bad padding, bad XML and bad structure are one failure; none of
    /// them stops the work early in a way that a sender could tell from a bad signature (see docs/deviations.md). Where
    /// encryption came first only ciphertext that <paramref name="signed"/> covers is decrypted.
    /// </summary>
    public static OpenedMessage Decrypt(SoapEnvelope wire, MessageShape shape, MessageRequirements requirements, KeyRing keys, XmlLimits limits,
        MessageIntegrity? signed = null)
    {
        var parts = Locate(wire, shape, requirements);
        if (signed is not null && parts.Exists(p => !signed.Covers(p.Location == EncryptedLocation.Body ? wire.Body : p.Replaced)))
        {
            // The reference list is not signed, so anybody can add to it.
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

            // Read also when something is missing, so that bad padding takes the time of bad plaintext.
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
            // The wire was well-formed, so the plaintext is what is not.
            return Fail.With<SoapEnvelope>(FailureCode.DecryptionFailed, e.Detail);
        }
    }

    private static List<EncryptedPart> Locate(SoapEnvelope wire, MessageShape shape, MessageRequirements requirements)
    {
        var parts = new List<EncryptedPart>(shape.References.Count);
        for (var i = 0; i < wire.Headers.Count; i++)
        {
            var block = wire.Headers[i];
            if (block.IsEncryptedHeader)
            {
                // WS-Security 1.1 section 9.3.1: the wrapper holds one EncryptedData; WCF lists the wrapper, others the content.
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
            // Nothing may stand beside the ciphertext, not even white space: it would become part of the signed content.
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

    private static EncryptedPart Part(EncryptedLocation location, int position, XmlElement element, XmlElement replaced, MessageRequirements requirements)
    {
        var data = EncryptedData.Read(element, requirements.Protocol);
        if (data.Algorithm != requirements.Suite.Encryption.Uri)
        {
            Fail.With(FailureCode.AlgorithmMismatch, "xenc:EncryptionMethod");
        }

        return new EncryptedPart(location, position, data, replaced);
    }

    private static bool IsListed(MessageShape shape, XmlId? id) => id is { } value && shape.References.Contains(value);

    private static bool TryDecrypt(EncryptedData data, MessageRequirements requirements, KeyRing keys, PooledBytes output)
    {
        var key = keys.ForEncryption(data.Key);
        var encoded = data.CipherValue.ContentEnd - data.CipherValue.ContentStart;
        var cipher = ArrayPool<byte>.Shared.Rent((encoded / 4 * 3) + 3);
        try
        {
            if (!data.CipherValue.TryDecodeBase64(cipher, out var length))
            {
                return false;
            }

            var isIntact = key.TryDecrypt(requirements.Suite.Encryption, cipher.AsSpan(0, length), output.GetSpan(Math.Max(length, 16)), out var written);
            output.Advance(isIntact ? written : 0);
            return isIntact;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(cipher);
        }
    }
}
