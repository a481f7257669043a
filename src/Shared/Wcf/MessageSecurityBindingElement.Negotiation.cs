#if CORE_WCF
using CoreWCF.Security.Tokens;

namespace SecureConversation.CoreWCF;
#else
using System.ServiceModel.Security.Tokens;

namespace SecureConversation.ServiceModel;
#endif

// What client and service negotiate: the static methods of WCF's SecurityBindingElement for it.
public sealed partial class MessageSecurityBindingElement
{
    /// <inheritdoc cref="CreateSslNegotiationBindingElement(bool, bool)"/>
    public static MessageSecurityBindingElement CreateSslNegotiationBindingElement(bool requireClientCertificate) =>
        CreateSslNegotiationBindingElement(requireClientCertificate, requireCancellation: false);

    /// <summary>
    /// Client and service negotiate what protects messages, and the service shows its certificate there (TLSNEGO): the client needs none
    /// beforehand.
    /// </summary>
    /// <param name="requireClientCertificate">Whether the client shows a certificate in the negotiation.</param>
    /// <param name="requireCancellation">
    /// Whether the service keeps what was negotiated; see
    /// <see cref="EngineBinding.SslSecurityTokenParameters.RequireCancellation"/>.
    /// </param>
    public static MessageSecurityBindingElement CreateSslNegotiationBindingElement(
        bool requireClientCertificate, bool requireCancellation) =>
        new(EngineBinding.SecurityBindingElement.CreateSslNegotiationBindingElement(requireClientCertificate, requireCancellation));

    /// <inheritdoc cref="CreateUserNameForSslBindingElement(bool)"/>
    public static MessageSecurityBindingElement CreateUserNameForSslBindingElement() =>
        CreateUserNameForSslBindingElement(requireCancellation: false);

    /// <summary>
    /// The client has a user name and password, which travel signed and encrypted, and the certificate of the service is negotiated.
    /// </summary>
    /// <param name="requireCancellation">
    /// Whether the service keeps what was negotiated; see
    /// <see cref="EngineBinding.SslSecurityTokenParameters.RequireCancellation"/>.
    /// </param>
    public static MessageSecurityBindingElement CreateUserNameForSslBindingElement(bool requireCancellation) =>
        new(EngineBinding.SecurityBindingElement.CreateUserNameForSslBindingElement(requireCancellation));

    /// <inheritdoc cref="CreateIssuedTokenForSslBindingElement(IssuedSecurityTokenParameters, bool)"/>
    public static MessageSecurityBindingElement CreateIssuedTokenForSslBindingElement(
        IssuedSecurityTokenParameters issuedTokenParameters) =>
        CreateIssuedTokenForSslBindingElement(issuedTokenParameters, requireCancellation: false);

    /// <summary>The client has a token of an issuer, and the certificate of the service is negotiated.</summary>
    /// <param name="issuedTokenParameters">The token.</param>
    /// <param name="requireCancellation">
    /// Whether the service keeps what was negotiated; see
    /// <see cref="EngineBinding.SslSecurityTokenParameters.RequireCancellation"/>.
    /// </param>
    public static MessageSecurityBindingElement CreateIssuedTokenForSslBindingElement(
        IssuedSecurityTokenParameters issuedTokenParameters, bool requireCancellation) =>
        new(EngineBinding.SecurityBindingElement.CreateIssuedTokenForSslBindingElement(
            Translation.ToEngine(issuedTokenParameters), requireCancellation));

    /// <inheritdoc cref="CreateSspiNegotiationBindingElement(bool)"/>
    public static MessageSecurityBindingElement CreateSspiNegotiationBindingElement() =>
        CreateSspiNegotiationBindingElement(requireCancellation: false);

    /// <summary>Client and service have Windows accounts (SPNEGO).</summary>
    /// <param name="requireCancellation">
    /// Whether the service keeps what was negotiated; see
    /// <see cref="EngineBinding.SspiSecurityTokenParameters.RequireCancellation"/>.
    /// </param>
    public static MessageSecurityBindingElement CreateSspiNegotiationBindingElement(bool requireCancellation) =>
        new(EngineBinding.SecurityBindingElement.CreateSspiNegotiationBindingElement(requireCancellation));

    /// <summary>The client has a Kerberos ticket for the service.</summary>
    public static MessageSecurityBindingElement CreateKerberosBindingElement() =>
        new(EngineBinding.SecurityBindingElement.CreateKerberosBindingElement());
}
