using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;

namespace SecureConversation.AspNetCore.Internal;

/// <summary>Lets validators and authenticators refuse a client with <see cref="SoapFaultException"/>, as handlers do.</summary>
internal static class AuthenticationFaults
{
    public static UserNamePasswordValidator? Of(UserNamePasswordValidator? validator) => validator is null
        ? null
        : UserNamePasswordValidator.Create((userName, password, cancellationToken) =>
            AskAsync(() => validator.ValidateAsync(userName, password, cancellationToken)));

    public static IUserNameAuthenticator? Of(IUserNameAuthenticator? authenticator) =>
        authenticator is null ? null : new UserNames(authenticator);

    public static ICertificateAuthenticator? Of(ICertificateAuthenticator? authenticator) =>
        authenticator is null ? null : new Certificates(authenticator);

    public static IIssuedTokenAuthenticator? Of(IIssuedTokenAuthenticator? authenticator) =>
        authenticator is null ? null : new IssuedTokens(authenticator);

    public static IWindowsAuthenticator? Of(IWindowsAuthenticator? authenticator) =>
        authenticator is null ? null : new Windows(authenticator);

    private static async ValueTask<T> AskAsync<T>(Func<ValueTask<T>> ask)
    {
        try
        {
            return await ask().ConfigureAwait(false);
        }
        catch (SoapFaultException e)
        {
            // Action and detail stay here, as in WCF: the client has proved nothing.
            throw new AuthenticationFaultException(e.Message, e)
            {
                Code = new(e.Code.ToString()),
                Subcodes = e.Subcode is null ? [] : [e.Subcode],
            };
        }
    }

    private sealed class UserNames(IUserNameAuthenticator authenticator) : IUserNameAuthenticator
    {
        public ValueTask<ClaimsPrincipal?> AuthenticateAsync(
            string userName, string password, MessageOrigin origin, CancellationToken cancellationToken) =>
            AskAsync(() => authenticator.AuthenticateAsync(userName, password, origin, cancellationToken));
    }

    private sealed class Certificates(ICertificateAuthenticator authenticator) : ICertificateAuthenticator
    {
        public ValueTask<ClaimsPrincipal?> AuthenticateAsync(
            X509Certificate2 certificate, ClaimsPrincipal user, MessageOrigin origin, CancellationToken cancellationToken) =>
            AskAsync(() => authenticator.AuthenticateAsync(certificate, user, origin, cancellationToken));
    }

    private sealed class Windows(IWindowsAuthenticator authenticator) : IWindowsAuthenticator
    {
        public ValueTask<ClaimsPrincipal?> AuthenticateAsync(
            ClaimsPrincipal user, MessageOrigin origin, CancellationToken cancellationToken) =>
            AskAsync(() => authenticator.AuthenticateAsync(user, origin, cancellationToken));
    }

    private sealed class IssuedTokens(IIssuedTokenAuthenticator authenticator) : IIssuedTokenAuthenticator
    {
        public ValueTask<ClaimsPrincipal?> AuthenticateAsync(
            IssuedToken token, ClaimsPrincipal user, MessageOrigin origin, CancellationToken cancellationToken) =>
            AskAsync(() => authenticator.AuthenticateAsync(token, user, origin, cancellationToken));
    }
}
