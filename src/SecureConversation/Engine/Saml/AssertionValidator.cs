using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Signature;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Saml;

/// <summary>What a binding asks of an assertion.</summary>
/// <param name="Suite">The algorithms of the binding.</param>
/// <param name="Protocol">The versions of references.</param>
/// <param name="KeyTypes">The kinds of keys that its subject may prove, the preferred one first.</param>
/// <param name="Version">The version of SAML; null for either.</param>
/// <param name="MaxClockSkew">How far clocks may differ.</param>
internal sealed record AssertionExpectation(
    SecurityAlgorithmSuite Suite, ProtocolVersion Protocol, IReadOnlyList<SecurityKeyType> KeyTypes, SamlVersion? Version,
    TimeSpan MaxClockSkew);

/// <summary>
/// Verifies an assertion. The steps run in one order: it is read before anything is computed, what costs nothing is judged before its
/// signature, and its issuer is known before its signature is verified. The key of its subject is not touched here: whoever decrypts it
/// knows by then that an issuer whom the service trusts wrapped it.
/// </summary>
internal sealed class AssertionValidator(
    IssuedTokenAuthentication options, IReadOnlyList<string> audiences, CertificateValidator? certificates, TimeProvider clock)
{
    private readonly AssertionIssuers _issuers = new(options, certificates, clock);

    // A handler of the application knows the names of the service.
    private readonly IReadOnlyList<string>? _recipients = options.TokenHandler is null ? audiences : null;

    /// <summary>The options by which it judges.</summary>
    public IssuedTokenAuthentication Options => options;

    /// <summary>Verifies an assertion, and judges its issuer.</summary>
    /// <param name="element">The assertion. What is verified is what stands at its location.</param>
    /// <param name="expected">What the binding asks for.</param>
    /// <param name="cancellationToken">Cancels calls to the application.</param>
    /// <exception cref="SecurityFailureException">It breaks a rule; the code says which.</exception>
    public async ValueTask<VerifiedAssertion> ValidateAsync(
        XmlElement element, AssertionExpectation expected, CancellationToken cancellationToken)
    {
        var assertion = SamlAssertion.Read(element, expected.Protocol);                    // only known children
        RequireVersion(assertion, expected);
        var signature = RequireSigned(assertion);                                         // its own child, over itself
        UniqueAssertionId.Require(element, assertion.Id);
        var now = clock.GetUtcNow();
        AssertionLimits.RequireTimes(assertion, now, expected.MaxClockSkew);
        var confirmation = AssertionLimits.Confirm(assertion, expected, _recipients, now); // the key, or a bearer
        if (options.TokenHandler is { } handler)
        {
            return new VerifiedAssertion(assertion, null, confirmation)
            {
                Holder = await HandedAssertion.RequireAsync(handler, element, cancellationToken).ConfigureAwait(false),
            };
        }

        AssertionLimits.RequireAudience(assertion, confirmation, options.AudienceUriMode, audiences);
        var issuer = _issuers.Find(IssuerKeyInfo.Read(signature.KeyInfo, expected.Protocol));
        RequireSignature(signature, issuer, expected.Suite);
        await _issuers.JudgeAsync(issuer, cancellationToken).ConfigureAwait(false);
        return new VerifiedAssertion(assertion, issuer, confirmation);
    }

    private static void RequireVersion(SamlAssertion assertion, AssertionExpectation expected)
    {
        if (expected.Version is { } version && assertion.Version != version)
        {
            Fail.With(FailureCode.WrongToken, "saml:Assertion", $"SAML {Describe(assertion.Version)}",
                $"SAML {Describe(version)} (TokenType of IssuedSecurityTokenParameters)");
        }
    }

    private static EnvelopedSignature RequireSigned(SamlAssertion assertion) => assertion.Signature.IsNull
        ? Fail.With<EnvelopedSignature>(FailureCode.SignatureMissing, "saml:Assertion")
        : EnvelopedSignature.Read(assertion.Signature, assertion.Id);

    private void RequireSignature(EnvelopedSignature signature, AssertionIssuer issuer, SecurityAlgorithmSuite suite)
    {
        var allowsSha1 = options.AllowSha1Signatures ?? suite.Digest == DigestAlgorithm.Sha1;
        var method = AssertionAlgorithms.Signature(signature.SignatureMethod, allowsSha1);
        var digest = AssertionAlgorithms.Digest(signature.DigestMethod, allowsSha1);
        using var key = issuer.OpenKey(suite);
        signature.Require(key, method, digest);
    }

    private static string Describe(SamlVersion version) => version == SamlVersion.V11 ? "1.1" : "2.0";
}
