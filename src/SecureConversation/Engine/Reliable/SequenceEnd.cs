using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Reliable;

/// <summary>
/// Closes or terminates a sequence, or confirms that (WS-ReliableMessaging 1.1 sections 3.5 and 3.6).
/// <code>
/// r:CloseSequence | r:CloseSequenceResponse | r:TerminateSequence | r:TerminateSequenceResponse
///   r:Identifier
///   r:LastMsgNumber?               1.1 only, in requests; none for a sequence without messages
/// </code>
/// </summary>
internal sealed record SequenceEnd(string Name, string Identifier, long? LastMessageNumber = null)
{
    public const string Close = "CloseSequence";
    public const string Terminate = "TerminateSequence";

    public static SequenceEnd Read(XmlElement element, string name, RmNames names)
    {
        if (element.IsNull || !element.Is(names.Name(name)))
        {
            Fail.With(FailureCode.InvalidSequence, "content of s:Body", element.Describe(), "wsrm:" + name);
        }

        var identifier = RmValue.Identifier(element, names);
        var last = element.FirstChild.NextSibling;
        var number = !last.IsNull && last.Is(names.Name("LastMsgNumber")) ? RmValue.Number(last) : (long?)null;
        return new SequenceEnd(name, identifier, number);
    }

    public void Write(PooledBytes output, RmNames names)
    {
        RmValue.Start(output, names, Name);
        RmValue.Element(output, "Identifier", Identifier);
        if (names.Is11 && LastMessageNumber is > 0 and var number)
        {
            RmValue.Element(output, "LastMsgNumber", RmValue.Text(number));
        }

        RmValue.End(output, Name);
    }
}
