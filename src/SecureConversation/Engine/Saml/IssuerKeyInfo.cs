using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Saml;

/// <summary>
/// What a signature says of the key of the issuer. Each is a hint by which a key that is trusted already is found; only a certificate in it
/// can be one that nobody knew before, and then it is validated.
/// <code>
/// ds:KeyInfo                                   1 to 4 children, no text
///   ds:X509Data*                               1 to 8 children
///     ( ds:X509Certificate | ds:X509IssuerSerial | ds:X509SKI | ds:X509SubjectName )+    the name is ignored
///   ds:KeyValue*                               RSA
///   ds:KeyName*                                ignored
///   o:SecurityTokenReference*                  by thumbprint, subject key identifier, issuer and serial number
/// </code>
/// References to tokens of the message are refused: the issuer signed before there was a message.
/// </summary>
internal sealed class IssuerKeyInfo
{
    private const int MaxChildren = 4;
    private const int MaxDataChildren = 8;
    private const int MaxIdentifierBytes = 64;

    private IssuerKeyInfo(IReadOnlyList<KeyReference> certificates, IReadOnlyList<RsaKeyValue> keys)
    {
        Certificates = certificates;
        Keys = keys;
    }

    /// <summary>References to certificates, and certificates themselves, as they stand in the document.</summary>
    public IReadOnlyList<KeyReference> Certificates { get; }

    public IReadOnlyList<RsaKeyValue> Keys { get; }

    /// <exception cref="SecurityFailureException">The element has another shape.</exception>
    public static IssuerKeyInfo Read(XmlElement keyInfo, ProtocolVersion protocol)
    {
        var certificates = new List<KeyReference>(2);
        var keys = new List<RsaKeyValue>(1);
        var count = 0;
        foreach (var child in keyInfo.Children)
        {
            if (++count > MaxChildren)
            {
                Fail.With(FailureCode.LimitExceeded, "ds:KeyInfo of an assertion", expected: FailureText.AtMost(MaxChildren));
            }

            if (child.Is(Ds.X509Data))
            {
                ReadData(child, certificates);
            }
            else if (child.Is(Ds.KeyValue))
            {
                keys.Add(RsaKeyValue.Read(child));
            }
            else if (child.Is(Wsse.SecurityTokenReference))
            {
                var reference = SecurityTokenReferenceReader.Read(child, protocol);
                certificates.Add(reference.IsX509
                    ? reference
                    : Fail.With<KeyReference>(FailureCode.UnresolvedReference, "issuer of an assertion", reference.Describe()));
            }
            else if (!child.Is(Ds.KeyName))
            {
                Fail.With(FailureCode.MalformedSecurityElement, "ds:KeyInfo of an assertion", child.Describe());
            }
        }

        if (keyInfo.HasText || (certificates.Count == 0 && keys.Count == 0))
        {
            Fail.With(FailureCode.MalformedSecurityElement, "ds:KeyInfo of an assertion");
        }

        return new IssuerKeyInfo(certificates, keys);
    }

    /// <summary>What it names, for the log.</summary>
    public string Describe() =>
        string.Join(", ", Certificates.Select(c => c.Describe()).Concat(Keys.Select(k => k.ToString())));

    private static void ReadData(XmlElement data, List<KeyReference> certificates)
    {
        var count = 0;
        foreach (var child in data.Children)
        {
            if (++count > MaxDataChildren)
            {
                Fail.With(FailureCode.LimitExceeded, "ds:X509Data of an assertion", expected: FailureText.AtMost(MaxDataChildren));
            }

            if (child.Is(Ds.X509Certificate) || child.Is(Ds.X509IssuerSerial))
            {
                certificates.Add(SecurityTokenReferenceReader.ReadX509DataChild(child));
            }
            else if (child.Is(Ds.X509Ski))
            {
                certificates.Add(new KeyReference(KeyReferenceKind.SubjectKeyIdentifier)
                {
                    Value = ElementValue.Base64(child, MaxIdentifierBytes),
                });
            }
            else if (!child.Is(Ds.X509SubjectName))
            {
                Fail.With(FailureCode.MalformedSecurityElement, "ds:X509Data of an assertion", child.Describe());
            }
        }
    }
}
