using SecureConversation.Binding;

namespace SecureConversation.Diagnosis;

/// <summary>
/// One envelope for the <see cref="IMessageLog"/>, with what the client or service knows of it at that moment. What is null is not known.
/// Of a message that was received and refused nothing is verified: its sender wrote action and identifiers. Texts are cut after 2,048
/// characters.
/// </summary>
public sealed record LoggedMessage
{
    /// <summary>When it was logged: sent, or verified or refused. UTC, by the clock of the client or service.</summary>
    public required DateTimeOffset Instant { get; init; }

    /// <summary>Whether it is in clear or as on the wire, and whether it was sent or received.</summary>
    public required MessageLoggingSource Source { get; init; }

    /// <summary>Whether it is from the client or from the service.</summary>
    public required MessageDirection Direction { get; init; }

    /// <summary>
    /// The octets. Of the wire they are as they went over it; in clear they lack what is secret. Empty when <see cref="Omitted"/> says why.
    /// </summary>
    public ReadOnlyMemory<byte> Envelope { get; init; }

    /// <summary>Size of the whole envelope in bytes, also when it is left out.</summary>
    public required int Size { get; init; }

    /// <summary>Why the envelope is left out; null when it is there. It is never there in part.</summary>
    public string? Omitted { get; init; }

    /// <summary>The name of the endpoint (<see cref="MessageSecurityServiceOptions.EndpointName"/>).</summary>
    public string? EndpointName { get; init; }

    /// <summary>a:Action; of a request without WS-Addressing what the transport says (SOAPAction).</summary>
    public string? Action { get; init; }

    /// <summary>a:MessageID.</summary>
    public string? MessageId { get; init; }

    /// <summary>a:RelatesTo of a reply.</summary>
    public string? RelatesTo { get; init; }

    /// <summary>The identifier of the security context that it belongs to.</summary>
    public string? SessionId { get; init; }

    /// <summary>The address of the client. Services know it, of requests and their replies.</summary>
    public string? RemoteAddress { get; init; }

    /// <summary>Why it was refused; <see cref="FailureCode.None"/> for all that was not.</summary>
    public FailureCode Failure { get; init; }

    /// <summary>Whether it is as on the wire, so that a <see cref="ConversationDecoder"/> reads it.</summary>
    public bool IsOfTransport => Source is MessageLoggingSource.TransportSend or MessageLoggingSource.TransportReceive;
}
