using System.Text;
using System.Xml;
using SecureConversation.Binding;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Xml;
using XmlElement = SecureConversation.Engine.Xml.XmlElement;

namespace SecureConversation.Gateway.Soap;

/// <summary>
/// A message that is not protected, and what becomes of its blocks of WS-Addressing: plain stacks often know none, and answer blocks
/// that must be understood with a fault. Blocks are cut out and put in; all other octets stay as they are.
/// </summary>
internal sealed class PlainEnvelope : IDisposable
{
    private static readonly byte[] Addressing10 = Encoding.UTF8.GetBytes(SoapUris.Addressing10);
    private static readonly byte[] AddressingAugust2004 = Encoding.UTF8.GetBytes(SoapUris.AddressingAugust2004);

    private readonly ReadOnlyMemory<byte> _octets;
    private readonly SoapEnvelope _envelope;

    private PlainEnvelope(ReadOnlyMemory<byte> octets, SoapEnvelope envelope) => (_octets, _envelope) = (octets, envelope);

    /// <summary>Whether its header has blocks of WS-Addressing, of whichever version.</summary>
    public bool HasAddressing => Addressing().Any();

    /// <summary>a:Action; null when there is none.</summary>
    public string? Action =>
        Addressing().FirstOrDefault(block => block.LocalName.SequenceEqual("Action"u8)) is { IsNull: false } action
            ? ElementValue.StringOf(action.RawText.Trim(" \t\r\n"u8), null) : null;

    /// <summary>Whether its body is a fault.</summary>
    public bool IsFault => _envelope.IsFault;

    /// <param name="utf8">The message. Stays unchanged while this is used.</param>
    /// <param name="version">The version that it must have.</param>
    /// <exception cref="XmlException">It is no such envelope.</exception>
    public static PlainEnvelope Read(ReadOnlyMemory<byte> utf8, MessageVersion version)
    {
        try
        {
            return new PlainEnvelope(utf8, SoapEnvelope.Parse(utf8, SoapNames.Of(version), XmlLimits.Known));
        }
        catch (SecurityFailureException e)
        {
            throw new XmlException($"The message is no envelope of {version}: {e.Message}", e);
        }
    }

    /// <summary>The message without all blocks of WS-Addressing.</summary>
    public ReadOnlyMemory<byte> WithoutAddressing() => Without(Addressing());

    /// <summary>The message without a:To, a:From, a:ReplyTo and a:FaultTo, which name endpoints of its sender's choice.</summary>
    public ReadOnlyMemory<byte> WithoutEndpoints() => Without(Addressing().Where(IsEndpoint));

    /// <summary>The message without a:ReplyTo and a:FaultTo that name another place than the connection, or none.</summary>
    public ReadOnlyMemory<byte> WithoutOtherPlaces() => Without(Addressing().Where(block => IsOfReplies(block) && !LeadsBack(block)));

    /// <summary>The message with an a:Action of its version.</summary>
    public ReadOnlyMemory<byte> WithAction(string action)
    {
        var splice = new EnvelopeSplice(_envelope);
        splice.InsertHeader(output => AddressingWriter.Action(output, _envelope.Names, action));
        return Apply(splice);
    }

    public void Dispose() => _envelope.Dispose();

    private ReadOnlyMemory<byte> Without(IEnumerable<XmlElement> blocks)
    {
        EnvelopeSplice? splice = null;
        foreach (var block in blocks)
        {
            (splice ??= new EnvelopeSplice(_envelope)).Replace(block, static _ => { });
        }

        return splice is null ? _octets : Apply(splice);
    }

    private ReadOnlyMemory<byte> Apply(EnvelopeSplice splice)
    {
        using var changed = splice.Apply(_octets.Length + 512);
        return changed.Span.ToArray();
    }

    private IEnumerable<XmlElement> Addressing() => _envelope.Headers.Select(block => block.Element).Where(IsAddressing);

    private static bool IsEndpoint(XmlElement block) =>
        IsOfReplies(block) || block.LocalName.SequenceEqual("To"u8) || block.LocalName.SequenceEqual("From"u8);

    private static bool IsOfReplies(XmlElement block) =>
        block.LocalName.SequenceEqual("ReplyTo"u8) || block.LocalName.SequenceEqual("FaultTo"u8);

    // A service may read any child of that name, so all of them have to.
    private static bool LeadsBack(XmlElement endpoint)
    {
        var addresses = 0;
        for (var child = endpoint.FirstChild; !child.IsNull; child = child.NextSibling)
        {
            if (!child.LocalName.SequenceEqual("Address"u8))
            {
                continue;
            }

            addresses++;
            if (!child.FirstChild.IsNull || child.HasUnindexedChildren || !IsKnown(child.RawText.Trim(" \t\r\n"u8)))
            {
                return false;
            }
        }

        return addresses > 0 && !endpoint.HasUnindexedChildren;

        static bool IsKnown(ReadOnlySpan<byte> address) => address.SequenceEqual("http://www.w3.org/2005/08/addressing/anonymous"u8)
            || address.SequenceEqual("http://www.w3.org/2005/08/addressing/none"u8)
            || address.SequenceEqual("http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"u8);
    }

    private static bool IsAddressing(XmlElement block) =>
        block.NamespaceUri.SequenceEqual(Addressing10) || block.NamespaceUri.SequenceEqual(AddressingAugust2004);
}
