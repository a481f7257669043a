using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace SecureConversation.AspNetCore.Internal;

/// <summary>
/// The authentication scheme of the verified client. The authorization of ASP.NET Core asks it before a message is verified as well, and
/// again after it: so it keeps no result, as the handlers of the framework do.
/// </summary>
internal sealed class VerifiedUserHandler : IAuthenticationHandler
{
    private HttpContext _context = null!;
    private string _scheme = null!;

    public Task InitializeAsync(AuthenticationScheme scheme, HttpContext context)
    {
        (_scheme, _context) = (scheme.Name, context);
        return Task.CompletedTask;
    }

    public Task<AuthenticateResult> AuthenticateAsync() => Task.FromResult(
        _context.Features.Get<ISecureConversationFeature>() is { User: { Identity.IsAuthenticated: true } user }
            ? AuthenticateResult.Success(new AuthenticationTicket(user, _scheme))
            : AuthenticateResult.NoResult());

    public Task ChallengeAsync(AuthenticationProperties? properties) => Refuse(StatusCodes.Status401Unauthorized);

    public Task ForbidAsync(AuthenticationProperties? properties) => Refuse(StatusCodes.Status403Forbidden);

    /// <summary>Behind message security these become a protected fault.</summary>
    private Task Refuse(int statusCode)
    {
        _context.Response.StatusCode = statusCode;
        return Task.CompletedTask;
    }
}
