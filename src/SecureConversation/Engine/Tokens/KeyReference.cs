using System.Security.Cryptography.X509Certificates;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Tokens;

/// <summary>The ways in which a security token reference or a KeyInfo names its key (WS-Security 1.1 section 7).</summary>
internal enum KeyReferenceKind
{
    /// <summary><c>wsse:Reference URI="#id"</c>: a token in the same security header.</summary>
    LocalId,

    /// <summary><c>wsse:Reference URI="urn:..."</c>: a security context by its identifier and instance.</summary>
    SecurityContext,

    /// <summary>Key identifier <c>EncryptedKeySHA1</c>: the encrypted key of the request.</summary>
    EncryptedKeySha1,

    /// <summary><c>ds:KeyValue</c>: a bare RSA key.</summary>
    KeyValue,

    /// <summary>Key identifier <c>SAMLAssertionID</c> or <c>SAMLID</c>: an assertion by its Id, in this message or another.</summary>
    Assertion,

    /// <summary>Key identifier <c>ThumbprintSHA1</c>.</summary>
    Thumbprint,

    /// <summary>Key identifier <c>X509SubjectKeyIdentifier</c>.</summary>
    SubjectKeyIdentifier,

    /// <summary><c>ds:X509IssuerSerial</c>.</summary>
    IssuerSerial,

    /// <summary><c>ds:X509Certificate</c>, the certificate itself.</summary>
    RawData,
}

/// <summary>One parsed reference to a key. Which members are set follows from <see cref="Kind"/>.</summary>
internal sealed record KeyReference(KeyReferenceKind Kind)
{
    /// <summary>The Id of <see cref="KeyReferenceKind.LocalId"/> and <see cref="KeyReferenceKind.Assertion"/>.</summary>
    public XmlId LocalId { get; init; }

    // Most references have a local Id, and a message has half a dozen of them: what others have takes no room in those.
    private readonly Further? _further;

    /// <summary>The context identifier of <see cref="KeyReferenceKind.SecurityContext"/>.</summary>
    public string Uri
    {
        get => _further?.Uri ?? "";
        init => _further = (_further ?? Further.None) with { Uri = value };
    }

    /// <summary>The wsc:Instance of a renewed context; else null.</summary>
    public string? Instance
    {
        get => _further?.Instance;
        init => _further = (_further ?? Further.None) with { Instance = value };
    }

    /// <summary>The hash, key identifier, modulus, big-endian serial number or certificate, by <see cref="Kind"/>.</summary>
    public ReadOnlyMemory<byte> Value
    {
        get => _further?.Value ?? default;
        init => _further = (_further ?? Further.None) with { Value = value };
    }

    /// <summary>The issuer of <see cref="KeyReferenceKind.IssuerSerial"/>, as the sender wrote it.</summary>
    public string? IssuerName
    {
        get => _further?.IssuerName;
        init => _further = (_further ?? Further.None) with { IssuerName = value };
    }

    /// <summary>The public exponent of <see cref="KeyReferenceKind.KeyValue"/>, whose modulus is <see cref="Value"/>.</summary>
    public ReadOnlyMemory<byte> Exponent
    {
        get => _further?.Exponent ?? default;
        init => _further = (_further ?? Further.None) with { Exponent = value };
    }

    /// <summary>Whether the reference names a certificate by its properties or contains it.</summary>
    public bool IsX509 => Kind >= KeyReferenceKind.Thumbprint;

    /// <summary>Whether it may name a child of the security header, by its Id.</summary>
    public bool IsById => Kind is KeyReferenceKind.LocalId or KeyReferenceKind.Assertion;

    /// <summary>What it names, for the log: a stranger may have written it.</summary>
    public string Describe() => Kind switch
    {
        KeyReferenceKind.LocalId => $"the token #{LocalId}",
        KeyReferenceKind.SecurityContext => Uri,
        KeyReferenceKind.KeyValue => "a key in ds:KeyValue",
        KeyReferenceKind.Assertion => $"the assertion {LocalId}",
        KeyReferenceKind.EncryptedKeySha1 => $"EncryptedKeySHA1 {Convert.ToBase64String(Value.Span)}",
        KeyReferenceKind.Thumbprint => $"SHA-1 thumbprint {Convert.ToHexString(Value.Span)}",
        KeyReferenceKind.SubjectKeyIdentifier => $"subject key identifier {Convert.ToHexString(Value.Span)}",
        KeyReferenceKind.IssuerSerial => $"serial number {Convert.ToHexString(Value.Span)} of {IssuerName}",
        _ => "a certificate in the reference",
    };

    /// <summary>Whether this reference names the given certificate.</summary>
    public bool Matches(X509Certificate2 certificate) => Kind switch
    {
        KeyReferenceKind.Thumbprint => Value.Span.SequenceEqual(X509Facts.Of(certificate).Thumbprint),
        KeyReferenceKind.SubjectKeyIdentifier => Value.Length > 0
            && Value.Span.SequenceEqual(X509Facts.Of(certificate).KnownKeyIdentifier),
        KeyReferenceKind.RawData => Value.Span.SequenceEqual(certificate.RawDataMemory.Span),

        // A name that cannot be read is no other name.
        KeyReferenceKind.IssuerSerial => Value.Span.SequenceEqual(X509Facts.Of(certificate).SerialNumber)
            && DistinguishedName.SameName(IssuerName!, certificate.IssuerName) != false,
        _ => false,
    };

    private sealed record Further(
        string Uri, string? Instance, ReadOnlyMemory<byte> Value, string? IssuerName, ReadOnlyMemory<byte> Exponent)
    {
        public static readonly Further None = new("", null, default, null, default);
    }
}
