using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Tokens;

/// <summary>
/// wsse:UsernameToken with a password in clear text, which the binding encrypts (UsernameToken Profile 1.0).
/// <code>
/// o:UsernameToken [@u:Id]
///   o:Username                                 required
///   o:Password [@Type=PasswordText]            digests are refused, as in WCF; an absent password is empty
///   o:Nonce?, u:Created?                       ignored: replays are judged by the message, not the token
///   other children                             refused
/// </code>
/// </summary>
internal sealed record UsernameToken(string UserName, string Password)
{
    private const int MaxValue = 8192;

    /// <exception cref="SecurityFailureException">The element has another shape.</exception>
    public static UsernameToken Read(XmlElement element)
    {
        string? userName = null;
        string? password = null;
        foreach (var child in element.Children)
        {
            if (child.Is(Wsse.Username) && userName is null)
            {
                userName = child.GetText();
            }
            else if (child.Is(Wsse.Password) && password is null
                && child.GetAttribute(Attr.Type) is null or Uris.PasswordText)
            {
                password = child.GetText();
            }
            else if (!child.Is(Wsse.Nonce) && !child.Is(Wsu.Created))
            {
                Fail.With(FailureCode.MalformedSecurityElement, "wsse:UsernameToken");
            }
        }

        if (userName is null or { Length: 0 or > MaxValue } || password is { Length: > MaxValue })
        {
            Fail.With(FailureCode.MalformedSecurityElement, "wsse:UsernameToken");
        }

        return new UsernameToken(userName, password ?? "");
    }

    /// <summary>The user name without the password, which must not reach a log.</summary>
    public override string ToString() => $"UsernameToken({UserName})";
}
