using SecureConversation.Binding;

namespace SecureConversation.Credentials;

/// <summary>
/// Gets tokens for a client whose binding asks for them: from a security token service, or from where the application has them. Must allow
/// concurrent calls. SecureConversation.Http has one that asks a security token service over HTTP.
/// </summary>
public interface IIssuedTokenProvider
{
    /// <summary>
    /// Gets a token. The client calls it once for each service, and again when three fifths of the life of the token are over
    /// (<see cref="IssuedTokenClientCredential"/>); calls of the application wait for one of these together.
    /// </summary>
    /// <param name="request">For what.</param>
    /// <param name="cancellationToken">Cancelled when nobody waits for the token any more.</param>
    /// <returns>
    /// A token with the kind of key that was asked for. The client disposes of it: hand out a <see cref="IssuedSecurityToken.Share"/> of
    /// one that is kept.
    /// </returns>
    /// <exception cref="Exception">
    /// There is no token. The call of the application ends with an <see cref="IssuedTokenException"/> around this one.
    /// </exception>
    ValueTask<IssuedSecurityToken> GetTokenAsync(IssuedTokenRequest request, CancellationToken cancellationToken);
}

/// <summary>What a client needs a token for.</summary>
public sealed class IssuedTokenRequest
{
    /// <summary>The address of the service (wsp:AppliesTo): scheme, host, port and path.</summary>
    public required Uri AppliesTo { get; init; }

    /// <summary>What the binding says of the token.</summary>
    public required IssuedSecurityTokenParameters Parameters { get; init; }

    /// <summary>The algorithm suite of the binding, which the key of the token has to suit.</summary>
    public required SecurityAlgorithmSuite AlgorithmSuite { get; init; }

    /// <summary>The versions of the binding; an issuer whose own binding says none is asked in them.</summary>
    public required MessageSecurityVersion MessageSecurityVersion { get; init; }

    /// <summary>The identity that the client expects of the service; null where it says none.</summary>
    public EndpointIdentity? ServiceIdentity { get; init; }

    /// <summary>The credentials of the client that needs the token, which may name the issuer; null when there is no client.</summary>
    public ClientCredentials? Credentials { get; init; }
}

/// <summary>No token could be had for a call. The inner exception says why.</summary>
public sealed class IssuedTokenException : Exception
{
    /// <summary>Creates the exception.</summary>
    public IssuedTokenException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
