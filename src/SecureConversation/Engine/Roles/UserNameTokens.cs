using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Quota;
using SecureConversation.Engine.Replay;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Roles;

/// <summary>
/// What a service does with user names beside validating them: it finds the keys that are made of passwords, and takes each nonce once.
/// </summary>
internal sealed class UserNameTokens(ServiceCredentials credentials, IReplayCache replays, TimeProvider clock)
{
    // A password that nobody has, so that the name of nobody costs what another costs and its key opens nothing.
    private readonly string _ofNobody = Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));

    /// <summary>
    /// Makes the key of the user name in a request, where the binding protects or endorses requests by one; null elsewhere. The message is
    /// not verified by then: whoever sends it can name anybody, and what he can have computed is bounded.
    /// </summary>
    /// <param name="wire">The request.</param>
    /// <param name="requirements">The requirements for it.</param>
    /// <param name="cancellationToken">Cancels the search for the password.</param>
    /// <returns>The key; the caller disposes of it.</returns>
    /// <exception cref="SecurityFailureException">The token has another shape, or the application failed.</exception>
    public async ValueTask<SymmetricKey?> FindKeyAsync(
        SoapEnvelope wire, MessageRequirements requirements, CancellationToken cancellationToken)
    {
        if ((requirements.PrimaryUserName ?? requirements.EndorsingUserName) is not { } form || Read(wire, form) is not { } token)
        {
            return null;
        }

        var password = await FindPasswordAsync(token, cancellationToken).ConfigureAwait(false);
        return UserNameKey.Derive(password ?? _ofNobody, token.KeyInputs!);
    }

    private async ValueTask<string?> FindPasswordAsync(UsernameToken token, CancellationToken cancellationToken)
    {
        try
        {
            return await UserNameTokenKind.AskAsync(token, credentials, cancellationToken).ConfigureAwait(false);
        }
        catch (AuthenticationFaultException)
        {
            // A fault of the application is for users who proved who they are. Whoever asks here has proved nothing.
            return null;
        }
    }

    /// <summary>
    /// Requires that the user names of a message whose sender is authenticated are fresh, and refuses a nonce that came before, where the
    /// binding asks for one (UsernameToken Profile 1.1 section 3.1).
    /// </summary>
    /// <exception cref="SecurityFailureException">A token is old, of the future, or came before; or nothing can be remembered.</exception>
    public async ValueTask RequireOnceAsync(
        VerifiedMessage message, Freshness freshness, Owner owner, CancellationToken cancellationToken)
    {
        foreach (var user in message.Tokens.Proved.OfType<ProvedUserName>())
        {
            if (user.HasTime)
            {
                RequireFresh(user.Token.Created!, freshness);
            }

            if (user.IsForOnce)
            {
                await RememberAsync(user.Token, freshness, owner, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The one user name of a message; null when there is none, or more, which verification refuses.</summary>
    private static UsernameToken? Read(SoapEnvelope wire, Binding.UserNameSecurityTokenParameters form)
    {
        UsernameToken? token = null;
        foreach (var child in wire.FindSecurity().Children)
        {
            if (!child.Is(Wsse.UsernameToken))
            {
                continue;
            }

            if (token is not null)
            {
                return null;
            }

            token = UsernameToken.Read(child);
            token.RequireKey(form);
        }

        return token;
    }

    private void RequireFresh(string created, Freshness freshness)
    {
        if (!Timestamp.TryParse(System.Text.Encoding.UTF8.GetBytes(created), out var instant))
        {
            Fail.With(FailureCode.MalformedSecurityElement, "wsse:UsernameToken/wsu:Created", created);
        }

        new Timestamp(instant, null).RequireFresh(clock.GetUtcNow(), freshness.ReplayWindow, freshness.ClockSkew);
    }

    private async ValueTask RememberAsync(
        UsernameToken token, Freshness freshness, Owner owner, CancellationToken cancellationToken)
    {
        ReplayOutcome outcome;
        try
        {
            outcome = await replays.TryAddAsync(new ReplayEntry
            {
                // No digest covers the name, of which an application may take more than one spelling.
                Value = ReplayValues.OfNonce(token.IsDigest ? token.Password! : token.UserName, token.Nonce, token.Created),
                Retention = freshness.Retention,
                Owner = owner.Name,
                Network = owner.Network,
            }, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (ApplicationCode.IsItsOwn(e, cancellationToken))
        {
            throw new SecurityFailureException(FailureCode.StoreUnavailable, nameof(MessageSecurityServiceOptions.ReplayCache))
            {
                Thrown = e,
            };
        }

        if (outcome == ReplayOutcome.Replayed)
        {
            Fail.With(FailureCode.Replayed, "wsse:Nonce", "one that came before");
        }

        Freshness.RequireFirst(outcome);
    }
}
