namespace SecureConversation.Engine.Failures;

/// <summary>
/// The advice for the failures that say a message is not for its receiver, of no session that it has, or not by the one who signed it, or
/// that its receiver could not find out.
/// </summary>
internal static partial class FailureGuide
{
    private static FailureAdvice? OfOrigin(FailureCode code) => code switch
    {
        FailureCode.EmptyReply => new()
        {
            Side = FailureSide.Client,
            Clause = "SOAP 1.2 part 2 section 7.5.1; SOAP 1.1 section 6.2",
            Cause = "The service answered with a success and no envelope. In a session: it has ended the session, as WCF does after an "
                + "unhandled exception and after a Cancel. To a handshake: it is no service with sessions of this kind. Without "
                + "sessions: the operation is one-way.",
            Remedy = "In a session nothing: the next call opens another; the log of the service has the exception. For a handshake check "
                + "the address, EstablishSecurityContext and the versions of the binding. Without sessions mark requests that get no reply "
                + "by SecureConversationRequestOptions.OneWay, or in a contract by IsOneWay.",
            Log = FailureLog.Exception,
        },
        FailureCode.UnknownClientCertificate => new()
        {
            Side = FailureSide.Service,
            Clause = "X.509 Certificate Token Profile 1.1 section 3.2; WS-SecurityPolicy 1.2 section 5.1.1",
            Cause = "InclusionMode Never of InitiatorTokenParameters: the client names its certificate by key identifier, thumbprint, or "
                + "issuer and serial number, and no certificate of ServiceCredentials.KnownClientCertificates has that name. Somebody else "
                + "may have written it: nothing of the message is verified.",
            Remedy = "Add the certificate of the client to the list, the store or what the resolver looks at; Found says what names it. A "
                + "client whose certificate was renewed has another thumbprint and serial number. Or have clients send their certificate: "
                + "InclusionMode AlwaysToRecipient on both sides.",
        },
        FailureCode.InsecureTransport => new()
        {
            Side = FailureSide.Service,
            Clause = "WS-SecurityPolicy 1.2 section 7.3 (TransportBinding)",
            Cause = "The message came over plain HTTP, or over a proxy that does not say that it came over TLS, and the binding leaves its "
                + "protection to the transport, or RequireSecureTransport is true. It is refused before a token in it is looked at. If it "
                + "did hold a password, that was in clear on the network: have it changed.",
            Remedy = "Give clients the https address. Behind a proxy that ends TLS, have it send X-Forwarded-Proto and use "
                + "UseForwardedHeaders with its address among the known proxies. Where neither is possible and the network up to the proxy "
                + "is trusted, set RequireSecureTransport to false, or AllowInsecureTransport on the binding. A host of the engine sets "
                + "MessageOrigin.IsSecureTransport.",
        },
        FailureCode.CancellationNotAllowed => new()
        {
            Side = FailureSide.Service,
            Clause = "none: the fault SecureConversationCancellationNotAllowed of WCF",
            Cause = "A client cancels a session, and RequireCancellation of the service is false. The session stays, whoever sent it: "
                + "nothing of such a message is verified.",
            Remedy = "Set RequireCancellation to the same value on both sides.",
        },
        FailureCode.DestinationUnreachable => new()
        {
            Side = FailureSide.Service,
            Clause = "WS-Addressing 1.0 SOAP binding section 6.4.1.6; WCF's EndpointAddressMessageFilter",
            Cause = "The signed wsa:To is not the address of the endpoint. The client was given another address, or a proxy between the "
                + "two has another scheme, port or path than the service sees, or somebody sent a message for another endpoint here. A "
                + "message without wsa:To, or with the anonymous address, is for no endpoint. An address with the segments . or .. is "
                + "equal to none, and so is one that the host does not know.",
            Remedy = "Give the client the address of the endpoint. Behind a proxy set Address to what clients write, or AddressFilter to "
                + "PathOnly or OneOf; on ASP.NET Core UseForwardedHeaders helps too. AddressFilter.Any compares nothing. With CoreWCF set "
                + "AddressFilterMode of ServiceBehaviorAttribute. A host of the engine passes MessageOrigin.LocalAddress.",
        },
        FailureCode.EncryptionKeyChanged => new()
        {
            Side = FailureSide.Either,
            Clause = "WS-SecurityPolicy 1.2 section 6.3; WS-SecureConversation 1.3 section 7",
            Cause = "With EncryptBeforeSign no signature covers the key. The parts of the message are encrypted with different keys, or "
                + "the derived key that encrypts is another one than came with the signature key before in the session: somebody "
                + "exchanged it on the way.",
            Remedy = "Look for who changes messages between the two sides. A stack that derives a new key to encrypt with has to derive a "
                + "new one to sign with as well; one that does not needs another MessageProtectionOrder.",
        },
        FailureCode.AmbiguousContent => new()
        {
            Side = FailureSide.Either,
            Clause = "WS-SecurityPolicy 1.2 section 6.3; SOAP 1.2 part 1 section 5.3",
            Cause = "With EncryptBeforeSign no signature covers the key, and what was decrypted could be what another key makes of the "
                + "ciphertext: text without an element around it or, in asymmetric bindings, content of less than 16 octets.",
            Remedy = "Give the element of the body a namespace, as WCF does. A body without content is taken. Or set "
                + "MessageProtectionOrder to one that signs first, on both sides.",
        },
        FailureCode.UnknownContext => new()
        {
            Side = FailureSide.Either,
            Clause = "WS-SecureConversation 1.3 section 9",
            Cause = "The service does not know the session: it was restarted, the session was cancelled, was idle for SessionIdleTimeout, "
                + "made room for that of a client with fewer (MaxSessions), or was never used within InactivityTimeout; or the load "
                + "balancer chose another server; or the session was opened at another endpoint that uses the same "
                + "store, which the log then says. Where sessions travel in cookies: the key of the cookie is revoked, or of another key "
                + "ring, or the cookie was changed, or is of another endpoint.",
            Remedy = "Have the client open a new session; our clients do so, and repeat calls that are marked as idempotent "
                + "(the WCF client where ReopenLostSessions is set). Raise SessionIdleTimeout for clients that pause. For several servers "
                + "give them one ISecuritySessionStore and the same EndpointName, binding and certificate, or let the load balancer keep a "
                + "client at one server. Cookies need the same key ring and application name of Data Protection at all servers.",
        },
        FailureCode.ValidatorFailed => new()
        {
            Side = FailureSide.Service,
            Clause = "none",
            Cause = "A validator or authenticator of the service threw an exception, such as that of a database that does not answer, or "
                + "of a call of its own that took too long. The detail names its setting.",
            Remedy = "Mend what the exception in the log says. To refuse a client return false or null, or throw "
                + "AuthenticationFaultException.",
            Log = FailureLog.Thrown,
        },
        FailureCode.ServiceStopping => new()
        {
            Side = FailureSide.Service,
            Clause = "none: the fault EndpointUnavailable of WS-Addressing, as WCF sends it",
            Cause = "A client asked for a session while the service was shutting down. Calls in open sessions still went on.",
            Remedy = "None where a service is stopped on purpose: the client opens a session once it runs again, or at another instance. "
                + "Take an instance out of the load balancer before it stops.",
        },
        FailureCode.StoreUnavailable => new()
        {
            Side = FailureSide.Service,
            Clause = "none: the fault ServerTooBusy of WCF",
            Cause = "The session store or the replay cache cannot be reached, such as Redis while it restarts, or threw an exception. "
                + "The detail names its setting. Sessions stay as they are.",
            Remedy = "Mend what the log says: the packages for stores log each outage once, what other stores throw is logged here. "
                + "Clients may send the message again, newly secured, and are served once the store answers. The health check of the "
                + "service (AddSecureConversation) is degraded until then.",
            Log = FailureLog.Store,
        },
        FailureCode.AddressingVersionMismatch => new()
        {
            Side = FailureSide.Either,
            Clause = "WS-Addressing 1.0 SOAP binding section 3.2; WS-Addressing August 2004",
            Cause = "The addressing headers are those of WS-Addressing 1.0 and the binding has those of August 2004, or the other way "
                + "round, or it has none. For a receiver the message has no action, no address and no relation.",
            Remedy = "Set MessageVersion to that of the other side: ...WSAddressing10 for WSHttpBinding, ...WSAddressingAugust2004 for "
                + "services of .NET 3.0 and custom bindings that name it.",
        },
        FailureCode.SessionVersionMismatch => new()
        {
            Side = FailureSide.Service,
            Clause = "WS-SecureConversation 1.3 section 1 (namespaces)",
            Cause = "A client opens, cancels, renews or uses a session in WS-SecureConversation of February 2005, and the service has 1.3, "
                + "or the other way round: WSHttpBinding against WS2007HttpBinding.",
            Remedy = "Set MessageSecurityVersion of both sides to the same, on the element of the session.",
        },
        FailureCode.SessionMissing => new()
        {
            Side = FailureSide.Service,
            Clause = "WS-SecureConversation 1.3 section 3",
            Cause = "A secured message names no session, and messages of this service belong to sessions: the client has a binding without "
                + "them, or sends a handshake with an action that this endpoint does not know.",
            Remedy = "Set EstablishSecurityContext to the same value on both sides.",
        },
        _ => null,
    };
}
