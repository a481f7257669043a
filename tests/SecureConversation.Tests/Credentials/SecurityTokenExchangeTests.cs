using System.Text;
using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.Tests.Credentials;

public sealed class SecurityTokenExchangeTests
{
    private const string Feb = "http://schemas.xmlsoap.org/ws/2005/02/trust";
    private const string Oasis = "http://docs.oasis-open.org/ws-sx/ws-trust/200512";

    private static readonly Uri Service = new("http://service/echo");
    private static readonly Uri Sts = new("https://sts/issue");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Request_HasTheElementsOfWcf_InItsOrder()
    {
        var february = await SentAsync(new() { TokenType = TestTokenIssuer.Saml11, ClaimTypeRequirements = [new() { ClaimType = "urn:c" }, new() { ClaimType = "urn:d", IsOptional = true }] });
        var oasis = await SentAsync(
            new() { ClaimTypeRequirements = [new() { ClaimType = "urn:c" }], AdditionalRequestParameters = ["<x:y xmlns:x='urn:x'> a </x:y>"] },
            MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12);

        Assert.Equal(["RequestType", "AppliesTo", "Entropy", "TokenType", "KeyType", "KeySize", "Claims", "ComputedKeyAlgorithm"], Names(february));
        Assert.Equal(["RequestType", "AppliesTo", "Entropy", "KeyType", "KeySize", "Claims", "y", "ComputedKeyAlgorithm"], Names(oasis));
        Assert.Equal(Feb, february.Name.NamespaceName);
        Assert.Equal(Oasis, oasis.Name.NamespaceName);
        Assert.Equal(Feb + "/SymmetricKey", Text(february, "KeyType"));
        Assert.Equal("256", Text(february, "KeySize"));
        Assert.Equal(Oasis + "/CK/PSHA1", Text(oasis, "ComputedKeyAlgorithm"));
        Assert.Equal("http://service/echo", Text(february, "AppliesTo"));
        Assert.Equal("http://www.w3.org/2005/08/addressing", february.Descendants().First(e => e.Name.LocalName == "EndpointReference").Name.NamespaceName);
        Assert.Null(Child(february, "Claims").Attribute("Dialect"));
        Assert.Equal("http://schemas.xmlsoap.org/ws/2005/05/identity", Child(oasis, "Claims").Attribute("Dialect")!.Value);
        Assert.Equal(["urn:c", "urn:d/true"], Child(february, "Claims").Elements().Select(c => c.Attribute("Uri")!.Value + (c.Attribute("Optional") is { } o ? "/" + o.Value : "")));
        Assert.Equal(" a ", Child(oasis, "y").Value);
        Assert.Equal(32, Convert.FromBase64String(Text(february, "Entropy")).Length);
    }

    [Fact]
    public async Task Request_ForOtherKeys_SaysWhatTheyNeed()
    {
        var bearer = await SentAsync(new() { KeyType = SecurityKeyType.BearerKey }, MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12);
        var bearerOfFebruary = await SentAsync(new() { KeyType = SecurityKeyType.BearerKey });
        var asymmetric = await SentAsync(new() { KeyType = SecurityKeyType.AsymmetricKey });

        Assert.Equal(["RequestType", "AppliesTo", "KeyType"], Names(bearer));
        Assert.Equal(Oasis + "/Bearer", Text(bearer, "KeyType"));
        Assert.Equal("http://schemas.xmlsoap.org/ws/2005/05/identity/NoProofKey", Text(bearerOfFebruary, "KeyType"));
        Assert.Equal(["RequestType", "AppliesTo", "KeyType", "KeySize", "UseKey"], Names(asymmetric));
        Assert.Equal("2048", Text(asymmetric, "KeySize"));
        Assert.Equal(256, Convert.FromBase64String(asymmetric.Descendants().First(e => e.Name.LocalName == "Modulus").Value).Length);
    }

    [Fact]
    public async Task Version_OfTheParameters_GoesBeforeThatOfTheBinding()
    {
        var request = await SentAsync(new() { DefaultMessageSecurityVersion = MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12 });
        Assert.Equal(Oasis, request.Name.NamespaceName);
    }

    [Fact]
    public async Task Request_WithAnAppliesToOfItsOwn_HasOne()
    {
        var request = await SentAsync(new()
        {
            AdditionalRequestParameters =
                ["<wsp:AppliesTo xmlns:wsp='http://schemas.xmlsoap.org/ws/2004/09/policy'><a:EndpointReference xmlns:a='http://www.w3.org/2005/08/addressing'><a:Address>urn:realm</a:Address></a:EndpointReference></wsp:AppliesTo>"],
        });

        Assert.Equal("urn:realm", Assert.Single(request.Elements(), e => e.Name.LocalName == "AppliesTo").Value);
    }

    [Theory]
    [InlineData(Oasis, Feb, "<t:SignWith>s</t:SignWith><t:CanonicalizationAlgorithm>c</t:CanonicalizationAlgorithm>", "SignWith=s CanonicalizationAlgorithm=c")]
    [InlineData(Feb, Oasis, "<t:EncryptWith>e</t:EncryptWith><t:KeyWrapAlgorithm>k</t:KeyWrapAlgorithm>", "EncryptWith=e")]
    [InlineData(Feb, Oasis, "<t:SecondaryParameters><t:KeyType>k</t:KeyType><t:TokenType>x</t:TokenType><t:SignWith>s</t:SignWith><t:EncryptionAlgorithm>e</t:EncryptionAlgorithm><o:o xmlns:o='urn:o'>o</o:o></t:SecondaryParameters>", "EncryptionAlgorithm=e o=o")]
    [InlineData(Oasis, Oasis, "<t:SecondaryParameters><t:KeyType>k</t:KeyType></t:SecondaryParameters><t:EncryptionAlgorithm>e</t:EncryptionAlgorithm><t:SignWith>s</t:SignWith>", "SecondaryParameters=k SignWith=s")]
    [InlineData(Oasis, Feb, "<t:Claims>c</t:Claims>", "Claims=c")]
    [InlineData(Feb, Oasis, "<t:SecondaryParameters><wsp:AppliesTo xmlns:wsp='http://schemas.xmlsoap.org/ws/2004/09/policy'>other</wsp:AppliesTo><o:o xmlns:o='urn:o'>o</o:o></t:SecondaryParameters>", "o=o")]
    public async Task AdditionalParameters_AreInTheVersionOfTheIssuer(string issuer, string written, string xml, string expected)
    {
        var items = XElement.Parse($"<r xmlns:t='{written}'>{xml}</r>").Elements().Select(e => e.ToString(SaveOptions.DisableFormatting));
        var request = await SentAsync(new() { KeyType = SecurityKeyType.BearerKey, AdditionalRequestParameters = [.. items] }, VersionOf(issuer));

        Assert.DoesNotContain("other", Assert.Single(request.Elements(), e => e.Name.LocalName == "AppliesTo").Value, StringComparison.Ordinal);
        var added = request.Elements().SkipWhile(e => e.Name.LocalName != "KeyType").Skip(1).ToList();
        Assert.Equal(expected, string.Join(' ', added.Select(e => $"{e.Name.LocalName}={e.Value}")));
        Assert.All(added.Where(e => e.Name.LocalName.EndsWith("Algorithm", StringComparison.Ordinal) || e.Name.LocalName.EndsWith("With", StringComparison.Ordinal)),
            e => Assert.Equal(issuer, e.Name.NamespaceName));
    }

    [Fact]
    public void AdditionalParameter_ThatIsNoElement_IsNamed()
    {
        var request = Request(new() { AdditionalRequestParameters = ["<a/><b/>"] });

        var refused = Assert.Throws<ArgumentException>(() => new SecurityTokenExchange(request, new() { Address = Sts }));

        Assert.Contains("AdditionalRequestParameters", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SecurityKeyEntropyMode.CombinedEntropy)]
    [InlineData(SecurityKeyEntropyMode.ClientEntropy)]
    [InlineData(SecurityKeyEntropyMode.ServerEntropy)]
    public async Task SymmetricKey_IsThatOfTheIssuer_InEachMode(SecurityKeyEntropyMode mode)
    {
        var service = new TestTokenIssuer();
        using var token = await AskAsync(service, new() { KeyType = SecurityKeyType.SymmetricKey }, mode: mode);

        Assert.Equal(32, token.Key!.Length);
        Assert.True(token.Key.FixedTimeEquals(service.LastKey));
        Assert.Equal(SecurityKeyType.SymmetricKey, token.KeyType);

        // Declarations of the response may stand before its own.
        var written = service.LastToken[service.LastToken.IndexOf(' ', StringComparison.Ordinal)..];
        Assert.EndsWith(written, Encoding.UTF8.GetString(token.TokenXml.Span), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SecurityKeyEntropyMode.CombinedEntropy, SecurityKeyEntropyMode.ServerEntropy, "AcceptIssuerKey")]
    [InlineData(SecurityKeyEntropyMode.CombinedEntropy, SecurityKeyEntropyMode.ClientEntropy, "KeyEntropyMode = ClientEntropy")]
    [InlineData(SecurityKeyEntropyMode.ClientEntropy, SecurityKeyEntropyMode.ServerEntropy, "KeyEntropyMode = ServerEntropy")]
    [InlineData(SecurityKeyEntropyMode.ClientEntropy, SecurityKeyEntropyMode.CombinedEntropy, "KeyEntropyMode = CombinedEntropy")]
    [InlineData(SecurityKeyEntropyMode.ServerEntropy, SecurityKeyEntropyMode.ClientEntropy, "KeyEntropyMode = ClientEntropy")]
    public async Task Issuer_ThatAnswersInAnotherMode_IsRefused_AndTheSettingIsNamed(
        SecurityKeyEntropyMode asked, SecurityKeyEntropyMode answered, string remedy)
    {
        var service = new TestTokenIssuer { EntropyMode = answered, FallbackEntropy = new byte[32] };

        var refused = await Assert.ThrowsAsync<SecureConversationException>(() => AskAsync(service, new(), mode: asked));

        Assert.Equal(FailureCode.InvalidTrustResponse, refused.Code);
        Assert.Contains(remedy, refused.Message, StringComparison.Ordinal);
        Assert.Contains("https://sts/issue", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task KeyThatTheIssuerMadeAlone_IsTaken_WhereAnOptionSaysSo()
    {
        var service = new TestTokenIssuer { EntropyMode = SecurityKeyEntropyMode.ServerEntropy };
        using var token = await AskAsync(service, new(), accept: true);

        Assert.True(token.Key!.FixedTimeEquals(service.LastKey));
        Assert.NotNull(service.Requests[0].Elements().SingleOrDefault(e => e.Name.LocalName == "Entropy"));
    }

    [Fact]
    public async Task ModeOfTheIssuersBinding_IsTheOneThatCounts()
    {
        var service = new TestTokenIssuer();
        var security = SecurityBindingElement.CreateMutualCertificateBindingElement() with { KeyEntropyMode = SecurityKeyEntropyMode.ServerEntropy };
        using var exchange = new SecurityTokenExchange(Request(new()), new() { Address = Sts, Security = security });
        using var token = exchange.Complete(await service.AnswerAsync(exchange.Envelope, Stop));

        Assert.DoesNotContain("Entropy", Names(service.Requests[0]));
        Assert.True(token.Key!.FixedTimeEquals(service.LastKey));
    }

    [Theory]
    [InlineData("</t:RequestSecurityTokenResponse>", "<t:RequestedProofToken><t:ComputedKey>x</t:ComputedKey></t:RequestedProofToken></t:RequestSecurityTokenResponse>", SecurityKeyType.BearerKey, "RequestedProofToken")]
    [InlineData("/PublicKey</t:KeyType>", "/SymmetricKey</t:KeyType>", SecurityKeyType.AsymmetricKey, "KeyType")]
    [InlineData("<t:KeySize>256</t:KeySize>", "<t:KeySize>128</t:KeySize>", SecurityKeyType.SymmetricKey, "128 bits")]
    [InlineData("<t:KeySize>256</t:KeySize>", "<t:KeySize>2147483640</t:KeySize>", SecurityKeyType.SymmetricKey, "length of the proof key")]
    [InlineData("<t:KeySize>256</t:KeySize>", "<t:KeySize>256</t:KeySize><t:KeySize>256</t:KeySize>", SecurityKeyType.SymmetricKey, "twice")]
    [InlineData("/CK/PSHA1", "/CK/HASH", SecurityKeyType.SymmetricKey, "/CK/HASH")]
    [InlineData("<t:RequestedSecurityToken>", "<t:RequestedSecurityToken><x/>", SecurityKeyType.BearerKey, "several elements")]
    [InlineData("RequestedSecurityToken>", "RequestedToken>", SecurityKeyType.BearerKey, "RequestedSecurityToken")]
    [InlineData("Z</u:Expires>", "</u:Expires>x", SecurityKeyType.BearerKey, null)]
    [InlineData("T", "X", SecurityKeyType.BearerKey, "body of the response")]
    public async Task Response_ThatDoesNotAnswer_IsRefused(string part, string wrong, SecurityKeyType type, string? words)
    {
        var service = new TestTokenIssuer { Change = response => response.Replace(part, wrong, StringComparison.Ordinal) };

        if (words is null)
        {
            using var taken = await AskAsync(service, new() { KeyType = type });
            Assert.Equal(type, taken.KeyType);
            return;
        }

        var refused = await Assert.ThrowsAsync<SecureConversationException>(() => AskAsync(service, new() { KeyType = type }));
        Assert.Contains(words, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fault_OfTheIssuer_IsToldAsOne()
    {
        var service = new TestTokenIssuer
        {
            Change = _ => "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value xmlns:t='" + Oasis + "'>t:FailedAuthentication</s:Value></s:Subcode></s:Code>"
                + "<s:Reason><s:Text xml:lang='en'>no</s:Text></s:Reason></s:Fault>",
        };

        var refused = await Assert.ThrowsAsync<SecureConversationException>(() => AskAsync(service, new()));

        Assert.Equal(SecureConversationFailure.FailedAuthentication, refused.Failure);
        Assert.Equal("no", refused.Fault!.Reason);
    }

    [Theory]
    [InlineData(TestTokenIssuer.Saml11)]
    [InlineData(TestTokenIssuer.Saml20)]
    public async Task Assertion_NeedsNoReferences(string type)
    {
        var service = new TestTokenIssuer { SendsReferences = false, DefaultTokenType = type };
        using var token = await AskAsync(service, new());

        Assert.NotNull(token.Xml.Id);
        Assert.Equal(type, token.TokenType);
    }

    [Fact]
    public async Task EncryptedAssertion_NeedsReferences()
    {
        static string Encrypt(string response) =>
            response[..response.IndexOf("<saml2:Assertion", StringComparison.Ordinal)] + "<e:EncryptedData xmlns:e='http://www.w3.org/2001/04/xmlenc#' Id='_e'/>"
            + response[(response.IndexOf("</saml2:Assertion>", StringComparison.Ordinal) + "</saml2:Assertion>".Length)..];

        using var token = await AskAsync(new TestTokenIssuer { Change = Encrypt }, new());
        var refused = await Assert.ThrowsAsync<SecureConversationException>(() => AskAsync(new TestTokenIssuer { Change = Encrypt, SendsReferences = false }, new()));

        Assert.StartsWith("<e:EncryptedData ", Encoding.UTF8.GetString(token.TokenXml.Span), StringComparison.Ordinal);
        Assert.Contains("RequestedAttachedReference", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_WithoutLifetime_IsValidFromNowOn()
    {
        var clock = new ManualTimeProvider();
        using var exchange = new SecurityTokenExchange(Request(new()), new() { Address = Sts, TimeProvider = clock });
        using var token = exchange.Complete(await new TestTokenIssuer { SendsLifetime = false }.AnswerAsync(exchange.Envelope, Stop));

        Assert.Equal(clock.UtcNow, token.ValidFrom);
        Assert.Equal(DateTimeOffset.MaxValue, token.ValidTo);
    }

    [Fact]
    public async Task Response_OfTheOtherVersion_IsRefused()
    {
        var service = new TestTokenIssuer { Change = response => response.Replace(Feb, Oasis, StringComparison.Ordinal) };

        var refused = await Assert.ThrowsAsync<SecureConversationException>(() => AskAsync(service, new()));

        Assert.Contains("MessageSecurityVersion", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Response_ToAnotherRequest_IsRefused()
    {
        var service = new TestTokenIssuer();
        using var one = new SecurityTokenExchange(Request(new() { KeyType = SecurityKeyType.BearerKey }), new() { Address = Sts });
        using var other = new SecurityTokenExchange(Request(new() { KeyType = SecurityKeyType.BearerKey }), new() { Address = Sts });
        var response = await service.AnswerAsync(one.Envelope, Stop);
        Assert.Equal(FailureCode.RelatesToMismatch, Assert.Throws<SecureConversationException>(() => other.Complete(response)).Code);
        using var token = one.Complete(response);
    }

    [Fact]
    public void Issuer_WithoutAddressing_IsRefused_InWords()
    {
        var refused = Assert.Throws<ArgumentException>(() => new SecurityTokenExchange(Request(new()), new() { Address = Sts, MessageVersion = MessageVersion.Soap11 }));
        Assert.Contains("WS-Addressing", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_IsZeroed_WithTheLastOfThoseThatShareIt()
    {
        var token = await AskAsync(new TestTokenIssuer(), new());
        var key = token.Key!;
        var other = token.Share();
        token.Dispose();
        token.Dispose();

        var copy = new byte[32];
        other.Key!.CopyTo(copy);
        other.Dispose();

        Assert.Throws<ObjectDisposedException>(() => key.CopyTo(copy));
        Assert.Throws<ObjectDisposedException>(other.Share);
    }

    [Theory]
    [InlineData("<a/> ")]
    [InlineData("<?xml version='1.0'?><a/>")]
    [InlineData("<a>")]
    [InlineData("")]
    public void Token_ThatIsNotOneElement_IsRefused(string xml) =>
        Assert.Throws<ArgumentException>(() => IssuedSecurityToken.CreateSymmetric(Encoding.UTF8.GetBytes(xml), new byte[32]));

    private static async Task<XElement> SentAsync(IssuedSecurityTokenParameters parameters, MessageSecurityVersion? version = null)
    {
        var service = new TestTokenIssuer();
        using var exchange = new SecurityTokenExchange(Request(parameters, version), new() { Address = Sts });
        using var token = exchange.Complete(await service.AnswerAsync(exchange.Envelope, Stop));
        return service.Requests.Single();
    }

    private static async Task<IssuedSecurityToken> AskAsync(
        TestTokenIssuer service, IssuedSecurityTokenParameters parameters, SecurityKeyEntropyMode mode = SecurityKeyEntropyMode.CombinedEntropy, bool accept = false)
    {
        using var exchange = new SecurityTokenExchange(Request(parameters), new() { Address = Sts, DefaultKeyEntropyMode = mode, AcceptIssuerKey = accept });
        return exchange.Complete(await service.AnswerAsync(exchange.Envelope, Stop));
    }

    private static IssuedTokenRequest Request(IssuedSecurityTokenParameters parameters, MessageSecurityVersion? version = null) => new()
    {
        AppliesTo = Service,
        Parameters = parameters,
        AlgorithmSuite = SecurityAlgorithmSuite.Basic256,
        MessageSecurityVersion = version ?? MessageSecurityVersion.Default,
    };

    private static MessageSecurityVersion VersionOf(string trust) =>
        trust == Feb ? MessageSecurityVersion.Default : MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12;

    private static IEnumerable<string> Names(XElement request) => request.Elements().Select(e => e.Name.LocalName);

    private static XElement Child(XElement request, string name) => request.Elements().Single(e => e.Name.LocalName == name);

    private static string Text(XElement request, string name) => Child(request, name).Value;
}
