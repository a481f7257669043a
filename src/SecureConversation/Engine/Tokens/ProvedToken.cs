using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;

namespace SecureConversation.Engine.Tokens;

/// <summary>
/// A token of a client that a message proved: its key signed the message, or the signature covers it. Its
/// <see cref="TokenKind"/> judges whether it is trusted.
/// </summary>
/// <param name="Kind">The kind of token; it decides which of the other two is set.</param>
/// <param name="Certificate">The certificate whose key signed.</param>
/// <param name="UserName">The user name with its password.</param>
internal readonly record struct ProvedToken(TokenKind Kind, X509Certificate2? Certificate, UsernameToken? UserName)
{
    public static ProvedToken Of(X509Certificate2 certificate) => new(TokenKind.X509, certificate, null);

    public static ProvedToken Of(UsernameToken userName) => new(TokenKind.UserName, null, userName);
}

/// <summary>The means by which a <see cref="TokenKind"/> authenticates clients.</summary>
/// <param name="Credentials">The credentials and validators of the service.</param>
/// <param name="Certificates">The validator for certificates of clients.</param>
/// <param name="Clock">The source of time.</param>
internal sealed record TokenAuthentication(ServiceCredentials Credentials, CertificateValidator Certificates, TimeProvider Clock);
