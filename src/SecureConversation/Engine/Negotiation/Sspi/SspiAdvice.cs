using System.Net.Security;

namespace SecureConversation.Engine.Negotiation.Sspi;

/// <summary>What an operator has to do when the platform does not negotiate, by the status that it gives.</summary>
internal static class SspiAdvice
{
    public const string NoLibrary = "a platform that negotiates: Windows, or the library libgssapi-krb5-2 (Debian) and a krb5.conf "
        + "(KRB5_CONFIG) that knows the realm";

    private const string NoTicket = "the account of the client: set ClientCredentials.Windows.ClientCredential to a user, a password and "
        + "the realm, or get tickets (kinit, KRB5CCNAME), for a service whose name the domain controller (KDC) knows "
        + "(ClientCredentials.ServiceIdentity = EndpointIdentity.CreateSpnIdentity)";

    private const string NoKey = "the account of the service: run it under that account (Windows), or give it a keytab that this process "
        + "may read (KRB5_KTNAME, default_keytab_name of krb5.conf) with the name that clients ask for";

    private const string OtherKey = "a ticket for this service, new, by a clock that differs by some minutes at most: the keytab "
        + "(KRB5_KTNAME) has the newest key of the name that clients ask for, or the process runs under the account that the name is "
        + "registered for";

    /// <param name="status">What the platform says.</param>
    /// <param name="isClient">Whether this side is the client.</param>
    public static string Of(NegotiateAuthenticationStatusCode status, bool isClient) => status switch
    {
        NegotiateAuthenticationStatusCode.UnknownCredentials => isClient ? NoTicket : NoKey,
        NegotiateAuthenticationStatusCode.InvalidCredentials or NegotiateAuthenticationStatusCode.CredentialsExpired => isClient
            ? "a user, a password and tickets that the domain controller (KDC) takes: ClientCredentials.Windows.ClientCredential, or kinit"
            : OtherKey,
        NegotiateAuthenticationStatusCode.TargetUnknown => "the name under which the account of the service is registered: set "
            + "ClientCredentials.ServiceIdentity to EndpointIdentity.CreateSpnIdentity",
        NegotiateAuthenticationStatusCode.Unsupported => NoLibrary,
        _ => isClient ? $"a token of the service for this negotiation, and {NoTicket}" : $"a token of a client, and {OtherKey}",
    };
}
