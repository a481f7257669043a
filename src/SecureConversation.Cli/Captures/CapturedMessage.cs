using SecureConversation.Binding;

namespace SecureConversation.Cli.Captures;

/// <summary>One body as a capture has it, and what the capture knows of it. Null where it does not say.</summary>
internal sealed record CapturedMessage
{
    /// <summary>The file, and the entry within it.</summary>
    public required string Source { get; init; }

    /// <summary>The entity body after transfer and content codings; empty where <see cref="Problem"/> says why.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Whether the client or the service sent it.</summary>
    public MessageDirection? Direction { get; init; }

    /// <summary>When it was sent or received, by the clock of the capture.</summary>
    public DateTimeOffset? Instant { get; init; }

    /// <summary>Number of its request and reply within the capture; a request and its reply have the same.</summary>
    public int? Exchange { get; init; }

    /// <summary>The address that the request went to.</summary>
    public Uri? Address { get; init; }

    /// <summary>The header Content-Type.</summary>
    public string? ContentType { get; init; }

    /// <summary>The action that the transport names: SOAPAction, or the parameter of the Content-Type.</summary>
    public string? TransportAction { get; init; }

    /// <summary>The status of a reply.</summary>
    public int? HttpStatus { get; init; }

    /// <summary>Whether it was logged in clear, before it was secured or after it was verified.</summary>
    public bool IsInClear { get; init; }

    /// <summary>Why there is no body, or less than was sent; null where it is whole.</summary>
    public string? Problem { get; init; }
}
