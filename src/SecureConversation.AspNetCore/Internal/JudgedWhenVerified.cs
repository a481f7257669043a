using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace SecureConversation.AspNetCore.Internal;

/// <summary>
/// Metadata of an endpoint with message security. The authorization of ASP.NET Core runs before the message is verified, when nobody is
/// known yet, and would refuse handshakes: to it anybody may come. The endpoint's policies are judged here, at the verified request.
/// </summary>
/// <param name="isMapped">Whether MapSecureConversation made the endpoint, and nothing else is on its route.</param>
internal sealed class JudgedWhenVerified(bool isMapped) : IAllowAnonymous
{
    public bool IsMapped { get; } = isMapped;

    /// <summary>Whether metadata of an endpoint asks for authorization.</summary>
    public static bool AsksForAuthorization(EndpointMetadataCollection metadata) =>
        metadata.GetMetadata<IAuthorizeData>() is not null || metadata.GetMetadata<AuthorizationPolicy>() is not null
        || metadata.GetMetadata<IAuthorizationRequirementData>() is not null;

    /// <summary>
    /// Whether the verified user may use the endpoint that was found for the request: by its policies and roles, or by the fallback policy
    /// where it has none. An endpoint without message security of its own was judged elsewhere.
    /// </summary>
    public static async Task<bool> IsAllowedAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata is not { } metadata || metadata.GetMetadata<JudgedWhenVerified>() is null
            || metadata.GetOrderedMetadata<IAllowAnonymous>().Any(other => other is not JudgedWhenVerified))
        {
            return true;
        }

        if (context.RequestServices.GetService<IAuthorizationPolicyProvider>() is not { } provider)
        {
            return !AsksForAuthorization(metadata);
        }

        if (await PolicyOfAsync(provider, metadata).ConfigureAwait(false) is not { } policy)
        {
            return true;
        }

        var evaluator = context.RequestServices.GetRequiredService<IPolicyEvaluator>();
        var authenticated = await evaluator.AuthenticateAsync(policy, context).ConfigureAwait(false);
        return (await evaluator.AuthorizeAsync(policy, authenticated, context, resource: context).ConfigureAwait(false)).Succeeded;
    }

    /// <summary>As the middleware of ASP.NET Core combines it.</summary>
    private static async Task<AuthorizationPolicy?> PolicyOfAsync(
        IAuthorizationPolicyProvider provider, EndpointMetadataCollection metadata)
    {
        var policy = await AuthorizationPolicy.CombineAsync(
            provider, metadata.GetOrderedMetadata<IAuthorizeData>(), metadata.GetOrderedMetadata<AuthorizationPolicy>())
            .ConfigureAwait(false);
        var requirements = metadata.GetOrderedMetadata<IAuthorizationRequirementData>()
            .SelectMany(data => data.GetRequirements()).ToArray();
        if (requirements.Length == 0)
        {
            return policy;
        }

        var more = new AuthorizationPolicyBuilder().AddRequirements(requirements).Build();
        return policy is null ? more : AuthorizationPolicy.Combine(policy, more);
    }
}
