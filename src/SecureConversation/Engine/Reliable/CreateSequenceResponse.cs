using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Reliable;

/// <summary>
/// Brings the identifier of a sequence, and accepts the one that was offered (WS-ReliableMessaging 1.1 section 3.4).
/// <code>
/// r:CreateSequenceResponse
///   r:Identifier
///   r:IncompleteSequenceBehavior?  1.1 only
///   r:Accept / r:AcksTo / a:Address
/// </code>
/// </summary>
internal sealed record CreateSequenceResponse(string Identifier, string AcksTo)
{
    public static CreateSequenceResponse Read(XmlElement element, SoapNames soap, RmNames names)
    {
        if (element.IsNull || !element.Is(names.Name("CreateSequenceResponse")))
        {
            Fail.With(FailureCode.InvalidSequence, "content of s:Body", element.Describe(), "wsrm:CreateSequenceResponse");
        }

        string? acksTo = null;
        foreach (var child in element.Children)
        {
            if (child.Is(names.Name("Accept")) && child.FirstChild is { IsNull: false } to && to.Is(names.Name("AcksTo")))
            {
                acksTo = CreateSequence.ReadAddress(to, soap);
            }
        }

        return new CreateSequenceResponse(
            RmValue.Identifier(element, names), acksTo ?? Fail.With<string>(FailureCode.InvalidSequence, "wsrm:Accept", "nothing"));
    }

    public void Write(PooledBytes output, SoapNames soap, RmNames names)
    {
        RmValue.Start(output, names, "CreateSequenceResponse");
        RmValue.Element(output, "Identifier", Identifier);
        if (names.Is11)
        {
            RmValue.Element(output, "IncompleteSequenceBehavior", "DiscardFollowingFirstGap");
        }

        output.Write("<r:Accept>"u8);
        CreateSequence.Address(output, soap, "AcksTo", AcksTo);
        output.Write("</r:Accept>"u8);
        RmValue.End(output, "CreateSequenceResponse");
    }
}
