using System.Security.Claims;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Saml;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Roles;

/// <summary>
/// The assertions of one request. Those with keys are verified, and their issuers judged, before a private key decrypts what is in them and
/// before the message is looked at; those of bearers, which anybody could have copied, when the message holds.
/// </summary>
internal sealed class MessageAssertions(
    AssertionValidator validator,
    ServiceCredentials credentials,
    BindingMessages messages,
    MessageRequirements requirements,
    TimeProvider clock) : IAssertionAuthenticator
{
    private readonly List<VerifiedAssertion> _forOneUse = [];

    /// <summary>The assertions with keys.</summary>
    public ReceivedAssertions? Received { get; private set; }

    /// <summary>Until when the tokens are accepted whose holders were authenticated; null for ever.</summary>
    public DateTimeOffset? End { get; private set; }

    /// <summary>The assertions that may come in one message only, of those whose holders were authenticated.</summary>
    public IReadOnlyList<VerifiedAssertion> ForOneUse => _forOneUse;

    /// <summary>Verifies the assertions with keys. They travel in clear.</summary>
    /// <exception cref="SecurityFailureException">One is not accepted, or there are too many.</exception>
    public async ValueTask ReceiveAsync(SoapEnvelope wire, CancellationToken cancellationToken)
    {
        var wanted = requirements.IssuedTokensWithKeys.ToList();
        if (wanted.Count == 0)
        {
            return;
        }

        var header = SecurityHeader.Read(wire, requirements);
        var items = header.Items.FindAll(item => item.Token == TokenKind.Saml);
        if (items.Count > requirements.IssuedTokens)
        {
            Fail.With(FailureCode.UnexpectedElement, TokenKind.Saml.ElementName);
        }

        Received = new ReceivedAssertions(FindOwn);
        var bearers = Bearers().ToList();
        var expected = Expect([.. wanted, .. bearers]);
        foreach (var item in items)
        {
            var assertion = await validator.ValidateAsync(item.Element, expected, cancellationToken).ConfigureAwait(false);
            if (assertion.KeyType != SecurityKeyType.BearerKey)
            {
                Received.Add(item.Position, assertion);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ClaimsPrincipal> AuthenticateAsync(
        ProvedAssertion token, MessageOrigin origin, CancellationToken cancellationToken)
    {
        var assertion = token is ProvedVerifiedAssertion { Assertion: { } proved }
            ? proved
            : await validator.ValidateAsync(token.Element, Expect([.. Bearers()]), cancellationToken).ConfigureAwait(false);
        if (assertion.ValidTo is { } end && end < DateTimeOffset.MaxValue - Skew)
        {
            End = End is { } other && other < end + Skew ? other : end + Skew;
        }

        var isBearer = assertion.KeyType == SecurityKeyType.BearerKey;
        if (assertion.Assertion.Conditions.IsForOneUse || (isBearer && validator.Options.DetectReplayedTokens))
        {
            _forOneUse.Add(assertion);
        }

        var user = assertion.Holder is { } holder
            ? ClientIdentity.Copy(holder)
            : new ClaimsPrincipal(SamlClaims.CreateIdentity(assertion.Assertion, validator.Options));
        if (credentials.IssuedTokenAuthenticator is not { } authenticator)
        {
            return user;
        }

        return await ApplicationCode.AskAsync("IssuedTokenAuthenticator",
            () => authenticator.AuthenticateAsync(assertion.Describe(), user, origin, cancellationToken), cancellationToken)
            .ConfigureAwait(false) is { } known
            ? ClientIdentity.Copy(known)
            : Fail.With<ClaimsPrincipal>(FailureCode.InvalidCredentials, "IssuedTokenAuthenticator", "it returned null");
    }

    /// <summary>Refuses an assertion for one use that came before.</summary>
    /// <param name="memory">Remembers them.</param>
    /// <param name="owner">Who sent the message.</param>
    /// <param name="cancellationToken">Cancels the call to a remote cache.</param>
    /// <exception cref="SecurityFailureException">It came before, or cannot be remembered for as long as it is valid.</exception>
    public async ValueTask UseAsync(IReplayCache memory, Quota.Owner owner, CancellationToken cancellationToken)
    {
        foreach (var assertion in _forOneUse)
        {
            var end = assertion.ValidTo ?? Fail.With<DateTimeOffset>(
                FailureCode.AssertionReused, "an assertion for one use without NotOnOrAfter");
            var entry = new ReplayEntry
            {
                Value = Replay.ReplayValues.OfAssertion(assertion.Assertion.Issuer, assertion.Assertion.Id.ToString()),
                Retention = end - clock.GetUtcNow() + (2 * Skew),
                Owner = owner.Name,
                Network = owner.Network,
            };
            ReplayOutcome outcome;
            try
            {
                outcome = await memory.TryAddAsync(entry, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (ApplicationCode.IsItsOwn(e, cancellationToken))
            {
                throw new SecurityFailureException(
                    FailureCode.StoreUnavailable, nameof(MessageSecurityServiceOptions.ReplayCache))
                { Thrown = e };
            }

            if (outcome != ReplayOutcome.Fresh)
            {
                Fail.With(outcome == ReplayOutcome.Replayed ? FailureCode.AssertionReused : FailureCode.ReplayCacheFull,
                    "an assertion for one use", $"the assertion {assertion.Assertion.Id} of {assertion.Assertion.Issuer}");
            }
        }
    }

    private TimeSpan Skew => messages.Element.LocalServiceSettings.MaxClockSkew;

    private IEnumerable<IssuedSecurityTokenParameters> Bearers() => requirements.Supporting
        .Where(t => t is { Kind: SamlTokenKind, Endorses: false }).Select(t => (IssuedSecurityTokenParameters)t.Parameters);

    private AssertionExpectation Expect(IReadOnlyList<IssuedSecurityTokenParameters> wanted)
    {
        var versions = wanted.Select(VersionOf).Distinct().ToList();
        return new AssertionExpectation(requirements.Suite, requirements.Protocol, [.. wanted.Select(w => w.KeyType).Distinct()],
            versions.Count == 1 ? versions[0] : null, Skew);
    }

    private static SamlVersion? VersionOf(IssuedSecurityTokenParameters parameters) => parameters.TokenType switch
    {
        Ns.Saml11 or Uris.Saml11TokenType => SamlVersion.V11,
        Ns.Saml20 or Uris.Saml20TokenType => SamlVersion.V20,
        _ => null,
    };

    private X509Credential? FindOwn(KeyReference wrappedFor) =>
        ServiceCertificates.Of(credentials).FirstOrDefault(own => wrappedFor.Matches(own.Certificate));
}
