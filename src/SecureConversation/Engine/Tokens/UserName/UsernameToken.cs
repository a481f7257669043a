using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Tokens;

/// <summary>
/// wsse:UsernameToken with a password in clear text, which the binding encrypts (Username token profile 1.0).
/// <code>
/// o:UsernameToken [@u:Id]
///   o:Username                                 required
///   o:Password [@Type=PasswordText]            digests are refused, as WCF does
///   o:Nonce?, u:Created?                       skipped: replay is judged by the message, not by the token
/// </code>
/// </summary>
internal sealed record UsernameToken(string UserName, string Password)
{
    private const int MaxValue = 8192;

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

    /// <summary>Never the password.</summary>
    public override string ToString() => $"UsernameToken({UserName})";
}
