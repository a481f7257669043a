using System.Xml;

namespace SecureConversation.AspNetCore;

/// <summary>Who is at fault.</summary>
public enum SoapFaultCode
{
    /// <summary>The client; Client in SOAP 1.1.</summary>
    Sender,
    /// <summary>The service; Server in SOAP 1.1.</summary>
    Receiver,
}

/// <summary>
/// Thrown by an application behind message security to answer with a SOAP fault, protected like a reply. All that it
/// carries is sent to the client; what other exceptions carry never is. A validator or authenticator of clients may throw it as well: its
/// code, subcode and reason then go out without security, as <see cref="Credentials.AuthenticationFaultException"/> says.
/// </summary>
public sealed class SoapFaultException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="reason">Explanation for the client.</param>
    /// <param name="inner">The cause; not sent.</param>
    public SoapFaultException(string reason, Exception? inner = null)
        : base(reason, inner)
    {
        ArgumentNullException.ThrowIfNull(reason);
    }

    /// <summary>Who is at fault. Default <see cref="SoapFaultCode.Sender"/>, as in WCF.</summary>
    public SoapFaultCode Code { get; init; } = SoapFaultCode.Sender;

    /// <summary>The specific code; null for none. In SOAP 1.1 it takes the place of the general one.</summary>
    public XmlQualifiedName? Subcode { get; init; }

    /// <summary>a:Action of the fault: that of the fault contract. Null for the one of faults without a contract.</summary>
    public string? Action { get; init; }

    /// <summary>Writes the content of the detail, for instance by a DataContractSerializer; null for no detail.</summary>
    public Action<XmlDictionaryWriter>? WriteDetail { get; init; }
}
