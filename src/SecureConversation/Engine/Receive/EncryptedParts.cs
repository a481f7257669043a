using SecureConversation.Engine.Encryption;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// The encrypted parts of a message in document order, found before any of them is decrypted.
/// <code>
/// k:EncryptedHeader [@u:Id]                    WS-Security 1.1 section 9.3.1
///   e:EncryptedData                            required, nothing else
/// </code>
/// The reference list names the wrapper (WCF) or the EncryptedData in it (others).
/// </summary>
internal sealed class EncryptedParts
{
    private readonly List<EncryptedPart> _parts;

    private EncryptedParts(List<EncryptedPart> parts) => _parts = parts;

    public List<EncryptedPart> All => _parts;

    /// <summary>
    /// Those of an envelope without security, and of a message that the transport protects: ciphertext in it is the application's own.
    /// </summary>
    public static EncryptedParts None { get; } = new([]);

    /// <summary>Whether the part at that location was encrypted.</summary>
    public bool Contains(MessagePart location)
    {
        foreach (var part in _parts)
        {
            if (part.Location == location)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Finds the parts; each has to be listed, and each entry of the reference list has to be found.</summary>
    /// <exception cref="SecurityFailureException">A part is not listed, or has another shape or algorithm.</exception>
    public static EncryptedParts Locate(SoapEnvelope wire, MessageShape shape, MessageRequirements requirements)
    {
        if (requirements.IsProtectedByTransport)
        {
            return None;
        }

        var parts = new List<EncryptedPart>(shape.References.Count);
        for (var i = 0; i < wire.Headers.Count; i++)
        {
            var block = wire.Headers[i];
            if (block.IsEncryptedHeader)
            {
                parts.Add(Read(MessagePart.HeaderBlock(i), ContentOf(block, shape), block.Element, requirements));
            }
            else if (block.Element == shape.Header.Element)
            {
                LocateSecurityItems(shape, requirements, parts);
            }
        }

        LocateBody(wire, shape, requirements, parts);
        if (parts.Count != shape.References.Count)
        {
            Fail.With(FailureCode.UnresolvedReference, "xenc:DataReference", FailureText.Of(shape.References.Count, "listed parts"),
                FailureText.Of(parts.Count, "encrypted parts"));
        }

        return new EncryptedParts(parts);
    }

    // WS-Security 1.1 section 9.3.1: the wrapper holds one EncryptedData. WCF lists the wrapper, others the EncryptedData.
    private static XmlElement ContentOf(HeaderBlock block, MessageShape shape)
    {
        var content = block.Element.FirstChild;
        if (content.IsNull || !content.Is(Xenc.EncryptedData) || !content.NextSibling.IsNull
            || !(IsListed(shape, block.Id) || IsListed(shape, content.GetId(Attr.Id))))
        {
            Fail.With(FailureCode.MalformedSecurityElement, "wsse11:EncryptedHeader");
        }

        return content;
    }

    private static void LocateSecurityItems(MessageShape shape, MessageRequirements requirements, List<EncryptedPart> parts)
    {
        foreach (var item in shape.Header.Items)
        {
            if (item.Kind != SecurityItemKind.EncryptedData)
            {
                continue;
            }

            var part = Read(MessagePart.SecurityItem(item.Position), item.Element, item.Element, requirements);
            if (part.Data.IsContent || !IsListed(shape, part.Data.Id))
            {
                Fail.With(FailureCode.UnresolvedReference, "xenc:EncryptedData");
            }

            parts.Add(part);
        }
    }

    private static void LocateBody(
        SoapEnvelope wire, MessageShape shape, MessageRequirements requirements, List<EncryptedPart> parts)
    {
        var body = wire.Body.FirstChild;
        if (body.IsNull || !body.Is(Xenc.EncryptedData) || !IsListed(shape, body.GetId(Attr.Id)))
        {
            return;
        }

        var part = Read(MessagePart.Body, body, body, requirements);

        // Nothing may stand beside the ciphertext: even white space would become part of the signed content.
        if (!part.Data.IsContent || body.Start != wire.Body.ContentStart || body.End != wire.Body.ContentEnd)
        {
            Fail.With(FailureCode.DecryptionFailed, "s:Body");
        }

        parts.Add(part);
    }

    private static EncryptedPart Read(MessagePart location, XmlElement element, XmlElement replaced, MessageRequirements requirements)
    {
        var data = EncryptedData.Read(element, requirements.Protocol);
        if (data.Algorithm != requirements.Suite.Encryption.Uri)
        {
            Fail.With(FailureCode.AlgorithmMismatch, "xenc:EncryptionMethod", data.Algorithm,
                $"{requirements.Suite.Encryption.Uri} ({requirements.Suite.Name})");
        }

        return new EncryptedPart(location, data, replaced);
    }

    private static bool IsListed(MessageShape shape, XmlId? id) => id is { } value && shape.References.Contains(value);
}
