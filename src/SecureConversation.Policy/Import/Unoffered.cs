using System.Collections.Frozen;
using System.Xml.Linq;
using SecureConversation.Policy.Assertions;
using SecureConversation.Policy.Wsp;

namespace SecureConversation.Policy.Import;

/// <summary>Why assertions are not imported, and what to use instead, by name.</summary>
internal static class Unoffered
{
    private const string OnService = "Change the policy of the service, or give it a second alternative.";

    private static readonly FrozenDictionary<string, (string Reason, string Remedy)> Words = new Dictionary<string, (string, string)>
    {
        ["SignatureToken"] = ("different tokens for signing and encrypting are not offered.", "Use sp:ProtectionToken."),
        ["EncryptionToken"] = ("different tokens for signing and encrypting are not offered.", "Use sp:ProtectionToken."),
        ["InitiatorSignatureToken"] = ("it stands beside a token that does both.", "Leave sp:InitiatorToken or this one."),
        ["InitiatorEncryptionToken"] = ("it stands beside a token that does both.", "Leave sp:InitiatorToken or this one."),
        ["RecipientSignatureToken"] = ("it stands beside a token that does both.", "Leave sp:RecipientToken or this one."),
        ["RecipientEncryptionToken"] = ("it stands beside a token that does both.", "Leave sp:RecipientToken or this one."),
        ["RelToken"] = ("REL tokens are not offered.", "Use sp:X509Token or sp:UsernameToken."),
        ["SecurityContextToken"] = (
            "a context that is made outside of WS-SecureConversation is not offered.", "Use sp:SecureConversationToken."),
        ["RsaToken"] = ("bare RSA keys are not offered.", "Use sp:X509Token."),
        ["KeyValueToken"] = ("bare keys are not offered.", "Use sp:X509Token."),
        ["SupportingTokens"] = (
            "tokens that the signature does not cover, and that are not encrypted, are not offered.",
            "Use sp:SignedEncryptedSupportingTokens or sp:EndorsingSupportingTokens."),
        ["RequireImpliedDerivedKeys"] = (
            "implied derived keys are not offered: the message would not say from which nonce a key is derived.",
            "Use sp:RequireDerivedKeys."),
        ["WssX509PkiPathV1Token10"] = ("certificate paths are not offered.", "Use sp:WssX509V3Token10."),
        ["WssX509PkiPathV1Token11"] = ("certificate paths are not offered.", "Use sp:WssX509V3Token10."),
        ["WssX509Pkcs7Token10"] = ("PKCS#7 certificates are not offered.", "Use sp:WssX509V3Token10."),
        ["WssX509Pkcs7Token11"] = ("PKCS#7 certificates are not offered.", "Use sp:WssX509V3Token10."),
        ["WssX509V1Token10"] = ("X.509 version 1 certificates are not offered.", "Use sp:WssX509V3Token10."),
        ["WssX509V1Token11"] = ("X.509 version 1 certificates are not offered.", "Use sp:WssX509V3Token10."),
        ["RequireEmbeddedTokenReference"] = ("embedded references are not offered.", "Use sp:RequireIssuerSerialReference or none."),
        ["RequireExternalUriReference"] = ("external references to a session are not offered.", "Leave it out."),
        ["RequireExternalReference"] = ("external references are not offered.", "Use sp:RequireInternalReference."),
        ["SC10SecurityContextToken"] = ("the version of WS-SecureConversation is not that of the policy.", OnService),
        ["SC13SecurityContextToken"] = ("the version of WS-SecureConversation is not that of the policy.", OnService),
        ["MustSupportRefExternalURI"] = ("external references are not offered.", OnService),
        ["MustSupportRefEmbeddedToken"] = ("embedded references are not offered.", OnService),
        ["MustSupportClientChallenge"] = ("challenges of WS-Trust are not offered.", OnService),
        ["MustSupportServerChallenge"] = ("challenges of WS-Trust are not offered.", OnService),
        ["MustSupportInteractiveChallenge"] = ("challenges of WS-Trust are not offered.", OnService),
        ["RequireRequestSecurityTokenCollection"] = ("requests for several tokens at once are not offered.", OnService),
        ["RequiredElements"] = ("the importer cannot see to it that messages have these elements.", OnService),
        ["RequiredParts"] = ("the importer cannot see to it that messages have these headers.", OnService),
        ["ContentEncryptedElements"] = ("encrypting the content of single elements is not offered.", "Use sp:EncryptedParts with sp:Body."),
        ["Attachments"] = ("signing and encrypting attachments is not offered.", "Use MTOM, which puts them into the body."),
        ["InclusiveC14N"] = ("only exclusive canonicalization is offered.", "Leave it out."),
        ["InclusiveC14N11"] = ("only exclusive canonicalization is offered.", "Leave it out."),
        ["SOAPNormalization10"] = ("SOAP message normalization is not offered.", "Leave it out."),
        ["STRTransform10"] = ("the STR-Transform for all references is not offered.", "Leave it out."),
        ["AbsXPath"] = ("XPath is read as far as a body or a header is named.", "Use sp:SignedParts and sp:EncryptedParts."),
        ["XPath10"] = ("XPath is read as far as a body or a header is named.", "Use sp:SignedParts and sp:EncryptedParts."),
        ["XPathFilter20"] = ("XPath filters are not offered.", "Use sp:SignedParts and sp:EncryptedParts."),
        ["NonAnonymousResponses"] = ("replies to another address than that of the connection are not offered.",
            "Use wsam:AnonymousResponses."),
        ["Issuer"] = ("the importer cannot see to it that the token has this issuer.",
            "Leave it out, and check certificates in the service."),
        ["IssuerName"] = ("the importer cannot see to it that the token has this issuer.",
            "Leave it out, and check certificates in the service."),
        ["Claims"] = ("the importer cannot see to it that the token makes these claims.", "Leave it out, and check claims in the service."),
    }.ToFrozenDictionary();

    /// <summary>The words for an element that stands where nothing consumes it.</summary>
    public static (string Reason, string Remedy) Of(XElement element, string parent)
    {
        var ns = element.Name.Namespace;
        if (ns == Namespaces.Sp13)
        {
            return ("it is of WS-SecurityPolicy 1.3, of which only what 1.2 has is offered.", OnService);
        }

        return (Namespaces.IsSecurityPolicy(ns) || ns == Namespaces.Wsam || parent.Length > 0)
            && Words.TryGetValue(element.Name.LocalName, out var words)
            ? words
            : ($"it is not known{(parent.Length > 0 ? $" in {parent}" : "")}, or stands there once more"
                + $" ({{{Text.Short(ns.NamespaceName)}}}{Text.Short(element.Name.LocalName)}).",
                "Take it out on the service, give the policy another alternative, or mark it wsp:Ignorable if it may be ignored.");
    }
}
