using System.Net.Security;
using SecureConversation.Binding;
using static SecureConversation.Policy.Tests.Policies.Shapes;

namespace SecureConversation.Policy.Tests.Policies;

/// <summary>What a policy says is what the binding has.</summary>
public sealed class ImportTests
{
    [Fact]
    public void Symmetric_IsMutualCertificate()
    {
        var element = Imported(Symmetric);
        var expected = (SymmetricSecurityBindingElement)SecurityBindingElement.CreateMutualCertificateBindingElement(
            MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10)
                .SetKeyDerivation(false);
        Assert.Equal(expected with { MessageProtectionOrder = MessageProtectionOrder.SignBeforeEncrypt }, element);
    }

    [Fact]
    public void Asymmetric_OfWssecurity10_IsMutualCertificate()
    {
        var element = Imported(Asymmetric);
        var expected = SecurityBindingElement.CreateMutualCertificateBindingElement(
            MessageSecurityVersion.WSSecurity10WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10)
                .SetKeyDerivation(false);
        Assert.Equal(expected with { MessageProtectionOrder = MessageProtectionOrder.SignBeforeEncrypt }, element);
    }

    [Fact]
    public void Session_HasItsBootstrap()
    {
        var session = Assert.IsType<SecureConversationSecurityTokenParameters>(
            Assert.IsType<SymmetricSecurityBindingElement>(Imported(Session)).ProtectionTokenParameters);
        Assert.True(session is { RequireDerivedKeys: true, RequireCancellation: true, CanRenewSession: true });
        Assert.Equal(Imported($"{Bootstrap} wsam:Addressing"), session.BootstrapSecurityBindingElement);
    }

    [Theory]
    [InlineData("MustNotSendCancel", false, true)]
    [InlineData("MustNotSendRenew", true, false)]
    [InlineData("MustNotSendAmend", true, true)]
    [InlineData("mssp:RequireCancel", true, true)]
    [InlineData("SC13SecurityContextToken", true, true)]
    public void Session_HasWhatTheTokenSays(string assertion, bool cancels, bool renews)
    {
        var element = (SymmetricSecurityBindingElement)Imported(Session.Replace("RequireDerivedKeys", assertion));
        var session = (SecureConversationSecurityTokenParameters)element.ProtectionTokenParameters!;
        Assert.Equal((cancels, renews, false), (session.RequireCancellation, session.CanRenewSession, session.RequireDerivedKeys));
    }

    [Fact]
    public void Suite_EachOfTheSixteen_IsRead()
    {
        Assert.All(SecurityAlgorithmSuite.All, suite =>
            Assert.Same(suite, Imported(Symmetric.Replace("Basic256", suite.Name)).DefaultAlgorithmSuite));
        Assert.Equal(16, SecurityAlgorithmSuite.All.Length);
    }

    [Theory]
    [InlineData("cxf:Basic256GCM", "Basic256Gcm")]
    [InlineData("cxf:Basic192GCM", "Basic192Gcm")]
    [InlineData("cxf:Basic128GCM", "Basic128Gcm")]
    [InlineData("edelivery:Basic128GCMSha256", "Basic128GcmSha256")]
    [InlineData("edelivery:Basic128GCMSha256MgfSha256", "Basic128GcmSha256MgfSha256")]
    [InlineData("oxalis:Basic128GCMSha256", "Basic128GcmSha256")]
    [InlineData("oxalis:Basic128GCMSha256MgfSha256", "Basic128GcmSha256MgfSha256")]
    [InlineData("own:Strong256", "Strong256")]
    [InlineData("own:Strong256Sha384", "Strong256Sha384")]
    [InlineData("own:Strong256Sha512", "Strong256Sha512")]
    [InlineData("own:Strong256MLKem", "Strong256MLKem")]
    public void Suite_BeyondWcf_IsReadByTheNameOfWhoMadeIt(string assertion, string name)
    {
        Assert.Equal(name, Imported(Symmetric.Replace("Basic256", assertion)).DefaultAlgorithmSuite.Name);
        var unnamed = assertion[(assertion.IndexOf(':', StringComparison.Ordinal) + 1)..];
        Assert.Equal(PolicyOutcome.Refused, PolicyImporter.Import(Notation.Policy(Symmetric.Replace("Basic256", unnamed))).Single().Outcome);
    }

    /// <summary>An alternative of the profile and one of WCF: each says which it is, in the order of the policy.</summary>
    [Fact]
    public void ProfileOfThisLibrary_IsReadBesideThatOfWcf()
    {
        const string strong = "AlgorithmSuite(own:Strong256) Layout(Strict) IncludeTimestamp EncryptBeforeSigning own:Strong";
        var derived = Service.Replace("(Require", "(RequireDerivedKeys Require");
        var bound = Symmetric.Replace(Tail, strong).Replace(Service, derived);
        var alternatives = PolicyImporter.Import(Notation.Policy($"{{ {bound} | {Symmetric} }}"));
        Assert.Equal([MessageProtectionProfile.Strong, MessageProtectionProfile.Wcf], alternatives.Select(a => a.Element!.MessageProtectionProfile));
        Assert.Equal([SecurityAlgorithmSuite.Strong256, SecurityAlgorithmSuite.Basic256], alternatives.Select(a => a.Element!.DefaultAlgorithmSuite));
        Assert.All(alternatives, alternative => Assert.Equal(PolicyOutcome.Imported, alternative.Outcome));

        var direct = Assert.Single(PolicyImporter.Import(Notation.Policy(Symmetric.Replace(Tail, strong))));
        Assert.Contains("RequireDerivedKeys", direct.NotOffered, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Layout(Strict)", SecurityHeaderLayout.Strict)]
    [InlineData("Layout(Lax)", SecurityHeaderLayout.Lax)]
    [InlineData("Layout(LaxTsFirst)", SecurityHeaderLayout.LaxTimestampFirst)]
    [InlineData("Layout(LaxTsLast)", SecurityHeaderLayout.LaxTimestampLast)]
    [InlineData("", SecurityHeaderLayout.Lax)]
    public void Layout_IsRead(string assertion, SecurityHeaderLayout expected) =>
        Assert.Equal(expected, Imported(Symmetric.Replace("Layout(Strict)", assertion)).SecurityHeaderLayout);

    [Theory]
    [InlineData("", MessageProtectionOrder.SignBeforeEncrypt)]
    [InlineData("EncryptSignature", MessageProtectionOrder.SignBeforeEncryptAndEncryptSignature)]
    [InlineData("EncryptBeforeSigning", MessageProtectionOrder.EncryptBeforeSign)]
    public void Order_IsRead(string assertion, MessageProtectionOrder expected) =>
        Assert.Equal(expected, Imported(Symmetric.Replace("Layout(Strict)", assertion)).MessageProtectionOrder);

    [Theory]
    [InlineData("RequireThumbprintReference", X509ReferenceStyle.Thumbprint)]
    [InlineData("RequireIssuerSerialReference", X509ReferenceStyle.IssuerSerial)]
    [InlineData("RequireKeyIdentifierReference", X509ReferenceStyle.SubjectKeyIdentifier)]
    [InlineData("", X509ReferenceStyle.Any)]
    public void Reference_IsRead(string assertion, X509ReferenceStyle expected)
    {
        var element = (SymmetricSecurityBindingElement)Imported(Symmetric.Replace("RequireThumbprintReference", assertion));
        Assert.Equal(expected, ((X509SecurityTokenParameters)element.ProtectionTokenParameters!).X509ReferenceStyle);
    }

    [Theory]
    [InlineData("Trust13(RequireClientEntropy)", SecurityKeyEntropyMode.ClientEntropy)]
    [InlineData("Trust13(RequireServerEntropy)", SecurityKeyEntropyMode.ServerEntropy)]
    [InlineData("Trust13(RequireServerEntropy RequireClientEntropy RequireAppliesTo)", SecurityKeyEntropyMode.CombinedEntropy)]
    [InlineData("Trust13(MustSupportIssuedTokens)", SecurityKeyEntropyMode.CombinedEntropy)]
    [InlineData("", SecurityKeyEntropyMode.CombinedEntropy)]
    public void Entropy_IsRead(string assertion, SecurityKeyEntropyMode expected) =>
        Assert.Equal(expected, Imported(Session.Replace("Trust13(RequireClientEntropy RequireServerEntropy)", assertion)).KeyEntropyMode);

    [Theory]
    [InlineData("wsam:Addressing", AddressingVersion.WSAddressing10)]
    [InlineData("wsam:Addressing(wsam:AnonymousResponses)", AddressingVersion.WSAddressing10)]
    [InlineData("wsaw:UsingAddressing", AddressingVersion.WSAddressing10)]
    [InlineData("wsap:UsingAddressing", AddressingVersion.WSAddressingAugust2004)]
    [InlineData("", AddressingVersion.None)]
    public void Addressing_IsRead(string assertion, AddressingVersion expected) =>
        Assert.Equal(expected, Single(Symmetric.Replace("wsam:Addressing", assertion)).MessageVersion.Addressing);

    [Fact]
    public void Addressing_MissingUnderASession_IsAssumedWithAWarning()
    {
        var alternative = Single(Session.Replace("wsam:Addressing", ""));
        Assert.Equal(MessageVersion.Soap12WSAddressing10, alternative.MessageVersion);
        Assert.Contains(alternative.Warnings, w => w.Contains("WS-Addressing 1.0 is assumed", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Wss11", SecurityVersion.WSSecurity11)]
    [InlineData("Wss10", SecurityVersion.WSSecurity10)]
    [InlineData("", SecurityVersion.WSSecurity11)]
    public void Version_FollowsWssAndTheNamespace(string assertion, SecurityVersion expected)
    {
        foreach (var sp in new[] { Notation.Sp11, Notation.Sp12 })
        {
            var version = Assert.Single(PolicyImporter.Import(Notation.Policy(Asymmetric.Replace("Wss10", assertion), sp)))
                .Element!.MessageSecurityVersion;
            Assert.Equal(expected, version.SecurityVersion);
            Assert.Equal(sp == Notation.Sp12 ? TrustVersion.Trust13 : TrustVersion.February2005, version.TrustVersion);
        }
    }

    [Fact]
    public void UserName_SignedInPolicy11_IsSignedAndEncrypted()
    {
        var text = Symmetric.Replace(Client, "SignedSupportingTokens(UsernameToken@AlwaysToRecipient(WssUsernameToken10))");
        var tokens = Assert.Single(PolicyImporter.Import(Notation.Policy(text, Notation.Sp11)))
            .Binding!.Element.EndpointSupportingTokenParameters;
        Assert.IsType<UserNameSecurityTokenParameters>(Assert.Single(tokens.SignedEncrypted));
        Assert.Empty(tokens.Signed);
    }

    [Fact]
    public void InclusionMode_Missing_IsThatOfTheRole()
    {
        var element = (AsymmetricSecurityBindingElement)Imported(Asymmetric.Replace("@AlwaysToRecipient", "").Replace("@Never", ""));
        Assert.Equal(SecurityTokenInclusionMode.AlwaysToRecipient, element.InitiatorTokenParameters!.InclusionMode);
        Assert.Equal(SecurityTokenInclusionMode.Never, element.RecipientTokenParameters!.InclusionMode);
    }

    [Theory]
    [InlineData("Always", SecurityTokenInclusionMode.AlwaysToRecipient)]
    [InlineData("AlwaysToRecipient", SecurityTokenInclusionMode.AlwaysToRecipient)]
    [InlineData("Once", SecurityTokenInclusionMode.Once)]
    [InlineData("Never", SecurityTokenInclusionMode.Never)]
    public void InclusionMode_OfTheService_IsRead(string mode, SecurityTokenInclusionMode expected)
    {
        var symmetric = (SymmetricSecurityBindingElement)Imported(Symmetric.Replace("X509Token@Never", $"X509Token@{mode}"));
        Assert.Equal(expected, symmetric.ProtectionTokenParameters!.InclusionMode);
        var asymmetric = (AsymmetricSecurityBindingElement)Imported(Asymmetric.Replace("X509Token@Never", $"X509Token@{mode}"));
        Assert.Equal(expected, asymmetric.RecipientTokenParameters!.InclusionMode);
    }

    [Fact]
    public void ProtectTokens_AndAClientThatIsOnlyNamed_AreRead()
    {
        Assert.True(Imported(Symmetric.Replace("IncludeTimestamp", "IncludeTimestamp ProtectTokens")).ProtectTokens);
        var named = (AsymmetricSecurityBindingElement)Imported(Asymmetric.Replace("X509Token@AlwaysToRecipient", "X509Token@Never"));
        Assert.Equal(SecurityTokenInclusionMode.Never, named.InitiatorTokenParameters!.InclusionMode);
    }

    [Fact]
    public void TokensForOnePurposeEach_AreJoined_AndTheCredentialsAreNamed()
    {
        var alternative = Single(Asymmetric
            .Replace(Initiator, "InitiatorSignatureToken(X509Token@AlwaysToRecipient(WssX509V3Token10)) "
                + "InitiatorEncryptionToken(X509Token@Never(RequireIssuerSerialReference WssX509V3Token10))")
            .Replace(Recipient, "RecipientSignatureToken(X509Token@AlwaysToInitiator(WssX509V3Token10)) "
                + "RecipientEncryptionToken(X509Token@Never(RequireKeyIdentifierReference WssX509V3Token10))"));
        var element = (AsymmetricSecurityBindingElement)alternative.Element!;
        Assert.Equal(
            new X509SecurityTokenParameters
            {
                InclusionMode = SecurityTokenInclusionMode.AlwaysToRecipient,
                X509ReferenceStyle = X509ReferenceStyle.IssuerSerial,
                RequireDerivedKeys = false,
            },
            element.InitiatorTokenParameters);
        Assert.Equal(
            new X509SecurityTokenParameters
            {
                InclusionMode = SecurityTokenInclusionMode.AlwaysToInitiator,
                X509ReferenceStyle = X509ReferenceStyle.SubjectKeyIdentifier,
                RequireDerivedKeys = false,
            },
            element.RecipientTokenParameters);
        Assert.Contains(alternative.Warnings, w => w.Contains("ServiceEncryptionCertificate", StringComparison.Ordinal));
        Assert.Contains(alternative.Warnings, w => w.Contains("ClientEncryptionCertificate", StringComparison.Ordinal));
    }

    [Fact]
    public void TokensThatOnlySign_AreTheTokens()
    {
        var element = (AsymmetricSecurityBindingElement)Imported(Asymmetric
            .Replace("InitiatorToken(", "InitiatorSignatureToken(").Replace("RecipientToken(", "RecipientSignatureToken(")
            .Replace(Parts, "SignedParts[Body]"));
        Assert.Equal(Imported(Asymmetric.Replace(Parts, "SignedParts[Body]")), element);
    }

    [Fact]
    public void Policy15_IsReadAsPolicy12()
    {
        var one = Assert.Single(PolicyImporter.Import(Notation.Policy(Session)));
        var other = Assert.Single(PolicyImporter.Import(Notation.Policy(Session, version: PolicyVersion.Policy15)));
        Assert.Equal(one.Element, other.Element);
    }

    [Theory]
    [InlineData("SignedParts[Body] EncryptedParts[Body]", ProtectionLevel.EncryptAndSign)]
    [InlineData("SignedParts[Body]", ProtectionLevel.Sign)]
    [InlineData("SignedParts[Body] EncryptedParts", ProtectionLevel.EncryptAndSign)]
    [InlineData("SignedParts[Header#Name=To#Namespace=http://www.w3.org/2005/08/addressing]", ProtectionLevel.None)]
    public void Body_HasTheLevelOfItsParts(string parts, ProtectionLevel expected) =>
        Assert.Equal(expected, Single(Symmetric.Replace(Parts, parts)).Protection.DefaultProtectionLevel);

    [Fact]
    public void Policy_WithoutParts_SignsNothingAndWarns()
    {
        var alternative = Single(Symmetric.Replace(Parts, ""));
        Assert.Equal(ProtectionLevel.None, alternative.Protection.DefaultProtectionLevel);
        Assert.Contains(alternative.Warnings, w => w.Contains("without protection", StringComparison.Ordinal));
    }

    [Fact]
    public void Headers_HaveTheirLevels()
    {
        var alternative = Single(Symmetric.Replace(
            Parts, "SignedParts[Body Header#Name=a#Namespace=urn:x Header#Name=b#Namespace=urn:x] EncryptedParts[Body "
                + "Header#Name=b#Namespace=urn:x]"));
        var headers = alternative.Protection.GetHeaders("urn:any", MessageDirection.ClientToService);
        Assert.Equal([("a", ProtectionLevel.Sign), ("b", ProtectionLevel.EncryptAndSign)], headers.Select(h => (h.Name, h.Level)));
    }

    [Theory]
    [InlineData("/s:Envelope/s:Body", true)]
    [InlineData("/s:Envelope/s:Header/x:a", true)]
    [InlineData("//s:Body", false)]
    [InlineData("/s:Envelope/s:Body/x:a", false)]
    [InlineData("/s:Envelope/x:Body", false)]
    [InlineData("/s:Envelope/s:Header/*", false)]
    [InlineData("/s:Envelope/s:Header/x:a[1]", false)]
    public void XPath_OfBodyOrHeader_IsRead(string xpath, bool isRead)
    {
        var policy = Notation.Policy(Symmetric + " SignedElements[XPath]");
        var element = policy.Descendants(Notation.Sp12 + "XPath").Single();
        element.SetAttributeValue(System.Xml.Linq.XNamespace.Xmlns + "s", "http://www.w3.org/2003/05/soap-envelope");
        element.SetAttributeValue(System.Xml.Linq.XNamespace.Xmlns + "x", "urn:x");
        element.Value = xpath;
        Assert.Equal(isRead ? PolicyOutcome.Imported : PolicyOutcome.Refused, Assert.Single(PolicyImporter.Import(policy)).Outcome);
    }

    [Fact]
    public void OtherRequirements_AreNamed()
    {
        var alternative = Single($"{Symmetric} rm:RMAssertion(rm:SequenceSTR) mtom:OptimizedMimeSerialization metro:KeyStore");
        Assert.Equal(["RMAssertion", "OptimizedMimeSerialization"], alternative.OtherRequirements.Select(n => n.LocalName));
        Assert.Contains(alternative.Warnings, w => w.Contains("Metro", StringComparison.Ordinal));
    }

    [Fact]
    public void Https_Alone_IsNoMessageSecurity()
    {
        var alternative = Assert.Single(PolicyImporter.Import(
            Notation.Policy("TransportBinding(TransportToken(HttpsToken) AlgorithmSuite(Basic256) Layout(Strict))")));
        Assert.Equal(PolicyOutcome.NoMessageSecurity, alternative.Outcome);
        Assert.Contains(alternative.OtherRequirements, n => n.LocalName == "HttpsToken");
    }

    [Fact]
    public void IssuedToken_HasIssuerAndTemplate()
    {
        var policy = Notation.Policy(
            Symmetric.Replace(Client, "EndorsingSupportingTokens(IssuedToken@AlwaysToRecipient(RequireInternalReference))"));
        policy.Descendants(Notation.Sp12 + "IssuedToken").Single().AddFirst(
            System.Xml.Linq.XElement.Parse(
                $"<Issuer xmlns='{Notation.Sp12}'><Address "
                    + $"xmlns='http://www.w3.org/2005/08/addressing'>https://sts.example/</Address></Issuer>"),
            System.Xml.Linq.XElement.Parse(
                $"<RequestSecurityTokenTemplate xmlns='{Notation.Sp12}' xmlns:t='http://docs.oasis-open.org/ws-sx/ws-trust/200512'>"
                + "<t:TokenType>urn:saml</t:TokenType><t:KeyType>http://docs.oasis-open.org/ws-sx/ws-trust/200512/PublicKey</t:KeyType>"
                + "<t:KeySize>2048</t:KeySize></RequestSecurityTokenTemplate>"));
        var element = Assert.Single(PolicyImporter.Import(policy)).Element!;
        var token = Assert.IsType<IssuedSecurityTokenParameters>(Assert.Single(element.EndpointSupportingTokenParameters.Endorsing));
        Assert.Equal(
            ("urn:saml", SecurityKeyType.AsymmetricKey, 2048, new Uri("https://sts.example/")),
            (token.TokenType, token.KeyType, token.KeySize, token.IssuerAddress));
    }

    private static PolicyAlternative Single(string text)
    {
        var alternative = Assert.Single(PolicyImporter.Import(Notation.Policy(text)));
        Assert.True(alternative.Outcome == PolicyOutcome.Imported, alternative.ToString());
        return alternative;
    }

    private static SecurityBindingElement Imported(string text) => Single(text).Binding!.Element;
}
