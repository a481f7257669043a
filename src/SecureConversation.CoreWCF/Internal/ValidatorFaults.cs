using System.Globalization;
using System.Xml;
using CoreWCF.IdentityModel.Tokens;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>
/// The fault that a validator answers with. As in WCF (SecurityUtils.CreateSecurityMessageFault): the first FaultException among what was
/// thrown, with its code and reason and without its detail and action; none where a SecurityTokenException comes before it.
/// </summary>
internal static class ValidatorFaults
{
    /// <summary>Null where the client gets FailedAuthentication.</summary>
    public static EngineCredentials.AuthenticationFaultException? Of(Exception thrown)
    {
        for (var e = thrown; e is not null and not SecurityTokenException; e = e.InnerException)
        {
            if (e is FaultException fault)
            {
                return Translate(fault);
            }
        }

        return null;
    }

    private static EngineCredentials.AuthenticationFaultException? Translate(FaultException fault)
    {
        var reason = fault.Reason.GetMatchingTranslation(CultureInfo.CurrentCulture);
        List<XmlQualifiedName> codes = [];
        for (var code = fault.Code; code is not null; code = code.SubCode)
        {
            codes.Add(Name(code));
        }

        try
        {
            return new EngineCredentials.AuthenticationFaultException(reason.Text, fault)
            {
                Code = codes[0],
                Subcodes = codes[1..],
                Language = reason.XmlLang is { Length: > 0 } language ? language : "en-US",
            };
        }
        catch (ArgumentException)
        {
            // Names or texts that XML does not have cannot be sent.
            return null;
        }
    }

    private static XmlQualifiedName Name(FaultCode code) => new(
        code.IsSenderFault ? "Sender" : code.IsReceiverFault ? "Receiver" : code.Name,
        code.IsPredefinedFault ? "" : code.Namespace);
}
