namespace SecureConversation.Testing.Vectors;

/// <summary>Our failure codes in the words of the vectors.</summary>
public static class VectorWords
{
    public static RejectionWord Of(FailureCode code) => code switch
    {
        FailureCode.NotWellFormed or FailureCode.ForbiddenConstruct or FailureCode.LimitExceeded or FailureCode.NotAnEnvelope
            or FailureCode.DuplicateElement or FailureCode.DuplicateId
            or FailureCode.MalformedSecurityElement or FailureCode.UnknownSecurityElement => RejectionWord.Malformed,
        FailureCode.ContentTypeMismatch => RejectionWord.WrongContentType,
        FailureCode.SoapVersionMismatch or FailureCode.VersionMismatch => RejectionWord.VersionMismatch,
        FailureCode.NotUnderstood => RejectionWord.NotUnderstood,
        FailureCode.SecurityHeaderMissing => RejectionWord.MissingHeader,
        FailureCode.TimestampMissing => RejectionWord.MissingTimestamp,
        FailureCode.TokenMissing => RejectionWord.MissingToken,
        FailureCode.SignatureMissing or FailureCode.PartNotSigned => RejectionWord.PartNotSigned,
        FailureCode.PartNotEncrypted => RejectionWord.PartNotEncrypted,
        FailureCode.SignatureMismatch => RejectionWord.BadSignature,
        FailureCode.DigestMismatch => RejectionWord.BadDigest,
        FailureCode.DecryptionFailed => RejectionWord.BadDecryption,
        FailureCode.Stale => RejectionWord.Stale,
        FailureCode.Expired => RejectionWord.Expired,
        FailureCode.NotYetValid => RejectionWord.NotYetValid,
        FailureCode.Replayed => RejectionWord.Replayed,

        // They have one fault. The recordings know no more than that.
        FailureCode.UnknownContext or FailureCode.SessionMissing or FailureCode.SessionVersionMismatch or FailureCode.AddressingVersionMismatch
            or FailureCode.KeyInstanceUnknown => RejectionWord.UnknownContext,
        FailureCode.ContextKeyExpired => RejectionWord.ExpiredKey,
        FailureCode.UntrustedCertificate or FailureCode.InvalidCredentials => RejectionWord.UntrustedCertificate,
        FailureCode.WrongToken or FailureCode.UnknownClientCertificate or FailureCode.DerivedKeyViolation or FailureCode.UnresolvedReference or FailureCode.UnexpectedElement
            or FailureCode.RenewalRefused => RejectionWord.WrongToken,
        FailureCode.AlgorithmMismatch => RejectionWord.AlgorithmMismatch,
        FailureCode.ProtectionOrderMismatch or FailureCode.LayoutViolation => RejectionWord.WrongProtectionOrder,
        FailureCode.RelatesToMismatch => RejectionWord.BadRelatesTo,
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "No word of the vectors."),
    };
}
