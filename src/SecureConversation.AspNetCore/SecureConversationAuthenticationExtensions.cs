using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection.Extensions;
using SecureConversation.AspNetCore;
using SecureConversation.AspNetCore.Internal;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Makes the verified client an authentication scheme.</summary>
public static class SecureConversationAuthenticationExtensions
{
    /// <summary>
    /// Adds the scheme <see cref="SecureConversationDefaults.AuthenticationScheme"/> for policies that name it: its user is the client that
    /// message security verified, and nobody for other requests. Policies that name no scheme need no scheme behind message security, and
    /// the other schemes know nobody there.
    /// </summary>
    /// <param name="builder">The authentication of the application.</param>
    public static AuthenticationBuilder AddSecureConversation(this AuthenticationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddTransient<VerifiedUserHandler>();
        builder.Services.Configure<AuthenticationOptions>(options =>
            options.AddScheme<VerifiedUserHandler>(SecureConversationDefaults.AuthenticationScheme, displayName: null));
        return builder;
    }
}
