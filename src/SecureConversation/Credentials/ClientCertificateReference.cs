using System.Security.Cryptography.X509Certificates;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Credentials;

/// <summary>
/// What a message says of a certificate that it does not bring (WS-Security X.509 token profile 1.1 section 3.2): one of thumbprint,
/// subject key identifier, and issuer with serial number. A stranger may have written it.
/// </summary>
public sealed class ClientCertificateReference
{
    private readonly KeyReference _reference;

    internal ClientCertificateReference(KeyReference reference) => _reference = reference;

    /// <summary>The SHA-1 thumbprint, of 20 octets if an honest sender wrote it; null when the message has another reference.</summary>
    public ReadOnlyMemory<byte>? Thumbprint => Of(KeyReferenceKind.Thumbprint);

    /// <summary>The subject key identifier, of at most 64 octets; null when the message has another reference.</summary>
    public ReadOnlyMemory<byte>? SubjectKeyIdentifier => Of(KeyReferenceKind.SubjectKeyIdentifier);

    /// <summary>
    /// The serial number, big-endian and without leading zeros, of at most 64 octets; null when the message has another reference.
    /// </summary>
    public ReadOnlyMemory<byte>? SerialNumber => Of(KeyReferenceKind.IssuerSerial);

    /// <summary>
    /// The name of the issuer beside <see cref="SerialNumber"/>, in the spelling of the sender, of at most 4,096 characters; null when the
    /// message has another reference. Compare it with <see cref="Names"/>: spellings differ.
    /// </summary>
    public string? IssuerName => _reference.Kind == KeyReferenceKind.IssuerSerial ? _reference.IssuerName : null;

    /// <summary>Whether the reference names a certificate.</summary>
    public bool Names(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return _reference.Matches(certificate);
    }

    /// <summary>Returns what the reference says, in words.</summary>
    public override string ToString() => _reference.Describe();

    // Null alone would become an empty memory.
    private ReadOnlyMemory<byte>? Of(KeyReferenceKind kind) =>
        _reference.Kind == kind ? _reference.Value : default(ReadOnlyMemory<byte>?);
}
