using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Saml;

/// <summary>The versions of SAML that are read.</summary>
internal enum SamlVersion
{
    /// <summary>SAML 1.1.</summary>
    V11,

    /// <summary>SAML 2.0.</summary>
    V20,
}

/// <summary>
/// An assertion that was read, and of which nothing is verified (SAML 1.1 core section 2.3, SAML 2.0 core section 2.3). It is read from
/// the octets at its location, the same that its signature is verified over. Its readers are <see cref="Saml11Reader"/> and
/// <see cref="Saml20Reader"/>.
/// </summary>
internal sealed class SamlAssertion
{
    /// <summary>The longest assertion in bytes. Recorded ones take 4 to 8 KiB; users in a thousand groups take 100.</summary>
    public const int MaxBytes = 192 * 1024;

    /// <summary>The most values that the attributes of an assertion have together.</summary>
    public const int MaxValues = 4096;

    /// <summary>The longest name, URI or issuer in characters.</summary>
    public const int MaxName = 4096;

    /// <summary>The element.</summary>
    public required XmlElement Element { get; init; }

    public required SamlVersion Version { get; init; }

    /// <summary>AssertionID or ID.</summary>
    public required XmlId Id { get; init; }

    /// <summary>The name that the issuer gives himself.</summary>
    public required string Issuer { get; init; }

    public required DateTimeOffset IssueInstant { get; init; }

    /// <summary>The ds:Signature that is a child of the assertion; no element when it has none.</summary>
    public required XmlElement Signature { get; init; }

    public required SamlConditions Conditions { get; init; }

    /// <summary>Whom it is about. All statements are about the same subject.</summary>
    public required SamlSubject Subject { get; init; }

    public required IReadOnlyList<SamlAttribute> Attributes { get; init; }

    public required IReadOnlyList<SamlAuthentication> Authentications { get; init; }

    /// <summary>Reads an assertion.</summary>
    /// <exception cref="SecurityFailureException">It has another shape or version, or exceeds a limit.</exception>
    public static SamlAssertion Read(XmlElement element, ProtocolVersion protocol)
    {
        if (element.End - element.Start > MaxBytes)
        {
            Fail.With(FailureCode.LimitExceeded, "saml:Assertion", FailureText.Of(element.End - element.Start, "bytes"),
                FailureText.AtMost(MaxBytes));
        }

        return element.Is(Saml20.Assertion) ? Saml20Reader.Read(element, protocol)
            : element.Is(Saml11.Assertion) ? Saml11Reader.Read(element, protocol)
            : Fail.With<SamlAssertion>(FailureCode.UnknownSecurityElement, "assertion", element.Describe());
    }
}

/// <summary>What limits the use of an assertion.</summary>
/// <param name="NotBefore">From when on it is valid; null for always.</param>
/// <param name="NotOnOrAfter">When it is no longer valid; null for never.</param>
/// <param name="Audiences">The restrictions: of each, one audience has to be that of the receiver.</param>
/// <param name="IsForOneUse">Whether it may be used once (SAML 2.0 core section 2.5.1.5).</param>
internal sealed record SamlConditions(
    DateTimeOffset? NotBefore, DateTimeOffset? NotOnOrAfter, IReadOnlyList<IReadOnlyList<string>> Audiences, bool IsForOneUse)
{
    /// <summary>No conditions.</summary>
    public static readonly SamlConditions None = new(null, null, [], false);
}

/// <summary>The subject of an assertion.</summary>
/// <param name="Name">Its name; null when it has none.</param>
/// <param name="Confirmations">The ways in which somebody proves to be it; one is enough.</param>
internal sealed record SamlSubject(SamlName? Name, IReadOnlyList<SamlConfirmation> Confirmations);

/// <summary>A name of a subject, with what tells where it is a name.</summary>
internal sealed record SamlName(string Value)
{
    public string? Format { get; init; }
    public string? NameQualifier { get; init; }
    public string? SpNameQualifier { get; init; }
    public string? SpProvidedId { get; init; }
}

/// <summary>One way to prove to be the subject.</summary>
internal sealed record SamlConfirmation(SamlConfirmationMethod Method)
{
    /// <summary>The key that the holder uses; null when it has none.</summary>
    public SubjectKey? Key { get; init; }

    /// <summary>See SAML 2.0 core section 2.4.1.2; null in SAML 1.1.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <inheritdoc cref="NotBefore"/>
    public DateTimeOffset? NotOnOrAfter { get; init; }

    /// <inheritdoc cref="NotBefore"/>
    public string? Recipient { get; init; }

    /// <inheritdoc cref="NotBefore"/>
    public string? InResponseTo { get; init; }
}

/// <summary>The methods of subject confirmation.</summary>
internal enum SamlConfirmationMethod
{
    /// <summary>Sender-vouches, artifacts, and others that nobody here can prove.</summary>
    Other,

    /// <summary>Who uses the key.</summary>
    HolderOfKey,

    /// <summary>Who has the assertion.</summary>
    Bearer,
}

/// <summary>An attribute of the subject.</summary>
/// <param name="ClaimType">The type of the claim that it becomes.</param>
/// <param name="OriginalIssuer">Who said it first; null for the issuer.</param>
/// <param name="Values">Its values.</param>
internal sealed record SamlAttribute(string ClaimType, string? OriginalIssuer, IReadOnlyList<SamlValue> Values);

/// <summary>A value of an attribute.</summary>
/// <param name="Text">The text.</param>
/// <param name="Type">The URI of its type; null for a string.</param>
internal readonly record struct SamlValue(string Text, string? Type);

/// <summary>How the subject proved to the issuer who it is.</summary>
internal sealed record SamlAuthentication(string? Method, DateTimeOffset Instant, DateTimeOffset? SessionNotOnOrAfter);
