namespace SecureConversation.Binding;

/// <summary>
/// The message security settings of BasicHttpBinding and BasicHttpsBinding. Creates the same binding element as those bindings do; they go
/// with <see cref="MessageVersion.Soap11"/>.
/// </summary>
public sealed record BasicHttpMessageSecurity
{
    /// <summary>
    /// The credential of the client: Certificate, or UserName (default, as in WCF) where the transport protects messages.
    /// </summary>
    public MessageCredentialType ClientCredentialType { get; init; } = MessageCredentialType.UserName;

    /// <summary>The algorithm suite. Default <see cref="SecurityAlgorithmSuite.Basic256"/>.</summary>
    public SecurityAlgorithmSuite AlgorithmSuite { get; init; } = SecurityAlgorithmSuite.Default;

    /// <summary>Creates the binding element of the credential: WS-Security 1.0, header layout Lax, no derived keys, no session.</summary>
    /// <param name="isSecureTransportMode">
    /// True for the mode TransportWithMessageCredential, where the transport protects messages; false for the mode Message.
    /// </param>
    /// <exception cref="InvalidOperationException">These bindings of WCF do not have the credential; the message names it.</exception>
    public SecurityBindingElement CreateSecurityBindingElement(bool isSecureTransportMode)
    {
        var version = MessageSecurityVersion
            .WSSecurity10WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10;
        var element = (ClientCredentialType, isSecureTransportMode) switch
        {
            (MessageCredentialType.Certificate, true) => SecurityBindingElement.CreateCertificateOverTransportBindingElement(version),
            (MessageCredentialType.UserName, true) =>
                SecurityBindingElement.CreateUserNameOverTransportBindingElement() with { MessageSecurityVersion = version },
            (MessageCredentialType.Certificate, false) =>
                SecurityBindingElement.CreateMutualCertificateBindingElement(version, allowSerializedSigningTokenOnReply: true),
            (MessageCredentialType.UserName, false) => throw new InvalidOperationException("ClientCredentialType UserName of "
                + "BasicHttpBinding goes with the mode TransportWithMessageCredential: in the mode Message set it to Certificate."),
            _ => throw new InvalidOperationException(
                $"BasicHttpBinding has no ClientCredentialType {ClientCredentialType}: set it to Certificate or UserName."),
        };
        element = element with { DefaultAlgorithmSuite = AlgorithmSuite, SecurityHeaderLayout = SecurityHeaderLayout.Lax };
        return element.SetKeyDerivation(false);
    }
}
