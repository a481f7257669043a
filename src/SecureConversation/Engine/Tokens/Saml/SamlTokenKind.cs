using System.Security.Claims;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Tokens;

/// <summary>
/// An assertion that a security token service issued (SAML token profile 1.1). Its holder proves himself by its key, or by nothing more
/// than having it.
/// </summary>
internal sealed class SamlTokenKind : TokenKind
{
    public override string ElementName => "saml:Assertion";

    public override bool IsOfClient => true;

    public override int Precedence => 1;

    /// <summary>Whether a message without its key proves the token is judged by its authenticator: only a bearer's is.</summary>
    public override ProvedToken Prove(XmlElement element, SecurityTokenParameters parameters) => new ProvedAssertion(element);

    public override bool IsElement(XmlElement child, ProtocolVersion protocol) => child.Is(Saml20.Assertion) || child.Is(Saml11.Assertion);

    // SAML token profile 1.1 section 3.3: assertions are named by their own Ids.
    public override XmlId? IdOf(XmlElement element) => element.GetId(element.Is(Saml20.Assertion) ? SamlAttr.Id : SamlAttr.AssertionId);

    public override bool IsDescribedBy(SecurityTokenParameters parameters) => parameters is IssuedSecurityTokenParameters;

    public override IEnumerable<string> CheckSupporting(SupportingToken token, string setting, SecurityBindingElement element)
    {
        var issued = (IssuedSecurityTokenParameters)token.Parameters;
        if (token.Endorses && issued.KeyType == SecurityKeyType.BearerKey)
        {
            yield return $"{setting}: a token with KeyType BearerKey has no key to endorse with; list it under SignedEncrypted.";
        }

        if (!token.Endorses && issued.KeyType != SecurityKeyType.BearerKey)
        {
            yield return $"{setting}: a token with KeyType {issued.KeyType} that signs nothing proves nothing; list it under Endorsing or "
                + "SignedEndorsing.";
        }

        if (token is { Endorses: false, IsEncrypted: false } && issued.KeyType == SecurityKeyType.BearerKey
            && element is not TransportSecurityBindingElement)
        {
            yield return $"{setting}: under Signed a token with KeyType BearerKey would travel in clear, and it counts for whoever has it; "
                + "list it under SignedEncrypted.";
        }

        if (token is { Endorses: true, IsEncrypted: true } && element is not TransportSecurityBindingElement)
        {
            // Its issuer is judged before anything is decrypted.
            yield return $"{setting}: an issued token that endorses has to be read before anything is decrypted: list it under "
                + "SignedEndorsing.";
        }

        foreach (var problem in Check(issued, setting, element))
        {
            yield return problem;
        }
    }

    /// <summary>Checks what holds for an issued token wherever it stands.</summary>
    public static IEnumerable<string> Check(IssuedSecurityTokenParameters issued, string name, SecurityBindingElement element)
    {
        if (issued.TokenType is { } type && type is not (Ns.Saml11 or Ns.Saml20 or Uris.Saml11TokenType or Uris.Saml20TokenType))
        {
            yield return $"TokenType {type} of {name}: tokens of an issuer are SAML 1.1 or 2.0 assertions; set {Ns.Saml11}, {Ns.Saml20}, "
                + "or null for either.";
        }

        if (issued.UseStrTransform)
        {
            yield return $"UseStrTransform of {name} has no effect: signatures cover the token by its own Id, which services take; set it "
                + "to false.";
        }

        var suite = element.DefaultAlgorithmSuite;
        if (issued is { KeyType: SecurityKeyType.SymmetricKey, KeySize: not 0 } && !suite.IsSymmetricKeyLengthSupported(issued.KeySize))
        {
            yield return $"KeySize {issued.KeySize} of {name}: {suite.Name} has symmetric keys of {suite.MinSymmetricKeyLength} to "
                + $"{suite.MaxSymmetricKeyLength} bits.";
        }

        if (issued is { KeyType: SecurityKeyType.AsymmetricKey, KeySize: not 0 } && !suite.IsAsymmetricKeyLengthSupported(issued.KeySize))
        {
            yield return $"KeySize {issued.KeySize} of {name}: {suite.Name} has RSA keys of {suite.MinAsymmetricKeyLength} to "
                + $"{suite.MaxAsymmetricKeyLength} bits.";
        }
    }

    public override string? Missing(SecurityTokenParameters parameters, ServiceCredentials credentials) =>
        credentials.IssuedTokenAuthentication is null
            ? "The binding asks clients for issued tokens: set ServiceCredentials.IssuedTokenAuthentication."
            : null;

    public override ValueTask<ClaimsPrincipal> AuthenticateAsync(
        ProvedToken token,
        TokenAuthentication authentication,
        MessageOrigin origin,
        CancellationToken cancellationToken) => authentication.Assertions is { } assertions
        ? assertions.AuthenticateAsync((ProvedAssertion)token, origin, cancellationToken)
        : Fail.With<ValueTask<ClaimsPrincipal>>(FailureCode.UntrustedIssuer, "ServiceCredentials.IssuedTokenAuthentication");
}

/// <summary>
/// An assertion that a message proved: by its key, then it was verified before, or by nothing but the signature that covers it, then it is
/// a bearer's, or nothing.
/// </summary>
/// <param name="Element">The assertion.</param>
internal record ProvedAssertion(XmlElement Element) : ProvedToken(TokenKind.Saml)
{
    public override FailureCode Refusal => FailureCode.InvalidCredentials;

    public override bool Names(SecurityFailureException refusal) => false;
}

/// <summary>Authenticates the holders of assertions. The rooms of tokens know no signatures, so it stands above them.</summary>
internal interface IAssertionAuthenticator
{
    /// <exception cref="SecurityFailureException">The holder is not accepted.</exception>
    ValueTask<ClaimsPrincipal> AuthenticateAsync(ProvedAssertion token, MessageOrigin origin, CancellationToken cancellationToken);
}
