using System.Runtime.CompilerServices;
using CoreWCF.IdentityModel.Selectors;
using Microsoft.Extensions.Logging;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>The credentials of a host that has started.</summary>
internal static class StartedCredentials
{
    /// <summary>
    /// Makes them read-only, as WCF does when a host opens: who sets a certificate later gets an exception, where it would have no effect.
    /// Tells the log of validators that accept everybody.
    /// </summary>
    public static void Keep(ServiceCredentials credentials, EngineBinding.MessageSecurityBinding binding, ILogger logger)
    {
        try
        {
            MakeReadOnly(credentials);
        }
        catch (MissingMethodException e)
        {
            // CoreWCF has this method and does not call it. Another version may not have it.
            CoreWcfLog.CredentialsNotKept(logger, e);
        }

        var handshake = binding.Bootstrap ?? binding.Element;
        var tokens = handshake.GetSupportingTokenParameters().ToList();
        if (tokens.Any(token => token is EngineBinding.UserNameSecurityTokenParameters)
            && credentials.UserNameAuthentication.CustomUserNamePasswordValidator == UserNamePasswordValidator.None)
        {
            CoreWcfLog.AcceptsEverybody(
                logger, "ServiceCredentials.UserNameAuthentication.CustomUserNamePasswordValidator", "UserNamePasswordValidator.None");
        }

        var isCertificateNegotiated = handshake is EngineBinding.SymmetricSecurityBindingElement
        {
            ProtectionTokenParameters: EngineBinding.SslSecurityTokenParameters { RequireClientCertificate: true },
        };
        if (handshake is not EngineBinding.AsymmetricSecurityBindingElement && !isCertificateNegotiated
            && !tokens.Any(token => token is EngineBinding.X509SecurityTokenParameters))
        {
            return;
        }

        var authentication = credentials.ClientCertificate.Authentication;
        if (authentication.CertificateValidationMode == X509CertificateValidationMode.None)
        {
            CoreWcfLog.AcceptsEverybody(logger, "ServiceCredentials.ClientCertificate.Authentication.CertificateValidationMode", "None");
        }
        else if (authentication.CustomCertificateValidator == X509CertificateValidator.None)
        {
            CoreWcfLog.AcceptsEverybody(logger,
                "ServiceCredentials.ClientCertificate.Authentication.CustomCertificateValidator", "X509CertificateValidator.None");
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "MakeReadOnly")]
    private static extern void MakeReadOnly(ServiceCredentials credentials);
}
