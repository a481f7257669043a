using System.Security.Principal;
using CoreWCF.IdentityModel.Claims;
using CoreWCF.IdentityModel.Policy;
using Claim = CoreWCF.IdentityModel.Claims.Claim;
using Principals = System.Security.Claims;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>
/// What an issued token says of its holder, as WCF's authenticator for SAML makes it: a claim set whose issuer is the one of the token. The
/// primary identity has the claims as well, and its roles are those of Thread.CurrentPrincipal.
/// </summary>
internal sealed class IssuedTokenPolicy : IAuthorizationPolicy
{
    private readonly GenericIdentity _identity;
    private readonly DefaultClaimSet _claims;

    /// <param name="user">The holder.</param>
    /// <param name="identity">His identity, which is authenticated and has a name.</param>
    public IssuedTokenPolicy(Principals.ClaimsPrincipal user, Principals.ClaimsIdentity identity)
    {
        // CoreWCF makes principals of generic identities only.
        _identity = new GenericIdentity(identity.Name!, identity.AuthenticationType!);
        _identity.AddClaims(user.Claims.Where(claim => claim.Type != _identity.NameClaimType));
        if (identity.RoleClaimType != _identity.RoleClaimType)
        {
            _identity.AddClaims(identity.FindAll(identity.RoleClaimType)
                .Select(role => new Principals.Claim(_identity.RoleClaimType, role.Value, role.ValueType, role.Issuer)).ToList());
        }

        Issuer = new DefaultClaimSet(Claim.CreateNameClaim(identity.FindFirst(identity.NameClaimType)!.Issuer));
        _claims = new DefaultClaimSet(Issuer,
        [
            .. user.Claims.Select(claim => new Claim(claim.Type, claim.Value, Rights.PossessProperty)),
            new Claim(identity.NameClaimType, identity.Name, Rights.Identity),
        ]);
    }

    public string Id { get; } = Guid.NewGuid().ToString();

    public ClaimSet Issuer { get; }

    public bool Evaluate(EvaluationContext evaluationContext, ref object state)
    {
        evaluationContext.AddClaimSet(this, _claims);
        CallerIdentity.AddIdentity(evaluationContext, _identity);
        return true;
    }
}
