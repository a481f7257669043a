using SecureConversation.Binding;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Tokens;

/// <summary>
/// wsse:UsernameToken (UsernameToken Profile 1.1 sections 3 and 4).
/// <code>
/// o:UsernameToken [@u:Id]
///   o:Username                                 required
///   o:Password [@Type]?                        #PasswordText when absent; or #PasswordDigest
///   o:Nonce [@EncodingType]?                   base64, at most 64 octets
///   u:Created?                                 xsd:dateTime
///   k:Salt, k:Iteration?                       the token is a key: 16 octets, and the number of hashes
///   other children                             refused
/// </code>
/// Nonce and Created say nothing unless the binding asks for them: replays are judged by the message.
/// </summary>
internal sealed record UsernameToken(string UserName)
{
    private const int MaxValue = 8192;
    private const int MaxNonce = 64;
    private const int MaxCreated = 64;

    /// <summary>The password, or its digest in base64; null when there is none.</summary>
    public string? Password { get; init; }

    /// <summary>Whether <see cref="Password"/> is a digest.</summary>
    public bool IsDigest { get; init; }

    /// <summary>The octets of the nonce; null when there is none.</summary>
    public byte[]? Nonce { get; init; }

    /// <summary>The time as it is written; null when there is none.</summary>
    public string? Created { get; init; }

    /// <summary>What the key of the token is derived from; null where it is no key.</summary>
    public UserNameKeyInputs? KeyInputs { get; init; }

    /// <exception cref="SecurityFailureException">The element has another shape.</exception>
    public static UsernameToken Read(XmlElement element)
    {
        string? userName = null, password = null, created = null;
        byte[]? nonce = null, salt = null;
        int? iterations = null;
        var isDigest = false;
        foreach (var child in element.Children)
        {
            if (child.Is(Wsse.Username) && userName is null)
            {
                userName = child.GetText();
            }
            else if (child.Is(Wsse.Password) && password is null)
            {
                (password, isDigest) = (child.GetText(), IsDigestType(child));
            }
            else if (child.Is(Wsse.Nonce) && nonce is null)
            {
                nonce = ReadNonce(child);
            }
            else if (child.Is(Wsu.Created) && created is null)
            {
                created = ElementValue.Text(child, MaxCreated);
            }
            else if (child.Is(Wsse.Salt) && salt is null)
            {
                salt = ElementValue.Base64(child, UserNameKey.SaltLength);
            }
            else if (child.Is(Wsse.Iteration) && iterations is null)
            {
                iterations = ElementValue.Number(child);
            }
            else
            {
                Malformed(child.Describe());
            }
        }

        if (userName is null or { Length: 0 or > MaxValue } || password is { Length: > MaxValue }
            || (salt is null && iterations is not null))
        {
            Malformed("no user name, a value that is too long, or wsse11:Iteration without wsse11:Salt");
        }

        return new UsernameToken(userName!)
        {
            Password = password,
            IsDigest = isDigest,
            Nonce = nonce,
            Created = created,
            KeyInputs = salt is null ? null : UserNameKeyInputs.Require(salt, iterations),
        };
    }

    /// <summary>Requires the form that the binding asks for.</summary>
    /// <exception cref="SecurityFailureException">The token has another form.</exception>
    public void Require(UserNameSecurityTokenParameters wanted)
    {
        var hasForm = wanted.PasswordType switch
        {
            UserNamePasswordType.Text => !IsDigest,
            UserNamePasswordType.Digest => IsDigest,
            _ => Password is null,
        };
        if (!hasForm || KeyInputs is not null)
        {
            Malformed(KeyInputs is not null ? "a key" : IsDigest ? "a digest" : "no digest", $"PasswordType {wanted.PasswordType}");
        }

        RequireFresh(wanted.IncludeNonce || IsDigest, wanted.IncludeCreated || IsDigest);
    }

    /// <summary>Requires the form of a token that is a key: without a password.</summary>
    /// <exception cref="SecurityFailureException">The token has another form.</exception>
    public void RequireKey(UserNameSecurityTokenParameters wanted)
    {
        if (KeyInputs is null || Password is not null)
        {
            Malformed("no wsse11:Salt, or a wsse:Password", "a user name that is the key");
        }

        RequireFresh(wanted.IncludeNonce, wanted.IncludeCreated);
    }

    private void RequireFresh(bool nonce, bool created)
    {
        if (nonce && Nonce is null)
        {
            Malformed("nothing", "wsse:Nonce (IncludeNonce, or a digest)");
        }

        if (created && Created is null)
        {
            Malformed("nothing", "wsu:Created (IncludeCreated, or a digest)");
        }
    }

    private static bool IsDigestType(XmlElement password) => password.GetAttribute(Attr.Type) switch
    {
        null or Uris.PasswordText => false,
        Uris.PasswordDigest => true,
        var other => Fail.With<bool>(FailureCode.MalformedSecurityElement, "wsse:Password/@Type", other),
    };

    private static byte[] ReadNonce(XmlElement nonce) =>
        KnownUris.Get(nonce, Attr.EncodingType) is null or Uris.Base64Binary
            ? ElementValue.Base64(nonce, MaxNonce)
            : Fail.With<byte[]>(FailureCode.MalformedSecurityElement, "wsse:Nonce/@EncodingType");

    private static void Malformed(string found, string? expected = null) =>
        Fail.With(FailureCode.MalformedSecurityElement, "wsse:UsernameToken", found, expected);

    /// <summary>The user name without the password, which must not reach a log.</summary>
    public override string ToString() => $"UsernameToken({UserName})";
}
