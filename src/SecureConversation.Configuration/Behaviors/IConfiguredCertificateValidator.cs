using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.Configuration;

/// <summary>
/// Validates certificates in mode Custom, for types that a file names (<c>customCertificateValidatorType</c>). Several threads may call it
/// at once.
/// </summary>
public interface IConfiguredCertificateValidator
{
    /// <summary>Whether the certificate is accepted. Both arguments are valid during the call only.</summary>
    /// <param name="certificate">The certificate of the other side.</param>
    /// <param name="chain">Its chain; null where none was built.</param>
    bool Validate(X509Certificate2 certificate, X509Chain? chain);
}
