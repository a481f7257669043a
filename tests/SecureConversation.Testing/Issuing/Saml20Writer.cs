using SecureConversation.Binding;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Replay;
using SecureConversation.Engine.Saml;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Testing;

/// <summary>Writes SAML 2.0 assertions: what stands before the signature, and what stands behind it.</summary>
internal static class Saml20Writer
{
    /// <summary>Writes the start tag and the issuer; the signature follows.</summary>
    public static void WriteStart(PooledBytes output, AssertionDescription assertion)
    {
        output.Write("<saml2:Assertion xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\""u8);
        TokenWriter.Attribute(output, "ID", assertion.Id);
        TokenWriter.Attribute(output, "IssueInstant", Timestamp.Format(assertion.IssueInstant));
        output.Write(" Version=\"2.0\"><saml2:Issuer>"u8);
        output.WriteEscaped(assertion.Issuer);
        output.Write("</saml2:Issuer>"u8);
    }

    /// <summary>Writes the rest, with the end tag.</summary>
    public static void WriteRest(PooledBytes output, AssertionDescription assertion, SecurityAlgorithmSuite suite)
    {
        WriteSubject(output, assertion, suite);
        if (assertion is not { NotBefore: null, NotOnOrAfter: null, Audiences.Count: 0, IsForOneUse: false })
        {
            WriteConditions(output, assertion);
        }

        if (assertion.AuthenticationMethod is { } method)
        {
            output.Write("<saml2:AuthnStatement"u8);
            TokenWriter.Attribute(output, "AuthnInstant", Timestamp.Format(assertion.AuthenticationInstant ?? assertion.IssueInstant));
            output.Write("><saml2:AuthnContext><saml2:AuthnContextClassRef>"u8);
            output.WriteEscaped(method);
            output.Write("</saml2:AuthnContextClassRef></saml2:AuthnContext></saml2:AuthnStatement>"u8);
        }

        if (assertion.Claims.Count > 0)
        {
            output.Write("<saml2:AttributeStatement>"u8);
            foreach (var group in assertion.Claims.GroupBy(claim => claim.ClaimType))
            {
                output.Write("<saml2:Attribute"u8);
                TokenWriter.Attribute(output, "Name", group.Key);
                output.Write(">"u8);
                foreach (var (_, value) in group)
                {
                    output.Write("<saml2:AttributeValue>"u8);
                    output.WriteEscaped(value);
                    output.Write("</saml2:AttributeValue>"u8);
                }

                output.Write("</saml2:Attribute>"u8);
            }

            output.Write("</saml2:AttributeStatement>"u8);
        }

        output.Write("</saml2:Assertion>"u8);
    }

    private static void WriteSubject(PooledBytes output, AssertionDescription assertion, SecurityAlgorithmSuite suite)
    {
        output.Write("<saml2:Subject>"u8);
        if (assertion.Subject is { } name)
        {
            output.Write("<saml2:NameID"u8);
            AssertionWriter.Optional(output, "Format", name.Format);
            AssertionWriter.Optional(output, "NameQualifier", name.NameQualifier);
            AssertionWriter.Optional(output, "SPNameQualifier", name.SpNameQualifier);
            AssertionWriter.Optional(output, "SPProvidedID", name.SpProvidedId);
            output.Write(">"u8);
            output.WriteEscaped(name.Value);
            output.Write("</saml2:NameID>"u8);
        }

        var confirmation = assertion.Confirmation;
        var hasKey = confirmation is not { SymmetricKey: null, PublicKey: null, Certificate: null };
        output.Write("<saml2:SubjectConfirmation"u8);
        TokenWriter.Attribute(output, "Method", confirmation.Method ?? (hasKey ? Saml20.HolderOfKey : Saml20.Bearer));
        output.Write("><saml2:SubjectConfirmationData"u8);

        // SAML 2.0 core section 2.4.1.3: the type says that there is nothing but keys.
        output.Write(hasKey ? " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""u8 : default);
        AssertionWriter.Optional(output, "InResponseTo", confirmation.InResponseTo);
        AssertionWriter.Times(output, confirmation.NotBefore, confirmation.NotOnOrAfter);
        AssertionWriter.Optional(output, "Recipient", confirmation.Recipient);
        output.Write(hasKey ? " xsi:type=\"saml2:KeyInfoConfirmationDataType\">"u8 : ">"u8);
        AssertionWriter.KeyInfo(output, confirmation, suite);
        output.Write("</saml2:SubjectConfirmationData></saml2:SubjectConfirmation></saml2:Subject>"u8);
    }

    private static void WriteConditions(PooledBytes output, AssertionDescription assertion)
    {
        output.Write("<saml2:Conditions"u8);
        AssertionWriter.Times(output, assertion.NotBefore, assertion.NotOnOrAfter);
        output.Write(">"u8);
        if (assertion.Audiences.Count > 0)
        {
            output.Write("<saml2:AudienceRestriction>"u8);
            foreach (var audience in assertion.Audiences)
            {
                output.Write("<saml2:Audience>"u8);
                output.WriteEscaped(audience);
                output.Write("</saml2:Audience>"u8);
            }

            output.Write("</saml2:AudienceRestriction>"u8);
        }

        output.Write(assertion.IsForOneUse ? "<saml2:OneTimeUse></saml2:OneTimeUse>"u8 : default);
        output.Write("</saml2:Conditions>"u8);
    }
}
