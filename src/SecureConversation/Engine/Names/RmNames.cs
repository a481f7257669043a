using SecureConversation.Binding;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Names;

/// <summary>Names and actions of WS-ReliableMessaging in one of its versions.</summary>
internal sealed class RmNames
{
    public static readonly RmNames February2005 = new(Ns.RmFebruary2005, is11: false);
    public static readonly RmNames V11 = new(Ns.Rm11, is11: true);

    private readonly string[] _actions;

    private RmNames(string ns, bool is11)
    {
        (Namespace, Is11) = (ns, is11);
        Sequence = new("Sequence", ns);
        SequenceAcknowledgement = new("SequenceAcknowledgement", ns);
        AckRequested = new("AckRequested", ns);
        UsesSequenceStr = new("UsesSequenceSTR", ns);
        UsesSequenceSsl = new("UsesSequenceSSL", ns);
        Headers = is11
            ? [Sequence, SequenceAcknowledgement, AckRequested, UsesSequenceStr]
            : [Sequence, SequenceAcknowledgement, AckRequested];
        CreateSequence = ns + "/CreateSequence";
        CreateSequenceResponse = ns + "/CreateSequenceResponse";
        SequenceAcknowledgementAction = ns + "/SequenceAcknowledgement";
        AckRequestedAction = ns + "/AckRequested";
        LastMessage = ns + "/LastMessage";
        CloseSequence = ns + "/CloseSequence";
        CloseSequenceResponse = ns + "/CloseSequenceResponse";
        TerminateSequence = ns + "/TerminateSequence";
        TerminateSequenceResponse = ns + "/TerminateSequenceResponse";
        Fault = ns + "/fault";
        _actions = is11
            ?
            [
                CreateSequence, CreateSequenceResponse, SequenceAcknowledgementAction, AckRequestedAction, CloseSequence,
                CloseSequenceResponse, TerminateSequence, TerminateSequenceResponse, Fault,
            ]
            :
            [
                CreateSequence, CreateSequenceResponse, SequenceAcknowledgementAction, AckRequestedAction, LastMessage, TerminateSequence,
            ];
    }

    public static RmNames Of(ReliableMessagingVersion version) =>
        version == ReliableMessagingVersion.WSReliableMessaging11 ? V11 : February2005;

    public string Namespace { get; }

    /// <summary>Whether it is WS-ReliableMessaging 1.1, which closes a sequence by a message of its own.</summary>
    public bool Is11 { get; }

    public XmlName Sequence { get; }
    public XmlName SequenceAcknowledgement { get; }
    public XmlName AckRequested { get; }
    public XmlName UsesSequenceStr { get; }
    public XmlName UsesSequenceSsl { get; }

    /// <summary>The header blocks that are signed in each message that has them (recorded).</summary>
    public XmlName[] Headers { get; }

    public string CreateSequence { get; }
    public string CreateSequenceResponse { get; }
    public string SequenceAcknowledgementAction { get; }
    public string AckRequestedAction { get; }
    public string LastMessage { get; }
    public string CloseSequence { get; }
    public string CloseSequenceResponse { get; }
    public string TerminateSequence { get; }
    public string TerminateSequenceResponse { get; }
    public string Fault { get; }

    /// <summary>Whether a message with this action is one of the protocol, whose body is signed and not encrypted (recorded).</summary>
    public bool Owns(string? action) => action is not null && Array.IndexOf(_actions, action) >= 0;

    /// <summary>A name of this version.</summary>
    public XmlName Name(string local) => new(local, Namespace);
}
