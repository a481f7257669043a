using SecureConversation.Binding;

namespace SecureConversation.Cli.Captures;

/// <summary>A body with what HTTP says of it, before it is known whether it may be SOAP.</summary>
internal sealed record CapturedEntity
{
    public required string Source { get; init; }

    public required ReadOnlyMemory<byte> Body { get; init; }

    public MessageDirection? Direction { get; init; }

    public DateTimeOffset? Instant { get; init; }

    public int? Exchange { get; init; }

    public Uri? Address { get; init; }

    public string? ContentType { get; init; }

    /// <summary>The header Content-Encoding; null where the body has no coding any more.</summary>
    public string? ContentEncoding { get; init; }

    public string? SoapAction { get; init; }

    public int? HttpStatus { get; init; }

    public string? Problem { get; init; }
}
