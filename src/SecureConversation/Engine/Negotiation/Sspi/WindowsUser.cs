using System.Security.Claims;
using System.Security.Principal;
using SecureConversation.Credentials;

namespace SecureConversation.Engine.Negotiation.Sspi;

/// <summary>Makes the identity of a client of what the platform says of its account.</summary>
internal static class WindowsUser
{
    // MIT Kerberos, RFC 8062.
    private const string AnonymousOfKerberos = "WELLKNOWN/ANONYMOUS@";

    /// <summary>
    /// The claims of an account, and nothing that the platform has to free: the identity outlives the negotiation and the process, in
    /// sessions, stores and cookies. On Windows it has name, SIDs and groups; elsewhere the name, user@REALM.
    /// </summary>
    /// <param name="remote">What the platform says; not kept.</param>
    /// <param name="package">The protocol that proved it.</param>
    /// <param name="withGroups">Whether groups are among the claims.</param>
    /// <returns>The client; null for one without an account.</returns>
    public static ClaimsPrincipal? Of(IIdentity remote, string package, bool withGroups)
    {
        if (!remote.IsAuthenticated || string.IsNullOrEmpty(remote.Name)
            || remote.Name.StartsWith(AnonymousOfKerberos, StringComparison.Ordinal))
        {
            return null;
        }

        if (OperatingSystem.IsWindows() && remote is WindowsIdentity windows)
        {
            return windows.IsAnonymous ? null : Create(
                windows.Claims.Where(claim => withGroups || !IsGroup(claim)).Select(claim => new Claim(claim.Type, claim.Value)),
                windows.NameClaimType, windows.RoleClaimType, package);
        }

        IEnumerable<Claim> claims = [new Claim(ClaimTypes.Name, remote.Name)];
        if (remote.Name.Contains('@', StringComparison.Ordinal))
        {
            claims = claims.Append(new Claim(ClaimTypes.Upn, remote.Name));
        }

        return Create(claims, ClaimTypes.Name, ClaimTypes.Role, package);
    }

    private static ClaimsPrincipal Create(IEnumerable<Claim> claims, string nameType, string roleType, string package) => new(
        new ClaimsIdentity(claims.Append(new Claim(ClaimTypes.AuthenticationMethod, package)), ClientAuthenticationTypes.Windows,
            nameType, roleType));

    private static bool IsGroup(Claim claim) => claim.Type is ClaimTypes.GroupSid or ClaimTypes.PrimaryGroupSid
        or ClaimTypes.DenyOnlySid or ClaimTypes.DenyOnlyPrimaryGroupSid or ClaimTypes.WindowsDeviceGroup;
}
