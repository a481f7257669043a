using SecureConversation.Engine.Names;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Reliable;

/// <summary>
/// A fault of WS-ReliableMessaging 1.1 section 4. It travels protected by the security session, so it says what is wrong.
/// </summary>
/// <param name="Subcode">Its name in the namespace of WS-ReliableMessaging.</param>
/// <param name="Code">Why, for the log of the service.</param>
/// <param name="Reason">English text.</param>
/// <param name="Identifier">The sequence that it is about; null for none.</param>
internal sealed record SequenceFault(string Subcode, FailureCode Code, string Reason, string? Identifier = null)
{
    public static SequenceFault Unknown(string identifier) => new(
        "UnknownSequence", FailureCode.UnknownSequence, "The identifier names no sequence of this security session.", identifier);

    /// <summary>A message came to a sequence that is over. Its client learns why.</summary>
    public static SequenceFault Ended(string identifier, string? why) => new(
        "UnknownSequence", FailureCode.UnknownSequence, $"The sequence is over. {why}", identifier);

    public static SequenceFault Terminated(string? identifier, string reason) =>
        new("SequenceTerminated", FailureCode.SequenceTerminated, reason, identifier);

    public static SequenceFault Closed(string identifier) => new(
        "SequenceClosed", FailureCode.SequenceTerminated, "The sequence is closed and takes no further messages.", identifier);

    public static SequenceFault LastExceeded(string identifier) => new(
        "LastMessageNumberExceeded", FailureCode.SequenceTerminated, "The number is beyond that of the last message.", identifier);

    public static SequenceFault Refused(string reason) =>
        new("CreateSequenceRefused", FailureCode.CreateSequenceRefused, reason);

    public static readonly SequenceFault Required = new(
        "WsrmRequired", FailureCode.InvalidSequence, "The endpoint takes messages of a reliable session only.");

    /// <summary>1.1 has an action of its own; February 2005 takes that of faults in general.</summary>
    public static string ActionOf(SoapNames soap, RmNames names) => names.Is11 ? names.Fault : soap.DefaultFaultAction;

    /// <summary>SOAP 1.1 has no subcode and no detail for headers, so r:SequenceFault says it there (section 4.1).</summary>
    public void WriteHeader(PooledBytes output, SoapNames soap, RmNames names)
    {
        if (soap.IsSoap12)
        {
            return;
        }

        RmValue.Start(output, names, "SequenceFault");
        RmValue.Element(output, "FaultCode", "r:" + Subcode);
        RmValue.End(output, "SequenceFault");
    }

    public void WriteBody(PooledBytes output, SoapNames soap, RmNames names)
    {
        output.Write("<s:Fault"u8);
        TokenWriter.Attribute(output, "xmlns:s", soap.Soap);
        TokenWriter.Attribute(output, "xmlns:r", names.Namespace);
        output.Write(soap.IsSoap12 ? "><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>r:"u8 : "><faultcode>"u8);
        output.WriteText(soap.IsSoap12 ? Subcode : Identifier is null ? "r:" + Subcode : "s:Client");
        output.Write(soap.IsSoap12
            ? "</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang=\"en-US\">"u8
            : "</faultcode><faultstring xml:lang=\"en-US\">"u8);
        output.WriteEscaped(Reason);
        output.Write(soap.IsSoap12 ? "</s:Text></s:Reason>"u8 : "</faultstring>"u8);
        if (soap.IsSoap12 && Identifier is not null)
        {
            output.Write("<s:Detail>"u8);
            RmValue.Element(output, "Identifier", Identifier);
            output.Write("</s:Detail>"u8);
        }

        output.Write("</s:Fault>"u8);
    }
}
