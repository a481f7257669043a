using System.Security.Principal;
using SecureConversation.Binding;
using SecureConversation.Credentials;

namespace SecureConversation.Engine.Roles;

/// <summary>Checks when a client or service is created that its Windows credentials can be used.</summary>
internal static class WindowsChecks
{
    /// <summary>What is wrong with those of a service; null for nothing.</summary>
    public static string? Problem(ServiceCredentials credentials) => credentials.WindowsAuthentication is null
        ? "ServiceCredentials.WindowsAuthentication must not be null: leave it at its default."
        : null;

    /// <summary>What is wrong with those of a client; null for nothing.</summary>
    /// <param name="element">The element of the credentials.</param>
    /// <param name="credentials">The credentials.</param>
    public static string? Problem(SecurityBindingElement element, ClientCredentials credentials)
    {
        if (credentials.Windows?.AllowedImpersonationLevel is not
            (> TokenImpersonationLevel.None and <= TokenImpersonationLevel.Delegation))
        {
            return "ClientCredentials.Windows must not be null, and its AllowedImpersonationLevel is Anonymous to Delegation.";
        }

        if (element.NegotiatedToken is not SspiSecurityTokenParameters)
        {
            return null;
        }

        return credentials.ServiceIdentity switch
        {
            { TargetName: null } => "ClientCredentials.ServiceIdentity is a certificate, and the service shows its Windows account: use "
                + "EndpointIdentity.CreateSpnIdentity, or leave it null for host/name.",
            { IsUpn: true } when !OperatingSystem.IsWindows() => "ClientCredentials.ServiceIdentity is a user principal name, for which "
                + "only Windows gets tickets: use EndpointIdentity.CreateSpnIdentity with a service principal name of that account.",
            _ => null,
        };
    }
}
