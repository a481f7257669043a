using System.Text;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Saml;
using SecureConversation.Engine.Xml;
using SecureConversation.Testing;
using SecureConversation.Testing.Peers;

namespace SecureConversation.Interop.XmlSec;

/// <summary>xmlsec1 accepts the signatures of assertions that we write, and we accept those of assertions that it signs.</summary>
public sealed class AssertionTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    [Theory]
    [InlineData("1.1", "Basic256")]
    [InlineData("1.1", "Basic256Sha256")]
    [InlineData("2.0", "Basic256")]
    [InlineData("2.0", "Basic256Sha256")]
    public void Assertion_OfOurs_IsAccepted(string version, string suite)
    {
        PeerAvailability.Require(XmlSec1.MissingReason);
        var xml = Write(version, suite);

        var judged = XmlSec1.VerifyAssertion(xml, TestCertificates.Other, IdOf(version), ElementOf(version));
        Assert.True(judged.Ok, judged.Reason);
        var changed = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(xml).Replace(">alice<", ">admin<", StringComparison.Ordinal));
        Assert.False(XmlSec1.VerifyAssertion(changed, TestCertificates.Other, IdOf(version), ElementOf(version)).Ok);
        Assert.False(XmlSec1.VerifyAssertion(xml, TestCertificates.Client, IdOf(version), ElementOf(version)).Ok);
    }

    [Theory]
    [InlineData("1.1", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2001/04/xmlenc#sha256")]
    [InlineData("2.0", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2001/04/xmlenc#sha256")]
    [InlineData("2.0", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384", "http://www.w3.org/2001/04/xmldsig-more#sha384")]
    [InlineData("2.0", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", "http://www.w3.org/2001/04/xmlenc#sha512")]
    public async Task Assertion_OfTheirs_IsAccepted(string version, string method, string digest)
    {
        PeerAvailability.Require(XmlSec1.MissingReason);
        var own = Encoding.UTF8.GetString(Write(version, "Basic256Sha256"));
        var (start, end) = (own.IndexOf("<Signature ", StringComparison.Ordinal), own.IndexOf("</Signature>", StringComparison.Ordinal) + 12);
        var template = "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>"
            + $"<ds:SignatureMethod Algorithm=\"{method}\"/><ds:Reference URI=\"#_a1\"><ds:Transforms><ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>"
            + "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"><ec:InclusiveNamespaces xmlns:ec=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"xs\"/></ds:Transform></ds:Transforms>"
            + $"<ds:DigestMethod Algorithm=\"{digest}\"/><ds:DigestValue/></ds:Reference></ds:SignedInfo>\n<ds:SignatureValue/>\n<ds:KeyInfo><ds:KeyName>issuer</ds:KeyName>"
            + $"<ds:X509Data>\n<ds:X509Certificate>{Convert.ToBase64String(TestCertificates.Other.RawData)}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>";
        var document = own[..start] + template + own[end..];
        document = document.Replace(":Assertion ", ":Assertion xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" ", StringComparison.Ordinal);

        var signed = XmlSec1.SignAssertion(Encoding.UTF8.GetBytes(document), TestCertificates.Other, IdOf(version), ElementOf(version));
        Assert.True(signed.Ok, signed.Reason);
        var octets = signed.Single("plain").Bytes("bytes");

        Assert.Equal("alice", (await ValidateAsync(octets)).Assertion.Subject.Name!.Value);
        var changed = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(octets).Replace(">alice<", ">admin<", StringComparison.Ordinal));
        var refused = await Assert.ThrowsAsync<Engine.Failures.SecurityFailureException>(() => ValidateAsync(changed).AsTask());
        Assert.Equal(FailureCode.DigestMismatch, refused.Code);
    }

    private static ValueTask<VerifiedAssertion> ValidateAsync(byte[] octets)
    {
        var options = new IssuedTokenAuthentication { KnownCertificates = [TestCertificates.Other], AllowedAudienceUris = ["urn:service"] };
        var expected = new AssertionExpectation(
            SecurityAlgorithmSuite.Basic256Sha256, ProtocolVersion.V13, [SecurityKeyType.SymmetricKey], null, TimeSpan.FromMinutes(5));
        return new AssertionValidator(options, ["urn:service"], null, TimeProvider.System)
            .ValidateAsync(XmlIndex.Parse(octets, XmlLimits.Default).Root, expected, CancellationToken.None);
    }

    private static byte[] Write(string version, string suite)
    {
        using var key = SymmetricKey.Random(32);
        using var issuer = new X509Credential(TestCertificates.Other);
        return AssertionWriter.Write(new AssertionDescription
        {
            Version = version == "1.1" ? SamlVersion.V11 : SamlVersion.V20,
            Id = "_a1",
            Issuer = "urn:issuer <&>",
            IssueInstant = Now,
            NotBefore = Now,
            NotOnOrAfter = Now.AddHours(1),
            Audiences = ["urn:service"],
            Subject = new SamlName("alice"),
            Claims = [("urn:claim/a", "é & <b>"), ("urn:claim/a", "\r\n\t")],
            AuthenticationMethod = "urn:method",
            Confirmation = new() { SymmetricKey = key, WrapFor = TestCertificates.Service },
        }, issuer, SecurityAlgorithmSuite.Parse(suite));
    }

    private static string IdOf(string version) => version == "1.1" ? "AssertionID" : "ID";

    private static string ElementOf(string version) => $"{(version == "1.1" ? Ns.Saml11 : Ns.Saml20)}:Assertion";
}
