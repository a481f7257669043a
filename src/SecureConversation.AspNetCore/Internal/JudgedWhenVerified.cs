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

    /// <summary>Whether metadata of an endpoint lets anybody in, apart from our own.</summary>
    public static bool AllowsAnybody(EndpointMetadataCollection metadata) =>
        metadata.GetOrderedMetadata<IAllowAnonymous>().Any(other => other is not JudgedWhenVerified);

    /// <summary>
    /// Whether the verified user may use the endpoint that was found for the request: by its policies and roles, or by the fallback policy
    /// where it has none. What authorization judged in front of message security is judged again, since it knew somebody else.
    /// An endpoint that was not judged yet is a matter of the authorization that follows.
    /// </summary>
    public static async Task<bool> IsAllowedAsync(HttpContext context, SecureConversationFeature feature)
    {
        if (context.GetEndpoint()?.Metadata is not { } metadata || AllowsAnybody(metadata)
            || (metadata.GetMetadata<JudgedWhenVerified>() is null && !PlainRouting.WasJudged(context)))
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

        if (policy.AuthenticationSchemes is { Count: > 0 } schemes
            && !schemes.Contains(SecureConversationDefaults.AuthenticationScheme))
        {
            feature.NoteRefusal(schemes);
            return false;
        }

        var evaluator = context.RequestServices.GetRequiredService<IPolicyEvaluator>();
        var authenticated = await evaluator.AuthenticateAsync(policy, context).ConfigureAwait(false);
        return (await evaluator.AuthorizeAsync(policy, authenticated, context, resource: context).ConfigureAwait(false)).Succeeded;
    }

    /// <summary>As the middleware of ASP.NET Core combines it.</summary>
    public static async Task<AuthorizationPolicy?> PolicyOfAsync(
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
