using System.Net;
using System.Security.Principal;

namespace SecureConversation.Credentials;

/// <summary>The Windows account of a client, for bindings that negotiate with Windows accounts (SPNEGO: Kerberos, or NTLM).</summary>
public sealed class WindowsClientCredential
{
    /// <summary>
    /// User name, password and domain. Null (default): those of the process, which are the account that it runs under on Windows, and
    /// elsewhere the Kerberos tickets that <c>kinit</c> or a client keytab has put into the credential cache (KRB5CCNAME). On Linux the
    /// domain is the Kerberos realm in capitals, or stands after an @ in the user name.
    /// </summary>
    public NetworkCredential? ClientCredential { get; init; }

    /// <summary>
    /// What the service may do with the account of the client. Default <see cref="TokenImpersonationLevel.Identification"/>: know who it
    /// is. Only Windows knows the others apart, and a service of this library never acts as its client.
    /// </summary>
    public TokenImpersonationLevel AllowedImpersonationLevel { get; init; } = TokenImpersonationLevel.Identification;

    /// <summary>
    /// Whether NTLM will do where there is no Kerberos. Default true, as in WCF. NTLM does not show which service is at the other end; set
    /// it to false to have Kerberos or nothing. NTLM takes a platform that has it: Windows, or Linux with the library gss-ntlmssp.
    /// </summary>
    public bool AllowNtlm { get; init; } = true;
}
