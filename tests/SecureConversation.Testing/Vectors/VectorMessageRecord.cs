namespace SecureConversation.Testing.Vectors;

/// <summary>An element of <c>messages</c> in a <c>vector.json</c>.</summary>
public sealed record VectorMessageRecord
{
    public required string File { get; init; }
    public required VectorDirection Direction { get; init; }
    public required VectorMessageKind Kind { get; init; }
    public string? Action { get; init; }
    public string? MessageId { get; init; }
    public string? RelatesTo { get; init; }
    /// <summary>When it was sent: the clock of the receiver.</summary>
    public required DateTimeOffset Instant { get; init; }
    public int? HttpStatus { get; init; }
    public string? ContentType { get; init; }
    public string? SoapAction { get; init; }
    /// <summary>On a request: the reply had no SOAP message.</summary>
    public VectorEmptyReply? EmptyReply { get; init; }
    /// <summary>The decrypted envelope; the wire file itself where nothing is encrypted.</summary>
    public string? Plain { get; init; }
    /// <summary>In place of <see cref="Plain"/> for a large message.</summary>
    public string? PlainSha256 { get; init; }
    public required string Sha256 { get; init; }
    public required VectorExpectation Expect { get; init; }
    public required IReadOnlyList<string> SignedParts { get; init; }
    public required IReadOnlyList<string> EncryptedParts { get; init; }
    public required IReadOnlyList<VectorSignature> Signatures { get; init; }
    public required IReadOnlyList<VectorEncryption> Encryptions { get; init; }
    public VectorTampering? Tampering { get; init; }
    public IReadOnlyList<string> Deviations { get => field ?? []; init; }
    public string? Note { get; init; }
}

public sealed record VectorEmptyReply
{
    public required int HttpStatus { get; init; }
}

public sealed record VectorSignature
{
    public required string Algorithm { get; init; }
    public required IReadOnlyList<string> References { get; init; }
    public required VectorKey Key { get; init; }
    /// <summary>Some reference digest is over encrypted content.</summary>
    public required bool CoversCiphertext { get; init; }
}

public sealed record VectorEncryption
{
    public required string Id { get; init; }
    public required string Algorithm { get; init; }
    public required VectorKey Key { get; init; }
}

public sealed record VectorTampering
{
    public required string By { get; init; }
    public required string Description { get; init; }
    public required IReadOnlyList<VectorEdit> Edits { get; init; }
}

/// <summary>At <see cref="Offset"/> of the delivered file stands the replacement for what the sender wrote.</summary>
public sealed record VectorEdit
{
    public required int Offset { get; init; }
    public required byte[] Original { get; init; }
    public required byte[] Replacement { get; init; }
}
