using System.Collections.ObjectModel;
using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;
using System.Security.Principal;
using System.Xml;
using CoreWCF.IdentityModel.Policy;
using CoreWCF.IdentityModel.Selectors;
using CoreWCF.IdentityModel.Tokens;
using CoreWCF.Security.Tokens;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>
/// The client as CoreWCF services know it. The engine has validated the client before, so the validator of CoreWCF's authenticator for
/// certificates accepts everything.
/// </summary>
internal sealed class CallerIdentity
{
    private const int KeyLength = 32;

    // WCF's key for the identities of a client.
    private const string Identities = "Identities";

    private static readonly X509SecurityTokenAuthenticator CertificateClaims = new(X509CertificateValidator.None);

    private readonly List<SupportingTokenSpecification> _tokens = [];
    private readonly List<IAuthorizationPolicy> _policies = [];
    private SecurityTokenSpecification? _session;

    private CallerIdentity()
    {
    }

    /// <param name="user">The client.</param>
    /// <param name="certificate">Its certificate; null when it has none.</param>
    /// <param name="validator">The name of the class that validates user names.</param>
    public static async ValueTask<CallerIdentity> CreateAsync(ClaimsPrincipal user, X509Certificate2? certificate, string validator)
    {
        var caller = new CallerIdentity();
        var userName = user.Identity is { AuthenticationType: EngineCredentials.ClientAuthenticationTypes.UserName, Name: { } name }
            ? name
            : null;
        if (userName is not null)
        {
            var policies = new ReadOnlyCollection<IAuthorizationPolicy>([new UserNamePolicy(userName, validator)]);
            caller.Add(new UserNameSecurityToken(userName, null), policies, SecurityTokenAttachmentMode.SignedEncrypted);
            caller._policies.AddRange(policies);
        }

        // An application names the identities of holders of tokens as it likes.
        var holder = userName is null ? user.Identity as ClaimsIdentity : null;
        var isHolder = holder is { IsAuthenticated: true, Name: not null }
            && holder.AuthenticationType != EngineCredentials.ClientAuthenticationTypes.X509;
        if (isHolder)
        {
            caller._policies.Add(new IssuedTokenPolicy(user, holder!));
        }

        if (certificate is not null)
        {
            var token = new X509SecurityToken(certificate);
            var policies = await CertificateClaims.ValidateTokenAsync(token).ConfigureAwait(false);
            caller.Add(token, policies, SecurityTokenAttachmentMode.Endorsing);
            if (userName is null && !isHolder)
            {
                // WCF takes no identity where there are two. The certificate is a token beside the one that gives the identity.
                caller._policies.AddRange(policies);
            }
        }

        return caller;
    }

    /// <summary>
    /// The client of a session, whose token WCF names as the one that protects its messages. Its key stays with the engine: the token has
    /// zeros in its place, since CoreWCF makes none without a key.
    /// </summary>
    public static async ValueTask<CallerIdentity> CreateAsync(ServiceSession session, string validator, TimeProvider clock)
    {
        var caller = await CreateAsync(session.User, session.ClientCertificate, validator).ConfigureAwait(false);
        var policies = caller._policies.AsReadOnly();
        var expires = session.Expires.UtcDateTime;
        var now = clock.GetUtcNow().UtcDateTime;
        var token = new SecurityContextSecurityToken(
            new UniqueId(session.Id), $"_{Guid.NewGuid()}", new byte[KeyLength], now < expires ? now : expires, expires, policies);
        caller._session = new SecurityTokenSpecification(token, policies);
        return caller;
    }

    public void ApplyTo(Message message)
    {
        var security = SecurityMessageProperty.GetOrCreate(message);
        foreach (var token in _tokens)
        {
            security.IncomingSupportingTokens.Add(token);
        }

        security.ProtectionToken = _session;

        // Set for anonymous clients as well: a client that the transport authenticated must not speak for the message.
        security.ServiceSecurityContext = new ServiceSecurityContext(_policies.AsReadOnly());
    }

    /// <summary>Adds to the identities from which WCF takes the primary one.</summary>
    public static void AddIdentity(EvaluationContext context, IIdentity identity)
    {
        if (context.Properties.TryGetValue(Identities, out var known) && known is IList<IIdentity> others)
        {
            others.Add(identity);
        }
        else
        {
            context.Properties[Identities] = new List<IIdentity> { identity };
        }
    }

    private void Add(SecurityToken token, ReadOnlyCollection<IAuthorizationPolicy> policies, SecurityTokenAttachmentMode mode) =>
        _tokens.Add(new SupportingTokenSpecification(token, policies, mode));
}
