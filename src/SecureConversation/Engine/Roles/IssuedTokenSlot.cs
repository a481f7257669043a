using SecureConversation.Credentials;
using SecureConversation.Engine.Telemetry;

namespace SecureConversation.Engine.Roles;

/// <summary>The place of one token of an issuer.</summary>
/// <inheritdoc cref="TokenSlot{T}(TokenReuse, TimeProvider, T)"/>
internal sealed class IssuedTokenSlot(IssuedTokenClientCredential settings, EngineEnvironment environment, IssuedSecurityToken? first)
    : TokenSlot<IssuedSecurityToken>(
        new(settings.CacheIssuedTokens, settings.IssuedTokenRenewalThresholdPercentage, settings.MaxIssuedTokenCachingTime),
        environment.Clock, first)
{
    protected override void Got(Uri service, IssuedSecurityToken token) =>
        EngineLog.TokenIssued(environment.Log, service.AbsoluteUri, token.KeyType.ToString(), token.ValidTo.UtcDateTime);

    protected override void NotReplaced(Uri service, DateTimeOffset until, Exception exception) =>
        EngineLog.TokenNotRenewed(environment.Log, service.AbsoluteUri, until.UtcDateTime, exception);

    protected override Exception Missing(Uri service, Exception exception) => new IssuedTokenException(
        $"There is no issued token for '{service}': {exception.Message}",
        exception is IssuedTokenException { InnerException: { } cause } ? cause : exception);
}
