using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Saml;

/// <summary>
/// Reads SAML 2.0 assertions (SAML 2.0 core section 2).
/// <code>
/// saml2:Assertion @ID @Version="2.0" @IssueInstant
///   saml2:Issuer                               text
///   ds:Signature?
///   saml2:Subject?
///     saml2:NameID? [@Format] [@NameQualifier] [@SPNameQualifier] [@SPProvidedID]   BaseID and EncryptedID are refused
///     saml2:SubjectConfirmation* @Method
///       saml2:NameID?                          not read
///       saml2:SubjectConfirmationData? [@NotBefore] [@NotOnOrAfter] [@Recipient] [@InResponseTo]
///         ds:KeyInfo?                          others are refused
///   saml2:Conditions? [@NotBefore] [@NotOnOrAfter]
///     ( saml2:AudienceRestriction / saml2:Audience+ | saml2:OneTimeUse | saml2:ProxyRestriction )*   others are refused
///   saml2:Advice?                              not read
///   ( saml2:AttributeStatement | saml2:AuthnStatement )*   others are refused
///     saml2:Attribute+ @Name / saml2:AttributeValue*       EncryptedAttribute is refused
/// </code>
/// ProxyRestriction is about assertions that are issued for this one, which nothing here does.
/// </summary>
internal static class Saml20Reader
{
    /// <exception cref="SecurityFailureException">The element has another shape.</exception>
    public static SamlAssertion Read(XmlElement element, ProtocolVersion protocol)
    {
        if (ChildReader.Required(element, SamlAttr.Version) is not "2.0" and var version)
        {
            Fail.With(FailureCode.VersionMismatch, "saml2:Assertion", version, "SAML 2.0");
        }

        var children = new ChildReader(element);
        var issuer = ChildReader.Token(children.Take(Saml20.Issuer), SamlAssertion.MaxName);
        var isSigned = children.TryTake(Ds.Signature, out var signature);
        var subject = children.TryTake(Saml20.Subject, out var about) ? ReadSubject(about, protocol) : new SamlSubject(null, []);
        var conditions = children.TryTake(Saml20.Conditions, out var limits) ? ReadConditions(limits) : SamlConditions.None;
        children.TrySkip(Saml20.Advice);
        var attributes = new AttributeReader();
        var authentications = new List<SamlAuthentication>(1);
        while (true)
        {
            if (children.TryTake(Saml20.AttributeStatement, out var statement))
            {
                ReadAttributes(statement, attributes);
            }
            else if (children.TryTake(Saml20.AuthnStatement, out statement))
            {
                authentications.Add(ReadAuthentication(statement));
            }
            else
            {
                break;
            }
        }

        children.End();
        return new SamlAssertion
        {
            Element = element,
            Version = SamlVersion.V20,
            Id = element.GetId(SamlAttr.Id) is { IsEmpty: false } id
                ? id
                : Fail.With<XmlId>(FailureCode.MalformedSecurityElement, "saml2:Assertion/@ID"),
            Issuer = issuer,
            IssueInstant = ChildReader.Instant(element, SamlAttr.IssueInstant)
                ?? Fail.With<DateTimeOffset>(FailureCode.MalformedSecurityElement, "saml2:Assertion/@IssueInstant"),
            Signature = isSigned ? signature : default,
            Conditions = conditions,
            Subject = subject,
            Attributes = attributes.Read,
            Authentications = authentications,
        };
    }

    private static SamlConditions ReadConditions(XmlElement element)
    {
        var children = new ChildReader(element);
        var audiences = new List<IReadOnlyList<string>>(1);
        var isForOneUse = false;
        while (true)
        {
            if (children.TryTake(Saml20.AudienceRestriction, out var restriction))
            {
                audiences.Add(Audiences.Read(restriction, Saml20.Audience));
            }
            else if (children.TrySkip(Saml20.OneTimeUse))
            {
                isForOneUse = true;
            }
            else if (!children.TrySkip(Saml20.ProxyRestriction))
            {
                break;
            }
        }

        children.End();
        return new SamlConditions(ChildReader.Instant(element, SamlAttr.NotBefore), ChildReader.Instant(element, SamlAttr.NotOnOrAfter),
            audiences, isForOneUse);
    }

    private static SamlSubject ReadSubject(XmlElement element, ProtocolVersion protocol)
    {
        var children = new ChildReader(element);
        var name = children.TryTake(Saml20.NameId, out var identifier) ? ReadName(identifier) : null;
        var confirmations = new List<SamlConfirmation>(1);
        while (children.TryTake(Saml20.SubjectConfirmation, out var confirmation))
        {
            if (confirmations.Count == SubjectKey.MaxConfirmations)
            {
                Fail.With(FailureCode.LimitExceeded, "saml2:SubjectConfirmation", expected: FailureText.AtMost(confirmations.Count));
            }

            confirmations.Add(ReadConfirmation(confirmation, protocol));
        }

        children.End();
        return new SamlSubject(name, confirmations);
    }

    private static SamlName ReadName(XmlElement element) => new(ChildReader.Text(element, SamlAssertion.MaxName))
    {
        Format = ChildReader.Attribute(element, SamlAttr.Format),
        NameQualifier = ChildReader.Attribute(element, SamlAttr.NameQualifier),
        SpNameQualifier = ChildReader.Attribute(element, SamlAttr.SpNameQualifier),
        SpProvidedId = ChildReader.Attribute(element, SamlAttr.SpProvidedId),
    };

    private static SamlConfirmation ReadConfirmation(XmlElement element, ProtocolVersion protocol)
    {
        var children = new ChildReader(element);
        var confirmation = new SamlConfirmation(MethodOf(ChildReader.Required(element, SamlAttr.Method)));
        children.TrySkip(Saml20.NameId);
        if (children.TryTake(Saml20.SubjectConfirmationData, out var data))
        {
            var inner = new ChildReader(data);
            confirmation = confirmation with
            {
                Key = inner.TryTake(Ds.KeyInfo, out var keyInfo) ? SubjectKey.Read(keyInfo, protocol) : null,
                NotBefore = ChildReader.Instant(data, SamlAttr.NotBefore),
                NotOnOrAfter = ChildReader.Instant(data, SamlAttr.NotOnOrAfter),
                Recipient = ChildReader.Attribute(data, SamlAttr.Recipient),
                InResponseTo = ChildReader.Attribute(data, SamlAttr.InResponseTo),
            };
            inner.End();
        }

        children.End();
        return confirmation;
    }

    private static void ReadAttributes(XmlElement statement, AttributeReader attributes)
    {
        var children = new ChildReader(statement);
        do
        {
            var attribute = children.Take(Saml20.Attribute);
            attributes.Add(attribute, ChildReader.Required(attribute, SamlAttr.Name), Saml20.AttributeValue);
        }
        while (!children.IsAtEnd);
    }

    private static SamlAuthentication ReadAuthentication(XmlElement statement)
    {
        var children = new ChildReader(statement);
        children.TrySkip(Saml20.SubjectLocality);
        var context = new ChildReader(children.Take(Saml20.AuthnContext));
        var method = context.TryTake(Saml20.AuthnContextClassRef, out var reference)
            ? ChildReader.Token(reference, SamlAssertion.MaxName)
            : null;
        if (context.TryTake(Saml20.AuthnContextDeclRef, out var declaration))
        {
            method ??= ChildReader.Token(declaration, SamlAssertion.MaxName);
        }

        while (context.TrySkip(Saml20.AuthenticatingAuthority))
        {
        }

        context.End();
        children.End();
        return new SamlAuthentication(
            method,
            ChildReader.Instant(statement, SamlAttr.AuthnInstant)
                ?? Fail.With<DateTimeOffset>(FailureCode.MalformedSecurityElement, "saml2:AuthnStatement"),
            ChildReader.Instant(statement, SamlAttr.SessionNotOnOrAfter));
    }

    private static SamlConfirmationMethod MethodOf(string uri) => uri switch
    {
        Saml20.HolderOfKey => SamlConfirmationMethod.HolderOfKey,
        Saml20.Bearer => SamlConfirmationMethod.Bearer,
        _ => SamlConfirmationMethod.Other,
    };
}
