using System.IdentityModel.Tokens;
using System.Runtime.ExceptionServices;

namespace SecureConversation.ServiceModel.Internal;

/// <summary>Refusals of the engine as the exceptions that callers of WCF catch.</summary>
internal static class SecurityErrors
{
    private const string Untrusted = "The certificate of the service is not trusted: see "
        + "ClientCredentials.ServiceCertificate.Authentication. Details are in the inner exception.";

    /// <summary>
    /// The exception for whatever was caught. Callers of WCF know those of transports and timeouts: they are thrown on with their stack.
    /// </summary>
    public static Exception ForCaller(Exception e)
    {
        switch (e)
        {
            case SecureConversationException refused:
                return ForMessage(refused);
            case SecurityTokenException:
                return new MessageSecurityException("The certificate of the service is not trusted: the custom validator refused it.", e);
            default:
                ExceptionDispatchInfo.Throw(e);
                return e;
        }
    }

    /// <summary>The exception for a handshake that was refused, by us or by the service.</summary>
    public static Exception ForHandshake(SecureConversationException e) => e switch
    {
        { Failure: SecureConversationFailure.ServerTooBusy } => new ServerTooBusyException(e.Message, Inner(e)),
        { Failure: SecureConversationFailure.EndpointUnavailable } => new EndpointNotFoundException(e.Message, Inner(e)),
        { Code: FailureCode.UntrustedCertificate or FailureCode.IdentityMismatch } => ForMessage(e),
        _ => new SecurityNegotiationException($"No secure session could be opened. {e.Message}", Inner(e)),
    };

    /// <summary>
    /// The exception for a negotiation that failed. As in WCF: a certificate that is not trusted ends the negotiation, and one of somebody
    /// else is found afterwards, when the message is made.
    /// </summary>
    public static Exception ForNegotiation(Exception e) => e switch
    {
        SecureConversationException { Failure: SecureConversationFailure.ServerTooBusy } busy =>
            new ServerTooBusyException(busy.Message, Inner(busy)),
        SecureConversationException { Failure: SecureConversationFailure.EndpointUnavailable } gone =>
            new EndpointNotFoundException(gone.Message, Inner(gone)),
        SecureConversationException { Code: FailureCode.IdentityMismatch } other => ForMessage(other),
        SecureConversationException { Code: FailureCode.UntrustedCertificate } untrusted =>
            new SecurityNegotiationException(Untrusted, Inner(untrusted)),
        SecureConversationException refused => new SecurityNegotiationException(
            $"What protects messages could not be negotiated with the service. {StackRefusals.InWordsOfTheStack(refused.Message)}",
            Inner(refused)),
        _ => new SecurityNegotiationException("The certificate of the service is not trusted: the custom validator refused it.", e),
    };

    /// <summary>The exception for a renewal that was refused, by us or by the service. The session is as it was.</summary>
    public static Exception ForRenewal(SecureConversationException e) => e.Failure == SecureConversationFailure.ServerTooBusy
        ? new ServerTooBusyException(e.Message, Inner(e))
        : new SecurityNegotiationException($"The key of the session could not be renewed. {e.Message}", Inner(e));

    /// <summary>The exception for a request that was not sent, or whose reply was refused.</summary>
    /// <param name="e">The refusal.</param>
    /// <param name="knowsContract">Whether the channel was told about the contract, whose levels the service may want.</param>
    public static Exception ForMessage(SecureConversationException e, bool knowsContract = true) => new MessageSecurityException(
        e.Code switch
        {
            FailureCode.UntrustedCertificate => Untrusted,
            FailureCode.IdentityMismatch => "The certificate of the service is for somebody else: give the EndpointAddress the expected "
                + "identity, a DnsEndpointIdentity or an X509CertificateEndpointIdentity. Details are in the inner exception.",
            _ when !knowsContract && MayDifferInLevels(e) => e.Message + " If the contract has [ProtectionLevel], tell the channel: put "
                + "[UseProtectionLevels] on it, or call Endpoint.UseProtectionLevels().",
            _ => StackRefusals.InWordsOfTheStack(e.Message),
        },
        Inner(e));

    private static bool MayDifferInLevels(SecureConversationException e) =>
        e.Fault is { IsSecured: false } || e.Code is FailureCode.PartNotEncrypted or FailureCode.PartNotSigned;

    // The fault as callers of WCF know it. One without security may come from anybody, with codes that are none.
    private static Exception Inner(SecureConversationException e)
    {
        if (e.Fault is not { } fault)
        {
            var words = StackRefusals.InWordsOfTheStack(e.Message);
            return words == e.Message ? e : new SecureConversationException(e.Failure, e.Code, words, e.InnerException);
        }

        var code = Code(fault.Code) ?? new FaultCode("Sender");
        var reason = fault.IsSecured ? fault.Reason : LogText.InOneLine(fault.Reason);
        return fault.Subcode is not { } text ? new FaultException(new FaultReason(reason), code, action: null)
            : Subcode(text) is { } subcode ? new FaultException(
                new FaultReason(reason), new FaultCode(code.Name, subcode), action: null)
            : new FaultException(new FaultReason($"{reason} ({LogText.InOneLine(text)})"), code, action: null);
    }

    private static FaultCode? Subcode(string text)
    {
        // The name has no brace; the namespace may have some.
        var end = text.LastIndexOf('}');
        return text.StartsWith('{') && end > 0 ? Code(text[(end + 1)..], text[1..end]) : Code(text);
    }

    /// <summary>The code; null where WCF takes no such name or namespace.</summary>
    private static FaultCode? Code(string name, string ns = "")
    {
        try
        {
            return new FaultCode(name, ns);
        }
        catch (Exception e) when (e is ArgumentException or UriFormatException)
        {
            return null;
        }
    }
}
