using System.Security.Claims;
using System.Text;
using SecureConversation.Binding;
using SecureConversation.Engine.Saml;
using SecureConversation.Testing;

namespace SecureConversation.Tests.Saml;

/// <summary>
/// Assertions that somebody changed, moved, wrapped or made. Where a rule of shape is broken, the issuer signs the broken one, so that only
/// the shape is wrong.
/// </summary>
public sealed class AssertionAttackTests
{
    private static readonly string Evil = AssertionJudgementTests.Bearer(subject: "<saml2:NameID>admin</saml2:NameID>").Replace("_assertion-1", "_evil", StringComparison.Ordinal);

    private static string Signed { get; } = Encoding.UTF8.GetString(new HandSigned().Sign(AssertionJudgementTests.Bearer()));

    private static string SignatureOfSigned => Signed[Signed.IndexOf("<Signature ", StringComparison.Ordinal)..(Signed.IndexOf("</Signature>", StringComparison.Ordinal) + 12)];

    [Fact]
    public async Task Assertion_Unchanged_IsAccepted() => Assert.Equal("alice", (await Assertions.ValidateAsync(Encoding.UTF8.GetBytes(Signed), SecurityKeyType.BearerKey)).Assertion.Subject.Name!.Value);

    [Fact]
    public Task Assertion_Unsigned_IsRefused() => RefusedAsync(FailureCode.SignatureMissing, AssertionJudgementTests.Bearer().Replace("[signature]", "", StringComparison.Ordinal));

    [Fact]
    public Task Value_Changed_IsRefused() => RefusedAsync(FailureCode.DigestMismatch, Signed.Replace("alice", "admin", StringComparison.Ordinal));

    [Fact]
    public Task Id_Changed_IsRefused() => RefusedAsync(FailureCode.UnresolvedReference, Signed.Replace("ID=\"_assertion-1\"", "ID=\"_other\"", StringComparison.Ordinal));

    [Fact]
    public Task Id_OfTheOtherVersion_IsRefused() => RefusedAsync(FailureCode.MalformedSecurityElement, Signed.Replace(" ID=", " AssertionID=", StringComparison.Ordinal));

    [Fact]
    public Task Ids_OfBothVersions_AreNotConfused() => RefusedAsync(FailureCode.UnresolvedReference,
        Signed.Replace(" ID=\"_assertion-1\"", " ID=\"_evil\" AssertionID=\"_assertion-1\"", StringComparison.Ordinal));

    /// <summary>XSW: the signed assertion stands inside what carries its signature.</summary>
    [Theory]
    [InlineData("<saml2:Advice>[signed]</saml2:Advice>", FailureCode.UnresolvedReference)]
    [InlineData("<saml2:Extensions>[signed]</saml2:Extensions>", FailureCode.UnknownSecurityElement)]
    [InlineData("[signed]", FailureCode.UnknownSecurityElement)]
    public Task Assertion_WrappedInAnotherOne_IsRefused(string place, FailureCode code) => RefusedAsync(code, Evil
        .Replace("[signature]", SignatureOfSigned, StringComparison.Ordinal)
        .Replace("</saml2:Conditions>", "</saml2:Conditions>" + place, StringComparison.Ordinal)
        .Replace("[signed]", Signed.Replace(SignatureOfSigned, "", StringComparison.Ordinal), StringComparison.Ordinal));

    [Fact]
    public Task Assertion_WrappedInAnObjectOfTheSignature_IsRefused() => RefusedAsync(FailureCode.MalformedSecurityElement, Evil.Replace("[signature]",
        SignatureOfSigned.Replace("</Signature>", $"<Object>{Signed.Replace(SignatureOfSigned, "", StringComparison.Ordinal)}</Object></Signature>", StringComparison.Ordinal), StringComparison.Ordinal));

    /// <summary>The wrapper takes the Id, so that the reference fits and the digest does not.</summary>
    [Fact]
    public Task Assertion_WrappedUnderItsId_IsRefused() => RefusedAsync(FailureCode.DuplicateId, Evil
        .Replace("_evil", "_assertion-1", StringComparison.Ordinal)
        .Replace("[signature]", SignatureOfSigned, StringComparison.Ordinal)
        .Replace("</saml2:Conditions>", $"</saml2:Conditions><saml2:Advice>{Signed.Replace(SignatureOfSigned, "", StringComparison.Ordinal)}</saml2:Advice>", StringComparison.Ordinal));

    [Fact]
    public Task Signature_OfAnotherAssertion_IsRefused() => RefusedAsync(FailureCode.DigestMismatch, Evil
        .Replace("_evil", "_assertion-1", StringComparison.Ordinal).Replace("[signature]", SignatureOfSigned, StringComparison.Ordinal));

    /// <summary>A copy elsewhere in the message, before it or behind it, under the same Id in whatever attribute.</summary>
    [Theory]
    [InlineData("AssertionID")]
    [InlineData("ID")]
    [InlineData("Id")]
    [InlineData("id")]
    [InlineData("xml:id")]
    [InlineData("u:Id")]
    public async Task Id_Twice_IsRefused(string attribute)
    {
        var other = $"<x xmlns=\"urn:x\" xmlns:u=\"{Engine.Names.Ns.Wsu}\" {attribute}=\"_assertion-1\"/>";
        var assertion = Encoding.UTF8.GetBytes(Signed);
        await Assertions.RefusedAsync(FailureCode.DuplicateId, () => Assertions.ValidateAsync(Assertions.Place(assertion, before: other), SecurityKeyType.BearerKey));
        await Assertions.RefusedAsync(FailureCode.DuplicateId, () => Assertions.ValidateAsync(Assertions.Place(assertion, after: other), SecurityKeyType.BearerKey));
    }

    [Fact]
    public Task Signature_MovedOutOfTheAssertion_IsRefused() => Assertions.RefusedAsync(FailureCode.SignatureMissing, () => Assertions.ValidateAsync(
        Assertions.Place(Encoding.UTF8.GetBytes(Signed.Replace(SignatureOfSigned, "", StringComparison.Ordinal)), after: SignatureOfSigned), SecurityKeyType.BearerKey));

    [Fact]
    public Task Signature_Twice_IsRefused() => RefusedAsync(FailureCode.UnknownSecurityElement, Signed.Replace(SignatureOfSigned, SignatureOfSigned + SignatureOfSigned, StringComparison.Ordinal));

    [Fact]
    public Task Signature_InAnotherPlace_IsRefused() => RefusedAsync(FailureCode.UnknownSecurityElement,
        Signed.Replace(SignatureOfSigned, "", StringComparison.Ordinal).Replace("</saml2:Assertion>", SignatureOfSigned + "</saml2:Assertion>", StringComparison.Ordinal));

    [Theory]
    [InlineData("")]
    [InlineData("#")]
    [InlineData("#_other")]
    [InlineData("#xpointer(/)")]
    [InlineData("#xpointer(id('_assertion-1'))")]
    [InlineData("_assertion-1")]
    [InlineData("http://attacker.example/a.xml#_assertion-1")]
    public Task Reference_ToAnythingElse_IsRefused(string uri) => RefusedAsync(FailureCode.UnresolvedReference, new HandSigned { Uri = uri }.Sign(AssertionJudgementTests.Bearer()));

    [Fact]
    public Task Reference_BesideAnotherOne_IsRefused() => RefusedAsync(FailureCode.MalformedSecurityElement, new HandSigned
    {
        MoreReferences = "<Reference URI=\"#_assertion-1\"><Transforms></Transforms></Reference>",
    }.Sign(AssertionJudgementTests.Bearer()));

    [Theory]
    [InlineData("<Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>", FailureCode.MalformedSecurityElement)]
    [InlineData("<Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>", FailureCode.MalformedSecurityElement)]
    [InlineData("", FailureCode.MalformedSecurityElement)]
    [InlineData("<Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/><Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>", FailureCode.AlgorithmMismatch)]
    [InlineData("<Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/><Transform Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315\"/>", FailureCode.AlgorithmMismatch)]
    [InlineData("<Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/><Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#WithComments\"/>", FailureCode.AlgorithmMismatch)]
    [InlineData("<Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/><Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/><Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>", FailureCode.MalformedSecurityElement)]
    [InlineData("<Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><XPath>self::x</XPath></Transform><Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>", FailureCode.AlgorithmMismatch)]
    [InlineData("<Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"/><Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>", FailureCode.AlgorithmMismatch)]
    [InlineData("<Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"><XPath>self::x</XPath></Transform><Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>", FailureCode.MalformedSecurityElement)]
    [InlineData("<Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#base64\"/><Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>", FailureCode.AlgorithmMismatch)]
    public Task Transforms_OfOthers_AreRefused(string transforms, FailureCode code) => RefusedAsync(code, new HandSigned { Transforms = transforms }.Sign(AssertionJudgementTests.Bearer()));

    [Theory]
    [InlineData("http://www.w3.org/TR/2001/REC-xml-c14n-20010315")]
    [InlineData("http://www.w3.org/2001/10/xml-exc-c14n#WithComments")]
    public Task Canonicalization_OfOthers_IsRefused(string algorithm) =>
        RefusedAsync(FailureCode.AlgorithmMismatch, new HandSigned { Canonicalization = algorithm }.Sign(AssertionJudgementTests.Bearer()));

    [Fact]
    public Task HmacOutputLength_IsRefused() =>
        RefusedAsync(FailureCode.AlgorithmMismatch, new HandSigned { MethodContent = "<HMACOutputLength>8</HMACOutputLength>" }.Sign(AssertionJudgementTests.Bearer()));

    [Theory]
    [InlineData("<KeyName>issuer</KeyName>")]
    [InlineData("<RetrievalMethod URI=\"#_assertion-1\"/>")]
    [InlineData("<KeyValue><DSAKeyValue/></KeyValue>")]
    [InlineData("<X509Data><X509CRL>AAAA</X509CRL></X509Data>")]
    [InlineData("text")]
    [InlineData("")]
    public Task KeyInfo_ThatNamesNoKeyOfAnIssuer_IsRefused(string keyInfo) =>
        RefusedAsync(FailureCode.MalformedSecurityElement, new HandSigned { KeyInfo = keyInfo }.Sign(AssertionJudgementTests.Bearer()));

    /// <summary>A comment in a name is no part of what was signed. The whole name is read, and not the part before the comment.</summary>
    [Theory]
    [InlineData("admin<!-- -->.attacker")]
    [InlineData("admin<!---->.attacker")]
    [InlineData("<![CDATA[admin]]>.attacker")]
    [InlineData("admin&#46;attacker")]
    public async Task Comment_InAName_DoesNotCutIt(string written)
    {
        var honest = Encoding.UTF8.GetString(new HandSigned().Sign(AssertionJudgementTests.Bearer(subject: "<saml2:NameID>admin.attacker</saml2:NameID>",
            rest: "<saml2:AttributeStatement><saml2:Attribute Name=\"n\"><saml2:AttributeValue>admin.attacker</saml2:AttributeValue></saml2:Attribute></saml2:AttributeStatement>")));

        var verified = await Assertions.ValidateAsync(Encoding.UTF8.GetBytes(honest.Replace("admin.attacker", written, StringComparison.Ordinal)), SecurityKeyType.BearerKey);

        Assert.Equal("admin.attacker", verified.Assertion.Subject.Name!.Value);
        Assert.Equal("admin.attacker", SamlClaims.CreateIdentity(verified.Assertion, Assertions.Options).FindFirst("n")!.Value);
    }

    [Theory]
    [InlineData("<saml2:NameID>admin<x/>attacker</saml2:NameID>", FailureCode.MalformedSecurityElement)]
    [InlineData("<saml2:BaseID/>", FailureCode.UnknownSecurityElement)]
    [InlineData("<saml2:EncryptedID/>", FailureCode.UnknownSecurityElement)]
    [InlineData("<saml2:NameID>a</saml2:NameID><saml2:NameID>b</saml2:NameID>", FailureCode.UnknownSecurityElement)]
    [InlineData("<NameID xmlns=\"urn:other\">a</NameID>", FailureCode.UnknownSecurityElement)]
    [InlineData("text", FailureCode.MalformedSecurityElement)]
    public Task Subject_OfAnotherShape_IsRefused(string subject, FailureCode code) => RefusedAsync(code, new HandSigned().Sign(AssertionJudgementTests.Bearer(subject: subject)));

    [Theory]
    [InlineData("<saml2:Condition/>")]
    [InlineData("<x xmlns=\"urn:x\"/>")]
    [InlineData("<saml2:AudienceRestriction/>")]
    [InlineData("<saml2:AudienceRestriction><saml2:Audience/></saml2:AudienceRestriction>")]
    public async Task Condition_OfOthers_IsRefused(string condition)
    {
        var failure = await Assert.ThrowsAsync<Engine.Failures.SecurityFailureException>(() =>
            Assertions.ValidateAsync(new HandSigned().Sign(AssertionJudgementTests.Bearer(condition)), SecurityKeyType.BearerKey).AsTask());
        Assert.True(failure.Code is FailureCode.UnknownSecurityElement or FailureCode.MalformedSecurityElement, failure.Code.ToString());
    }

    [Theory]
    [InlineData("<saml2:AuthzDecisionStatement/>", FailureCode.UnknownSecurityElement)]
    [InlineData("<saml2:AttributeStatement/>", FailureCode.MalformedSecurityElement)]
    [InlineData("<saml2:AttributeStatement><saml2:EncryptedAttribute/></saml2:AttributeStatement>", FailureCode.MalformedSecurityElement)]
    [InlineData("<saml2:AttributeStatement><saml2:Attribute/></saml2:AttributeStatement>", FailureCode.MalformedSecurityElement)]
    [InlineData("<saml2:AttributeStatement><saml2:Attribute Name=\"n\"><saml2:AttributeValue>a<x/></saml2:AttributeValue></saml2:Attribute></saml2:AttributeStatement>", FailureCode.MalformedSecurityElement)]
    [InlineData("<saml2:Advice/><saml2:Advice/>", FailureCode.UnknownSecurityElement)]
    [InlineData("<saml2:Subject/>", FailureCode.UnknownSecurityElement)]
    public Task Statement_OfAnotherShape_IsRefused(string rest, FailureCode code) => RefusedAsync(code, new HandSigned().Sign(AssertionJudgementTests.Bearer(rest: rest)));

    /// <summary>The type of a value has a prefix that somebody on the way could bind: no claim follows from it but its type.</summary>
    [Fact]
    public async Task Type_OfAValue_ChangesNothingElse()
    {
        var xml = new HandSigned().Sign(AssertionJudgementTests.Bearer(rest: "<saml2:AttributeStatement><saml2:Attribute Name=\"n\">"
            + "<saml2:AttributeValue xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" i:type=\"t:integer\">7</saml2:AttributeValue>"
            + "<saml2:AttributeValue xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" i:type=\"t:string\">8</saml2:AttributeValue>"
            + "<saml2:AttributeValue><a xmlns=\"urn:a\">x<!-- --></a></saml2:AttributeValue></saml2:Attribute></saml2:AttributeStatement>"));

        var claims = SamlClaims.CreateIdentity((await Assertions.ValidateAsync(xml, SecurityKeyType.BearerKey)).Assertion, Assertions.Options).FindAll("n").ToList();

        Assert.Equal(["7", "8", "<a xmlns=\"urn:a\">x</a>"], claims.Select(c => c.Value));
        Assert.Equal([ClaimValueTypes.Integer, ClaimValueTypes.String, "http://www.w3.org/2001/XMLSchema#anyType"], claims.Select(c => c.ValueType));
    }

    [Theory]
    [InlineData("Version=\"2.0\"", "Version=\"2.1\"", FailureCode.VersionMismatch)]
    [InlineData("Version=\"2.0\"", "", FailureCode.MalformedSecurityElement)]
    [InlineData("<saml2:Issuer>urn:test:issuer</saml2:Issuer>", "", FailureCode.MalformedSecurityElement)]
    [InlineData("<saml2:Issuer>urn:test:issuer</saml2:Issuer>", "<saml2:Issuer> </saml2:Issuer>", FailureCode.MalformedSecurityElement)]
    [InlineData("T12:00:00Z", "T25:00:00Z", FailureCode.MalformedSecurityElement)]
    public Task Attributes_OfAnotherForm_AreRefused(string written, string instead, FailureCode code) =>
        RefusedAsync(code, new HandSigned().Sign(AssertionJudgementTests.Bearer().Replace(written, instead, StringComparison.Ordinal)));

    [Fact]
    public Task Attribute_Twice_IsNoXml()
    {
        Assert.Throws<Engine.Failures.SecurityFailureException>(() => Assertions.Place(Encoding.UTF8.GetBytes(Signed.Replace(" ID=", " ID=\"_evil\" ID=", StringComparison.Ordinal))));
        return Task.CompletedTask;
    }

    /// <summary>SAML 1.1 has a subject in each statement: one of somebody else is not taken for the same.</summary>
    [Fact]
    public async Task Subjects_ThatDiffer_AreRefused()
    {
        var written = Encoding.UTF8.GetString(Assertions.Write("1.1", SecurityKeyType.BearerKey));
        var signature = written[written.IndexOf("<Signature ", StringComparison.Ordinal)..(written.IndexOf("</Signature>", StringComparison.Ordinal) + 12)];
        var unsigned = written.Replace(signature, "[signature]", StringComparison.Ordinal);
        var second = unsigned.LastIndexOf(">alice<", StringComparison.Ordinal);
        Assert.NotEqual(unsigned.IndexOf(">alice<", StringComparison.Ordinal), second);

        await Assertions.ValidateAsync(new HandSigned().Sign(unsigned), SecurityKeyType.BearerKey);
        await RefusedAsync(FailureCode.MalformedSecurityElement, new HandSigned().Sign(unsigned[..second] + ">admin<" + unsigned[(second + 7)..]));
    }

    [Theory]
    [InlineData("<saml:Condition/>", FailureCode.UnknownSecurityElement)]
    [InlineData("<saml:DoNotCacheCondition></saml:DoNotCacheCondition>", FailureCode.None)]
    public async Task ConditionOfSaml11_IsRefusedUnlessItIsKnown(string condition, FailureCode code)
    {
        var written = Encoding.UTF8.GetString(Assertions.Write("1.1", SecurityKeyType.BearerKey));
        var signature = written[written.IndexOf("<Signature ", StringComparison.Ordinal)..(written.IndexOf("</Signature>", StringComparison.Ordinal) + 12)];
        var xml = new HandSigned().Sign(written.Replace(signature, "[signature]", StringComparison.Ordinal).Replace("</saml:Conditions>", condition + "</saml:Conditions>", StringComparison.Ordinal));
        if (code == FailureCode.None)
        {
            await Assertions.ValidateAsync(xml, SecurityKeyType.BearerKey);
        }
        else
        {
            await RefusedAsync(code, xml);
        }
    }

    /// <summary>The key of another assertion under this one: the issuer signed neither.</summary>
    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Key_OfAnotherAssertion_IsRefused(string version)
    {
        var one = Encoding.UTF8.GetString(Assertions.Write(version, SecurityKeyType.SymmetricKey));
        var other = Encoding.UTF8.GetString(Assertions.Write(version, SecurityKeyType.SymmetricKey));
        Assert.NotEqual(Cipher(one), Cipher(other));

        await Assertions.RefusedAsync(FailureCode.DigestMismatch,
            Encoding.UTF8.GetBytes(one.Replace(Cipher(one), Cipher(other), StringComparison.Ordinal)), SecurityKeyType.SymmetricKey);

        static string Cipher(string xml) => xml[(xml.IndexOf("CipherValue>", StringComparison.Ordinal) + 12)..xml.IndexOf("</e:CipherValue", StringComparison.Ordinal)];
    }

    [Fact]
    public async Task Certificate_OfTheHolderBesideAnotherKey_IsRefused()
    {
        var own = Assertions.HolderKey.ExportParameters(false);
        var mixed = $"<KeyInfo xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><KeyValue><RSAKeyValue><Modulus>{Convert.ToBase64String(own.Modulus!)}</Modulus><Exponent>AQAB</Exponent></RSAKeyValue></KeyValue>"
            + $"<X509Data><X509Certificate>{Convert.ToBase64String(TestCertificates.Client.RawData)}</X509Certificate></X509Data></KeyInfo>";
        var xml = new HandSigned().Sign(AssertionJudgementTests.Bearer().Replace("cm:bearer\"/>",
            $"cm:holder-of-key\"><saml2:SubjectConfirmationData>{mixed}</saml2:SubjectConfirmationData></saml2:SubjectConfirmation>", StringComparison.Ordinal));

        var verified = await Assertions.ValidateAsync(xml, SecurityKeyType.AsymmetricKey);

        Assert.Equal(FailureCode.WrongToken, Assert.Throws<Engine.Failures.SecurityFailureException>(
            () => verified.Confirmation.Key!.OpenPublicKey(SecurityAlgorithmSuite.Basic256)).Code);
    }

    [Fact]
    public Task Assertion_TooLarge_IsRefused() => RefusedAsync(FailureCode.LimitExceeded, new HandSigned().Sign(AssertionJudgementTests.Bearer(
        rest: $"<saml2:AttributeStatement><saml2:Attribute Name=\"n\"><saml2:AttributeValue>{new string('x', SamlAssertion.MaxBytes)}</saml2:AttributeValue></saml2:Attribute></saml2:AttributeStatement>")));

    [Fact]
    public Task Values_TooMany_AreRefused() => RefusedAsync(FailureCode.LimitExceeded, new HandSigned().Sign(AssertionJudgementTests.Bearer(
        rest: $"<saml2:AttributeStatement><saml2:Attribute Name=\"n\">{string.Concat(Enumerable.Repeat("<saml2:AttributeValue/>", SamlAssertion.MaxValues + 1))}</saml2:Attribute></saml2:AttributeStatement>")));

    /// <summary>Prefixes that the transform lists are treated as the issuer listed them, with what is declared around the assertion.</summary>
    [Fact]
    public Task InclusiveNamespaces_OfTheIssuer_AreHonoured() => Assertions.ValidateAsync(new HandSigned
    {
        InclusivePrefixes = "xs",
        Transforms = "<Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/><Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\">"
            + "<InclusiveNamespaces xmlns=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"xs\"/></Transform>",
    }.Sign(AssertionJudgementTests.Bearer().Replace("<saml2:Assertion ", "<saml2:Assertion xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" ", StringComparison.Ordinal)),
        SecurityKeyType.BearerKey).AsTask();

    private static Task RefusedAsync(FailureCode code, string xml) => RefusedAsync(code, Encoding.UTF8.GetBytes(xml));

    private static Task RefusedAsync(FailureCode code, byte[] xml) => Assertions.RefusedAsync(code, xml, SecurityKeyType.BearerKey);
}
