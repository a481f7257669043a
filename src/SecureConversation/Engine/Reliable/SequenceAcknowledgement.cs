using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Reliable;

/// <summary>
/// Which messages of a sequence arrived (WS-ReliableMessaging 1.1 section 3.9).
/// <code>
/// r:SequenceAcknowledgement
///   r:Identifier
///   r:AcknowledgementRange+ | r:None | r:Nack+     at most 128 ranges; r:None in 1.1 only; the values of r:Nack are not used
///   r:Final?                                        1.1 only
///   netrm:BufferRemaining?                          WCF's, by the receiver of requests
/// </code>
/// </summary>
/// <param name="Identifier">The sequence.</param>
/// <param name="Ranges">The numbers, in order.</param>
internal sealed record SequenceAcknowledgement(string Identifier, IReadOnlyList<AcknowledgementRange> Ranges)
{
    private const string DotNetRm = "http://schemas.microsoft.com/ws/2006/05/rm";
    private const int MostChildren = 512;

    private static readonly XmlName Lower = new("Lower", "");
    private static readonly XmlName Upper = new("Upper", "");
    private static readonly XmlName BufferRemainingName = new("BufferRemaining", DotNetRm);

    public bool IsFinal { get; init; }

    /// <summary>For how many messages the receiver has room; null where it does not say.</summary>
    public int? BufferRemaining { get; init; }

    /// <summary>The greatest number; 0 for none.</summary>
    public long Highest => Ranges.Count == 0 ? 0 : Ranges[^1].Upper;

    /// <summary>Whether a message is acknowledged.</summary>
    public bool Covers(long number)
    {
        var at = AcknowledgementRanges.FirstNotBelow(Ranges, number);
        return at < Ranges.Count && Ranges[at].Lower <= number;
    }

    public static SequenceAcknowledgement Read(XmlElement element, RmNames names)
    {
        var identifier = RmValue.Identifier(element, names);
        var ranges = new List<AcknowledgementRange>();
        var (says, isFinal, count, remaining) = (false, false, 0, (int?)null);
        for (var child = element.FirstChild.NextSibling; !child.IsNull; child = child.NextSibling)
        {
            if (++count > MostChildren || ranges.Count > AcknowledgementRanges.Most)
            {
                Fail.With(FailureCode.LimitExceeded, "wsrm:AcknowledgementRange", expected: $"at most {AcknowledgementRanges.Most}");
            }

            if (child.Is(names.Name("AcknowledgementRange")))
            {
                says = true;
                if (ReadRange(child) is { Upper: > 0 } range)
                {
                    ranges.Add(range);
                }
            }
            else if (child.Is(names.Name("Nack")) || (names.Is11 && child.Is(names.Name("None"))))
            {
                says = true;
            }
            else if (names.Is11 && child.Is(names.Name("Final")))
            {
                isFinal = true;
            }
            else if (child.Is(BufferRemainingName))
            {
                remaining = ElementValue.Number(child);
            }
        }

        return says
            ? new SequenceAcknowledgement(identifier, AcknowledgementRanges.Join(ranges)) { IsFinal = isFinal, BufferRemaining = remaining }
            : Fail.With<SequenceAcknowledgement>(FailureCode.InvalidSequence, "wsrm:SequenceAcknowledgement", "no range");
    }

    /// <summary>In February 2005 the range from 0 to 0 says that nothing arrived (recorded); no other range begins with 0.</summary>
    private static AcknowledgementRange ReadRange(XmlElement element)
    {
        var range = new AcknowledgementRange(
            RmValue.Number(element.GetAttribute(Lower), least: 0), RmValue.Number(element.GetAttribute(Upper), least: 0));
        return range.Lower <= range.Upper && (range.Lower > 0 || range.Upper == 0)
            ? range
            : Fail.With<AcknowledgementRange>(FailureCode.InvalidSequence, "wsrm:AcknowledgementRange");
    }

    public void Write(PooledBytes output, RmNames names)
    {
        RmValue.Start(output, names, "SequenceAcknowledgement");
        RmValue.Element(output, "Identifier", Identifier);
        foreach (var range in Ranges.Count == 0 && !names.Is11 ? [default] : Ranges)
        {
            output.Write("<r:AcknowledgementRange"u8);
            TokenWriter.Attribute(output, "Lower", RmValue.Text(range.Lower));
            TokenWriter.Attribute(output, "Upper", RmValue.Text(range.Upper));
            output.Write("/>"u8);
        }

        output.Write(Ranges.Count == 0 && names.Is11 ? "<r:None/>"u8 : ""u8);
        output.Write(IsFinal && names.Is11 ? "<r:Final/>"u8 : ""u8);
        if (BufferRemaining is { } remaining)
        {
            output.Write("<n:BufferRemaining"u8);
            TokenWriter.Attribute(output, "xmlns:n", DotNetRm);
            output.Write(">"u8);
            output.WriteText(RmValue.Text(remaining));
            output.Write("</n:BufferRemaining>"u8);
        }

        RmValue.End(output, "SequenceAcknowledgement");
    }
}
