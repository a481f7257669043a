using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.Credentials;

/// <summary>
/// Finds certificates of clients that name them and do not send them. It is asked before anything of a message is verified, at most once
/// for each, so anybody can have it asked for any name: it should look into memory, and not into a database. Several threads may call it
/// at once. What it throws refuses the message.
/// </summary>
public interface IClientCertificateResolver
{
    /// <summary>The certificate that a message names; null for a client that is not known.</summary>
    /// <param name="reference">What the message says of the certificate.</param>
    /// <returns>
    /// The certificate, which is copied. One that the reference does not name counts as none, so the client is refused.
    /// </returns>
    X509Certificate2? FindCertificate(ClientCertificateReference reference);

    /// <summary>
    /// The certificate that replies to a client are encrypted for; null (default) for the one that signed the request. It is asked when the
    /// request is verified and its client authenticated.
    /// </summary>
    /// <param name="signingCertificate">The certificate that signed the request. Valid during the call.</param>
    X509Certificate2? FindEncryptionCertificate(X509Certificate2 signingCertificate) => null;
}
