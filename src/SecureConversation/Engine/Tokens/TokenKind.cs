using System.Collections.Immutable;
using System.Security.Claims;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Tokens;

/// <summary>
/// One kind of security token. Its class says how the element is recognized, which settings and credentials it needs, how it
/// is written, and how its holder is authenticated. The set of kinds is closed; security header, checks and authenticator go
/// through <see cref="All"/>.
/// </summary>
internal abstract class TokenKind
{
    public static readonly X509TokenKind X509 = new();
    public static readonly UserNameTokenKind UserName = new();
    public static readonly SecurityContextTokenKind SecurityContext = new();
    public static readonly EncryptedKeyTokenKind EncryptedKey = new();
    public static readonly DerivedKeyTokenKind DerivedKey = new();
    public static readonly RsaTokenKind Rsa = new();
    public static readonly SamlTokenKind Saml = new();

    private protected TokenKind()
    {
    }

    /// <summary>All kinds, the most frequent ones first.</summary>
    public static ImmutableArray<TokenKind> All { get; } = [DerivedKey, SecurityContext, EncryptedKey, X509, UserName, Saml, Rsa];

    /// <summary>The name of the element, for texts of errors.</summary>
    public abstract string ElementName { get; }

    /// <summary>Whether a security header may hold only one token of this kind.</summary>
    public virtual bool OccursOnce => false;

    /// <summary>Whether a client proves itself by a token of this kind, so that each one in a message has to be asked for.</summary>
    public virtual bool IsOfClient => false;

    /// <summary>Of several kinds in one message, that with the highest number gives the identity of the client.</summary>
    public virtual int Precedence => 0;

    /// <summary>
    /// What the element itself proves where the primary signature covers it; null for a kind that proves nothing unless its key signs.
    /// </summary>
    /// <param name="element">The element.</param>
    /// <param name="parameters">What the binding asks of it.</param>
    /// <exception cref="Failures.SecurityFailureException">The element has another shape.</exception>
    public virtual ProvedToken? Prove(XmlElement element, SecurityTokenParameters parameters) => null;

    /// <summary>The kind that the parameters of a binding describe.</summary>
    public static TokenKind Of(SecurityTokenParameters parameters) => Find(kind => kind.IsDescribedBy(parameters))
        ?? throw new NotSupportedException($"The engine has no token for {parameters.GetType().Name}.");

    /// <summary>The kind of a child of the security header; null when it is no token.</summary>
    public static TokenKind? OfElement(XmlElement child, ProtocolVersion protocol)
    {
        foreach (var kind in All)
        {
            if (kind.IsElement(child, protocol))
            {
                return kind;
            }
        }

        return null;
    }

    /// <summary>Whether a child of the security header is a token of this kind, in this version of WS-SecureConversation.</summary>
    public abstract bool IsElement(XmlElement child, ProtocolVersion protocol);

    /// <summary>
    /// The Id by which references name the element: wsu:Id, unless its schema defines an Id of its own (WS-Security 1.1 section
    /// 4.1).
    /// </summary>
    public virtual XmlId? IdOf(XmlElement element) => element.GetId(Wsu.Id);

    /// <summary>Whether the parameters of a binding describe this kind.</summary>
    public virtual bool IsDescribedBy(SecurityTokenParameters parameters) => false;

    /// <summary>Checks the use of this kind as a supporting token; returns a sentence for each problem.</summary>
    /// <param name="token">The token.</param>
    /// <param name="setting">The name of the setting that lists it.</param>
    /// <param name="element">The element that has the setting.</param>
    public virtual IEnumerable<string> CheckSupporting(SupportingToken token, string setting, SecurityBindingElement element) => [];

    /// <summary>Whether the client has to send such a token, so that an inclusion mode without it is refused.</summary>
    public virtual bool IsSent => true;

    /// <summary>
    /// Whether a token that endorses signs with a private key, so that over a protected transport it signs a:To as well, as WCF does.
    /// </summary>
    public virtual bool SignsWithPrivateKey(SecurityTokenParameters parameters) =>
        parameters is IssuedSecurityTokenParameters { KeyType: SecurityKeyType.AsymmetricKey };

    /// <summary>The credential that a client needs for a token of this kind and does not have; null when none is missing.</summary>
    public virtual string? Missing(SecurityTokenParameters parameters, ClientCredentials credentials) => null;

    /// <summary>The setting that a service needs to judge a token of this kind and does not have; null when none is missing.</summary>
    public virtual string? Missing(SecurityTokenParameters parameters, ServiceCredentials credentials) => null;

    /// <summary>Writes a supporting token of a client in canonical form.</summary>
    /// <exception cref="InvalidOperationException">The credentials lack the certificate or user name.</exception>
    public virtual void WriteSupporting(PooledBytes output, string id, SecurityTokenParameters parameters, TokenMaking making) =>
        throw new NotSupportedException($"{ElementName} is no supporting token.");

    /// <summary>Authenticates the holder of a token of this kind that a message proved.</summary>
    /// <returns>The identity of the holder.</returns>
    /// <exception cref="Failures.SecurityFailureException">The holder is not accepted.</exception>
    public virtual ValueTask<ClaimsPrincipal> AuthenticateAsync(
        ProvedToken token,
        TokenAuthentication authentication,
        MessageOrigin origin,
        CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{ElementName} authenticates nobody.");

    private static TokenKind? Find(Func<TokenKind, bool> predicate)
    {
        foreach (var kind in All)
        {
            if (predicate(kind))
            {
                return kind;
            }
        }

        return null;
    }
}
