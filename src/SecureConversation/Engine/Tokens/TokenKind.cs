using System.Collections.Immutable;
using System.Security.Claims;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Tokens;

/// <summary>
/// One kind of security token. What is special about a kind stands in its class: how its element is recognized, what a binding and
/// credentials must say for it, how it is written, and how its holder is authenticated. The set is closed; the security header, the checks
/// and the authenticator walk <see cref="All"/>.
/// </summary>
internal abstract class TokenKind
{
    public static readonly X509TokenKind X509 = new();
    public static readonly UserNameTokenKind UserName = new();
    public static readonly SecurityContextTokenKind SecurityContext = new();
    public static readonly EncryptedKeyTokenKind EncryptedKey = new();
    public static readonly DerivedKeyTokenKind DerivedKey = new();

    private protected TokenKind()
    {
    }

    /// <summary>All kinds, those that occur most often first.</summary>
    public static ImmutableArray<TokenKind> All { get; } = [DerivedKey, SecurityContext, EncryptedKey, X509, UserName];

    /// <summary>Name of the element, for messages.</summary>
    public abstract string ElementName { get; }

    /// <summary>Whether a security header may hold only one of them.</summary>
    public virtual bool OccursOnce => false;

    /// <summary>The kind that a binding describes by these parameters.</summary>
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

    public abstract bool IsElement(XmlElement child, ProtocolVersion protocol);

    /// <summary>The Id by which others refer to the element: wsu:Id where its schema has none of its own (WS-Security 1.1 section 4.1).</summary>
    public virtual XmlId? IdOf(XmlElement element) => element.GetId(Wsu.Id);

    /// <summary>Whether a binding speaks of this kind by these parameters.</summary>
    public virtual bool IsDescribedBy(SecurityTokenParameters parameters) => false;

    /// <summary>What is wrong with such a token as a supporting one; a sentence for each problem.</summary>
    public virtual IEnumerable<string> CheckSupporting(SecurityTokenParameters parameters, SupportingTokenAttachment attachment, SecurityBindingElement element) => [];

    /// <summary>What a client lacks that has to show such a token; null when it lacks nothing.</summary>
    public virtual string? Missing(ClientCredentials credentials) => null;

    /// <summary>What a service lacks that has to judge such a token; null when it lacks nothing.</summary>
    public virtual string? Missing(ServiceCredentials credentials) => null;

    /// <summary>Writes the token of a client as a supporting one, in canonical form.</summary>
    /// <exception cref="InvalidOperationException">The credentials lack what the token is made of.</exception>
    public virtual void WriteSupporting(PooledBytes output, string id, ClientCredentials credentials, bool bspAttributes) =>
        throw new NotSupportedException($"{ElementName} is no supporting token.");

    /// <summary>Judges who holds a token of this kind that a message proved.</summary>
    /// <returns>The identity.</returns>
    /// <exception cref="Failures.SecurityFailureException">The holder is not accepted.</exception>
    public virtual ValueTask<ClaimsPrincipal> AuthenticateAsync(ProvedToken token, TokenAuthentication authentication, CancellationToken cancellationToken) =>
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
