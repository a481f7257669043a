using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Encryption;
using SecureConversation.Engine.Replay;
using SecureConversation.Engine.Saml;
using SecureConversation.Engine.Signature;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Testing;

/// <summary>
/// Writes assertions in the shapes that <see cref="Saml11Reader"/> and <see cref="Saml20Reader"/> read, and signs them, for security token
/// services of tests.
/// </summary>
internal static class AssertionWriter
{
    /// <summary>Writes a signed assertion.</summary>
    /// <param name="assertion">What it says.</param>
    /// <param name="issuer">Who signs it.</param>
    /// <param name="suite">The algorithms of signature, digest and key wrap.</param>
    /// <param name="style">How the signature names the certificate of the issuer.</param>
    public static byte[] Write(AssertionDescription assertion, X509Credential issuer, SecurityAlgorithmSuite suite,
        X509ReferenceStyle style = X509ReferenceStyle.RawDataKeyIdentifier)
    {
        using var before = new PooledBytes();
        using var after = new PooledBytes();
        if (assertion.Version == SamlVersion.V11)
        {
            Saml11Writer.Write(before, assertion, suite);
            after.Write("</saml:Assertion>"u8);
        }
        else
        {
            Saml20Writer.WriteStart(before, assertion);
            Saml20Writer.WriteRest(after, assertion, suite);
        }

        using var output = new PooledBytes();
        output.Write(before.Span);
        Sign(output, assertion.Id, [.. before.Span, .. after.Span], issuer, suite, style);
        output.Write(after.Span);
        return output.Span.ToArray();
    }

    /// <summary>Writes the ds:KeyInfo of a subject; nothing for a bearer.</summary>
    public static void KeyInfo(PooledBytes output, ConfirmationDescription confirmation, SecurityAlgorithmSuite suite)
    {
        if (confirmation is { SymmetricKey: null, PublicKey: null, Certificate: null })
        {
            return;
        }

        output.Write("<KeyInfo xmlns=\"http://www.w3.org/2000/09/xmldsig#\">"u8);
        if (confirmation.SymmetricKey is { } key)
        {
            var service = confirmation.WrapFor!;
            using var recipient = service.GetRSAPublicKey()!;
            EncryptionWriter.EncryptedKey(output, null, recipient, key, suite,
                o => TokenWriter.CertificateReference(o, service, confirmation.WrapReference, wss11: true, bsp: true), []);
        }
        else if (confirmation.PublicKey is { } rsa)
        {
            RsaKeyValue.Of(rsa).Write(output);
        }
        else
        {
            TokenWriter.CertificateReference(
                output, confirmation.Certificate!, X509ReferenceStyle.RawDataKeyIdentifier, wss11: true, bsp: true);
        }

        output.Write("</KeyInfo>"u8);
    }

    /// <summary>Writes NotBefore and NotOnOrAfter.</summary>
    public static void Times(PooledBytes output, DateTimeOffset? notBefore, DateTimeOffset? notOnOrAfter)
    {
        if (notBefore is { } from)
        {
            TokenWriter.Attribute(output, "NotBefore", Timestamp.Format(from));
        }

        if (notOnOrAfter is { } to)
        {
            TokenWriter.Attribute(output, "NotOnOrAfter", Timestamp.Format(to));
        }
    }

    /// <summary>Writes an attribute that may be left out.</summary>
    public static void Optional(PooledBytes output, string name, string? value)
    {
        if (value is not null)
        {
            TokenWriter.Attribute(output, name, value);
        }
    }

    private static void Sign(PooledBytes output, string id, byte[] unsigned, X509Credential issuer, SecurityAlgorithmSuite suite,
        X509ReferenceStyle style)
    {
        using var index = XmlIndex.Parse(unsigned, XmlLimits.Known);
        using var digest = new ReferenceDigest(suite.Digest);
        var value = new byte[suite.Digest.Size];
        digest.Compute(index.Root, default, CanonicalForm.Recommendation, value);
        using var writer = new SignatureWriter(suite);
        writer.Add(new PartDigest(id, value, []), symmetric: false, enveloped: true);
        writer.Finish(output, null, issuer.PrivateKey,
            o => TokenWriter.CertificateReference(o, issuer.Certificate, style, wss11: true, bsp: true));
    }
}
