namespace SecureConversation.Engine.Failures;

/// <summary>The advice for each <see cref="FailureCode"/>.</summary>
internal static partial class FailureGuide
{
    public static FailureAdvice Of(FailureCode code) => code switch
    {
        FailureCode.NotWellFormed => new()
        {
            Side = FailureSide.Either,
            Clause = "XML 1.0 section 2.1; Namespaces in XML 1.0 section 3",
            Cause = "The sender or something on the way wrote broken XML, cut the entity body off, or named another charset than it used.",
            Remedy = "Look at the entity body as it arrives, before any proxy where there is one. Check that the charset of the "
                + "Content-Type is the one that was written: utf-8 or utf-16.",
        },
        FailureCode.ForbiddenConstruct => new()
        {
            Side = FailureSide.Either,
            Clause = "SOAP 1.2 part 1 section 5; SOAP 1.1 section 3",
            Cause = "The envelope has a document type declaration or a processing instruction, which SOAP forbids and which attacks on XML "
                + "parsers need.",
            Remedy = "Have the sender write the envelope without them. Nothing here allows them.",
        },
        FailureCode.LimitExceeded => new()
        {
            Side = FailureSide.Either,
            Clause = "none: the specifications leave limits to us",
            Cause = "The message is larger, deeper, or has more header blocks, references or attributes than a receiver has to bear from a "
                + "stranger, or namespaces so long and in so many elements that its canonical form would be 32 times as large. The detail "
                + "names the limit.",
            Remedy = "For size raise MaxRequestBytes of the ASP.NET Core endpoint, MaxResponseBytes of the HTTP client, "
                + "MaxReceivedMessageSize of a WCF transport, or MaxEnvelopeBytes of the engine; for attributes raise "
                + "MaxAttributesPerElement, for namespace declarations MaxNamespaceDeclarations, each on the receiver. The other limits "
                + "are fixed: have the sender make its message simpler.",
        },
        FailureCode.NotAnEnvelope => new()
        {
            Side = FailureSide.Either,
            Clause = "SOAP 1.2 part 1 section 5.1; SOAP 1.1 section 4",
            Cause = "What came is well-formed XML and no SOAP envelope: an error page of a proxy, or a REST body.",
            Remedy = "Check the address, and that the other side writes SOAP.",
        },
        FailureCode.SoapVersionMismatch => new()
        {
            Side = FailureSide.Either,
            Clause = "SOAP 1.2 part 1 section 5.4.7",
            Cause = "The other side speaks SOAP 1.1 and the binding SOAP 1.2, or the other way round.",
            Remedy = "Set MessageVersion to that of the other side: Soap11... for BasicHttpBinding and textMessageEncoding with Soap11, "
                + "Soap12WSAddressing10 for WSHttpBinding.",
        },
        FailureCode.DuplicateElement => new()
        {
            Side = FailureSide.Either,
            Clause = "WS-Addressing 1.0 SOAP binding section 3.2; WS-Security 1.1 section 5",
            Cause = "A header that says what the message is about, such as wsa:Action, or a part of the security header occurs twice: "
                + "which of them counts would be a matter of opinion.",
            Remedy = "Find who adds the second one. An application that writes WS-Addressing headers itself must not have its stack write "
                + "them again.",
        },
        FailureCode.DuplicateId => new()
        {
            Side = FailureSide.Either,
            Clause = "WS-Security 1.1 section 4.2",
            Cause = "Two parts of the message carry the same Id, or one part is referred to twice. A signature over such an Id could be "
                + "moved to another part.",
            Remedy = "Have the sender give each Id once. The application must not copy wsu:Id attributes from another message.",
        },
        FailureCode.NotUnderstood => new()
        {
            Side = FailureSide.Service,
            Clause = "SOAP 1.2 part 1 sections 2.4 and 5.2.3",
            Cause = "A header that no signature covers has to be understood. Such headers do not reach the application, so nothing could "
                + "understand it.",
            Remedy = "Have both sides sign it: ChannelProtectionRequirements.WithHeader with its name. Or set HandOutUnsignedHeaders, and "
                + "do not trust it.",
        },
        FailureCode.SecurityHeaderMissing => new()
        {
            Side = FailureSide.Either,
            Clause = "WS-Security 1.1 section 5",
            Cause = "The other side has no message security, has it for another role (actor), or an intermediary took the header off.",
            Remedy = "Compare the bindings: SecurityMode.Message at a WCF side. On a reply, look at what the service logged: it may have "
                + "answered from outside its security.",
        },
        FailureCode.UnknownSecurityElement => new()
        {
            Side = FailureSide.Either,
            Clause = "WS-Security 1.1 section 5",
            Cause = "The security header holds an element or token that no binding here asks for, for instance a SAML assertion.",
            Remedy = "Take the token out of the other side's binding, or use one of the bootstraps that the README lists.",
        },
        FailureCode.MalformedSecurityElement => new()
        {
            Side = FailureSide.Either,
            Clause = "the grammar of the element that the detail names",
            Cause = "An element of the security header lacks a child or attribute, has one too many, or a value that cannot be read.",
            Remedy = "Compare the element with what WCF writes for the binding. From a WCF sender this is a defect of ours: report it with "
                + "the detail.",
        },
        FailureCode.TimestampMissing => new()
        {
            Side = FailureSide.Either,
            Clause = "WS-SecurityPolicy 1.2 section 6.2; WS-Security 1.1 section 10",
            Cause = "The sender writes no wsu:Timestamp and the binding asks for one.",
            Remedy = "Set IncludeTimestamp to the same value on both sides. False needs DetectReplays = false as well.",
        },
        FailureCode.LayoutViolation => new()
        {
            Side = FailureSide.Either,
            Clause = "WS-SecurityPolicy 1.2 section 6.7",
            Cause = "The children of the security header stand in an order that the layout forbids: a token after its use, or the "
                + "timestamp in another place.",
            Remedy = "Set SecurityHeaderLayout to that of the other side; Lax accepts any order. Where the transport protects messages, "
                + "the header is read as Strict whatever the layout says, as in WCF: have the sender write the timestamp and the token "
                + "before the signature.",
        },
        FailureCode.ProtectionOrderMismatch => new()
        {
            Side = FailureSide.Either,
            Clause = "WS-SecurityPolicy 1.2 section 6.3",
            Cause = "One side signs first, the other encrypts first.",
            Remedy = "Set MessageProtectionOrder to the same value on both sides, on the bootstrap as well.",
        },
        FailureCode.TokenMissing => new()
        {
            Side = FailureSide.Either,
            Clause = "WS-SecurityPolicy 1.2 sections 5 and 8",
            Cause = "The binding asks for a token that is not there: the client has no certificate or user name in its binding, or it "
                + "sends session messages before a handshake.",
            Remedy = "Compare the bindings: ClientCredentialType, EstablishSecurityContext, EndpointSupportingTokenParameters.",
        },
        FailureCode.SignatureMissing => new()
        {
            Side = FailureSide.Either,
            Clause = "WS-Security 1.1 section 8; WS-SecurityPolicy 1.2 section 4.1",
            Cause = "The message has a security header and no signature over its parts.",
            Remedy = "Compare the bindings and the protection levels: a message of this library's bindings is always signed.",
        },
        FailureCode.UnexpectedElement => new()
        {
            Side = FailureSide.Either,
            Clause = "WS-SecurityPolicy 1.2 sections 5 and 8",
            Cause = "The message carries a token, signature or confirmation beyond those of the binding: the other side has more "
                + "credentials configured, or RequireSignatureConfirmation only there.",
            Remedy = "Set ClientCredentialType, EndpointSupportingTokenParameters and RequireSignatureConfirmation to the same on both "
                + "sides.",
        },
        FailureCode.UnresolvedReference => new()
        {
            Side = FailureSide.Either,
            Clause = "WS-Security 1.1 section 7; XML Signature section 4.3.3",
            Cause = "A reference of a signature, key or encrypted part leads nowhere in this message, or outside of it.",
            Remedy = "Look for an intermediary that renames Ids or takes parts away. From a WCF sender this is a defect of ours: report it "
                + "with the detail.",
        },
        FailureCode.SignatureConfirmationMismatch => new()
        {
            Side = FailureSide.Client,
            Clause = "WS-Security 1.1 section 8.5",
            Cause = "The reply does not confirm the signatures of the request that it claims to answer: it belongs to another request, or "
                + "the service confirms nothing.",
            Remedy = "Set RequireSignatureConfirmation to the same value on both sides. Where it is the same, something on the way mixes "
                + "replies up.",
        },
        FailureCode.WrongToken => new()
        {
            Side = FailureSide.Either,
            Clause = "WS-Security 1.1 section 7",
            Cause = "The message was encrypted for another certificate than the service's, or signed with another one than expected. A "
                + "message of ours that was sent back to us shows here too.",
            Remedy = "Give the client the certificate that the service has now: ClientCredentials.ServiceCertificate. Keep an earlier one "
                + "in ServiceCredentials.OtherServiceCertificates until its clients have the new one. A service that sends "
                + "its certificate over request and reply needs AllowSerializedSigningTokenOnReply at the client.",
        },
        FailureCode.DerivedKeyViolation => new()
        {
            Side = FailureSide.Either,
            Clause = "WS-SecureConversation 1.3 section 7",
            Cause = "One side derives keys and the other does not, or a derivation asks for more octets than are given, or is implied by a "
                + "reference.",
            Remedy = "Set RequireDerivedKeys to the same value on both sides: SetKeyDerivation on the element, and on its bootstrap.",
        },
        FailureCode.VersionMismatch => new()
        {
            Side = FailureSide.Either,
            Clause = "WS-Trust 1.3 and WS-SecureConversation 1.3, section 1 (namespaces)",
            Cause = "One side speaks the versions of February 2005, the other the OASIS ones: WSHttpBinding against WS2007HttpBinding. Or "
                + "a client renews a session whose element and bootstrap are of the two versions, which WCF cannot do either.",
            Remedy = "Set MessageSecurityVersion to that of the other side, on the element and on its bootstrap, each to its own: "
                + "CreateSecureConversationBindingElement takes none over from the bootstrap. To renew, set both to one version on both "
                + "sides.",
        },
        FailureCode.AlgorithmMismatch => new()
        {
            Side = FailureSide.Either,
            Clause = "WS-SecurityPolicy 1.2 section 6.1",
            Cause = "An algorithm or key length is not one of the binding's algorithm suite. The detail names the element.",
            Remedy = "Set DefaultAlgorithmSuite (AlgorithmSuite of WSHttpBinding) to that of the other side, on the bootstrap as well: WCF "
                + "copies it from neither to the other.",
        },
        FailureCode.DecryptionFailed => new()
        {
            Side = FailureSide.Either,
            Clause = "WS-Security 1.1 section 9.4; XML Encryption section 5",
            Cause = "The ciphertext is not what was encrypted: it was changed on the way, was encrypted with another key, or is an attempt "
                + "to probe the service.",
            Remedy = "If it always happens, the keys differ: compare the certificates of both sides by thumbprint. If it happens now and "
                + "then, look for what changes messages on the way.",
        },
        FailureCode.DigestMismatch => new()
        {
            Side = FailureSide.Either,
            Clause = "XML Signature section 3.2.1",
            Cause = "A signed part is not what was signed: it was changed, reformatted or re-encoded on the way, or after it was signed.",
            Remedy = "Look for whatever reads and writes the XML between the two sides: proxies, logging handlers, message inspectors "
                + "below the security.",
        },
        FailureCode.SignatureMismatch => new()
        {
            Side = FailureSide.Either,
            Clause = "XML Signature section 3.2.2; WS-Security 1.1 section 8.4",
            Cause = "The signature was made with another key, or what it covers was changed.",
            Remedy = "Check that both sides have the same session or certificate. Look for whatever changes the security header on the "
                + "way.",
        },
        FailureCode.PartNotSigned => new()
        {
            Side = FailureSide.Either,
            Clause = "WS-SecurityPolicy 1.2 section 4.1",
            Cause = "The body, an addressing header, the timestamp or a header of the contract is not covered by the signature: the "
                + "protection levels of the two sides differ. With MessageProtectionProfile Bound: a token, a key, the reference list or a "
                + "prefix in scope is not covered, since the sender speaks the profile of WCF or somebody changed the message on the way.",
            Remedy = "Set the same ProtectionLevel on both sides: ChannelProtectionRequirements, or [ProtectionLevel] of the contract. "
                + "Set the same MessageProtectionProfile, on the bootstrap as well.",
        },
        FailureCode.PartNotEncrypted => new()
        {
            Side = FailureSide.Either,
            Clause = "WS-SecurityPolicy 1.2 section 4.2",
            Cause = "The body, the signature, a user name or a header of the contract came in clear.",
            Remedy = "Set the same ProtectionLevel on both sides, and the same MessageProtectionOrder: "
                + "SignBeforeEncryptAndEncryptSignature encrypts the signature, the others do not.",
        },
        FailureCode.Stale => new()
        {
            Side = FailureSide.Either,
            Clause = "WS-Security 1.1 section 10",
            Cause = "The message was made longer ago than ReplayWindow and MaxClockSkew allow: it was held up, or a clock is behind.",
            Remedy = "Synchronize the clocks. Where messages do take long, raise ReplayWindow of LocalServiceSettings or "
                + "LocalClientSettings.",
        },
        FailureCode.Expired => new()
        {
            Side = FailureSide.Either,
            Clause = "WS-Security 1.1 section 10",
            Cause = "wsu:Expires has passed, MaxClockSkew included: the message was held up, or a clock is ahead.",
            Remedy = "Synchronize the clocks. Where messages do take long, raise TimestampValidityDuration of the sender, or MaxClockSkew "
                + "of the receiver.",
        },
        FailureCode.NotYetValid => new()
        {
            Side = FailureSide.Either,
            Clause = "WS-Security 1.1 section 10",
            Cause = "wsu:Created lies in the future by more than MaxClockSkew: the clock of the sender is ahead or that of the receiver "
                + "behind.",
            Remedy = "Synchronize the clocks, or raise MaxClockSkew of the receiver.",
        },
        FailureCode.Replayed => new()
        {
            Side = FailureSide.Either,
            Clause = "WS-Security 1.1 section 13",
            Cause = "The same message came twice: somebody repeats it, or something on the way sends again what it believes lost.",
            Remedy = "Have retries made above the security, where each is a new message. Take retrying off proxies and load balancers. "
                + "DetectReplays = false gives the protection up.",
        },
        FailureCode.ReplayCacheFull => new()
        {
            Side = FailureSide.Either,
            Clause = "none: ReplayCacheSize of WCF",
            Cause = "More messages came within ReplayWindow and twice MaxClockSkew than ReplayCacheSize, or one sender has used up its "
                + "share of it: three times of what is free, or six for its network. A replay of more could not be told.",
            Remedy = "Raise ReplayCacheSize of LocalServiceSettings or LocalClientSettings, shorten ReplayWindow and MaxClockSkew, or give "
                + "the service an IReplayCache of its own. The metric secureconversation.replay_entries shows how full it is.",
        },
        FailureCode.UntrustedCertificate => new()
        {
            Side = FailureSide.Either,
            Clause = "WS-Security 1.1 section 12; X.509 Certificate Token Profile 1.1 section 3",
            Cause = "The certificate of the other side has no chain to a trusted root, is revoked or its revocation cannot be found out, "
                + "is outside its period, or is not among the trusted people.",
            Remedy = "At a service set ServiceCredentials.ClientCertificateValidation, at a client "
                + "ClientCredentials.ServiceCertificateValidation: Mode, CustomTrustRoots, IntermediateCertificates, TrustedPeople, "
                + "RevocationMode (NoCheck or Offline where the revocation lists cannot be reached); TrustOnly sets them for a private "
                + "authority. A service downloads no intermediate certificates: it needs them in IntermediateCertificates or a store.",
        },
        FailureCode.InvalidCredentials => new()
        {
            Side = FailureSide.Service,
            Clause = "WS-Security 1.1 section 12; UsernameToken Profile 1.1 section 3",
            Cause = "The validator or authenticator of user names said no, or an authenticator returned a principal whose identity is "
                + "not authenticated or has no name; the detail says so.",
            Remedy = "Correct ClientCredentials.UserName at the client, or the account that the validator asks. An authenticator returns "
                + "new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, name)], \"users\")), and null to refuse.",
        },
        FailureCode.IdentityMismatch => new()
        {
            Side = FailureSide.Client,
            Clause = "none: EndpointIdentity of WCF",
            Cause = "The certificate of the service is trusted and made out to another name than the host of the address.",
            Remedy = "Set ClientCredentials.ServiceIdentity: EndpointIdentity.CreateDnsIdentity with the name in the certificate, or "
                + "CreateX509CertificateIdentity. At the WCF client give the EndpointAddress a DnsEndpointIdentity.",
            Log = FailureLog.Exception,
        },
        FailureCode.InvalidTrustRequest => new()
        {
            Side = FailureSide.Either,
            Clause = "WS-Trust 1.3 sections 3 and 11",
            Cause = "A RequestSecurityToken asks for something else than a session, for instance a token of another type, "
                + "or brings too little entropy.",
            Remedy = "Set KeyEntropyMode of the session's element to the same on both sides.",
        },
        FailureCode.InvalidTrustResponse => new()
        {
            Side = FailureSide.Client,
            Clause = "WS-Trust 1.3 section 4",
            Cause = "The answer to the handshake brings no token, two of them, or a key that the binding does not agree to.",
            Remedy = "Set KeyEntropyMode and DefaultAlgorithmSuite of the session's element to the same on both sides, and "
                + "MessageSecurityVersion.",
        },
        FailureCode.RelatesToMismatch => new()
        {
            Side = FailureSide.Client,
            Clause = "WS-Addressing 1.0 core section 3.4",
            Cause = "The reply answers another request: something on the way mixes replies up, or somebody sends an old one.",
            Remedy = "Look at what stands between the two sides. A service must copy the wsa:MessageID of the request into wsa:RelatesTo, "
                + "which hosts of this library do by themselves.",
        },
        FailureCode.ServiceTooBusy => new()
        {
            Side = FailureSide.Service,
            Clause = "none: the fault ServerTooBusy of WCF",
            Cause = "A handshake took longer than NegotiationTimeout, or waited that long for one of the places of "
                + "MaxStatefulNegotiations, or sixteen times as many as these wait; more sessions were opened and not used than "
                + "MaxPendingSessions, or are open than MaxSessions, or a sender (a network) has used up its share, three (six) times of "
                + "what is free; or 1,024 look-ups wait for the session store; or more refusals wait than MaxWaiting of FailureAnswers, a "
                + "fourth as many messages outside sessions, or a share of these; or more than 256 certificates wait for a look-up of "
                + "revocation (RevocationMode Online). The log names the setting.",
            Remedy = "Raise these in LocalServiceSettings or the options of the service, or lower InactivityTimeout. Have clients share "
                + "sessions. Behind a proxy "
                + "use forwarded headers. A slow validator or revocation look-up (set RevocationMode Offline) holds handshakes up. "
                + "Warnings about a possible decryption oracle say who floods the service.",
        },
        FailureCode.PeerFault => new()
        {
            Side = FailureSide.Client,
            Clause = "SOAP 1.2 part 1 section 5.4; SOAP 1.1 section 4.4",
            Cause = "The service answered with a SOAP fault. SecureConversationException.Fault has it, and its Failure says what it is "
                + "about.",
            Remedy = "Read Fault. Where IsSecured is false, anybody may have sent it: the log of the service says which rule the request "
                + "broke.",
            Log = FailureLog.Exception,
        },
        FailureCode.SessionNotOffered => new()
        {
            Side = FailureSide.Service,
            Clause = "WS-SecureConversation 1.3 section 3",
            Cause = "A client asks for a session, and the binding of the service has none.",
            Remedy = "Set EstablishSecurityContext to the same value on both sides.",
        },
        FailureCode.Internal => new()
        {
            Side = FailureSide.Either,
            Clause = "none",
            Cause = "An exception that no rule accounts for was thrown while a message was received: a defect, which no message should be "
                + "able to cause.",
            Remedy = "Report a defect with the exception in the log, as SECURITY.md says where a message can cause it.",
            Log = FailureLog.Defect,
        },
        _ => OfEncoding(code) ?? OfOrigin(code) ?? OfRenewal(code) ?? OfAssertions(code) ?? OfNegotiation(code) ?? OfReliable(code)
            ?? throw new ArgumentOutOfRangeException(nameof(code), code, "No entry."),
    };
}
