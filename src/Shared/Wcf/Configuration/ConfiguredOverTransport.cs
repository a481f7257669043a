using SecureConversation.Configuration;

namespace SecureConversation.Shared;

/// <summary>
/// Message credentials over a protected transport, which the stack does itself: its element for the tokens that a file says.
/// </summary>
internal static class ConfiguredOverTransport
{
    public static SecurityBindingElement Create(ConfiguredBinding from, EngineBinding.TransportSecurityBindingElement settings)
    {
        var element = settings.EndpointSupportingTokenParameters switch
        {
            { Signed.IsEmpty: false } or { SignedEndorsing.IsEmpty: false } =>
                throw Refuse(from, "Tokens in other places are not offered."),
            { SignedEncrypted: [EngineBinding.UserNameSecurityTokenParameters], Endorsing: [] } =>
                SecurityBindingElement.CreateUserNameOverTransportBindingElement(),
            { SignedEncrypted: [], Endorsing: [EngineBinding.X509SecurityTokenParameters] } =>
                SecurityBindingElement.CreateCertificateOverTransportBindingElement(
                    Translation.FromEngine(settings.MessageSecurityVersion)),
            { SignedEncrypted: [], Endorsing: [EngineBinding.SecureConversationSecurityTokenParameters session] } => Session(from, session),
            _ => throw Refuse(from, "Its tokens are not a user name, a certificate or a session of these."),
        };
        OverTransportSettings.Apply(from, settings, element);
        return element;
    }

    private static SecurityBindingElement Session(
        ConfiguredBinding from, EngineBinding.SecureConversationSecurityTokenParameters session) =>
        session.BootstrapSecurityBindingElement is EngineBinding.TransportSecurityBindingElement bootstrap
            ? session.RequireCancellation
                ? SecurityBindingElement.CreateSecureConversationBindingElement(Create(from, bootstrap))
                : throw Refuse(from, "Sessions in cookies are not offered.")
            : throw Refuse(from, "The bootstrap of the session protects messages itself.");

    private static ServiceModelConfigurationException Refuse(ConfiguredBinding from, string reason) => ConfiguredRefusal.Of(
        from, $"Message credentials over a protected transport are those of {ConfiguredRefusal.Stack}. {reason}",
        "Use authenticationMode UserNameOverTransport or CertificateOverTransport, or make the binding in code.");
}
