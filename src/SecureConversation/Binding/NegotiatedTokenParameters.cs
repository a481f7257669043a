namespace SecureConversation.Binding;

/// <summary>
/// A SecurityContextToken that client and service negotiate with TLS inside of SOAP (TLSNEGO). The service shows its certificate there, so
/// that the client needs none beforehand. The context protects messages, or the handshake of a session.
/// </summary>
public sealed record SslSecurityTokenParameters : SecurityTokenParameters
{
    /// <summary>Whether the client shows a certificate in the negotiation. Default false.</summary>
    public bool RequireClientCertificate { get; init; }

    /// <summary>
    /// True: the service keeps the context, in the memory of this process. False (default): its state travels in a cookie, so that other
    /// instances of the service read it, too. No message ends a context.
    /// </summary>
    public bool RequireCancellation { get; init; }
}

/// <summary>
/// A SecurityContextToken that client and service negotiate with Windows accounts (SPNEGO: Kerberos, or NTLM). No side needs a certificate.
/// The context protects messages, or the handshake of a session.
/// </summary>
public sealed record SspiSecurityTokenParameters : SecurityTokenParameters
{
    /// <summary>
    /// True: the service keeps the context, in the memory of this process. False (default): its state travels in a cookie, so that other
    /// instances of the service read it, too. No message ends a context.
    /// </summary>
    public bool RequireCancellation { get; init; }
}

/// <summary>
/// A Kerberos ticket as a token (Web Services Security Kerberos Token Profile 1.1). Read and written by configuration files and policies;
/// not offered in messages, since .NET keeps the key of the ticket to itself: <see cref="SspiSecurityTokenParameters"/> takes the same
/// tickets.
/// </summary>
public sealed record KerberosSecurityTokenParameters : SecurityTokenParameters;

/// <summary>What the two negotiated tokens have in common.</summary>
internal static class NegotiatedTokens
{
    /// <summary>Whether the service keeps the context. If not, its state travels in a cookie.</summary>
    public static bool KeepsContext(SecurityTokenParameters token) =>
        token is SslSecurityTokenParameters { RequireCancellation: true } or SspiSecurityTokenParameters { RequireCancellation: true };
}
