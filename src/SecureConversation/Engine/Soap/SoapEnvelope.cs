using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Soap;

/// <summary>One header block of an envelope, with the Ids it can be referred to by.</summary>
internal readonly record struct HeaderBlock(XmlElement Element, XmlId? Id, bool IsEncryptedHeader);

/// <summary>
/// A SOAP envelope, parsed once within limits. Everything later works on locations in it; nothing is looked up by name
/// or Id a second time, which is what closes signature wrapping.
/// <code>
/// s:Envelope
///   s:Header?      blocks; singletons of WS-Addressing at most once, one o:Security for us
///   s:Body [@u:Id]
/// </code>
/// </summary>
internal sealed class SoapEnvelope : IDisposable
{
    private const int MaxHeaderBlocks = 256;

    private readonly PooledBytes? _buffer;

    private SoapEnvelope(XmlIndex xml, SoapNames names, XmlElement header, XmlElement body, List<HeaderBlock> headers, PooledBytes? buffer)
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

    /// <summary>Null element when the envelope has no header.</summary>
    public XmlElement Header { get; }

    public XmlElement Body { get; }
    public XmlId? BodyId { get; }
    public List<HeaderBlock> Headers { get; }

    /// <summary>Parses; takes ownership of <paramref name="buffer"/>, also when it fails.</summary>
    public static SoapEnvelope Parse(ReadOnlyMemory<byte> utf8, SoapNames names, XmlLimits limits, bool indexBody = false,
        PooledBytes? buffer = null, ReadOnlySpan<FragmentBoundary> boundaries = default)
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

    private static SoapEnvelope Read(XmlIndex xml, SoapNames names, PooledBytes? buffer)
    {
        var root = xml.Root;
        if (!root.Is(names.Envelope))
        {
            Fail.With(root.LocalName.SequenceEqual("Envelope"u8) ? FailureCode.SoapVersionMismatch : FailureCode.NotAnEnvelope);
        }

        var child = root.FirstChild;
        XmlElement header = default;
        if (!child.IsNull && child.Is(names.Header))
        {
            header = child;
            child = child.NextSibling;
        }

        // SOAP 1.2 part 1 section 5.1: nothing follows the body; SOAP 1.1 trailers are refused likewise.
        if (child.IsNull || !child.Is(names.Body) || !child.NextSibling.IsNull || root.HasText)
        {
            Fail.With(FailureCode.NotAnEnvelope);
        }

        var headers = new List<HeaderBlock>(8);
        if (!header.IsNull)
        {
            foreach (var block in header.Children)
            {
                if (headers.Count == MaxHeaderBlocks)
                {
                    Fail.With(FailureCode.LimitExceeded, "header blocks");
                }

                headers.Add(new HeaderBlock(block, block.GetId(Wsu.Id), block.Is(Wsse.EncryptedHeader)));
            }
        }

        var envelope = new SoapEnvelope(xml, names, header, child, headers, buffer);
        envelope.RequireSingletons();
        return envelope;
    }

    /// <summary>The one block of that name; null element when absent. Only for names that may occur once.</summary>
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

    public string? FindText(XmlName name)
    {
        var element = Find(name);
        return element.IsNull ? null : element.GetText().Trim();
    }

    /// <summary>The security header for us: no role, or the ultimate receiver (SOAP 1.2 part 1 section 2.2).</summary>
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

    public bool IsForUs(XmlElement block) =>
        block.GetAttribute(Names.Role) is null or "" or "http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver";

    public bool MustUnderstand(XmlElement block) => block.GetAttribute(Names.MustUnderstand)?.Trim() is "1" or "true";

    public bool IsFault
    {
        get
        {
            var child = Body.FirstChild;
            return !child.IsNull && child.Is(Names.Fault);
        }
    }

    public void Dispose()
    {
        Xml.Dispose();
        _buffer?.Dispose();
    }

    // WS-Addressing 1.0 SOAP binding section 3.2. RelatesTo may repeat there; WCF writes and expects one.
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
