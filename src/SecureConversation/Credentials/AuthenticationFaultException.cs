using System.Xml;

namespace SecureConversation.Credentials;

/// <summary>
/// Thrown by a validator or authenticator of the application to refuse a client with a fault of its own, in place of FailedAuthentication:
/// the FaultException that validators of WCF throw. All other exceptions of them are failures of the application, which the client does
/// not hear of.
/// </summary>
/// <remarks>
/// The fault goes out without security, as in WCF: anybody on the way reads it, and can change it. Do not let it tell whether the user
/// exists. It is answered when any other refusal would be, counts as one, and the log has it under the same code.
/// </remarks>
public sealed class AuthenticationFaultException : Exception
{
    /// <summary>A fault with the code Sender.</summary>
    /// <param name="reason">What the client reads. Clients of this library read 2,048 characters of it.</param>
    /// <param name="inner">The cause; not sent.</param>
    /// <exception cref="ArgumentException">The reason has characters that XML does not allow.</exception>
    public AuthenticationFaultException(string reason, Exception? inner = null)
        : base(reason, inner)
    {
        ArgumentNullException.ThrowIfNull(reason);
        Verified(reason, XmlConvert.VerifyXmlChars, nameof(reason));
    }

    /// <summary>
    /// The code. Without a namespace it is one of SOAP's: Sender (default), Receiver (Client and Server in SOAP 1.1), or another.
    /// </summary>
    /// <exception cref="ArgumentException">Set to what is no name in XML.</exception>
    public XmlQualifiedName Code { get; init => field = Verified(value); } = new("Sender");

    /// <summary>
    /// The specific codes, each more so than the one before; empty (default) for none. SOAP 1.1 has one code: the first of these takes its
    /// place.
    /// </summary>
    /// <exception cref="ArgumentException">One is no name in XML.</exception>
    public IReadOnlyList<XmlQualifiedName> Subcodes
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = [.. value.Select(Verified)];
        }
    } = [];

    /// <summary>The language of the reason, for xml:lang. Default en-US.</summary>
    /// <exception cref="ArgumentException">It has characters that XML does not allow.</exception>
    public string Language { get; init => field = Verified(value, XmlConvert.VerifyXmlChars, nameof(Language)); } = "en-US";

    private static XmlQualifiedName Verified(XmlQualifiedName name)
    {
        ArgumentNullException.ThrowIfNull(name);
        Verified(name.Name, XmlConvert.VerifyNCName, nameof(name));
        Verified(name.Namespace, XmlConvert.VerifyXmlChars, nameof(name));
        return name;
    }

    private static string Verified(string value, Func<string, string> verify, string parameter)
    {
        ArgumentNullException.ThrowIfNull(value, parameter);
        try
        {
            verify(value);
            return value;
        }
        catch (Exception e) when (e is XmlException or ArgumentException)
        {
            throw new ArgumentException($"A fault cannot have it in XML: {e.Message}", parameter, e);
        }
    }
}
