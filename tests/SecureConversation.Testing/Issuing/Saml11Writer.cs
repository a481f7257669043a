using SecureConversation.Binding;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Replay;
using SecureConversation.Engine.Saml;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Testing;

/// <summary>Writes SAML 1.1 assertions up to where the signature stands: at their end.</summary>
internal static class Saml11Writer
{
    public static void Write(PooledBytes output, AssertionDescription assertion, SecurityAlgorithmSuite suite)
    {
        output.Write("<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:1.0:assertion\""u8);
        TokenWriter.Attribute(output, "AssertionID", assertion.Id);
        TokenWriter.Attribute(output, "IssueInstant", Timestamp.Format(assertion.IssueInstant));
        TokenWriter.Attribute(output, "Issuer", assertion.Issuer);
        output.Write(" MajorVersion=\"1\" MinorVersion=\"1\">"u8);
        if (assertion is not { NotBefore: null, NotOnOrAfter: null, Audiences.Count: 0 })
        {
            WriteConditions(output, assertion);
        }

        // Both statements have the same subject, so one copy of it is written twice: a key is wrapped once.
        using var subject = new PooledBytes();
        WriteSubject(subject, assertion, suite);
        if (assertion.Claims.Count > 0)
        {
            output.Write("<saml:AttributeStatement>"u8);
            output.Write(subject.Span);
            foreach (var group in assertion.Claims.GroupBy(claim => claim.ClaimType))
            {
                WriteAttribute(output, group);
            }

            output.Write("</saml:AttributeStatement>"u8);
        }

        if (assertion.AuthenticationMethod is not null || assertion.Claims.Count == 0)
        {
            output.Write("<saml:AuthenticationStatement"u8);
            TokenWriter.Attribute(output, "AuthenticationInstant",
                Timestamp.Format(assertion.AuthenticationInstant ?? assertion.IssueInstant));
            TokenWriter.Attribute(output, "AuthenticationMethod",
                assertion.AuthenticationMethod ?? "urn:oasis:names:tc:SAML:1.0:am:unspecified");
            output.Write(">"u8);
            output.Write(subject.Span);
            output.Write("</saml:AuthenticationStatement>"u8);
        }
    }

    private static void WriteConditions(PooledBytes output, AssertionDescription assertion)
    {
        output.Write("<saml:Conditions"u8);
        AssertionWriter.Times(output, assertion.NotBefore, assertion.NotOnOrAfter);
        output.Write(">"u8);
        if (assertion.Audiences.Count > 0)
        {
            output.Write("<saml:AudienceRestrictionCondition>"u8);
            foreach (var audience in assertion.Audiences)
            {
                output.Write("<saml:Audience>"u8);
                output.WriteEscaped(audience);
                output.Write("</saml:Audience>"u8);
            }

            output.Write("</saml:AudienceRestrictionCondition>"u8);
        }

        output.Write("</saml:Conditions>"u8);
    }

    private static void WriteSubject(PooledBytes output, AssertionDescription assertion, SecurityAlgorithmSuite suite)
    {
        output.Write("<saml:Subject>"u8);
        if (assertion.Subject is { } name)
        {
            output.Write("<saml:NameIdentifier"u8);
            AssertionWriter.Optional(output, "Format", name.Format);
            AssertionWriter.Optional(output, "NameQualifier", name.NameQualifier);
            output.Write(">"u8);
            output.WriteEscaped(name.Value);
            output.Write("</saml:NameIdentifier>"u8);
        }

        var confirmation = assertion.Confirmation;
        var hasKey = confirmation is not { SymmetricKey: null, PublicKey: null, Certificate: null };
        output.Write("<saml:SubjectConfirmation><saml:ConfirmationMethod>"u8);
        output.WriteEscaped(confirmation.Method ?? (hasKey ? Saml11.HolderOfKey : Saml11.Bearer));
        output.Write("</saml:ConfirmationMethod>"u8);
        AssertionWriter.KeyInfo(output, confirmation, suite);
        output.Write("</saml:SubjectConfirmation></saml:Subject>"u8);
    }

    private static void WriteAttribute(PooledBytes output, IGrouping<string, (string ClaimType, string Value)> claims)
    {
        // The last segment is the name, the rest is the namespace, as WIF takes claim types apart.
        var slash = claims.Key.LastIndexOf('/');
        var (uri, name) = slash > 0 && slash < claims.Key.Length - 1 ? (claims.Key[..slash], claims.Key[(slash + 1)..]) : ("", claims.Key);
        output.Write("<saml:Attribute"u8);
        TokenWriter.Attribute(output, "AttributeName", name);
        TokenWriter.Attribute(output, "AttributeNamespace", uri);
        output.Write(">"u8);
        foreach (var (_, value) in claims)
        {
            output.Write("<saml:AttributeValue>"u8);
            output.WriteEscaped(value);
            output.Write("</saml:AttributeValue>"u8);
        }

        output.Write("</saml:Attribute>"u8);
    }
}
