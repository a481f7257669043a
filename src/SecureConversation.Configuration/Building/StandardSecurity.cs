using SecureConversation.Binding;
using SecureConversation.Configuration.Reading;

namespace SecureConversation.Configuration.Building;

/// <summary>The binding elements that standard bindings make of their <c>message</c> settings.</summary>
internal static class StandardSecurity
{
    // What standard bindings set on the handshake: the context of a negotiation is needed for the handshake only.
    private static readonly TimeSpan CookieLifetime = TimeSpan.FromMinutes(15);

    /// <summary>Makes the element; null where a problem leaves none.</summary>
    /// <param name="message">The settings.</param>
    /// <param name="version">The versions of the binding.</param>
    /// <param name="overTransport">Whether the transport protects messages.</param>
    /// <param name="node">The node that takes problems.</param>
    public static SecurityBindingElement? Create(
        ConfiguredMessageSecurity message, MessageSecurityVersion version, bool overTransport, ConfigNode node)
    {
        var oneShot = overTransport ? OverTransport(message) : message.NegotiateServiceCredential ? Negotiated(message) : Direct(message);
        if (oneShot is null)
        {
            node.Error(
                "Over a protected transport the client has a credential.",
                "Write UserName or Certificate, or the mode Transport.",
                "clientCredentialType",
                $"{message.ClientCredentialType}");
            return null;
        }

        // Kerberos has a suite of its own unless one is written.
        var suite = oneShot is SymmetricSecurityBindingElement { ProtectionTokenParameters: KerberosSecurityTokenParameters }
            && !node.Has("algorithmSuite")
                ? oneShot.DefaultAlgorithmSuite
                : message.AlgorithmSuite;
        return Finish(oneShot, suite, version, message.EstablishSecurityContext);
    }

    /// <summary>Sets what all standard bindings set, and puts the element into a session.</summary>
    public static SecurityBindingElement Finish(
        SecurityBindingElement oneShot, SecurityAlgorithmSuite suite, MessageSecurityVersion version, bool isSession)
    {
        oneShot = oneShot with { DefaultAlgorithmSuite = suite, MessageSecurityVersion = version };
        if (!isSession)
        {
            return oneShot;
        }

        var bootstrap = oneShot with { LocalServiceSettings = oneShot.LocalServiceSettings with { IssuedCookieLifetime = CookieLifetime } };
        return SecurityBindingElement.CreateSecureConversationBindingElement(bootstrap) with
        {
            DefaultAlgorithmSuite = suite,
            MessageSecurityVersion = version,
        };
    }

    private static TransportSecurityBindingElement? OverTransport(ConfiguredMessageSecurity message) => message.ClientCredentialType switch
    {
        MessageCredentialType.UserName => SecurityBindingElement.CreateUserNameOverTransportBindingElement(),
        MessageCredentialType.Certificate => SecurityBindingElement.CreateCertificateOverTransportBindingElement(),
        MessageCredentialType.Windows => SecurityBindingElement.CreateSspiNegotiationOverTransportBindingElement(true),
        MessageCredentialType.IssuedToken =>
            SecurityBindingElement.CreateIssuedTokenOverTransportBindingElement(IssuedTokens.Card(message.AlgorithmSuite)),
        _ => null,
    };

    private static SymmetricSecurityBindingElement Negotiated(ConfiguredMessageSecurity message) => message.ClientCredentialType switch
    {
        MessageCredentialType.None => SecurityBindingElement.CreateSslNegotiationBindingElement(false, true),
        MessageCredentialType.UserName => SecurityBindingElement.CreateUserNameForSslBindingElement(true),
        MessageCredentialType.Certificate => SecurityBindingElement.CreateSslNegotiationBindingElement(true, true),
        MessageCredentialType.Windows => SecurityBindingElement.CreateSspiNegotiationBindingElement(true),
        _ => SecurityBindingElement.CreateIssuedTokenForSslBindingElement(IssuedTokens.Card(message.AlgorithmSuite), true),
    };

    private static SecurityBindingElement Direct(ConfiguredMessageSecurity message) => message.ClientCredentialType switch
    {
        MessageCredentialType.None => SecurityBindingElement.CreateAnonymousForCertificateBindingElement(),
        MessageCredentialType.UserName => SecurityBindingElement.CreateUserNameForCertificateBindingElement(),
        MessageCredentialType.Certificate => SecurityBindingElement.CreateMutualCertificateBindingElement(),
        MessageCredentialType.Windows => SecurityBindingElement.CreateKerberosBindingElement(),
        _ => SecurityBindingElement.CreateIssuedTokenForCertificateBindingElement(IssuedTokens.Card(message.AlgorithmSuite)),
    };
}
