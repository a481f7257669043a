using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using SecureConversation.Credentials;

namespace SecureConversation.AspNetCore.Internal;

/// <summary>Asks a service from the scope of the request.</summary>
internal sealed class ScopedUserNameAuthenticator<T> : IUserNameAuthenticator
    where T : class, IUserNameAuthenticator
{
    public ValueTask<ClaimsPrincipal?> AuthenticateAsync(
        string userName, string password, MessageOrigin origin, CancellationToken cancellationToken) =>
        origin.Services!.GetRequiredService<T>().AuthenticateAsync(userName, password, origin, cancellationToken);
}

/// <inheritdoc cref="ScopedUserNameAuthenticator{T}"/>
internal sealed class ScopedCertificateAuthenticator<T> : ICertificateAuthenticator
    where T : class, ICertificateAuthenticator
{
    public ValueTask<ClaimsPrincipal?> AuthenticateAsync(
        X509Certificate2 certificate, ClaimsPrincipal user, MessageOrigin origin, CancellationToken cancellationToken) =>
        origin.Services!.GetRequiredService<T>().AuthenticateAsync(certificate, user, origin, cancellationToken);
}

/// <inheritdoc cref="ScopedUserNameAuthenticator{T}"/>
internal sealed class ScopedIssuedTokenAuthenticator<T> : IIssuedTokenAuthenticator
    where T : class, IIssuedTokenAuthenticator
{
    public ValueTask<ClaimsPrincipal?> AuthenticateAsync(
        IssuedToken token, ClaimsPrincipal user, MessageOrigin origin, CancellationToken cancellationToken) =>
        origin.Services!.GetRequiredService<T>().AuthenticateAsync(token, user, origin, cancellationToken);
}

/// <inheritdoc cref="ScopedUserNameAuthenticator{T}"/>
internal sealed class ScopedWindowsAuthenticator<T> : IWindowsAuthenticator
    where T : class, IWindowsAuthenticator
{
    public ValueTask<ClaimsPrincipal?> AuthenticateAsync(
        ClaimsPrincipal user, MessageOrigin origin, CancellationToken cancellationToken) =>
        origin.Services!.GetRequiredService<T>().AuthenticateAsync(user, origin, cancellationToken);
}
