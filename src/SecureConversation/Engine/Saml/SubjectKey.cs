using System.Security.Cryptography;
using SecureConversation.Binding;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Signature;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Saml;

/// <summary>
/// The key of the holder of an assertion.
/// <code>
/// ds:KeyInfo
///   e:EncryptedKey                             a symmetric key, wrapped for the service
/// | ( ds:KeyValue | ds:X509Data / ds:X509Certificate )+   a public key; with both, the certificate is of that key
/// </code>
/// Others are refused: a key in clear, references to keys, names of keys.
/// </summary>
internal sealed class SubjectKey
{
    /// <summary>The most confirmations of a subject.</summary>
    public const int MaxConfirmations = 8;

    private const int MaxCertificateBytes = 16 * 1024;

    /// <summary>The symmetric key; null for others.</summary>
    public EncryptedKey? Wrapped { get; private init; }

    /// <summary>The public key; null for others.</summary>
    public RsaKeyValue? Rsa { get; private init; }

    /// <summary>The octets of the certificate whose private key the holder has; null for others.</summary>
    public byte[]? Certificate { get; private init; }

    /// <summary>The public key for use, which the caller disposes of.</summary>
    /// <exception cref="SecurityFailureException">The suite does not allow it, or the certificate has another one.</exception>
    public RSA OpenPublicKey(SecurityAlgorithmSuite suite)
    {
        RSA? key = null;
        try
        {
            if (Certificate is null)
            {
                key = Rsa!.Create();
                SignatureVerification.RequireKey(key, suite);
                return key;
            }

            using var certificate = BinarySecurityToken.ReadCertificate(Certificate);
            key = SignatureVerification.PublicKey(certificate, suite);
            return Rsa is null || Rsa.Equals(key) ? key : Fail.With<RSA>(FailureCode.WrongToken, "ds:KeyInfo of a subject");
        }
        catch
        {
            key?.Dispose();
            throw;
        }
    }

    /// <exception cref="SecurityFailureException">The element has another shape.</exception>
    public static SubjectKey Read(XmlElement keyInfo, ProtocolVersion protocol)
    {
        var children = new ChildReader(keyInfo);
        if (children.TryTake(Xenc.EncryptedKey, out var wrapped))
        {
            children.End();
            var key = EncryptedKey.Read(wrapped, protocol);
            return key.ReferenceList.IsNull
                ? new SubjectKey { Wrapped = key }
                : Fail.With<SubjectKey>(FailureCode.MalformedSecurityElement, "xenc:ReferenceList in an assertion");
        }

        var value = children.TryTake(Ds.KeyValue, out var keyValue) ? RsaKeyValue.Read(keyValue) : null;
        byte[]? certificate = null;
        if (children.TryTake(Ds.X509Data, out var data))
        {
            var inner = new ChildReader(data);
            certificate = ElementValue.Base64(inner.Take(Ds.X509Certificate), MaxCertificateBytes);
            inner.End();
        }

        if (value is null && certificate is not null && children.TryTake(Ds.KeyValue, out keyValue))
        {
            value = RsaKeyValue.Read(keyValue);
        }

        children.End();
        return value is null && certificate is null
            ? Fail.With<SubjectKey>(FailureCode.MalformedSecurityElement, "ds:KeyInfo of a subject")
            : new SubjectKey { Rsa = value, Certificate = certificate };
    }
}
