using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Reliable;

/// <summary>
/// The number of a message in its sequence (WS-ReliableMessaging 1.1 section 3.7).
/// <code>
/// r:Sequence @s:mustUnderstand
///   r:Identifier
///   r:MessageNumber
///   r:LastMessage?                February 2005 only
/// </code>
/// </summary>
internal sealed record SequenceHeader(string Identifier, long Number, bool IsLast = false)
{
    public static SequenceHeader Read(XmlElement element, RmNames names)
    {
        var identifier = RmValue.Identifier(element, names);
        var number = element.FirstChild.NextSibling;
        if (number.IsNull || !number.Is(names.Name("MessageNumber")))
        {
            Fail.With(FailureCode.InvalidSequence, "wsrm:MessageNumber", number.Describe());
        }

        var last = number.NextSibling;
        var isLast = !last.IsNull && !names.Is11 && last.Is(names.Name("LastMessage")) && last.FirstChild.IsNull;
        if (!last.IsNull && (!isLast || !last.NextSibling.IsNull))
        {
            Fail.With(FailureCode.InvalidSequence, "children of wsrm:Sequence", last.Describe());
        }

        return new SequenceHeader(identifier, RmValue.Number(number), isLast);
    }

    public void Write(PooledBytes output, SoapNames soap, RmNames names)
    {
        RmValue.Start(output, names, "Sequence", soap);
        RmValue.Element(output, "Identifier", Identifier);
        RmValue.Element(output, "MessageNumber", RmValue.Text(Number));
        output.Write(IsLast ? "<r:LastMessage/>"u8 : ""u8);
        RmValue.End(output, "Sequence");
    }
}
