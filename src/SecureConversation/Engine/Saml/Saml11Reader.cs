using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Saml;

/// <summary>
/// Reads SAML 1.1 assertions (SAML 1.1 core section 2).
/// <code>
/// saml:Assertion @AssertionID @MajorVersion="1" @MinorVersion="1" @Issuer @IssueInstant
///   saml:Conditions? [@NotBefore] [@NotOnOrAfter]
///     ( saml:AudienceRestrictionCondition / saml:Audience+ | saml:DoNotCacheCondition )*    others are refused
///   saml:Advice?                               not read
///   ( saml:AttributeStatement | saml:AuthenticationStatement )+      others are refused
///     saml:Subject
///       saml:NameIdentifier? [@Format] [@NameQualifier]
///       saml:SubjectConfirmation?              the same in all statements
///         saml:ConfirmationMethod+
///         ds:KeyInfo?
///     saml:Attribute+ @AttributeName @AttributeNamespace / saml:AttributeValue+
///     | saml:SubjectLocality?, saml:AuthorityBinding*   not read
///   ds:Signature?                              last
/// </code>
/// DoNotCacheCondition is about assertions that are kept for other requests, which nothing here does.
/// </summary>
internal static class Saml11Reader
{
    // The subject of each is compared with the first one, in a canonical form whose length the sender chose.
    private const int MaxStatements = 64;

    /// <exception cref="SecurityFailureException">The element has another shape.</exception>
    public static SamlAssertion Read(XmlElement element, ProtocolVersion protocol)
    {
        if (ChildReader.Required(element, SamlAttr.MajorVersion) != "1" || ChildReader.Required(element, SamlAttr.MinorVersion) != "1")
        {
            Fail.With(FailureCode.VersionMismatch, "saml:Assertion", element.GetAttribute(SamlAttr.MajorVersion), "SAML 1.1");
        }

        var children = new ChildReader(element);
        var conditions = children.TryTake(Saml11.Conditions, out var limits) ? ReadConditions(limits) : SamlConditions.None;
        children.TrySkip(Saml11.Advice);
        var attributes = new AttributeReader();
        var authentications = new List<SamlAuthentication>(1);
        (SamlSubject Subject, XmlElement Element)? subject = null;
        for (var statements = 0; ; statements++)
        {
            if (statements > MaxStatements)
            {
                Fail.With(FailureCode.LimitExceeded, "statements of a saml:Assertion", expected: FailureText.AtMost(MaxStatements));
            }

            if (children.TryTake(Saml11.AttributeStatement, out var statement))
            {
                subject = ReadSubject(subject, ReadAttributes(statement, attributes), protocol);
            }
            else if (children.TryTake(Saml11.AuthenticationStatement, out statement))
            {
                subject = ReadSubject(subject, ReadAuthentication(statement, authentications), protocol);
            }
            else
            {
                break;
            }
        }

        children.TryTake(Ds.Signature, out var signature);
        children.End();
        return new SamlAssertion
        {
            Element = element,
            Version = SamlVersion.V11,
            Id = element.GetId(SamlAttr.AssertionId) is { IsEmpty: false } id
                ? id
                : Fail.With<XmlId>(FailureCode.MalformedSecurityElement, "saml:Assertion/@AssertionID"),
            Issuer = ChildReader.Required(element, SamlAttr.Issuer),
            IssueInstant = ChildReader.Instant(element, SamlAttr.IssueInstant)
                ?? Fail.With<DateTimeOffset>(FailureCode.MalformedSecurityElement, "saml:Assertion/@IssueInstant"),
            Signature = signature.Is(Ds.Signature) ? signature : default,
            Conditions = conditions,
            Subject = subject?.Subject
                ?? Fail.With<SamlSubject>(FailureCode.MalformedSecurityElement, "saml:Assertion without a statement"),
            Attributes = attributes.Read,
            Authentications = authentications,
        };
    }

    private static SamlConditions ReadConditions(XmlElement element)
    {
        var children = new ChildReader(element);
        var audiences = new List<IReadOnlyList<string>>(1);
        while (true)
        {
            if (children.TryTake(Saml11.AudienceRestrictionCondition, out var restriction))
            {
                audiences.Add(Audiences.Read(restriction, Saml11.Audience));
            }
            else if (!children.TrySkip(Saml11.DoNotCacheCondition))
            {
                break;
            }
        }

        children.End();
        return new SamlConditions(ChildReader.Instant(element, SamlAttr.NotBefore), ChildReader.Instant(element, SamlAttr.NotOnOrAfter),
            audiences, IsForOneUse: false);
    }

    private static XmlElement ReadAttributes(XmlElement statement, AttributeReader attributes)
    {
        var children = new ChildReader(statement);
        var subject = children.Take(Saml11.Subject);
        do
        {
            var attribute = children.Take(Saml11.Attribute);
            var name = ChildReader.Required(attribute, SamlAttr.AttributeName);
            var uri = ChildReader.Attribute(attribute, SamlAttr.AttributeNamespace);

            // The form that WIF gives and takes; WCF itself has the namespace with a slash as well.
            attributes.Add(attribute, string.IsNullOrEmpty(uri) ? name : $"{uri}/{name}", Saml11.AttributeValue);
        }
        while (!children.IsAtEnd);
        children.End();
        return subject;
    }

    private static XmlElement ReadAuthentication(XmlElement statement, List<SamlAuthentication> authentications)
    {
        var children = new ChildReader(statement);
        var subject = children.Take(Saml11.Subject);
        children.TrySkip(Saml11.SubjectLocality);
        while (children.TrySkip(Saml11.AuthorityBinding))
        {
        }

        children.End();
        authentications.Add(new SamlAuthentication(
            ChildReader.Attribute(statement, SamlAttr.AuthenticationMethod),
            ChildReader.Instant(statement, SamlAttr.AuthenticationInstant)
                ?? Fail.With<DateTimeOffset>(FailureCode.MalformedSecurityElement, "saml:AuthenticationStatement"),
            null));
        return subject;
    }

    /// <summary>Each statement has a subject; a second one that differs would be somebody else.</summary>
    private static (SamlSubject Subject, XmlElement Element) ReadSubject(
        (SamlSubject Subject, XmlElement Element)? first, XmlElement element, ProtocolVersion protocol)
    {
        if (first is not { } known)
        {
            return (ReadSubject(element, protocol), element);
        }

        return SameContent.Of(known.Element, element)
            ? known
            : Fail.With<(SamlSubject, XmlElement)>(FailureCode.MalformedSecurityElement, "saml:Subject that differs from the first one");
    }

    private static SamlSubject ReadSubject(XmlElement element, ProtocolVersion protocol)
    {
        var children = new ChildReader(element);
        SamlName? name = null;
        if (children.TryTake(Saml11.NameIdentifier, out var identifier))
        {
            name = new SamlName(ChildReader.Text(identifier, SamlAssertion.MaxName))
            {
                Format = ChildReader.Attribute(identifier, SamlAttr.Format),
                NameQualifier = ChildReader.Attribute(identifier, SamlAttr.NameQualifier),
            };
        }

        var confirmations = new List<SamlConfirmation>(1);
        if (children.TryTake(Saml11.SubjectConfirmation, out var confirmation))
        {
            var inner = new ChildReader(confirmation);
            var methods = new List<SamlConfirmationMethod>(1);
            do
            {
                methods.Add(MethodOf(ChildReader.Token(inner.Take(Saml11.ConfirmationMethod), SamlAssertion.MaxName)));
            }
            while (methods.Count < SubjectKey.MaxConfirmations && inner.IsNext(Saml11.ConfirmationMethod));

            var key = inner.TryTake(Ds.KeyInfo, out var keyInfo) ? SubjectKey.Read(keyInfo, protocol) : null;
            inner.End();
            confirmations.AddRange(methods.Select(method => new SamlConfirmation(method) { Key = key }));
        }

        children.End();
        return new SamlSubject(name, confirmations);
    }

    private static SamlConfirmationMethod MethodOf(string uri) => uri switch
    {
        Saml11.HolderOfKey => SamlConfirmationMethod.HolderOfKey,
        Saml11.Bearer => SamlConfirmationMethod.Bearer,
        _ => SamlConfirmationMethod.Other,
    };
}
