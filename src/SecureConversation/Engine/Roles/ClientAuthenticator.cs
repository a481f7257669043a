using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Quota;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Saml;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Roles;

/// <summary>
/// Authenticates the client of a message. Validators are called only for tokens that the client proved to hold: a certificate after its
/// signature held, other tokens after the whole message was verified.
/// </summary>
internal sealed class ClientAuthenticator(ServiceCredentials credentials, EngineEnvironment environment)
{
    private const string NoName = "the client has no identity that is authenticated and has a name: an authenticator returns a "
        + "ClaimsPrincipal whose first ClaimsIdentity has an authenticationType and a name claim, or null to refuse him";

    private readonly AssertionValidator? _assertions = IssuedTokenChecks.CreateValidator(credentials, environment);
    private readonly TokenAuthentication _authentication = new(
        credentials,
        CertificateTrust.CreateValidator(
            credentials.ClientCertificateValidation, "ServiceCredentials.ClientCertificateValidation", environment),
        environment.Clock);

    /// <summary>The credentials and validators of the service.</summary>
    public ServiceCredentials Credentials => credentials;

    /// <summary>
    /// Validates the token of the primary signature before anything else is decrypted, because anybody can sign with a certificate of his
    /// own. Null where a key signed that is none of the client's.
    /// </summary>
    /// <exception cref="SecurityFailureException">The certificate is not accepted.</exception>
    public async ValueTask<ClaimsPrincipal?> AuthenticateSignerAsync(
        AuthenticMessage message, MessageAssertions? assertions, MessageOrigin origin, CancellationToken cancellationToken) =>
        message.Signed.PrimaryProof is { } proof
            ? await AuthenticateAsync(proof, _authentication with { Assertions = assertions }, origin, cancellationToken)
                .ConfigureAwait(false)
            : null;

    /// <summary>
    /// Validates the other tokens of a message and returns the identity of the client. With several kinds of tokens, the last kind gives
    /// the identity: a user name takes precedence over certificates. Certificates whose keys signed nothing are judged and give none; the
    /// key of an RSA token is added as a claim.
    /// </summary>
    /// <param name="message">The verified message.</param>
    /// <param name="signer">The identity of the token of the primary signature; null where it has none.</param>
    /// <param name="assertions">Judges the assertions of bearers; null where the binding asks for none.</param>
    /// <param name="origin">What the transport knows about the message.</param>
    /// <param name="cancellationToken">Cancels calls to validators.</param>
    /// <exception cref="SecurityFailureException">The client is not accepted.</exception>
    public async ValueTask<ClaimsPrincipal> AuthenticateAsync(
        VerifiedMessage message, ClaimsPrincipal? signer, MessageAssertions? assertions, MessageOrigin origin,
        CancellationToken cancellationToken)
    {
        var authentication = _authentication with { Assertions = assertions };
        var user = signer ?? message.Negotiated?.CopyUser() ?? ClientIdentity.CreateAnonymous();
        var kind = signer is null ? null : message.PrimaryProof!.Kind;
        List<ClaimsIdentity> further = [];
        foreach (var token in message.ProvedTokens)
        {
            if (signer is not null && ReferenceEquals(token, message.PrimaryProof))
            {
                continue;
            }

            var holder = await AuthenticateAsync(token, authentication, origin, cancellationToken).ConfigureAwait(false);
            if (token is ProvedRsaKey)
            {
                further.AddRange(holder.Identities);
            }
            else if (token.IsOfSender && token.Kind != kind)
            {
                (user, kind) = (holder, token.Kind);
            }
        }

        user.AddIdentities(further);
        return user;
    }

    /// <summary>Validates a certificate whose holder proved himself in a negotiation.</summary>
    /// <exception cref="SecurityFailureException">He is not accepted.</exception>
    public ValueTask<ClaimsPrincipal> AuthenticateAsync(
        X509Certificate2 certificate, MessageOrigin origin, CancellationToken cancellationToken) =>
        AuthenticateAsync(new ProvedCertificate(certificate), _authentication, origin, cancellationToken);

    /// <summary>Asks the application who the owner of a Windows account is, who proved himself in a negotiation.</summary>
    /// <param name="account">What the platform says of the account; null for a client without one.</param>
    /// <param name="origin">What the transport knows about the message.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="SecurityFailureException">He is not accepted.</exception>
    public async ValueTask<ClaimsPrincipal> AuthenticateAsync(
        ClaimsPrincipal? account, MessageOrigin origin, CancellationToken cancellationToken)
    {
        if (account is null)
        {
            return credentials.WindowsAuthentication.AllowAnonymousLogons
                ? ClientIdentity.CreateAnonymous()
                : Fail.With<ClaimsPrincipal>(FailureCode.InvalidCredentials, "Windows account of the client", "none",
                    "one (WindowsAuthentication.AllowAnonymousLogons is false)");
        }

        if (credentials.WindowsAuthenticator is not { } authenticator)
        {
            return account;
        }

        var name = account.Identity!.Name;
        try
        {
            var user = await ApplicationCode.AskAsync("WindowsAuthenticator",
                () => authenticator.AuthenticateAsync(account, origin, cancellationToken), cancellationToken).ConfigureAwait(false)
                ?? Fail.With<ClaimsPrincipal>(FailureCode.InvalidCredentials, "WindowsAuthenticator", "it returned null");
            return Owner.NameOfUser(user) is not null ? ClientIdentity.Copy(user)
                : Fail.With<ClaimsPrincipal>(FailureCode.InvalidCredentials, NoName);
        }
        catch (SecurityFailureException e) when (e.IsOf(name))
        {
            throw;
        }
        catch (AuthenticationFaultException answer)
        {
            var refused = new SecurityFailureException(
                FailureCode.InvalidCredentials, "the authenticator answers with a fault of the application")
            { Answer = answer };
            _ = refused.IsOf(name);
            throw refused;
        }
    }

    /// <summary>Verifies the assertions of a message that have keys; null where the binding asks for no assertions.</summary>
    /// <exception cref="SecurityFailureException">One is not accepted.</exception>
    public async ValueTask<MessageAssertions?> ReceiveAssertionsAsync(
        ReceivedEnvelope received, BindingMessages messages, MessageRequirements requirements, CancellationToken cancellationToken)
    {
        if (requirements.IssuedTokens == 0 || _assertions is null)
        {
            return null;
        }

        var assertions = new MessageAssertions(_assertions, credentials, messages, requirements, environment.Clock);
        await assertions.ReceiveAsync(received.Wire, cancellationToken).ConfigureAwait(false);
        return assertions;
    }

    private static async ValueTask<ClaimsPrincipal> AuthenticateAsync(
        ProvedToken token, TokenAuthentication authentication, MessageOrigin origin, CancellationToken cancellationToken)
    {
        try
        {
            var user = await token.Kind.AuthenticateAsync(token, authentication, origin, cancellationToken).ConfigureAwait(false);

            // Whoever has no name would pass for an authenticated client, and share the limits of strangers.
            return !token.IsOfSender || Owner.NameOfUser(user) is not null ? user
                : Fail.With<ClaimsPrincipal>(FailureCode.InvalidCredentials, NoName);
        }
        catch (SecurityFailureException e) when (token.Names(e))
        {
            throw;
        }
        catch (AuthenticationFaultException answer)
        {
            // Counted and logged as any other client that is not accepted. Its text is for the client alone.
            var refused = new SecurityFailureException(token.Refusal, "the validator answers with a fault of the application")
            {
                Answer = answer,
            };
            _ = token.Names(refused);
            throw refused;
        }
    }
}
