using System.Text;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Soap;

/// <summary>One header block of an envelope.</summary>
/// <param name="Element">The block.</param>
/// <param name="Id">Its wsu:Id, by which signatures and reference lists name it.</param>
/// <param name="IsEncryptedHeader">Whether it is a wsse11:EncryptedHeader.</param>
internal readonly record struct HeaderBlock(XmlElement Element, XmlId? Id, bool IsEncryptedHeader);

/// <summary>
/// A SOAP envelope, parsed once within limits. All later steps work on the locations found here and look nothing up by name
/// or Id a second time, which prevents signature wrapping.
/// <code>
/// s:Envelope                                   SOAP 1.2 part 1 section 5.1; text is refused
///   s:Header?                                  at most 256 blocks
///     a:*                                      each block of WS-Addressing at most once
///     o:Security                               at most one for this receiver
///   s:Body [@u:Id]                             required, last; SOAP 1.1 trailers are refused
/// </code>
/// </summary>
internal sealed class SoapEnvelope : IDisposable
{
    private const int MaxHeaderBlocks = 256;

    private static readonly byte[] Wsa10 = Encoding.UTF8.GetBytes(Ns.Wsa10);
    private static readonly byte[] WsaAugust2004 = Encoding.UTF8.GetBytes(Ns.WsaAugust2004);

    private readonly PooledBytes? _buffer;

    private SoapEnvelope(
        XmlIndex xml,
        SoapNames names,
        XmlElement header,
        XmlElement body,
        List<HeaderBlock> headers,
        PooledBytes? buffer)
    {
        Xml = xml;
        Names = names;
        Header = header;
        Body = body;
        BodyId = body.GetId(Wsu.Id);
        Headers = headers;
        _buffer = buffer;
    }

    public XmlIndex Xml { get; }
    public SoapNames Names { get; }
    public ReadOnlySpan<byte> Bytes => Xml.Bytes;

    /// <summary>The s:Header; null element when the envelope has none.</summary>
    public XmlElement Header { get; }

    public XmlElement Body { get; }
    public XmlId? BodyId { get; }
    public List<HeaderBlock> Headers { get; }

    /// <summary>Whether the body holds a fault.</summary>
    public bool IsFault
    {
        get
        {
            var child = Body.FirstChild;
            return !child.IsNull && child.Is(Names.Fault);
        }
    }

    /// <summary>A block of another WS-Addressing version than the envelope should have; the null element when there is none.</summary>
    public XmlElement FindOtherAddressing()
    {
        foreach (var block in Headers)
        {
            var uri = block.Element.NamespaceUri;
            if ((uri.SequenceEqual(Wsa10) || uri.SequenceEqual(WsaAugust2004)) && !uri.SequenceEqual(Names.Action.NamespaceUri))
            {
                return block.Element;
            }
        }

        return default;
    }

    /// <summary>Parses an envelope.</summary>
    /// <param name="utf8">The document.</param>
    /// <param name="names">The versions of SOAP and WS-Addressing that it must have.</param>
    /// <param name="limits">The limits for parsing.</param>
    /// <param name="indexBody">Whether the elements inside the body are indexed too.</param>
    /// <param name="buffer">The buffer of the document, which the envelope takes over, also on failure; null when there is none.</param>
    /// <param name="boundaries">The ranges of decrypted parts; their XML must not reach out of them.</param>
    /// <exception cref="SecurityFailureException">The document is no such envelope.</exception>
    public static SoapEnvelope Parse(
        ReadOnlyMemory<byte> utf8,
        SoapNames names,
        XmlLimits limits,
        bool indexBody = false,
        PooledBytes? buffer = null,
        ReadOnlySpan<FragmentBoundary> boundaries = default)
    {
        XmlIndex? xml = null;
        try
        {
            xml = indexBody
                ? XmlIndex.Parse(utf8, limits, boundaries: boundaries)
                : XmlIndex.Parse(utf8, limits, names.Body, Xenc.EncryptedData, boundaries);
            return Read(xml, names, buffer);
        }
        catch
        {
            xml?.Dispose();
            buffer?.Dispose();
            throw;
        }
    }

    /// <summary>The block with the name; null element when absent. Only for names that may occur once.</summary>
    public XmlElement Find(XmlName name)
    {
        foreach (var block in Headers)
        {
            if (block.Element.Is(name))
            {
                return block.Element;
            }
        }

        return default;
    }

    /// <summary>The trimmed text of the block with the name; null when absent.</summary>
    public string? FindText(XmlName name)
    {
        var element = Find(name);
        return element.IsNull ? null : Encoding.UTF8.GetString(element.RawText.Trim(" \t\r\n"u8));
    }

    /// <summary>The security header for this receiver; null element when absent. A second one is refused.</summary>
    public XmlElement FindSecurity()
    {
        XmlElement found = default;
        foreach (var block in Headers)
        {
            if (block.Element.Is(Wsse.Security) && IsForUs(block.Element))
            {
                if (!found.IsNull)
                {
                    Fail.With(FailureCode.DuplicateElement, "wsse:Security");
                }

                found = block.Element;
            }
        }

        return found;
    }

    /// <summary>
    /// Whether a block has no role, or one that this receiver acts in: that of the ultimate receiver, or "next", which every node acts in
    /// (SOAP 1.2 part 1 section 2.2, SOAP 1.1 section 4.2.2).
    /// </summary>
    public bool IsForUs(XmlElement block) => block.GetAttribute(Names.Role) is not { Length: > 0 } role || Names.IsRoleOfReceiver(role);

    /// <summary>Whether a receiver that does not know the block must refuse the message (SOAP 1.2 part 1 section 5.2.3).</summary>
    public bool MustUnderstand(XmlElement block) => block.GetAttribute(Names.MustUnderstand)?.Trim() is "1" or "true";

    public void Dispose()
    {
        Xml.Dispose();
        _buffer?.Dispose();
    }

    private static SoapEnvelope Read(XmlIndex xml, SoapNames names, PooledBytes? buffer)
    {
        var root = xml.Root;
        if (!root.Is(names.Envelope))
        {
            Fail.With(root.LocalName.SequenceEqual("Envelope"u8) ? FailureCode.SoapVersionMismatch : FailureCode.NotAnEnvelope,
                "root element", root.Describe(), $"{names.Envelope} (MessageVersion {names.Version})");
        }

        var child = root.FirstChild;
        XmlElement header = default;
        if (!child.IsNull && child.Is(names.Header))
        {
            header = child;
            child = child.NextSibling;
        }

        // SOAP 1.2 part 1 section 5.1: nothing follows the body. SOAP 1.1 allows trailers; they are refused.
        if (child.IsNull || !child.Is(names.Body) || !child.NextSibling.IsNull || root.HasText)
        {
            Fail.With(FailureCode.NotAnEnvelope, "children of s:Envelope", child.Describe(),
                "s:Header and one s:Body, and nothing after it");
        }

        var count = 0;
        foreach (var block in header.Children)
        {
            count++;
        }

        var headers = new List<HeaderBlock>(Math.Min(count, MaxHeaderBlocks));
        if (!header.IsNull)
        {
            foreach (var block in header.Children)
            {
                if (headers.Count == MaxHeaderBlocks)
                {
                    Fail.With(FailureCode.LimitExceeded, "header blocks", expected: FailureText.AtMost(MaxHeaderBlocks));
                }

                headers.Add(new HeaderBlock(block, block.GetId(Wsu.Id), block.Is(Wsse.EncryptedHeader)));
            }
        }

        var envelope = new SoapEnvelope(xml, names, header, child, headers, buffer);
        envelope.RequireSingletons();
        return envelope;
    }

    // WS-Addressing 1.0 SOAP binding section 3.2. It lets RelatesTo repeat; WCF writes and expects one, so a second is refused.
    private void RequireSingletons()
    {
        for (var i = 0; i < Names.AddressingHeaders.Length; i++)
        {
            var count = 0;
            foreach (var block in Headers)
            {
                if (block.Element.Is(Names.AddressingHeaders[i]) && ++count > 1)
                {
                    Fail.With(FailureCode.DuplicateElement, Names.AddressingHeaders[i].ToString());
                }
            }
        }
    }
}
