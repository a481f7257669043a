using System.Security.Claims;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Saml;
using SecureConversation.Testing;

namespace SecureConversation.Tests.Saml;

/// <summary>What the writer writes, the validator accepts, and all that it says comes out.</summary>
public sealed class AssertionRoundTripTests
{
    [Theory]
    [InlineData("1.1", SecurityKeyType.SymmetricKey)]
    [InlineData("1.1", SecurityKeyType.AsymmetricKey)]
    [InlineData("1.1", SecurityKeyType.BearerKey)]
    [InlineData("2.0", SecurityKeyType.SymmetricKey)]
    [InlineData("2.0", SecurityKeyType.AsymmetricKey)]
    [InlineData("2.0", SecurityKeyType.BearerKey)]
    public async Task Assertion_Written_IsAcceptedWithAllThatItSays(string version, SecurityKeyType keyType)
    {
        var verified = await Assertions.ValidateAsync(Assertions.Write(version, keyType), keyType);

        var assertion = verified.Assertion;
        Assert.Equal("_assertion-1", assertion.Id.ToString());
        Assert.Equal(Assertions.IssuerName, assertion.Issuer);
        Assert.Equal(Assertions.Now, assertion.IssueInstant);
        Assert.Equal(Assertions.Now.AddMinutes(-1), assertion.Conditions.NotBefore);
        Assert.Equal(Assertions.Now.AddHours(1), verified.ValidTo);
        Assert.Equal([Assertions.Audience], Assert.Single(assertion.Conditions.Audiences));
        Assert.Equal("alice", assertion.Subject.Name!.Value);
        Assert.Equal(keyType, verified.KeyType);
        Assert.Equal(Assertions.IssuerCertificate.RawData, verified.Issuer!.Certificate!.RawData);
        Assert.True(verified.Issuer.IsListed);
        var identity = SamlClaims.CreateIdentity(assertion, Assertions.Options);
        Assert.Equal("Alice <A&B>", identity.Name);
        Assert.Equal("Federation", identity.AuthenticationType);
        Assert.Equal(["buyers", "approvers"], identity.FindAll(ClaimTypes.Role).Select(c => c.Value));
        Assert.True(new ClaimsPrincipal(identity).IsInRole("approvers"));
        Assert.Equal("alice", identity.FindFirst(ClaimTypes.NameIdentifier)!.Value);
        Assert.EndsWith("Password", identity.FindFirst(ClaimTypes.AuthenticationMethod)!.Value, StringComparison.Ordinal);
        Assert.All(identity.Claims, c => Assert.Equal(Assertions.IssuerName, c.Issuer));
    }

    [Theory]
    [InlineData("1.1", "Basic256", X509ReferenceStyle.Thumbprint)]
    [InlineData("2.0", "Basic128Rsa15", X509ReferenceStyle.SubjectKeyIdentifier)]
    [InlineData("1.1", "Basic256Sha256", X509ReferenceStyle.IssuerSerial)]
    [InlineData("2.0", "Basic256Sha256", X509ReferenceStyle.RawDataKeyIdentifier)]
    public async Task SymmetricKey_UnderEachTransport_IsTheIssuers(string version, string suite, X509ReferenceStyle style)
    {
        var algorithms = SecurityAlgorithmSuite.Parse(suite);
        var xml = Assertions.Write(version, SecurityKeyType.SymmetricKey, a => a with { Confirmation = a.Confirmation with { WrapReference = style } }, suite: algorithms);

        var verified = await Assertions.ValidateAsync(xml, SecurityKeyType.SymmetricKey, suite: algorithms);

        var wrapped = verified.Confirmation.Key!.Wrapped!;
        Assert.True(wrapped.WrappedFor.Matches(TestCertificates.Service));
        using var key = RsaKeyTransport.Unwrap(TestCertificates.Service.GetRSAPrivateKey()!, algorithms.AsymmetricKeyWrap, wrapped.CipherValue, 16, 32, 32, out var substituted);
        Assert.False(substituted);
        Assert.True(key.FixedTimeEquals(Enumerable.Range(1, 32).Select(i => (byte)i).ToArray()));
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task PublicKey_OfAKeyOrCertificate_IsTheHolders(string version)
    {
        var byValue = await Assertions.ValidateAsync(Assertions.Write(version, SecurityKeyType.AsymmetricKey), SecurityKeyType.AsymmetricKey);
        var byCertificate = await Assertions.ValidateAsync(
            Assertions.Write(version, SecurityKeyType.AsymmetricKey, a => a with { Confirmation = new() { Certificate = TestCertificates.Client } }), SecurityKeyType.AsymmetricKey);

        using var key = byValue.Confirmation.Key!.OpenPublicKey(SecurityAlgorithmSuite.Basic256Sha256);
        Assert.Equal(Assertions.HolderKey.ExportParameters(false).Modulus, key.ExportParameters(false).Modulus);
        using var certified = byCertificate.Confirmation.Key!.OpenPublicKey(SecurityAlgorithmSuite.Basic256Sha256);
        Assert.Equal(TestCertificates.Client.GetRSAPublicKey()!.ExportParameters(false).Modulus, certified.ExportParameters(false).Modulus);
    }

    [Theory]
    [InlineData(X509ReferenceStyle.RawDataKeyIdentifier)]
    [InlineData(X509ReferenceStyle.Thumbprint)]
    [InlineData(X509ReferenceStyle.SubjectKeyIdentifier)]
    [InlineData(X509ReferenceStyle.IssuerSerial)]
    public async Task Issuer_NamedInEachWay_IsFound(X509ReferenceStyle style) =>
        Assert.True((await Assertions.ValidateAsync(Assertions.Write("2.0", SecurityKeyType.BearerKey, style: style), SecurityKeyType.BearerKey)).Issuer!.IsListed);

    [Fact]
    public async Task Confirmation_WithDataOfSaml20_IsAcceptedWhereItHolds()
    {
        var xml = Assertions.Write("2.0", SecurityKeyType.BearerKey, a => a with
        {
            Confirmation = new() { Recipient = Assertions.Audience, NotOnOrAfter = Assertions.Now.AddMinutes(5), NotBefore = Assertions.Now },
            IsForOneUse = true,
        });

        Assert.True((await Assertions.ValidateAsync(xml, SecurityKeyType.BearerKey)).Assertion.Conditions.IsForOneUse);
    }

    [Fact]
    public async Task Name_OfASubjectWithQualifiers_HasThemAsProperties()
    {
        var xml = Assertions.Write("2.0", SecurityKeyType.BearerKey, a => a with
        {
            Subject = new SamlName(" bob ") { Format = "urn:f", NameQualifier = "urn:q", SpNameQualifier = "urn:sp", SpProvidedId = "17" },
            Claims = [],
        });

        var identity = SamlClaims.CreateIdentity((await Assertions.ValidateAsync(xml, SecurityKeyType.BearerKey)).Assertion, Assertions.Options);

        Assert.Equal(" bob ", identity.Name);
        var claim = identity.FindFirst(ClaimTypes.NameIdentifier)!;
        Assert.Equal(["urn:f", "urn:q", "urn:sp", "17"], claim.Properties.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => p.Value));
    }

    [Fact]
    public async Task Claims_TypesOfNameAndRole_AreTheOptions()
    {
        var options = new IssuedTokenAuthentication
        {
            KnownCertificates = [Assertions.IssuerCertificate],
            AllowedAudienceUris = [Assertions.Audience],
            NameClaimType = "urn:claim/upn",
            RoleClaimType = "urn:claim/group",
        };
        var xml = Assertions.Write("1.1", SecurityKeyType.BearerKey, a => a with { Claims = [("urn:claim/upn", "a@b"), ("urn:claim/group", "g"), ("plain", "p")] });

        var identity = SamlClaims.CreateIdentity((await Assertions.ValidateAsync(xml, SecurityKeyType.BearerKey, options)).Assertion, options);

        Assert.Equal("a@b", identity.Name);
        Assert.True(new ClaimsPrincipal(identity).IsInRole("g"));
        Assert.Equal("p", identity.FindFirst("plain")!.Value);
    }

    /// <summary>Each octet of an assertion is changed once: what is accepted all the same says the same.</summary>
    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Assertion_WithAnyOctetChanged_IsRefusedOrSaysTheSame(string version)
    {
        var xml = Assertions.Write(version, SecurityKeyType.SymmetricKey);
        var said = Say(await Assertions.ValidateAsync(xml, SecurityKeyType.SymmetricKey));
        var accepted = 0;
        for (var i = 0; i < xml.Length; i++)
        {
            foreach (var flip in (byte[])[0x01, 0x20])
            {
                var changed = xml.ToArray();
                changed[i] ^= flip;
                try
                {
                    Assert.Equal(said, Say(await Assertions.ValidateAsync(changed, SecurityKeyType.SymmetricKey)));
                    accepted++;
                }
                catch (Engine.Failures.SecurityFailureException)
                {
                }
                catch (InvalidOperationException)
                {
                    // It is no assertion any more.
                }
            }
        }

        // The last bits of base64 say nothing: the hint at the certificate may change where nothing else does.
        Assert.True(accepted < xml.Length / 50, $"{accepted} of {xml.Length}");
    }

    private static string Say(VerifiedAssertion verified)
    {
        var a = verified.Assertion;
        var claims = SamlClaims.CreateIdentity(a, Assertions.Options).Claims.Select(c => $"{c.Type}={c.Value}/{c.Issuer}");
        return $"{a.Id}|{a.Issuer}|{a.IssueInstant:O}|{a.Conditions.NotBefore:O}|{verified.ValidTo:O}|{string.Join(',', a.Conditions.Audiences.SelectMany(x => x))}"
            + $"|{verified.KeyType}|{Convert.ToHexString(verified.Confirmation.Key!.Wrapped!.CipherValue)}|{string.Join(';', claims)}";
    }
}
