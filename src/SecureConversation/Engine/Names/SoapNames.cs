using SecureConversation.Binding;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Names;

/// <summary>Names of one SOAP version together with one WS-Addressing version.</summary>
internal sealed class SoapNames
{
    private static readonly SoapNames[] All = [.. MessageVersion.All.Select(version => new SoapNames(version))];

    private SoapNames(MessageVersion version)
    {
        Version = version;
        IsSoap12 = version.Soap == SoapVersion.Soap12;
        IsAddressing10 = version.Addressing == AddressingVersion.WSAddressing10;
        HasAddressing = version.Addressing != AddressingVersion.None;
        Soap = IsSoap12 ? Ns.Soap12 : Ns.Soap11;
        Addressing = version.Addressing switch
        {
            AddressingVersion.WSAddressing10 => Ns.Wsa10,
            AddressingVersion.WSAddressingAugust2004 => Ns.WsaAugust2004,
            // No document can have a namespace like this, so no header is ever taken for one of addressing.
            _ => "\0",
        };

        Envelope = new("Envelope", Soap);
        Header = new("Header", Soap);
        Body = new("Body", Soap);
        Fault = new("Fault", Soap);
        MustUnderstand = new("mustUnderstand", Soap);
        Role = new(IsSoap12 ? "role" : "actor", Soap);
        Relay = new("relay", Soap);

        Action = new("Action", Addressing);
        To = new("To", Addressing);
        From = new("From", Addressing);
        ReplyTo = new("ReplyTo", Addressing);
        FaultTo = new("FaultTo", Addressing);
        MessageId = new("MessageID", Addressing);
        RelatesTo = new("RelatesTo", Addressing);
        Address = new("Address", Addressing);
        AddressingHeaders = HasAddressing ? [To, From, FaultTo, ReplyTo, MessageId, RelatesTo, Action] : [];
    }

    public static SoapNames Of(MessageVersion version) =>
        Array.Find(All, n => n.Version.Soap == version.Soap && n.Version.Addressing == version.Addressing)!;

    public MessageVersion Version { get; }
    public bool IsSoap12 { get; }
    public bool IsAddressing10 { get; }

    /// <summary>Whether envelopes have addressing headers. If false, none is read, written or required.</summary>
    public bool HasAddressing { get; }

    public string Soap { get; }
    public string Addressing { get; }

    public XmlName Envelope { get; }
    public XmlName Header { get; }
    public XmlName Body { get; }
    public XmlName Fault { get; }
    public XmlName MustUnderstand { get; }
    public XmlName Role { get; }
    public XmlName Relay { get; }

    public XmlName Action { get; }
    public XmlName To { get; }
    public XmlName From { get; }
    public XmlName ReplyTo { get; }
    public XmlName FaultTo { get; }
    public XmlName MessageId { get; }
    public XmlName RelatesTo { get; }
    public XmlName Address { get; }

    /// <summary>The addressing headers that WCF signs, in both directions.</summary>
    public XmlName[] AddressingHeaders { get; }

    /// <summary>Whether the last receiver of a message acts in the role.</summary>
    public bool IsRoleOfReceiver(string role) => IsSoap12
        ? role is "http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver" or "http://www.w3.org/2003/05/soap-envelope/role/next"
        : role is "http://schemas.xmlsoap.org/soap/actor/next";

    public string Anonymous => IsAddressing10
        ? "http://www.w3.org/2005/08/addressing/anonymous"
        : "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous";

    /// <summary>Action of faults that come from SOAP processing and not from an operation.</summary>
    public string DefaultFaultAction => IsAddressing10
        ? "http://www.w3.org/2005/08/addressing/soap/fault"
        : "http://schemas.xmlsoap.org/ws/2004/08/addressing/fault";
}
