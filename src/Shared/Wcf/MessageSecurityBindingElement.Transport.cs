#if CORE_WCF
using CoreWCF.Security.Tokens;

namespace SecureConversation.CoreWCF;
#else
using System.ServiceModel.Security.Tokens;

namespace SecureConversation.ServiceModel;
#endif

// Issued tokens, and credentials over TLS: the static methods of WCF's SecurityBindingElement for them.
public sealed partial class MessageSecurityBindingElement
{
    /// <summary>A token of a security token service, which has a symmetric key, protects messages.</summary>
    /// <param name="issuedTokenParameters">The token.</param>
    /// <exception cref="ArgumentException">The token has no symmetric key.</exception>
    public static MessageSecurityBindingElement CreateIssuedTokenBindingElement(IssuedSecurityTokenParameters issuedTokenParameters) =>
        new(EngineBinding.SecurityBindingElement.CreateIssuedTokenBindingElement(Translation.ToEngine(issuedTokenParameters)));

    /// <summary>The client has a token of a security token service, the service a certificate.</summary>
    /// <param name="issuedTokenParameters">The token.</param>
    public static MessageSecurityBindingElement CreateIssuedTokenForCertificateBindingElement(
        IssuedSecurityTokenParameters issuedTokenParameters) => new(EngineBinding.SecurityBindingElement
            .CreateIssuedTokenForCertificateBindingElement(Translation.ToEngine(issuedTokenParameters)));

    /// <summary>TLS protects messages; the client has a token of a security token service.</summary>
    /// <param name="issuedTokenParameters">The token.</param>
    public static MessageSecurityBindingElement CreateIssuedTokenOverTransportBindingElement(
        IssuedSecurityTokenParameters issuedTokenParameters) => new(EngineBinding.SecurityBindingElement
            .CreateIssuedTokenOverTransportBindingElement(Translation.ToEngine(issuedTokenParameters)));

    /// <summary>TLS protects messages; the client has a user name and password.</summary>
    public static MessageSecurityBindingElement CreateUserNameOverTransportBindingElement() =>
        new(EngineBinding.SecurityBindingElement.CreateUserNameOverTransportBindingElement());

    /// <summary>TLS protects messages; the client has a certificate, which signs the timestamp. The default versions.</summary>
    public static MessageSecurityBindingElement CreateCertificateOverTransportBindingElement() =>
        new(EngineBinding.SecurityBindingElement.CreateCertificateOverTransportBindingElement());

    /// <summary>TLS protects messages; the client has a certificate, which signs the timestamp.</summary>
    /// <param name="version">The versions of the protocols.</param>
    public static MessageSecurityBindingElement CreateCertificateOverTransportBindingElement(MessageSecurityVersion version) =>
        new(EngineBinding.SecurityBindingElement.CreateCertificateOverTransportBindingElement(Translation.ToEngine(version)));
}
