using SecureConversation.Engine.Names;
using SecureConversation.Shared;

namespace SecureConversation;

/// <summary>
/// A SOAP fault, read from a reply. Code and reason, and the namespace of the specific code, are cut after 2,048 characters.
/// </summary>
public sealed record SoapFault
{
    /// <summary>Local name of the code: Sender, Receiver, MustUnderstand, ... In SOAP 1.1: Client, Server or the specific code.</summary>
    public required string Code { get; init; }

    /// <summary>The specific code as {namespace}name; null when there is none.</summary>
    public string? Subcode { get; init; }

    /// <summary>The first reason text, as the peer wrote it.</summary>
    public required string Reason { get; init; }

    /// <summary>
    /// The element s:Detail (<c>detail</c> in SOAP 1.1) as XML that stands on its own; its children are what the application says, such as
    /// the object of a fault contract of WCF. Null when there is none, or when it is larger than 65,536 bytes: the envelope has it.
    /// </summary>
    public string? Detail { get; init; }

    /// <summary>Whether the fault was part of a verified message. If not, anybody may have sent it.</summary>
    public bool IsSecured { get; init; }

    /// <summary>
    /// Whether the service ends the session with this fault: it does not know the security context, or wants a new key for it, or has given
    /// the session up, or, as the dispatcher of WCF says, an exception was not handled, after which it forgets the session. The name of the
    /// code says so, so it is worth as much as <see cref="IsSecured"/> says.
    /// </summary>
    public bool EndsSession => IsLossOfContext || IsSessionAborted || Is("InternalServiceFault", Ns.DotNetDispatcher);

    /// <summary>Whether the service does not know the security context, or wants a new key for it, in any version.</summary>
    internal bool IsLossOfContext =>
        Is("BadContextToken", Ns.ScFebruary2005, Ns.Sc13) || Is("RenewNeeded", Ns.ScFebruary2005, Ns.Sc13);

    /// <summary>Whether the service has given the session up.</summary>
    internal bool IsSessionAborted => Is("SecuritySessionAborted", Ns.DotNetSecurity);

    /// <summary>Whether something signed says which request the fault answers. If not, it may be one to an earlier request.</summary>
    internal bool AnswersRequest { get; init; }

    /// <summary>Whether the service wants a new key for this request, and nobody else can have said so.</summary>
    internal bool IsRenewNeeded => IsSecured && AnswersRequest && Is("RenewNeeded", Ns.ScFebruary2005, Ns.Sc13);

    /// <summary>Whether a credential was refused: by message security, or by the token service of a negotiation.</summary>
    internal bool IsFailedAuthentication => Is("FailedAuthentication", Ns.Wsse, Ns.TrustFebruary2005, Ns.Trust13);

    /// <summary>Whether message security answered and not the application.</summary>
    internal bool IsRefusal => !IsSecured || IsOf(Ns.Wsse) || IsOf(Ns.TrustFebruary2005) || IsOf(Ns.Trust13)
        || IsOf(Ns.ScFebruary2005) || IsOf(Ns.Sc13);

    /// <summary>
    /// Whether message security or reliable messaging says it, of a context or of a sequence. What else a service secures may be about a
    /// message that somebody on the way has changed where nothing is signed: an added header block, the address of the transport.
    /// </summary>
    internal bool IsOfSession => EndsSession || IsNamedBy(Ns.Wsse) || IsNamedBy(Ns.TrustFebruary2005) || IsNamedBy(Ns.Trust13)
        || IsNamedBy(Ns.ScFebruary2005) || IsNamedBy(Ns.Sc13) || IsNamedBy(Ns.RmFebruary2005) || IsNamedBy(Ns.Rm11);

    internal bool IsServerTooBusy => Is("ServerTooBusy", Ns.DotNetSecurity);

    internal bool IsEndpointUnavailable => Is("EndpointUnavailable", Ns.Wsa10, Ns.WsaAugust2004, Ns.WsaNone);

    // What follows the brace has none: no local name can pretend to be of another namespace.
    private bool IsOf(string uri) => Subcode is not null && Subcode.StartsWith($"{{{uri}}}", StringComparison.Ordinal);

    // SOAP 1.1 has no subcodes.
    private bool IsNamedBy(string uri) => (Subcode ?? Code).StartsWith($"{{{uri}}}", StringComparison.Ordinal);

    /// <summary>Whether the specific code is a name in one of the namespaces. An application has its own codes, of any name.</summary>
    internal bool Is(string localName, params ReadOnlySpan<string> namespaces)
    {
        foreach (var uri in namespaces)
        {
            if (Subcode == $"{{{uri}}}{localName}")
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Code and reason in one line, with a question mark for each character that could end a line of a log.</summary>
    public override string ToString() =>
        $"The peer answered with a fault{(IsSecured ? "" : " (not secured)")}: {LogText.InOneLine($"{Subcode ?? Code}: {Reason}")}";
}
