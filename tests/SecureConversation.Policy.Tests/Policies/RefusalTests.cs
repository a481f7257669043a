using SecureConversation.Binding;
using static SecureConversation.Policy.Tests.Policies.Shapes;

namespace SecureConversation.Policy.Tests.Policies;

/// <summary>
/// What a policy asks for and no binding gives is refused by the name of its assertion, or imported and not offered in words.
/// </summary>
public sealed class RefusalTests
{
    private static readonly string User = "UsernameToken@AlwaysToRecipient";

    public static TheoryData<string, string, string> Refused => new()
    {
        // Tokens.
        { Symmetric.Replace("X509Token@Never", "RelToken@Never"), "RelToken", "REL tokens" },
        { Symmetric.Replace("X509Token@Never", "SecurityContextToken@Never"), "SecurityContextToken", "outside of WS-SecureConversation" },
        { Symmetric.Replace("X509Token@Never", "KeyValueToken@Never"), "KeyValueToken", "bare keys" },
        { Symmetric.Replace("X509Token@Never", "mssp:RsaToken"), "RsaToken", "bare RSA keys" },
        { Symmetric.Replace(Service, "SignatureToken(X509Token) EncryptionToken(X509Token)"), "SignatureToken", "sp:ProtectionToken" },
        { Asymmetric.Replace("InitiatorToken(", "InitiatorSignatureToken(X509Token) InitiatorToken("), "InitiatorSignatureToken", "does "
            + "both" },
        { Asymmetric.Replace("RecipientToken(", "RecipientEncryptionToken("), "RecipientEncryptionToken", "nobody signs" },
        { Asymmetric.Replace(Recipient, "RecipientSignatureToken(X509Token@AlwaysToInitiator) "
            + "RecipientEncryptionToken(X509Token@AlwaysToRecipient)"), "RecipientEncryptionToken", "the other in replies" },
        { Asymmetric.Replace(Initiator, "InitiatorSignatureToken(X509Token@AlwaysToRecipient) "
            + "InitiatorEncryptionToken(X509Token@AlwaysToRecipient)"), "InitiatorEncryptionToken", "has to know it" },
        { Asymmetric.Replace(Recipient, "RecipientSignatureToken(X509Token@Never(RequireThumbprintReference)) "
            + "RecipientEncryptionToken(X509Token@Never(RequireIssuerSerialReference))"), "RecipientEncryptionToken", "in two ways" },
        { Asymmetric.Replace(Recipient, "RecipientSignatureToken(UsernameToken) RecipientEncryptionToken(X509Token)"),
            "RecipientSignatureToken", "only certificates" },
        { Symmetric.Replace(Service, Service[..^1] + " X509Token)"), "ProtectionToken", "2 tokens" },
        { Symmetric.Replace("X509Token@Never", "X509Token@Sometimes"), "IncludeToken", "no mode that is offered" },
        { Symmetric.Replace("WssX509V3Token10", "WssX509PkiPathV1Token10"), "WssX509PkiPathV1Token10", "certificate paths" },
        { Symmetric.Replace("WssX509V3Token10", "WssX509V1Token11"), "WssX509V1Token11", "version 1" },
        { Symmetric.Replace("RequireThumbprintReference", "RequireEmbeddedTokenReference"), "RequireEmbeddedTokenReference", "embedded" },
        { Symmetric.Replace("WssX509V3Token10", "RequireIssuerSerialReference WssX509V3Token10"), "X509Token", "2 kinds of references" },
        {
            Symmetric.Replace("RequireThumbprintReference", "RequireImpliedDerivedKeys"),
            "RequireImpliedDerivedKeys", "sp:RequireDerivedKeys"
        },
        { Symmetric.Replace("X509Token@Never(", "X509Token@Never[Issuer]("), "Issuer", "issuer" },

        // User names.
        { $"{Symmetric} SignedEncryptedSupportingTokens({User}(HashPassword NoPassword))", "UsernameToken", "Leave one of the two" },
        { $"{Symmetric} SignedEncryptedSupportingTokens({User}(sp13:Quality))", "Quality", "1.3" },

        // Places of tokens.
        { $"{Symmetric} SupportingTokens({User})", "SupportingTokens", "signature does not cover" },
        { $"{Client} {Parts}", "EndorsingSupportingTokens", "no binding assertion" },
        { $"{Symmetric} SignedSupportingTokens(AlgorithmSuite(Basic256) {User})", "AlgorithmSuite", "SignedSupportingTokens" },
        { $"{Symmetric} SignedSupportingTokens", "SignedSupportingTokens", "no token" },

        // Bindings.
        { Symmetric.Replace("Basic256", "Basic256GCM"), "Basic256GCM", "not offered" },
        { Symmetric.Replace("Basic256", "Basic256Sha512"), "Basic256Sha512", "not offered" },
        { Symmetric.Replace("Basic256", "cxf:CustomAlgorithmSuite"), "CustomAlgorithmSuite", "settings of CXF" },
        { Symmetric.Replace("Basic256", "other:CompanySuite"), "CompanySuite", "not offered" },
        { Symmetric.Replace("Basic256", "Basic256 InclusiveC14N"), "InclusiveC14N", "exclusive" },
        { Symmetric.Replace("Basic256", "Basic256 STRTransform10"), "STRTransform10", "STR-Transform" },
        { Symmetric.Replace("Basic256", "Basic256 Basic128"), "AlgorithmSuite", "2 suites" },
        { Symmetric.Replace("AlgorithmSuite(Basic256)", ""), "SymmetricBinding", "no sp:AlgorithmSuite" },
        { Symmetric.Replace("Strict", "Tight"), "Tight", "not known in Layout" },
        { Symmetric.Replace("IncludeTimestamp", "IncludeTimestamp EncryptBeforeSigning "
            + "EncryptSignature"), "EncryptSignature", "encryption comes first" },
        { Symmetric.Replace("IncludeTimestamp", "IncludeTimestamp IncludeTimestamp"), "IncludeTimestamp", "once more" },
        { $"{Symmetric} {Asymmetric}", "AsymmetricBinding", "more than one binding assertion" },
        { $"SymmetricBinding {Parts}", "SymmetricBinding", "no nested policy" },
        { $"sp11:SymmetricBinding({Service}) {Symmetric}", "SymmetricBinding", "once more" },

        // Parts.
        { Symmetric.Replace("SignedParts[Body]", ""), "Policy", "encrypted and not signed" },
        { Symmetric.Replace("SignedParts[Body]", "SignedParts"), "SignedParts", "every header" },
        { Symmetric.Replace("SignedParts[Body]", "SignedParts[Body Attachments]"), "Attachments", "attachments" },
        { Symmetric.Replace("SignedParts[Body]", "SignedParts[Body Header#Namespace=urn:x]"), "Header", "all headers of a namespace" },
        { Symmetric.Replace("EncryptedParts[Body]", "EncryptedParts[Body Header#Name=x#Namespace=urn:x]"), "Policy", "encrypted and not "
            + "signed" },
        {
            Symmetric.Replace("EncryptedParts[Body]", "EncryptedParts[Body Header#Name=To#Namespace=http://www.w3.org/2005/08/addressing]"),
            "Header", "WS-Addressing are not encrypted"
        },
        { $"{Symmetric} RequiredElements", "RequiredElements", "cannot see to it" },
        { $"{Symmetric} RequiredParts[Header#Name=x#Namespace=urn:x]", "RequiredParts", "cannot see to it" },
        { $"{Symmetric} ContentEncryptedElements", "ContentEncryptedElements", "content of single elements" },

        // Versions, addressing, the rest.
        { Symmetric.Replace("RequireSignatureConfirmation", "MustSupportRefExternalURI"), "MustSupportRefExternalURI", "external" },
        { Symmetric.Replace("RequireSignatureConfirmation", "MustSupportRefEmbeddedToken"), "MustSupportRefEmbeddedToken", "embedded" },
        { Session.Replace("RequireServerEntropy", "MustSupportServerChallenge"), "MustSupportServerChallenge", "challenges" },
        { Session.Replace("Trust13", "Trust10"), "Trust10", "not known" },
        { Symmetric.Replace("wsam:Addressing", "wsam:Addressing(wsam:NonAnonymousResponses)"), "NonAnonymousResponses", "another address" },
        { Symmetric.Replace("wsam:Addressing", "wsam:Addressing wsap:UsingAddressing"), "UsingAddressing", "two versions" },
        { $"{Symmetric} other:Quality", "Quality", "not known" },
        { $"{Symmetric} sp13:AppliesTo", "AppliesTo", "1.3" },

        // Sessions.
        { Session.Replace("RequireDerivedKeys", "RequireExternalUriReference"), "RequireExternalUriReference", "external" },
        { Session.Replace("RequireDerivedKeys", "SC10SecurityContextToken"), "SC10SecurityContextToken", "version of "
            + "WS-SecureConversation" },
        { Session.Replace($"BootstrapPolicy({Bootstrap})", ""), "SecureConversationToken", "no sp:BootstrapPolicy" },
        { Session.Replace($"BootstrapPolicy({Bootstrap})", "BootstrapPolicy"), "BootstrapPolicy", "says nothing of security" },
        { Session.Replace(Bootstrap, Parts), "BootstrapPolicy", "no binding assertion" },
        { Session.Replace(Bootstrap,
            Bootstrap.Replace("EncryptedParts[Body]", "EncryptedParts[Header#Name=x#Namespace=urn:x]")), "BootstrapPolicy", "leave out "
                + "the body" },
        { Session.Replace(Bootstrap, Bootstrap + " other:Quality"), "Quality", "not known in BootstrapPolicy" },

        // Transports.
        { Transport.Replace("HttpsToken", "IssuedToken"), "IssuedToken", "not known in TransportToken" },
        { Transport.Replace("IncludeTimestamp", "IncludeTimestamp "
            + "OnlySignEntireHeadersAndBody"), "OnlySignEntireHeadersAndBody", "TransportBinding" },
        // Who would get a token for another service.
        { Symmetric.Replace(Client, "EndorsingSupportingTokens(IssuedToken[RequestSecurityTokenTemplate[wst:SecondaryParameters[other:AppliesTo]]]())"), "AppliesTo", "for whom" },
        { $"{Transport} EndorsingSupportingTokens(X509Token@AlwaysToRecipient SignedParts[Body])", "EndorsingSupportingTokens", "more "
            + "than the timestamp" },
    };

    public static TheoryData<string, string> NotOffered => new()
    {
        { Symmetric.Replace("X509Token@Never(RequireThumbprintReference WssX509V3Token10)", "SamlToken@Never"), "has to send its token" },
        { $"{Symmetric} SignedSupportingTokens({User})", "password would travel in clear" },
        { $"{Symmetric} EndorsingSupportingTokens({User})", "160 bits" },
        { $"{Symmetric} SignedEncryptedSupportingTokens({User}(RequireDerivedKeys))", "no key to derive from" },
        { $"{Symmetric} SignedEncryptedSupportingTokens({User}) SignedSupportingTokens({User}(NoPassword))", "one user name at most" },
        {
            Symmetric.Replace("Layout(Strict)", "EncryptBeforeSigning").Replace("EndorsingSupporting", "EndorsingEncryptedSupporting"),
            "SignBeforeEncrypt"
        },
        { Symmetric.Replace("Wss11(RequireSignatureConfirmation)", "Wss10"), "needs WS-Security 1.1" },
        { Symmetric.Replace("X509Token@Never(RequireThumbprintReference WssX509V3Token10)", "KerberosToken@Once(RequireDerivedKeys "
            + "WssGssKerberosV5ApReqToken11)"), "Kerberos" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Policy_IsRefusedByName(string policy, string assertion, string words)
    {
        var alternative = Assert.Single(PolicyImporter.Import(Notation.Policy(policy)));
        Assert.True(alternative.Outcome == PolicyOutcome.Refused, alternative.ToString());
        Assert.Null(alternative.Element);
        Assert.Null(alternative.Binding);
        Assert.Contains(alternative.Refusals, r =>
            r.Assertion.LocalName == assertion && r.ToString().Contains(words, StringComparison.Ordinal));
        Assert.All(alternative.Refusals, r => Assert.NotEmpty(r.Remedy));
    }

    [Theory]
    [InlineData("SignedEncryptedSupportingTokens")]
    [InlineData("SignedSupportingTokens")]
    public void PolicyOverTransport_IsImported(string tokens)
    {
        var alternative = Assert.Single(PolicyImporter.Import(Notation.Policy(Transport.Replace("SignedEncryptedSupportingTokens", tokens))));
        Assert.True(alternative.Outcome == PolicyOutcome.Imported, alternative.ToString());
        Assert.True(alternative.Binding!.RequiresSecureTransport);
    }

    [Theory]
    [MemberData(nameof(NotOffered))]
    public void Policy_IsReadAndNotOffered(string policy, string words)
    {
        var alternative = Assert.Single(PolicyImporter.Import(Notation.Policy(policy)));
        Assert.True(alternative.Outcome == PolicyOutcome.NotOffered, alternative.ToString());
        Assert.NotNull(alternative.Element);
        Assert.Contains(words, alternative.NotOffered, StringComparison.Ordinal);
        var refusal = Assert.Throws<ArgumentException>(() =>
            MessageSecurityBinding.Create(alternative.Element, alternative.MessageVersion, alternative.Protection));
        Assert.StartsWith(alternative.NotOffered!, refusal.Message, StringComparison.Ordinal);
    }
}
