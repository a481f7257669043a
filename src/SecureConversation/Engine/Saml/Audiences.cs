using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Saml;

/// <summary>The audiences of one restriction.</summary>
internal static class Audiences
{
    private const int Most = 64;

    /// <summary>Reads a restriction: one or more audiences, and nothing else.</summary>
    /// <exception cref="SecurityFailureException">The element has another shape.</exception>
    public static IReadOnlyList<string> Read(XmlElement restriction, XmlName name)
    {
        var children = new ChildReader(restriction);
        var audiences = new List<string>(1);
        do
        {
            if (audiences.Count == Most)
            {
                Fail.With(FailureCode.LimitExceeded, name.ToString(), expected: FailureText.AtMost(Most));
            }

            audiences.Add(ChildReader.Token(children.Take(name), SamlAssertion.MaxName));
        }
        while (!children.IsAtEnd);
        return audiences;
    }

    /// <summary>
    /// Whether an audience is one of those that a service has: the same text, or the same URI, as WCF compares them.
    /// </summary>
    public static bool Contain(IReadOnlyList<string> own, string audience)
    {
        foreach (var known in own)
        {
            if (known == audience || (Uri.TryCreate(known, UriKind.Absolute, out var left)
                && Uri.TryCreate(audience, UriKind.Absolute, out var right) && left.Equals(right)))
            {
                return true;
            }
        }

        return false;
    }
}
