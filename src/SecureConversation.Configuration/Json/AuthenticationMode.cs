using SecureConversation.Binding;

namespace SecureConversation.Configuration.Json;

/// <summary>
/// What a binding starts from: the values of WCF's attribute authenticationMode. Each stands for a factory of
/// <see cref="SecurityBindingElement"/>.
/// </summary>
internal enum AuthenticationMode
{
    MutualCertificate,
    MutualCertificateDuplex,
    AnonymousForCertificate,
    UserNameForCertificate,
    SecureConversation,
    CertificateOverTransport,
    UserNameOverTransport,
    IssuedTokenOverTransport,
    KerberosOverTransport,
    SspiNegotiatedOverTransport,
    AnonymousForSslNegotiated,
    MutualSslNegotiated,
    UserNameForSslNegotiated,
    SspiNegotiated,
    Kerberos,
    IssuedToken,
    IssuedTokenForCertificate,
    IssuedTokenForSslNegotiated,
}
