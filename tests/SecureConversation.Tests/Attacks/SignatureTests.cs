using System.Xml;

namespace SecureConversation.Tests.Attacks;

/// <summary>What a signature may say about itself: one canonicalization, one transform, the algorithms of the suite.</summary>
public sealed class SignatureTests
{
    [Theory]
    [InlineData("http://www.w3.org/2000/09/xmldsig#enveloped-signature")]
    [InlineData("http://www.w3.org/TR/1999/REC-xslt-19991116")]
    [InlineData("http://www.w3.org/TR/1999/REC-xpath-19991116")]
    [InlineData("http://www.w3.org/2002/06/xmldsig-filter2")]
    [InlineData("http://www.w3.org/TR/2001/REC-xml-c14n-20010315")]
    [InlineData("http://www.w3.org/2006/12/xml-c14n11")]
    [InlineData("http://www.w3.org/2000/09/xmldsig#base64")]
    public Task Transform_OtherThanExclusiveCanonicalization_IsRefused(string algorithm) => Attack.OnSessionAsync(f =>
    {
        Forgery.Descendant(f.References[0], "Transform").SetAttribute("Algorithm", algorithm);
        f.Resign();
    }, FailureCode.AlgorithmMismatch);

    [Fact]
    public Task NoTransform_IsRefused() => Attack.OnSessionAsync(f => Change(f, r => Forgery.Child(r, "Transforms").InnerXml = ""), FailureCode.MalformedSecurityElement);

    [Fact]
    public Task NoTransforms_AreRefused() => Attack.OnSessionAsync(f => Change(f, r => r.RemoveChild(Forgery.Child(r, "Transforms"))), FailureCode.MalformedSecurityElement);

    [Fact]
    public Task TwoTransforms_AreRefused() => Attack.OnSessionAsync(f => Change(f, r =>
        Forgery.Child(r, "Transforms").AppendChild(Forgery.Descendant(r, "Transform").CloneNode(true))), FailureCode.MalformedSecurityElement);

    [Theory]
    [InlineData("")]
    [InlineData("#")]
    [InlineData("http://evil/")]
    [InlineData("cid:attachment")]
    [InlineData("Body")]
    public Task ReferenceUri_OfAnotherForm_IsRefused(string uri) => Attack.OnSessionAsync(f => Change(f, r => r.SetAttribute("URI", uri)), FailureCode.UnresolvedReference);

    [Theory]
    [InlineData("#xpointer(/)")]
    [InlineData("#xpointer(id('x'))")]
    [InlineData("#nowhere")]
    public Task ReferenceUri_ThatNamesNoPart_IsRefused(string uri) => Attack.OnSessionAsync(f => Change(f, r => r.SetAttribute("URI", uri)), FailureCode.PartNotSigned);

    [Fact]
    public Task ReferenceWithoutUri_IsRefused() => Attack.OnSessionAsync(f => Change(f, r => r.RemoveAttribute("URI")), FailureCode.UnresolvedReference);

    [Fact]
    public Task MoreThanAHundredReferences_AreRefused() => Attack.OnSessionAsync(f =>
    {
        for (var i = 0; i < 101; i++)
        {
            f.SignedInfo.AppendChild(f.References[0].CloneNode(true));
        }

        f.Resign();
    }, FailureCode.LimitExceeded);

    [Fact]
    public Task NoReference_IsRefused() => Attack.OnSessionAsync(f =>
    {
        foreach (var reference in f.References)
        {
            f.SignedInfo.RemoveChild(reference);
        }

        f.Resign();
    }, FailureCode.MalformedSecurityElement);

    [Theory]
    [InlineData("http://www.w3.org/2000/09/xmldsig#sha1")]
    [InlineData("http://www.w3.org/2001/04/xmldsig-more#md5")]
    [InlineData("http://www.w3.org/2001/04/xmlenc#sha512")]
    public Task Digest_OtherThanThatOfTheSuite_IsRefused(string algorithm) => Attack.OnSessionAsync(
        f => Change(f, r => Forgery.Child(r, "DigestMethod").SetAttribute("Algorithm", algorithm)), FailureCode.AlgorithmMismatch);

    [Fact]
    public Task DigestCutShort_IsRefused() => Attack.OnSessionAsync(f =>
    {
        var value = Forgery.Child(f.References[0], "DigestValue");
        value.InnerText = Convert.ToBase64String(Convert.FromBase64String(value.InnerText)[..8]);
        f.Resign(digest: false);
    }, FailureCode.DigestMismatch);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16)]
    public Task SignatureValueCutShort_IsRefused(int length) => Attack.OnSessionAsync(f =>
    {
        var value = Forgery.Child(f.Signature, "SignatureValue");
        value.InnerText = Convert.ToBase64String(Convert.FromBase64String(value.InnerText)[..length]);
    }, FailureCode.SignatureMismatch);

    [Fact]
    public Task HmacOutputLength_IsRefused() => Attack.OnSessionAsync(f =>
    {
        Forgery.Child(f.SignedInfo, "SignatureMethod").InnerXml = $"<HMACOutputLength xmlns=\"{Forgery.Ds}\">8</HMACOutputLength>";
        f.Resign();
    }, FailureCode.AlgorithmMismatch);

    [Theory]
    [InlineData("http://www.w3.org/TR/2001/REC-xml-c14n-20010315")]
    [InlineData("urn:none")]
    public Task Canonicalization_OfAnotherKind_IsRefused(string algorithm) => Attack.OnSessionAsync(f =>
    {
        Forgery.Child(f.SignedInfo, "CanonicalizationMethod").SetAttribute("Algorithm", algorithm);
        f.Resign();
    }, FailureCode.AlgorithmMismatch);

    [Fact]
    public Task PrefixListWithoutBound_IsRefused() => Attack.OnSessionAsync(f => Change(f, r => Forgery.Descendant(r, "Transform").InnerXml =
        $"<InclusiveNamespaces xmlns=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"{new string('p', 33_000)}\"/>"), FailureCode.LimitExceeded);

    [Fact]
    public Task Object_IsRefused() => Attack.OnSessionAsync(
        f => f.Signature.AppendChild(f.Parse($"<Object xmlns=\"{Forgery.Ds}\"/>")), FailureCode.MalformedSecurityElement);

    [Fact]
    public Task StrTransform_OfSomethingThatIsNoReference_IsRefused() => Attack.OnSessionAsync(f => Change(f, r =>
    {
        r.SetAttribute("URI", "#" + Forgery.IdOf(f.Timestamp));
        var transform = Forgery.Descendant(r, "Transform");
        transform.SetAttribute("Algorithm", "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#STR-Transform");
        transform.InnerXml = $"<o:TransformationParameters xmlns:o=\"{Forgery.Wsse}\"><CanonicalizationMethod xmlns=\"{Forgery.Ds}\" Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/></o:TransformationParameters>";
    }), FailureCode.UnresolvedReference);

    [Fact]
    public Task SecondPrimarySignature_IsRefused() => Attack.OnRequestAsync("mutualcert/sign-first/session", f =>
        f.Security.AppendChild(f.Signature.CloneNode(true)), FailureCode.UnexpectedElement);

    [Fact]
    public Task ManySignatures_AreRefusedBeforeTheyCostAnything() => Attack.OnRequestAsync("mutualcert/sign-first/single", f =>
    {
        for (var i = 0; i < 20; i++)
        {
            f.Security.AppendChild(f.Endorsing.CloneNode(true));
        }
    }, FailureCode.UnexpectedElement);

    private static void Change(Forgery f, Action<XmlElement> change)
    {
        change(f.References[0]);
        f.Resign();
    }
}
