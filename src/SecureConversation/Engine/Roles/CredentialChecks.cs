using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Requirements;

namespace SecureConversation.Engine.Roles;

/// <summary>Credentials that the binding needs must be there when a role is made, not when the first message comes.</summary>
internal static class CredentialChecks
{
    public static void Require(MessageSecurityBinding binding, ServiceCredentials credentials)
    {
        if (credentials.ServiceCertificate is null)
        {
            throw new ArgumentException("The binding needs the certificate of the service: set ServiceCredentials.ServiceCertificate.", nameof(credentials));
        }

        if (NeedsUserName(binding.Bootstrap ?? binding.Element) && credentials.UserNamePasswordValidator is null)
        {
            throw new ArgumentException("The binding asks clients for a user name: set ServiceCredentials.UserNamePasswordValidator.", nameof(credentials));
        }
    }

    public static void Require(MessageSecurityBinding binding, ClientCredentials credentials)
    {
        if (credentials.ServiceCertificate is null)
        {
            throw new ArgumentException("The binding needs the certificate of the service beforehand: set ClientCredentials.ServiceCertificate.", nameof(credentials));
        }

        var element = binding.Bootstrap ?? binding.Element;
        if (NeedsUserName(element) && credentials.UserName is null)
        {
            throw new ArgumentException("The binding asks for a user name: set ClientCredentials.UserName.", nameof(credentials));
        }

        if (NeedsCertificate(element) && credentials.ClientCertificate is null)
        {
            throw new ArgumentException("The binding asks for a client certificate: set ClientCredentials.ClientCertificate.", nameof(credentials));
        }
    }

    private static bool NeedsUserName(SecurityBindingElement element) =>
        SupportingToken.Of(element.EndpointSupportingTokenParameters).Exists(t => t.Parameters is UserNameSecurityTokenParameters);

    private static bool NeedsCertificate(SecurityBindingElement element) => element is AsymmetricSecurityBindingElement
        || SupportingToken.Of(element.EndpointSupportingTokenParameters).Exists(t => t.Parameters is X509SecurityTokenParameters);
}
