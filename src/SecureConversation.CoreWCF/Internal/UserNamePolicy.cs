using System.Security.Principal;
using CoreWCF.IdentityModel.Claims;
using CoreWCF.IdentityModel.Policy;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>
/// The claims and the identity of a user name that the engine has validated, as WCF's authenticator makes them: the authentication type is
/// the name of the validator's class, which applications write into their audit logs.
/// </summary>
internal sealed class UserNamePolicy(string userName, string validator) : IAuthorizationPolicy
{
    private readonly DefaultClaimSet _claims = new(
        ClaimSet.System, new Claim(ClaimTypes.Name, userName, Rights.Identity), Claim.CreateNameClaim(userName));

    public string Id { get; } = Guid.NewGuid().ToString();

    public ClaimSet Issuer => ClaimSet.System;

    public bool Evaluate(EvaluationContext evaluationContext, ref object state)
    {
        evaluationContext.AddClaimSet(this, _claims);
        CallerIdentity.AddIdentity(evaluationContext, new GenericIdentity(userName, validator));
        return true;
    }
}
