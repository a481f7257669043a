using System.Net;

namespace SecureConversation.Credentials;

/// <summary>How a service validates Windows accounts, for bindings that negotiate with them (SPNEGO: Kerberos, or NTLM).</summary>
public sealed class WindowsServiceCredential
{
    /// <summary>
    /// The account of the service. Null (default): that of the process, which is the account that it runs under on Windows, and elsewhere
    /// the keys in its keytab (KRB5_KTNAME, or default_keytab_name of krb5.conf).
    /// </summary>
    public NetworkCredential? Credential { get; init; }

    /// <summary>
    /// Whether clients without an account are taken, as clients that are not authenticated. Default false: they are refused.
    /// </summary>
    public bool AllowAnonymousLogons { get; init; }

    /// <summary>
    /// Whether the groups of a client are among its claims, as the role claims of its identity. Default true. Only Windows knows them. A
    /// client in hundreds of groups makes a cookie too large, where the state of sessions or contexts travels in one: set it to false then.
    /// </summary>
    public bool IncludeWindowsGroups { get; init; } = true;
}
