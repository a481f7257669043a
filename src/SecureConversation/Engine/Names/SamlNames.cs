using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Names;

/// <summary>SAML 1.1 (saml, whose namespace says 1.0).</summary>
internal static class Saml11
{
    public static readonly XmlName Assertion = new("Assertion", Ns.Saml11);
    public static readonly XmlName Conditions = new("Conditions", Ns.Saml11);
    public static readonly XmlName AudienceRestrictionCondition = new("AudienceRestrictionCondition", Ns.Saml11);
    public static readonly XmlName Audience = new("Audience", Ns.Saml11);
    public static readonly XmlName DoNotCacheCondition = new("DoNotCacheCondition", Ns.Saml11);
    public static readonly XmlName Advice = new("Advice", Ns.Saml11);
    public static readonly XmlName AuthenticationStatement = new("AuthenticationStatement", Ns.Saml11);
    public static readonly XmlName AttributeStatement = new("AttributeStatement", Ns.Saml11);
    public static readonly XmlName SubjectLocality = new("SubjectLocality", Ns.Saml11);
    public static readonly XmlName AuthorityBinding = new("AuthorityBinding", Ns.Saml11);
    public static readonly XmlName Subject = new("Subject", Ns.Saml11);
    public static readonly XmlName NameIdentifier = new("NameIdentifier", Ns.Saml11);
    public static readonly XmlName SubjectConfirmation = new("SubjectConfirmation", Ns.Saml11);
    public static readonly XmlName ConfirmationMethod = new("ConfirmationMethod", Ns.Saml11);
    public static readonly XmlName Attribute = new("Attribute", Ns.Saml11);
    public static readonly XmlName AttributeValue = new("AttributeValue", Ns.Saml11);

    public const string HolderOfKey = "urn:oasis:names:tc:SAML:1.0:cm:holder-of-key";
    public const string Bearer = "urn:oasis:names:tc:SAML:1.0:cm:bearer";
}

/// <summary>SAML 2.0 (saml2).</summary>
internal static class Saml20
{
    public static readonly XmlName Assertion = new("Assertion", Ns.Saml20);
    public static readonly XmlName Issuer = new("Issuer", Ns.Saml20);
    public static readonly XmlName Subject = new("Subject", Ns.Saml20);
    public static readonly XmlName NameId = new("NameID", Ns.Saml20);
    public static readonly XmlName SubjectConfirmation = new("SubjectConfirmation", Ns.Saml20);
    public static readonly XmlName SubjectConfirmationData = new("SubjectConfirmationData", Ns.Saml20);
    public static readonly XmlName Conditions = new("Conditions", Ns.Saml20);
    public static readonly XmlName AudienceRestriction = new("AudienceRestriction", Ns.Saml20);
    public static readonly XmlName Audience = new("Audience", Ns.Saml20);
    public static readonly XmlName OneTimeUse = new("OneTimeUse", Ns.Saml20);
    public static readonly XmlName ProxyRestriction = new("ProxyRestriction", Ns.Saml20);
    public static readonly XmlName Advice = new("Advice", Ns.Saml20);
    public static readonly XmlName AuthnStatement = new("AuthnStatement", Ns.Saml20);
    public static readonly XmlName SubjectLocality = new("SubjectLocality", Ns.Saml20);
    public static readonly XmlName AuthnContext = new("AuthnContext", Ns.Saml20);
    public static readonly XmlName AuthnContextClassRef = new("AuthnContextClassRef", Ns.Saml20);
    public static readonly XmlName AuthnContextDeclRef = new("AuthnContextDeclRef", Ns.Saml20);
    public static readonly XmlName AuthenticatingAuthority = new("AuthenticatingAuthority", Ns.Saml20);
    public static readonly XmlName AttributeStatement = new("AttributeStatement", Ns.Saml20);
    public static readonly XmlName Attribute = new("Attribute", Ns.Saml20);
    public static readonly XmlName AttributeValue = new("AttributeValue", Ns.Saml20);

    public const string HolderOfKey = "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key";
    public const string Bearer = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
}

/// <summary>Attributes of assertions; none has a namespace.</summary>
internal static class SamlAttr
{
    // SAML 1.1.
    public static readonly XmlName AssertionId = new("AssertionID", "");
    public static readonly XmlName MajorVersion = new("MajorVersion", "");
    public static readonly XmlName MinorVersion = new("MinorVersion", "");
    public static readonly XmlName Issuer = new("Issuer", "");
    public static readonly XmlName AuthenticationMethod = new("AuthenticationMethod", "");
    public static readonly XmlName AuthenticationInstant = new("AuthenticationInstant", "");
    public static readonly XmlName AttributeName = new("AttributeName", "");
    public static readonly XmlName AttributeNamespace = new("AttributeNamespace", "");

    // SAML 2.0.
    public static readonly XmlName Id = new("ID", "");
    public static readonly XmlName Version = new("Version", "");
    public static readonly XmlName Method = new("Method", "");
    public static readonly XmlName Recipient = new("Recipient", "");
    public static readonly XmlName InResponseTo = new("InResponseTo", "");
    public static readonly XmlName SpNameQualifier = new("SPNameQualifier", "");
    public static readonly XmlName SpProvidedId = new("SPProvidedID", "");
    public static readonly XmlName AuthnInstant = new("AuthnInstant", "");
    public static readonly XmlName SessionNotOnOrAfter = new("SessionNotOnOrAfter", "");
    public static readonly XmlName Name = new("Name", "");
    public static readonly XmlName NameFormat = new("NameFormat", "");

    // Both.
    public static readonly XmlName IssueInstant = new("IssueInstant", "");
    public static readonly XmlName NotBefore = new("NotBefore", "");
    public static readonly XmlName NotOnOrAfter = new("NotOnOrAfter", "");
    public static readonly XmlName Format = new("Format", "");
    public static readonly XmlName NameQualifier = new("NameQualifier", "");
}
