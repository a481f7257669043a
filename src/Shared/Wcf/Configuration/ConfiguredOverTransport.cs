namespace SecureConversation.Shared;

/// <summary>
/// Message credentials over a protected transport: the stack has them for a user name or a certificate, alone or in a session, with few
/// settings. What it lacks is the business of MessageSecurityBindingElement.
/// </summary>
internal static class ConfiguredOverTransport
{
    /// <summary>The element of the stack; null where messages are not of that kind, or the stack lacks a token or a setting.</summary>
    public static SecurityBindingElement? OfStack(EngineBinding.SecurityBindingElement security)
    {
        if (security is not EngineBinding.TransportSecurityBindingElement settings)
        {
            return null;
        }

        var element = settings.EndpointSupportingTokenParameters switch
        {
            { Signed.IsEmpty: false } or { SignedEndorsing.IsEmpty: false } => null,
            { SignedEncrypted: [EngineBinding.UserNameSecurityTokenParameters], Endorsing: [] } =>
                SecurityBindingElement.CreateUserNameOverTransportBindingElement(),
            { SignedEncrypted: [], Endorsing: [EngineBinding.X509SecurityTokenParameters] } =>
                SecurityBindingElement.CreateCertificateOverTransportBindingElement(
                    Translation.FromEngine(settings.MessageSecurityVersion)),
            { SignedEncrypted: [], Endorsing: [EngineBinding.SecureConversationSecurityTokenParameters session] } => Session(session),
            _ => null,
        };
        return element is not null && OverTransportSettings.TryApply(settings, element) ? element : null;
    }

    // Cookies are beyond both stacks. CoreWCF does not map a contract with SessionMode.Required whose session is its own, and does not say
    // so; which contract it is, the binding does not know.
    private static SecurityBindingElement? Session(EngineBinding.SecureConversationSecurityTokenParameters session) =>
#if CORE_WCF
        null;
#else
        session is { RequireCancellation: true, BootstrapSecurityBindingElement: { } bootstrap } && OfStack(bootstrap) is { } made
            ? SecurityBindingElement.CreateSecureConversationBindingElement(made)
            : null;
#endif
}
