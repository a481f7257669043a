namespace SecureConversation;

/// <summary>
/// The rule that a message broke, for logs, tests and the decoder. The peer gets one uniform fault: WS-Security 1.1 section 12 leaves
/// the choice to us, and a fault per rule would be an oracle for attackers. docs/failures.md gives for each code the clause, what the
/// other side sees, and what to do. Numbers are never reused.
/// </summary>
public enum FailureCode
{
    /// <summary>No failure.</summary>
    None = 0,

    // 1xx: XML and SOAP, before any security is looked at.

    /// <summary>The bytes are not well-formed XML 1.0 with namespaces, or not valid in their encoding.</summary>
    NotWellFormed = 100,
    /// <summary>A document type declaration or a processing instruction.</summary>
    ForbiddenConstruct = 101,
    /// <summary>A limit on size, depth, attributes or counts was exceeded.</summary>
    LimitExceeded = 102,
    /// <summary>The document is not a SOAP envelope of header and body.</summary>
    NotAnEnvelope = 103,
    /// <summary>A SOAP envelope of another version than the binding's.</summary>
    SoapVersionMismatch = 104,
    /// <summary>The HTTP content type does not belong to the SOAP version of the binding.</summary>
    ContentTypeMismatch = 105,
    /// <summary>A header or element that may occur once occurs twice.</summary>
    DuplicateElement = 106,
    /// <summary>Two of the elements that may be referred to carry the same Id.</summary>
    DuplicateId = 107,
    /// <summary>A header block is marked mustUnderstand and the receiver does not know it.</summary>
    NotUnderstood = 108,
    /// <summary>Nothing came where a reply was expected.</summary>
    EmptyReply = 109,
    /// <summary>The addressing headers are of another WS-Addressing version than the binding's.</summary>
    AddressingVersionMismatch = 110,
    /// <summary>The message did not come over a protected transport (TLS), and the service asks for one.</summary>
    InsecureTransport = 111,
    /// <summary>A package of MTOM breaks a rule of MIME or of XOP, or has parts that do not belong to its envelope.</summary>
    MalformedPackage = 112,

    // 2xx: the shape of the security header.

    /// <summary>No wsse:Security header is addressed to the receiver.</summary>
    SecurityHeaderMissing = 200,
    /// <summary>The security header holds a child that is not in the closed set of known children.</summary>
    UnknownSecurityElement = 201,
    /// <summary>A child of the security header does not follow its grammar.</summary>
    MalformedSecurityElement = 202,
    /// <summary>The Timestamp that the binding asks for is absent.</summary>
    TimestampMissing = 203,
    /// <summary>The order of the children of the security header contradicts the layout of the binding.</summary>
    LayoutViolation = 204,
    /// <summary>Signature and encryption were applied in another order than the binding asks for.</summary>
    ProtectionOrderMismatch = 205,
    /// <summary>A token that the binding asks for is absent.</summary>
    TokenMissing = 206,
    /// <summary>The primary signature is absent.</summary>
    SignatureMissing = 207,
    /// <summary>A token, signature or confirmation that the binding does not ask for.</summary>
    UnexpectedElement = 208,
    /// <summary>A reference points at nothing, or at an element that it may not point at.</summary>
    UnresolvedReference = 209,
    /// <summary>A signature confirmation is absent, is one too many, or confirms another signature.</summary>
    SignatureConfirmationMismatch = 210,
    /// <summary>A key was wrapped for a token that the binding does not ask for, or a signature was made with one.</summary>
    WrongToken = 211,
    /// <summary>Derived keys are required and not used, or a derived key exceeds its bounds.</summary>
    DerivedKeyViolation = 212,
    /// <summary>An element of another WS-Trust or WS-SecureConversation version than the binding's.</summary>
    VersionMismatch = 213,
    /// <summary>EncryptBeforeSign: another encryption key than the one that belongs to the signature key.</summary>
    EncryptionKeyChanged = 214,

    // 3xx: cryptography.

    /// <summary>An algorithm or key length outside the algorithm suite of the binding.</summary>
    AlgorithmMismatch = 300,
    /// <summary>Unwrapping, block length, padding, or the XML after decryption is wrong.</summary>
    DecryptionFailed = 301,
    /// <summary>The digest of a reference is wrong.</summary>
    DigestMismatch = 302,
    /// <summary>The value of a signature is wrong, or it was made with another key.</summary>
    SignatureMismatch = 303,
    /// <summary>A part that must be signed is not covered by the primary signature.</summary>
    PartNotSigned = 304,
    /// <summary>A part that must be encrypted is not encrypted.</summary>
    PartNotEncrypted = 305,
    /// <summary>EncryptBeforeSign: content that another key could have made of the same ciphertext.</summary>
    AmbiguousContent = 306,

    // 4xx: freshness.

    /// <summary>Created lies further back than the replay window and the clock skew allow.</summary>
    Stale = 400,
    /// <summary>Expires has passed, clock skew included.</summary>
    Expired = 401,
    /// <summary>Created lies in the future, clock skew included.</summary>
    NotYetValid = 402,
    /// <summary>The same message was accepted before.</summary>
    Replayed = 403,
    /// <summary>The replay cache is full; no message is accepted until entries expire.</summary>
    ReplayCacheFull = 404,

    // 5xx: contexts, identities and WS-Trust.

    /// <summary>The security context that the message names is unknown or forgotten.</summary>
    UnknownContext = 500,
    /// <summary>The key of the security context has expired.</summary>
    ContextKeyExpired = 501,
    /// <summary>A certificate that is not trusted.</summary>
    UntrustedCertificate = 502,
    /// <summary>A user name or password that is not accepted.</summary>
    InvalidCredentials = 503,
    /// <summary>The certificate of the service does not carry the identity that the client expects.</summary>
    IdentityMismatch = 504,
    /// <summary>A request for a token that WS-Trust or the binding does not allow.</summary>
    InvalidTrustRequest = 505,
    /// <summary>A response from the token issuer that does not answer the request.</summary>
    InvalidTrustResponse = 506,
    /// <summary>A response that relates to another request.</summary>
    RelatesToMismatch = 507,
    /// <summary>Too many sessions or handshakes at once.</summary>
    ServiceTooBusy = 508,
    /// <summary>The peer answered with a SOAP fault in place of a reply.</summary>
    PeerFault = 511,
    /// <summary>A request about a session reached a service whose binding has no sessions.</summary>
    SessionNotOffered = 512,
    /// <summary>A request that is addressed to another endpoint.</summary>
    DestinationUnreachable = 513,
    /// <summary>A Cancel reached a service whose sessions are not cancelled.</summary>
    CancellationNotAllowed = 514,
    /// <summary>A client that names its certificate and does not send it, and the service does not know the certificate.</summary>
    UnknownClientCertificate = 523,
    /// <summary>
    /// The security context is known, and this instance of its key is not: the key was replaced by a renewal longer than
    /// SessionKeyRolloverInterval ago, or another renewed key came into use, or there was never such a key.
    /// </summary>
    KeyInstanceUnknown = 520,
    /// <summary>
    /// A renewal that is not endorsed by the current key of its session, names another one, comes from another client, or is one of too
    /// many whose keys were not used yet.
    /// </summary>
    RenewalRefused = 521,
    /// <summary>A renewal reached a service whose sessions are not renewed.</summary>
    RenewalNotOffered = 522,
    /// <summary>A validator or authenticator of the service threw an exception.</summary>
    ValidatorFailed = 515,
    /// <summary>The session store or the replay cache of the service cannot be reached, or threw an exception.</summary>
    StoreUnavailable = 516,
    /// <summary>A message about sessions of another WS-SecureConversation version than the binding's.</summary>
    SessionVersionMismatch = 517,
    /// <summary>A message of no session reached a service whose messages belong to sessions.</summary>
    SessionMissing = 518,
    /// <summary>A handshake reached a service that shuts down.</summary>
    ServiceStopping = 519,

    /// <summary>An issued token that none of the accepted issuers signed.</summary>
    UntrustedIssuer = 540,
    /// <summary>An issued token that is not valid yet, or no longer, clock skew included.</summary>
    AssertionNotInTime = 541,
    /// <summary>An issued token that is for another service.</summary>
    AudienceMismatch = 542,
    /// <summary>An issued token whose holder cannot be proved by the kind of key that the binding asks for.</summary>
    SubjectNotConfirmed = 543,
    /// <summary>An issued token that may be used once, and was used before.</summary>
    AssertionReused = 544,

    /// <summary>
    /// A negotiation of the certificate of the service, or of Windows accounts, that the other side does not carry out, or that was changed
    /// on the way.
    /// </summary>
    NegotiationFailed = 560,

    /// <summary>A message of a reliable session that breaks the form of the protocol, or belongs to no sequence.</summary>
    InvalidSequence = 580,
    /// <summary>A sequence that the security session of the message does not have.</summary>
    UnknownSequence = 581,
    /// <summary>A sequence that ended, or was closed, with messages missing, or whose other side was not heard any more.</summary>
    SequenceTerminated = 582,
    /// <summary>A request for a sequence that is not bound to its security session, or that is refused for another reason.</summary>
    CreateSequenceRefused = 583,

    /// <summary>A defect of this library.</summary>
    Internal = 900,
}
