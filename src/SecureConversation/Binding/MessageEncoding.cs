namespace SecureConversation.Binding;

/// <summary>How an endpoint writes envelopes on the wire. The names are those of WCF (WSMessageEncoding).</summary>
public enum MessageEncoding
{
    /// <summary>XML text: <c>application/soap+xml</c> (RFC 3902) or <c>text/xml</c> (SOAP 1.1 section 6).</summary>
    Text,

    /// <summary>
    /// MTOM: <c>multipart/related</c> with the envelope as <c>application/xop+xml</c> and long base64 values beside it as octets (SOAP
    /// Message Transmission Optimization Mechanism section 4). Whoever writes MTOM reads text as well, as WCF does.
    /// </summary>
    Mtom,

    /// <summary>
    /// The binary XML of WCF: <c>application/soap+msbin1</c> ([MC-NBFS]). It exists for SOAP 1.2 only, and only WCF speaks it.
    /// </summary>
    Binary,
}
