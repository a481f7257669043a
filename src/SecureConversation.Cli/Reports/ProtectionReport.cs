namespace SecureConversation.Cli.Reports;

/// <summary>A key by its public name, which reveals nothing of it.</summary>
/// <param name="Kind">"DerivedKey", "EncryptedKey", "SecurityContext", "Certificate", "UserName", "Rsa", "IssuedToken".</param>
/// <param name="Name">Its name.</param>
/// <param name="Of">What it is derived from, in words; null where it is not derived.</param>
internal sealed record KeyReport(string Kind, string Name, string? Of = null);

/// <summary>One signature.</summary>
/// <param name="Algorithm">URI of the signature method.</param>
/// <param name="Key">The key; null where the message does not lead to one.</param>
/// <param name="IsEndorsing">Whether it is by a supporting token.</param>
/// <param name="References">What it covers.</param>
internal sealed record SignatureReport(string Algorithm, KeyReport? Key, bool IsEndorsing, IReadOnlyList<ReferenceReport> References);

/// <summary>One reference of a signature.</summary>
internal sealed record ReferenceReport
{
    /// <summary>Name of the element that it covers, with a known prefix (s:Body); null where there is none.</summary>
    public string? Part { get; init; }

    /// <summary>The URI as written.</summary>
    public required string Uri { get; init; }

    public string? DigestAlgorithm { get; init; }

    /// <summary>The digest that the message states, in base64.</summary>
    public string? StatedDigest { get; init; }

    /// <summary>The digest of what was received, in base64.</summary>
    public string? ComputedDigest { get; init; }

    /// <summary>
    /// Whether both are the same: of a message that was accepted the engine says it, of one that was refused it was computed here. Null
    /// where neither is so.
    /// </summary>
    public bool? Matches { get; init; }

    /// <summary>The canonical form of what was received, where the digests differ.</summary>
    public string? ReceivedForm { get; init; }

    /// <summary>A canonical form that has the stated digest, where one was found.</summary>
    public string? SignedForm { get; init; }

    /// <summary>How that form differs in words: "the sender canonicalized with comments".</summary>
    public string? Difference { get; init; }

    /// <summary>Index of the first character at which both forms differ.</summary>
    public int? FirstDifference { get; init; }
}

/// <summary>One part that was encrypted.</summary>
/// <param name="Id">Its Id.</param>
/// <param name="Part">
/// Name of the element, with a known prefix; of the body only the content was encrypted. Null where it was not decrypted.
/// </param>
/// <param name="Algorithm">URI of the encryption method.</param>
/// <param name="Key">The key; null where the message does not lead to one.</param>
/// <param name="IsDecrypted">Whether it could be decrypted.</param>
internal sealed record EncryptionReport(string? Id, string? Part, string Algorithm, KeyReport? Key, bool IsDecrypted);

/// <summary>An element of the envelope. Below the children of the body nothing is listed: <see cref="Text"/> has it.</summary>
internal sealed record PartReport
{
    /// <summary>Its name with a known prefix: s:Envelope, a:Action, o:Security.</summary>
    public required string Name { get; init; }

    public string? Id { get; init; }

    /// <summary>Indexes of the signatures of the message that the engine verified over it itself.</summary>
    public IReadOnlyList<int> SignedBy { get; init; } = [];

    /// <summary>Index of the encryption that it was under; null where it stood in clear.</summary>
    public int? EncryptedBy { get; init; }

    /// <summary>Its XML as a whole where it has no children here, else null.</summary>
    public string? Text { get; init; }

    public IReadOnlyList<PartReport> Children { get; init; } = [];
}

/// <summary>Why a message was refused.</summary>
internal sealed record FailureReport
{
    /// <summary>The number of the <see cref="FailureCode"/>.</summary>
    public required int Code { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The rule that failed, in a sentence.</summary>
    public required string Rule { get; init; }

    /// <summary>The clause of the specification.</summary>
    public required string Clause { get; init; }

    /// <summary>What the message has; null where nothing is known beyond the rule.</summary>
    public string? Found { get; init; }

    /// <summary>What the binding asks for.</summary>
    public string? Expected { get; init; }

    public required string Cause { get; init; }

    public required string Remedy { get; init; }
}

/// <summary>A SOAP fault.</summary>
/// <param name="Code">Code and subcode.</param>
/// <param name="Reason">Its reason.</param>
/// <param name="IsSecured">Whether it came under message security.</param>
internal sealed record FaultReport(string Code, string Reason, bool IsSecured);
