using System.Collections.ObjectModel;
using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;
using CoreWCF.IdentityModel.Policy;
using CoreWCF.IdentityModel.Selectors;
using CoreWCF.IdentityModel.Tokens;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>
/// The client as CoreWCF services know it. CoreWCF's authenticators make the claims. The engine has validated the client before, so their
/// validators accept everything.
/// </summary>
internal sealed class CallerIdentity
{
    private static readonly X509SecurityTokenAuthenticator CertificateClaims = new(X509CertificateValidator.None);
    private static readonly CustomUserNameSecurityTokenAuthenticator UserNameClaims = new(UserNamePasswordValidator.None);

    private readonly List<SupportingTokenSpecification> _tokens = [];
    private readonly List<IAuthorizationPolicy> _policies = [];

    private CallerIdentity()
    {
    }

    public static async ValueTask<CallerIdentity> CreateAsync(ClaimsPrincipal user, X509Certificate2? certificate)
    {
        var caller = new CallerIdentity();
        var userName = user.Identity is { AuthenticationType: EngineCredentials.ClientAuthenticationTypes.UserName, Name: { } name }
            ? name
            : null;
        if (userName is not null)
        {
            var token = new UserNameSecurityToken(userName, null);
            caller._policies.AddRange(
                await caller.AddAsync(UserNameClaims, token, SecurityTokenAttachmentMode.SignedEncrypted).ConfigureAwait(false));
        }

        if (certificate is not null)
        {
            var token = new X509SecurityToken(certificate);
            var policies = await caller.AddAsync(CertificateClaims, token, SecurityTokenAttachmentMode.Endorsing).ConfigureAwait(false);
            if (userName is null)
            {
                // WCF takes no identity where there are two. The user name is the identity here, the certificate a token beside it.
                caller._policies.AddRange(policies);
            }
        }

        return caller;
    }

    public void ApplyTo(Message message)
    {
        var security = SecurityMessageProperty.GetOrCreate(message);
        foreach (var token in _tokens)
        {
            security.IncomingSupportingTokens.Add(token);
        }

        // Set for anonymous clients as well: a client that the transport authenticated must not speak for the message.
        security.ServiceSecurityContext = new ServiceSecurityContext(_policies.AsReadOnly());
    }

    private async ValueTask<ReadOnlyCollection<IAuthorizationPolicy>> AddAsync(
        SecurityTokenAuthenticator authenticator, SecurityToken token, SecurityTokenAttachmentMode mode)
    {
        var policies = await authenticator.ValidateTokenAsync(token).ConfigureAwait(false);
        _tokens.Add(new SupportingTokenSpecification(token, policies, mode));
        return policies;
    }
}
