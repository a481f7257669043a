using System.Text;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Send;

/// <summary>One part of the envelope to protect.</summary>
/// <param name="Block">The index of the header block, or <see cref="Body"/>.</param>
/// <param name="Id">The wsu:Id by which the signature names it.</param>
/// <param name="Encrypt">Whether it is encrypted as well as signed.</param>
internal readonly record struct PlannedPart(int Block, string Id, bool Encrypt)
{
    /// <summary>Stands for the body in <see cref="Block"/>.</summary>
    public const int Body = -1;
}

/// <summary>The parts of an envelope to sign and encrypt, with their Ids, and the envelope with those Ids in place.</summary>
internal sealed class SendPlan : IDisposable
{
    // A receiver reads a hundred references; the others are for the timestamp and the tokens.
    private const int MostSignedParts = 80;

    private SendPlan(SoapEnvelope marked, List<PlannedPart> signed, IdAllocator ids)
    {
        Envelope = marked;
        Signed = signed;
        Ids = ids;
    }

    /// <summary>The envelope with a wsu:Id on every signed part.</summary>
    public SoapEnvelope Envelope { get; private set; }

    /// <summary>The body, then the header blocks in document order. WCF writes the references of its signatures in this order.</summary>
    public List<PlannedPart> Signed { get; }

    /// <summary>
    /// Where declarations in parts that are encrypted afterwards repeat one in scope, in ascending order: from xmlns to the closing quote.
    /// </summary>
    public IReadOnlyList<(int Start, int End)> Repeats { get; set; } = [];

    public IdAllocator Ids { get; }

    /// <summary>Plans the protection of an envelope.</summary>
    /// <param name="plain">The envelope of the application.</param>
    /// <param name="requirements">The requirements that say which parts to protect.</param>
    /// <param name="relatesTo">The a:RelatesTo to add; null to add none.</param>
    /// <param name="limits">The limits for parsing the result.</param>
    /// <exception cref="ArgumentException">The envelope already has a security header, or repeats an Id.</exception>
    public static SendPlan Create(SoapEnvelope plain, MessageRequirements requirements, string? relatesTo, XmlLimits limits)
    {
        if (!plain.FindSecurity().IsNull)
        {
            throw new ArgumentException("The envelope already carries a wsse:Security header.", nameof(plain));
        }

        // Without timestamp other Ids say who sent the message, if any signature covers it.
        var marks = !requirements.Timestamp && !requirements.IsProtectedByTransport;
        var ids = marks ? new IdAllocator(plain, SenderMark.Of(requirements.Role)) : new IdAllocator(plain);
        var signed = new List<PlannedPart>(8);
        if (requirements.SignBody)
        {
            signed.Add(new PlannedPart(PlannedPart.Body, plain.BodyId?.ToString() ?? ids.Next(), requirements.EncryptBody));
        }

        for (var i = 0; i < plain.Headers.Count; i++)
        {
            var block = plain.Headers[i];
            if (requirements.Headers.IsSigned(block.Element))
            {
                signed.Add(new PlannedPart(i, block.Id?.ToString() ?? ids.Next(), requirements.Headers.IsEncrypted(block.Element)));
            }
        }

        if (signed.Count > MostSignedParts)
        {
            throw new ArgumentException($"The envelope has {signed.Count} parts to sign, and a signature covers {MostSignedParts} at most: "
                + "send fewer header blocks.", nameof(plain));
        }

        if (marks)
        {
            ReplaceIds(plain, signed, ids, hasRelation: relatesTo is not null);
        }

        // Ids and a:RelatesTo are added together, so that the result is parsed only once.
        var splice = new EnvelopeSplice(plain);
        Mark(splice, plain, signed);
        if (relatesTo is not null && requirements.IsProtectedByTransport)
        {
            splice.InsertHeader(output => AddressingWriter.RelatesTo(output, requirements.Soap, relatesTo));
        }
        else if (relatesTo is not null)
        {
            var id = ids.Next();
            signed.Add(new PlannedPart(plain.Headers.Count, id, Encrypt: false));
            splice.InsertHeader(output => AddressingWriter.RelatesTo(output, requirements.Soap, relatesTo, id));
        }

        var buffer = splice.Apply(plain.Bytes.Length + 2048);
        // The body is as it was, but for its start tag, and is not read a second time.
        var marked = SoapEnvelope.Parse(buffer.Memory, plain.Names, limits, buffer: buffer, knownBody: plain.Body);
        return new SendPlan(marked, signed, ids);
    }

    /// <summary>Replaces the envelope by one with the same parts in other bytes, and disposes the former one.</summary>
    public void Replace(SoapEnvelope envelope)
    {
        Envelope.Dispose();
        Envelope = envelope;
    }

    public void Dispose() => Envelope.Dispose();

    /// <summary>Adds a wsu:Id to every signed part that has none, and writes those that were replaced.</summary>
    private static void Mark(EnvelopeSplice splice, SoapEnvelope plain, List<PlannedPart> signed)
    {
        if (signed.Count == 0)
        {
            return;
        }

        var (prefix, declaration, id) = ChoosePrefix(plain, signed);
        if (!plain.Xml.Root.TryLookupNamespace(prefix, out _))
        {
            splice.InsertAttribute(InsertionPoint(plain.Xml.Root), declaration, Ns.Wsu);
        }

        foreach (var part in signed)
        {
            var element = ElementOf(plain, part);
            if (IdOf(plain, part) is not { } brought)
            {
                splice.InsertAttribute(IdPosition(element, part), id, part.Id);
            }
            else if (!brought.Is(part.Id) && element.TryGetAttribute(Wsu.Id, out var attribute))
            {
                splice.Replace(attribute, part.Id);
            }
        }
    }

    /// <summary>
    /// Without a timestamp the Ids of the signed parts say who sent the message (see <see cref="SenderMark"/>). So one of them has to be
    /// ours, and none may come from another message of ours.
    /// </summary>
    private static void ReplaceIds(SoapEnvelope plain, List<PlannedPart> signed, IdAllocator ids, bool hasRelation)
    {
        var needsMark = !hasRelation && signed.TrueForAll(part => IdOf(plain, part) is not null);
        for (var i = 0; i < signed.Count; i++)
        {
            if (IdOf(plain, signed[i]) is { } brought && (needsMark || SenderMark.IsMarked(brought)))
            {
                signed[i] = signed[i] with { Id = ids.Next() };
                needsMark = false;
            }
        }
    }

    private static XmlId? IdOf(SoapEnvelope plain, PlannedPart part) =>
        part.Block == PlannedPart.Body ? plain.BodyId : plain.Headers[part.Block].Id;

    private static XmlElement ElementOf(SoapEnvelope plain, PlannedPart part) =>
        part.Block == PlannedPart.Body ? plain.Body : plain.Headers[part.Block].Element;

    /// <summary>
    /// In a header block that is encrypted the Id comes first. The IV decides about the first octets, which nothing protects, and there an
    /// attribute that is signed leaves no place for a declaration, which could be made superfluous outside.
    /// </summary>
    private static int IdPosition(XmlElement element, PlannedPart part) => part.Encrypt && part.Block != PlannedPart.Body
        ? element.Start + 1 + element.QualifiedName.Length
        : InsertionPoint(element);

    /// <summary>Where attributes are added: just before the end of the start tag.</summary>
    private static int InsertionPoint(XmlElement element) => element.IsEmptyElementTag ? element.End - 2 : element.StartTagEnd - 1;

    /// <summary>A prefix for wsu that no element to be marked has bound to another namespace.</summary>
    private static WsuPrefix ChoosePrefix(SoapEnvelope plain, List<PlannedPart> signed)
    {
        var prefix = WsuPrefix.Usual;
        for (var i = 1; !IsFree(plain, signed, prefix.Utf8); i++)
        {
            prefix = WsuPrefix.Of($"u{i}");
        }

        return prefix;
    }

    private static bool IsFree(SoapEnvelope plain, List<PlannedPart> signed, ReadOnlySpan<byte> prefix)
    {
        if (!IsWsuOrNothing(plain.Xml.Root, prefix))
        {
            return false;
        }

        foreach (var part in signed)
        {
            if (!IsWsuOrNothing(ElementOf(plain, part), prefix))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsWsuOrNothing(XmlElement element, ReadOnlySpan<byte> prefix) =>
        !element.TryLookupNamespace(prefix, out var uri)
        || uri.SequenceEqual("http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"u8);

    /// <summary>A prefix for wsu, with the names of its declaration and of an Id.</summary>
    private sealed record WsuPrefix(byte[] Utf8, string Declaration, string Id)
    {
        public static readonly WsuPrefix Usual = Of("u");

        public static WsuPrefix Of(string prefix) => new(Encoding.UTF8.GetBytes(prefix), "xmlns:" + prefix, prefix + ":Id");
    }
}
