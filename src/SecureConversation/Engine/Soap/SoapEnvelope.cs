using System.Text;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Soap;

/// <summary>One header block of an envelope.</summary>
internal readonly struct HeaderBlock
{
    private readonly XmlIndex _index;
    private readonly XmlId _id;
    private readonly int _element;
    private readonly bool _hasId;

    public HeaderBlock(XmlElement element)
    {
        var id = element.GetId(Wsu.Id);
        (_id, _hasId) = (id.GetValueOrDefault(), id is not null);
        _index = element.Index;
        _element = element.Number;
        IsEncryptedHeader = element.Is(Wsse.EncryptedHeader);
    }

    /// <summary>The block.</summary>
    public XmlElement Element => new(_index, _element);

    /// <summary>Its wsu:Id, by which signatures and reference lists name it.</summary>
    public XmlId? Id => _hasId ? _id : null;

    /// <summary>Whether it is a wsse11:EncryptedHeader.</summary>
    public bool IsEncryptedHeader { get; }
}

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
    private string? _action;
    private string? _messageId;

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

    /// <summary>Whether the body was not read, since nothing in it could have the message accepted.</summary>
    public bool IsHead => Xml.IsHead;

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
    /// <param name="around">
    /// The envelope in which ciphertext stands where this one has fragments (see <see cref="XmlIndex"/>); null to read all of this one.
    /// </param>
    /// <param name="knownBody">The body of an envelope that was parsed, when this one has the same (see <see cref="XmlIndex"/>).</param>
    /// <param name="isHopeless">
    /// Asked when the header was read, and the start of the body: whether the rest is not worth reading. Null to read all.
    /// </param>
    /// <exception cref="SecurityFailureException">The document is no such envelope.</exception>
    public static SoapEnvelope Parse(
        ReadOnlyMemory<byte> utf8,
        SoapNames names,
        XmlLimits limits,
        bool indexBody = false,
        PooledBytes? buffer = null,
        ReadOnlySpan<FragmentBoundary> boundaries = default,
        SoapEnvelope? around = null,
        XmlElement knownBody = default,
        Predicate<SoapEnvelope>? isHopeless = null)
    {
        var head = isHopeless is null ? null : new Head(names, buffer, isHopeless);
        XmlIndex? xml = null;
        try
        {
            xml = indexBody
                ? XmlIndex.Parse(utf8, limits, boundaries: boundaries)
                : around is not null ? XmlIndex.Parse(utf8, limits, names.Body, Xenc.EncryptedData, boundaries, around.Xml)
                : XmlIndex.Parse(utf8, limits, names.Body, Xenc.EncryptedData, boundaries, knownBody, head);
            return head?.Envelope is { } envelope ? envelope.Complete() : Read(xml, names, buffer);
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
    /// <param name="name">The name.</param>
    /// <param name="known">What the text may be, so that no other string is made of the same octets; null when nothing is known.</param>
    public string? FindText(XmlName name, string? known = null)
    {
        var element = Find(name);
        return element.IsNull ? null : ElementValue.StringOf(element.RawText.Trim(" \t\r\n"u8), known);
    }

    /// <summary>The text of a:Action; null when absent.</summary>
    public string? Action => _action ??= FindText(Names.Action);

    /// <summary>The text of a:MessageID; null when absent.</summary>
    public string? MessageId => _messageId ??= FindText(Names.MessageId);

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

    /// <summary>Nothing is verified of an envelope whose body was not read.</summary>
    public void RequireBody()
    {
        if (IsHead)
        {
            throw new InvalidOperationException("The body was not read.");
        }
    }

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

        RequireBodyLast(child, names);

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

                headers.Add(new HeaderBlock(block));
            }
        }

        var envelope = new SoapEnvelope(xml, names, header, child, headers, buffer);
        envelope.RequireSingletons();
        return envelope;
    }

    // SOAP 1.2 part 1 section 5.1: nothing follows the body. SOAP 1.1 allows trailers; they are refused.
    private static void RequireBodyLast(XmlElement body, SoapNames names)
    {
        if (body.IsNull || !body.Is(names.Body) || !body.NextSibling.IsNull || body.Parent.HasText)
        {
            Fail.With(FailureCode.NotAnEnvelope, "children of s:Envelope", body.Describe(),
                "s:Header and one s:Body, and nothing after it");
        }
    }

    /// <summary>What can only be judged when all was read.</summary>
    private SoapEnvelope Complete()
    {
        RequireBodyLast(Body, Names);
        return this;
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

    /// <summary>Reads the envelope when its head is there.</summary>
    private sealed class Head(SoapNames names, PooledBytes? buffer, Predicate<SoapEnvelope> isHopeless) : IHeadJudge
    {
        /// <summary>The envelope; null where the body has nothing in it, so that all was read before anybody asked.</summary>
        public SoapEnvelope? Envelope { get; private set; }

        public bool IsHopeless(XmlIndex head)
        {
            Envelope = Read(head, names, buffer);
            return isHopeless(Envelope);
        }
    }
}
