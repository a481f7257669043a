using System.Text.Json.Serialization;

namespace SecureConversation.Testing.Vectors;

/// <summary>What a receiver has to make of a message: one of the three nested records.</summary>
[JsonConverter(typeof(VectorExpectationConverter))]
public abstract record VectorExpectation
{
    private VectorExpectation()
    {
    }

    /// <summary>The receiver must accept.</summary>
    public sealed record Verified : VectorExpectation;

    /// <summary>A fault without security: a client reports it and does not trust it.</summary>
    public sealed record Unsecured : VectorExpectation;

    /// <summary>The receiver must refuse.</summary>
    /// <param name="Word">Why the recorded peer refused.</param>
    /// <param name="By">The side that refused.</param>
    /// <param name="AlsoAcceptable">Reasons that another implementation may find first.</param>
    /// <param name="WireFault">What the recorded peer answered.</param>
    public sealed record Rejected(
        RejectionWord Word, VectorParty By, IReadOnlyList<RejectionWord> AlsoAcceptable, VectorWireFault? WireFault) : VectorExpectation
    {
        public bool Accepts(RejectionWord word) => word == Word || AlsoAcceptable.Contains(word);
    }
}

/// <summary>The closed vocabulary of refusals; another word fails the load.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<RejectionWord>))]
public enum RejectionWord
{
    Malformed,
    WrongContentType,
    MissingHeader,
    MissingTimestamp,
    MissingToken,
    PartNotSigned,
    PartNotEncrypted,
    BadSignature,
    BadDigest,
    BadDecryption,
    Stale,
    Expired,
    NotYetValid,
    Replayed,
    UnknownContext,
    ExpiredKey,
    UntrustedCertificate,
    WrongToken,
    AlgorithmMismatch,
    VersionMismatch,
    UnknownAction,
    NotUnderstood,
    BadRelatesTo,
    WrongProtectionOrder,
}

public sealed record VectorWireFault
{
    public required int HttpStatus { get; init; }
    /// <summary>As {namespace}name, like <see cref="Subcode"/>.</summary>
    public required string Code { get; init; }
    public string? Subcode { get; init; }
    public required string Reason { get; init; }
    public string? Action { get; init; }
    /// <summary>The fault was itself a secured message.</summary>
    public bool Secured { get; init; }
}
