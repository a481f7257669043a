using System.Security.Claims;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Saml;

/// <summary>
/// An assertion whose signature, times and audience hold. That its subject sent the message is proved by the key of
/// <see cref="Confirmation"/>, or by nothing more where it is a bearer's.
/// </summary>
/// <param name="Assertion">What it says.</param>
/// <param name="Issuer">Whose key signed it; null where the handler of the application knows.</param>
/// <param name="Confirmation">How its subject is confirmed.</param>
internal sealed record VerifiedAssertion(SamlAssertion Assertion, AssertionIssuer? Issuer, SamlConfirmation Confirmation)
{
    /// <summary>The holder, where the handler of the application says who he is; null for what the assertion says.</summary>
    public ClaimsPrincipal? Holder { get; init; }

    /// <summary>Where it stands: what was verified is what is read, so nothing else may be taken for it.</summary>
    public XmlElement Element => Assertion.Element;

    /// <summary>Until when it is valid, clock skew not included; null for ever.</summary>
    public DateTimeOffset? ValidTo =>
        Assertion.Authentications.Select(a => a.SessionNotOnOrAfter).Append(Assertion.Conditions.NotOnOrAfter).Min();

    /// <summary>What the application is told of it.</summary>
    public IssuedToken Describe() => new()
    {
        Id = Assertion.Id.ToString(),
        TokenType = Assertion.Version == SamlVersion.V11 ? Ns.Saml11 : Ns.Saml20,
        Issuer = Assertion.Issuer,
        IssuerCertificate = Issuer?.Certificate,
        IssuerKey = Issuer?.Key?.Parameters,
        KeyType = KeyType,
        ValidFrom = Assertion.Conditions.NotBefore,
        ValidTo = ValidTo,
    };

    /// <summary>The kind of key that proves its subject.</summary>
    public SecurityKeyType KeyType => Confirmation.Method == SamlConfirmationMethod.Bearer ? SecurityKeyType.BearerKey
        : Confirmation.Key!.Wrapped is not null ? SecurityKeyType.SymmetricKey
        : SecurityKeyType.AsymmetricKey;
}
