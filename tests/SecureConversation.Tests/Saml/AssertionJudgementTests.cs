using System.Security.Cryptography.X509Certificates;
using System.Text;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Saml;
using SecureConversation.Testing;

namespace SecureConversation.Tests.Saml;

/// <summary>Issuers, times, audiences, confirmations and algorithms, each at its edges.</summary>
public sealed class AssertionJudgementTests
{
    private const string Bearer11 = "1.1", Bearer20 = "2.0";

    [Theory]
    [InlineData(-6, false)]
    [InlineData(-5, true)]
    [InlineData(0, true)]
    [InlineData(64, true)]
    [InlineData(65, false)]
    [InlineData(90, false)]
    public async Task Times_AtTheirEdges_AreJudgedWithTheSkew(int minutes, bool isAccepted)
    {
        foreach (var version in (string[])[Bearer11, Bearer20])
        {
            // NotBefore is at 0, NotOnOrAfter at 60, and clocks may differ by 5 minutes.
            var xml = Assertions.Write(version, SecurityKeyType.BearerKey, a => a with { NotBefore = Assertions.Now });
            var now = Assertions.Now.AddMinutes(minutes);
            if (isAccepted)
            {
                await Assertions.ValidateAsync(xml, SecurityKeyType.BearerKey, now: now);
            }
            else
            {
                await Assertions.RefusedAsync(FailureCode.AssertionNotInTime, xml, SecurityKeyType.BearerKey, now: now);
            }
        }
    }

    [Fact]
    public Task Times_InReverse_AreRefused() => Assertions.RefusedAsync(FailureCode.MalformedSecurityElement,
        Assertions.Write("2.0", SecurityKeyType.BearerKey, a => a with { NotBefore = Assertions.Now, NotOnOrAfter = Assertions.Now }), SecurityKeyType.BearerKey);

    [Theory]
    [InlineData(AudienceUriMode.Always, SecurityKeyType.SymmetricKey, "https://other.example/", false)]
    [InlineData(AudienceUriMode.Always, SecurityKeyType.BearerKey, null, false)]
    [InlineData(AudienceUriMode.Always, SecurityKeyType.BearerKey, "HTTPS://SERVICE.example:443/orders", true)]
    [InlineData(AudienceUriMode.Always, SecurityKeyType.BearerKey, "https://service.example/Orders", false)]
    [InlineData(AudienceUriMode.Always, SecurityKeyType.BearerKey, "https://service.example/orders/more", false)]
    [InlineData(AudienceUriMode.Always, SecurityKeyType.BearerKey, "https://service.example/orders%00", false)]
    [InlineData(AudienceUriMode.Always, SecurityKeyType.BearerKey, "https://service.example/orders?x", false)]
    [InlineData(AudienceUriMode.BearerKeyOnly, SecurityKeyType.SymmetricKey, "https://other.example/", true)]
    [InlineData(AudienceUriMode.BearerKeyOnly, SecurityKeyType.SymmetricKey, null, true)]
    [InlineData(AudienceUriMode.BearerKeyOnly, SecurityKeyType.BearerKey, "https://other.example/", false)]
    [InlineData(AudienceUriMode.Never, SecurityKeyType.BearerKey, null, true)]
    public async Task Audience_InEachMode_IsJudged(AudienceUriMode mode, SecurityKeyType keyType, string? audience, bool isAccepted)
    {
        var options = new IssuedTokenAuthentication { KnownCertificates = [Assertions.IssuerCertificate], AllowedAudienceUris = [Assertions.Audience], AudienceUriMode = mode };
        foreach (var version in (string[])[Bearer11, Bearer20])
        {
            var xml = Assertions.Write(version, keyType, a => a with { Audiences = audience is null ? [] : [audience] });
            if (isAccepted)
            {
                await Assertions.ValidateAsync(xml, keyType, options);
            }
            else
            {
                await Assertions.RefusedAsync(FailureCode.AudienceMismatch, xml, keyType, options);
            }
        }
    }

    [Fact]
    public async Task Audience_OfTwoRestrictions_HasToBeInBoth()
    {
        var two = new HandSigned().Sign(Bearer("<saml2:AudienceRestriction><saml2:Audience>" + Assertions.Audience + "</saml2:Audience></saml2:AudienceRestriction>"
            + "<saml2:AudienceRestriction><saml2:Audience>urn:other</saml2:Audience></saml2:AudienceRestriction>"));
        var one = new HandSigned().Sign(Bearer("<saml2:AudienceRestriction><saml2:Audience>urn:other</saml2:Audience><saml2:Audience> " + Assertions.Audience
            + "\n</saml2:Audience></saml2:AudienceRestriction>"));

        await Assertions.RefusedAsync(FailureCode.AudienceMismatch, two, SecurityKeyType.BearerKey);
        await Assertions.ValidateAsync(one, SecurityKeyType.BearerKey);
    }

    [Theory]
    [InlineData(SecurityKeyType.SymmetricKey, SecurityKeyType.BearerKey)]
    [InlineData(SecurityKeyType.AsymmetricKey, SecurityKeyType.BearerKey)]
    [InlineData(SecurityKeyType.BearerKey, SecurityKeyType.SymmetricKey)]
    [InlineData(SecurityKeyType.BearerKey, SecurityKeyType.AsymmetricKey)]
    [InlineData(SecurityKeyType.SymmetricKey, SecurityKeyType.AsymmetricKey)]
    [InlineData(SecurityKeyType.AsymmetricKey, SecurityKeyType.SymmetricKey)]
    public async Task Confirmation_OfAnotherKind_IsRefused(SecurityKeyType written, SecurityKeyType wanted)
    {
        await Assertions.RefusedAsync(FailureCode.SubjectNotConfirmed, Assertions.Write("1.1", written), wanted);
        await Assertions.RefusedAsync(FailureCode.SubjectNotConfirmed, Assertions.Write("2.0", written), wanted);
    }

    [Theory]
    [InlineData("1.1", "urn:oasis:names:tc:SAML:1.0:cm:sender-vouches")]
    [InlineData("2.0", "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches")]
    [InlineData("2.0", "urn:oasis:names:tc:SAML:1.0:cm:bearer")]
    public Task Confirmation_ByAnotherMethod_IsRefused(string version, string method) => Assertions.RefusedAsync(FailureCode.SubjectNotConfirmed,
        Assertions.Write(version, SecurityKeyType.BearerKey, a => a with { Confirmation = new() { Method = method } }), SecurityKeyType.BearerKey);

    /// <summary>A holder's confirmation that has a bearer's method is a bearer's, and one with a key and no method proves nothing.</summary>
    [Fact]
    public Task Confirmation_OfAHolderWithoutKey_IsRefused() => Assertions.RefusedAsync(FailureCode.SubjectNotConfirmed,
        Assertions.Write("2.0", SecurityKeyType.BearerKey, a => a with { Confirmation = new() { Method = "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key" } }),
        SecurityKeyType.SymmetricKey);

    [Fact]
    public async Task ConfirmationData_ThatDoesNotHold_IsRefused()
    {
        await Refused(new() { Recipient = "https://other.example/" });
        await Refused(new() { InResponseTo = "_request" });
        await Refused(new() { NotOnOrAfter = Assertions.Now.AddMinutes(-5) });
        await Refused(new() { NotBefore = Assertions.Now.AddMinutes(6) });

        static Task Refused(ConfirmationDescription confirmation) => Assertions.RefusedAsync(FailureCode.SubjectNotConfirmed,
            Assertions.Write("2.0", SecurityKeyType.BearerKey, a => a with { Confirmation = confirmation }), SecurityKeyType.BearerKey);
    }

    [Fact]
    public async Task Issuer_NotListed_IsRefused()
    {
        var others = new IssuedTokenAuthentication { KnownCertificates = [TestCertificates.Other], AllowedAudienceUris = [Assertions.Audience] };
        foreach (var style in Enum.GetValues<X509ReferenceStyle>())
        {
            await Assertions.RefusedAsync(FailureCode.UntrustedIssuer, Assertions.Write("1.1", SecurityKeyType.BearerKey, style: style), SecurityKeyType.BearerKey, others);
        }
    }

    /// <summary>Who names a listed issuer and signs with a key of his own is not that issuer.</summary>
    [Theory]
    [InlineData(X509ReferenceStyle.RawDataKeyIdentifier)]
    [InlineData(X509ReferenceStyle.Thumbprint)]
    public Task Issuer_NamedBySomebodyElse_IsRefused(X509ReferenceStyle style)
    {
        var named = style == X509ReferenceStyle.Thumbprint
            ? $"<o:SecurityTokenReference xmlns:o=\"{Engine.Names.Ns.Wsse}\"><o:KeyIdentifier ValueType=\"{Engine.Names.Uris.ThumbprintSha1}\">{Convert.ToBase64String(Assertions.IssuerCertificate.GetCertHash())}</o:KeyIdentifier></o:SecurityTokenReference>"
            : $"<X509Data><X509Certificate>{Convert.ToBase64String(Assertions.IssuerCertificate.RawData)}</X509Certificate></X509Data>";
        return Assertions.RefusedAsync(FailureCode.SignatureMismatch, new HandSigned { Signer = TestCertificates.Other, KeyInfo = named }.Sign(Bearer()), SecurityKeyType.BearerKey);
    }

    /// <summary>A hint may stand beside a certificate of somebody else: the listed one verifies, and not the other.</summary>
    [Fact]
    public Task Issuer_NamedBesideAnotherCertificate_IsTheOneThatVerifies()
    {
        var both = $"<X509Data><X509Certificate>{Convert.ToBase64String(TestCertificates.Other.RawData)}</X509Certificate>"
            + $"<X509Certificate>{Convert.ToBase64String(Assertions.IssuerCertificate.RawData)}</X509Certificate></X509Data>";
        return Assertions.RefusedAsync(FailureCode.SignatureMismatch, new HandSigned { Signer = TestCertificates.Other, KeyInfo = both }.Sign(Bearer()), SecurityKeyType.BearerKey);
    }

    [Fact]
    public async Task Issuer_WithATrustedChain_IsAcceptedWhereTheServiceSaysSo()
    {
        var chain = new IssuedTokenAuthentication { CertificateValidation = TestCredentials.TrustAuthority, AllowedAudienceUris = [Assertions.Audience] };
        var nobody = new IssuedTokenAuthentication
        {
            CertificateValidation = new() { CustomTrustRoots = { TestCertificates.Other }, RevocationMode = X509RevocationMode.NoCheck },
            AllowedAudienceUris = [Assertions.Audience],
        };

        Assert.False((await Assertions.ValidateAsync(Assertions.Write("2.0", SecurityKeyType.BearerKey), SecurityKeyType.BearerKey, chain)).Issuer!.IsListed);
        await Assertions.RefusedAsync(FailureCode.UntrustedIssuer, Assertions.Write("2.0", SecurityKeyType.BearerKey), SecurityKeyType.BearerKey, nobody);
        await Assertions.RefusedAsync(FailureCode.UntrustedIssuer,
            Assertions.Write("2.0", SecurityKeyType.BearerKey, style: X509ReferenceStyle.Thumbprint), SecurityKeyType.BearerKey, chain);
    }

    [Fact]
    public Task Issuer_WhoseCertificateIsOver_IsRefused() => Assertions.RefusedAsync(FailureCode.UntrustedIssuer,
        Assertions.Write("2.0", SecurityKeyType.BearerKey, a => a with { NotOnOrAfter = Assertions.Now.AddDays(100) }), SecurityKeyType.BearerKey, now: Assertions.Now.AddDays(60));

    [Fact]
    public async Task RsaKeyValue_OfTheIssuer_IsAcceptedOnlyIfListed()
    {
        var listed = new HandSigned { KeyInfo = KeyValue(Assertions.IssuerCertificate) }.Sign(Bearer());
        var own = new HandSigned { Signer = TestCertificates.Other, KeyInfo = KeyValue(TestCertificates.Other) }.Sign(Bearer());
        var anybody = new IssuedTokenAuthentication { AllowUntrustedRsaIssuers = true, AllowedAudienceUris = [Assertions.Audience] };

        Assert.True((await Assertions.ValidateAsync(listed, SecurityKeyType.BearerKey)).Issuer!.IsListed);
        await Assertions.RefusedAsync(FailureCode.UntrustedIssuer, own, SecurityKeyType.BearerKey);
        var verified = await Assertions.ValidateAsync(own, SecurityKeyType.BearerKey, anybody);
        Assert.Equal(TestCertificates.Other.GetRSAPublicKey()!.ExportParameters(false).Modulus, verified.Describe().IssuerKey!.Value.Modulus);
        Assert.Null(verified.Describe().IssuerCertificate);
    }

    [Theory]
    [InlineData("Basic256", null, true)]
    [InlineData("Basic256Sha256", null, false)]
    [InlineData("Basic256Sha256", true, true)]
    [InlineData("Basic256", false, false)]
    public async Task Sha1_OfTheIssuer_IsAcceptedWhereSuiteOrOptionsSaySo(string suite, bool? allows, bool isAccepted)
    {
        var options = new IssuedTokenAuthentication { KnownCertificates = [Assertions.IssuerCertificate], AllowedAudienceUris = [Assertions.Audience], AllowSha1Signatures = allows };
        var xml = Assertions.Write("1.1", SecurityKeyType.BearerKey, suite: SecurityAlgorithmSuite.Basic256);
        var algorithms = SecurityAlgorithmSuite.Parse(suite);
        if (isAccepted)
        {
            await Assertions.ValidateAsync(xml, SecurityKeyType.BearerKey, options, suite: algorithms);
        }
        else
        {
            await Assertions.RefusedAsync(FailureCode.AlgorithmMismatch, xml, SecurityKeyType.BearerKey, options, suite: algorithms);
        }
    }

    [Theory]
    [InlineData("384", "http://www.w3.org/2001/04/xmldsig-more#sha384")]
    [InlineData("512", "http://www.w3.org/2001/04/xmlenc#sha512")]
    public Task LongerHashes_OfTheIssuer_AreAccepted(string bits, string digest) => Assertions.ValidateAsync(new HandSigned
    {
        SignatureMethod = $"http://www.w3.org/2001/04/xmldsig-more#rsa-sha{bits}",
        DigestMethod = digest,
        Hash = new("SHA" + bits),
    }.Sign(Bearer()), SecurityKeyType.BearerKey).AsTask();

    [Theory]
    [InlineData("http://www.w3.org/2000/09/xmldsig#hmac-sha1")]
    [InlineData("http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")]
    [InlineData("http://www.w3.org/2000/09/xmldsig#dsa-sha1")]
    [InlineData("http://www.w3.org/2001/04/xmldsig-more#rsa-md5")]
    [InlineData("")]
    public Task SignatureMethod_OfOthers_IsRefused(string method) =>
        Assertions.RefusedAsync(FailureCode.AlgorithmMismatch, new HandSigned { SignatureMethod = method }.Sign(Bearer()), SecurityKeyType.BearerKey);

    [Fact]
    public async Task Version_OtherThanTheBindings_IsRefused()
    {
        var expected = Assertions.Expect(SecurityKeyType.BearerKey, version: SamlVersion.V20);
        await Assertions.Validator().ValidateAsync(Assertions.Place(Assertions.Write("2.0", SecurityKeyType.BearerKey)), expected, CancellationToken.None);
        await Assertions.RefusedAsync(FailureCode.WrongToken, () => Assertions.Validator()
            .ValidateAsync(Assertions.Place(Assertions.Write("1.1", SecurityKeyType.BearerKey)), expected, CancellationToken.None));
    }

    [Fact]
    public Task Session_OfTheSubjectThatIsOver_IsRefused() => Assertions.RefusedAsync(FailureCode.AssertionNotInTime, new HandSigned().Sign(
        Bearer().Replace("</saml2:Assertion>", $"<saml2:AuthnStatement AuthnInstant=\"{Assertions.Now:yyyy-MM-ddTHH:mm:ssZ}\" SessionNotOnOrAfter=\"{Assertions.Now.AddMinutes(-5):yyyy-MM-ddTHH:mm:ssZ}\">"
            + "<saml2:AuthnContext/></saml2:AuthnStatement></saml2:Assertion>", StringComparison.Ordinal)), SecurityKeyType.BearerKey);

    internal static string Bearer(string? conditions = null, string subject = "<saml2:NameID>alice</saml2:NameID>", string rest = "") =>
        "<saml2:Assertion xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_assertion-1\" "
        + $"IssueInstant=\"{Assertions.Now:yyyy-MM-ddTHH:mm:ssZ}\" Version=\"2.0\"><saml2:Issuer>urn:test:issuer</saml2:Issuer>[signature]<saml2:Subject>{subject}"
        + "<saml2:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"/></saml2:Subject><saml2:Conditions>"
        + (conditions ?? $"<saml2:AudienceRestriction><saml2:Audience>{Assertions.Audience}</saml2:Audience></saml2:AudienceRestriction>")
        + $"</saml2:Conditions>{rest}</saml2:Assertion>";

    private static string KeyValue(X509Certificate2 certificate)
    {
        var parameters = certificate.GetRSAPublicKey()!.ExportParameters(false);
        return $"<KeyValue><RSAKeyValue><Modulus>{Convert.ToBase64String(parameters.Modulus!)}</Modulus><Exponent>{Convert.ToBase64String(parameters.Exponent!)}</Exponent></RSAKeyValue></KeyValue>";
    }
}
