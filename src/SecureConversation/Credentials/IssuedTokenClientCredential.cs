using SecureConversation.Binding;

namespace SecureConversation.Credentials;

/// <summary>How a client gets and keeps issued tokens. Names and defaults are those of WCF (ClientCredentials.IssuedToken).</summary>
public sealed class IssuedTokenClientCredential
{
    /// <summary>
    /// The security token service, for bindings whose parameters name none. Null (default) where they do. See
    /// <see cref="IssuedSecurityTokenParameters.IssuerAddress"/>.
    /// </summary>
    public Uri? LocalIssuerAddress { get; init; }

    /// <summary>The security of <see cref="LocalIssuerAddress"/>; null (default) for none but that of HTTPS.</summary>
    public SecurityBindingElement? LocalIssuerSecurity { get; init; }

    /// <summary>
    /// The credentials of the client for the security token service, and how it recognizes that; null (default): those for the service.
    /// They stay with the caller.
    /// </summary>
    public ClientCredentials? IssuerCredentials { get; init; }

    /// <summary>
    /// Who contributes to the key, where the security of the issuer does not say it. Default
    /// <see cref="SecurityKeyEntropyMode.CombinedEntropy"/>.
    /// </summary>
    public SecurityKeyEntropyMode DefaultKeyEntropyMode { get; init; } = SecurityKeyEntropyMode.CombinedEntropy;

    /// <summary>
    /// Whether an issuer may answer a request for <see cref="SecurityKeyEntropyMode.CombinedEntropy"/> with a key that it made alone, as
    /// many do. Default false: WCF refuses it. The client then has to believe that the issuer made a good key and told it to nobody.
    /// </summary>
    public bool AcceptIssuerKey { get; init; }

    /// <summary>Whether a token serves more than one call. Default true. If not, calls that begin at once still share one.</summary>
    public bool CacheIssuedTokens { get; init; } = true;

    /// <summary>The longest time for which a token is used before another one is asked for. Default: a part of its life.</summary>
    public TimeSpan MaxIssuedTokenCachingTime { get; init; } = TimeSpan.MaxValue;

    /// <summary>
    /// Percentage of the life of a token after which another one is asked for. 1 to 100; default 60. The time counts from when the token
    /// came, by the clock of this client.
    /// </summary>
    public int IssuedTokenRenewalThresholdPercentage { get; init; } = 60;
}
