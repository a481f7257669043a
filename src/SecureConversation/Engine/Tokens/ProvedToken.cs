using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;

namespace SecureConversation.Engine.Tokens;

/// <summary>A token of a client that a message proved: signed with its key, or covered by the signature. Whether it is trusted is judged by its kind.</summary>
/// <param name="Kind">The kind, which knows which of the others is set.</param>
/// <param name="Certificate">The certificate that signed.</param>
/// <param name="UserName">The user name with its password.</param>
internal readonly record struct ProvedToken(TokenKind Kind, X509Certificate2? Certificate, UsernameToken? UserName)
{
    public static ProvedToken Of(X509Certificate2 certificate) => new(TokenKind.X509, certificate, null);

    public static ProvedToken Of(UsernameToken userName) => new(TokenKind.UserName, null, userName);
}

/// <summary>What kinds of tokens authenticate with.</summary>
/// <param name="Credentials">What the service knows of its clients.</param>
/// <param name="Certificates">Judges certificates of clients.</param>
/// <param name="Clock">Source of time.</param>
internal sealed record TokenAuthentication(ServiceCredentials Credentials, CertificateValidator Certificates, TimeProvider Clock);
