namespace SecureConversation.Cli.Listening;

/// <summary>A request and its reply as they went through. Of the headers only those that tell of no secret.</summary>
internal sealed record RecordedExchange
{
    public required DateTimeOffset Instant { get; init; }

    public required TimeSpan Duration { get; init; }

    public required string Method { get; init; }

    /// <summary>The address at the service.</summary>
    public required Uri Address { get; init; }

    public required RecordedEntity Request { get; init; }

    public required RecordedEntity Reply { get; init; }

    public required int Status { get; init; }
}

/// <summary>Body and headers of one of both.</summary>
/// <param name="Headers">Content-Type, SOAPAction, Host, Content-Encoding and Date, where they were there.</param>
/// <param name="Body">What was sent, after content codings.</param>
/// <param name="Size">How many bytes were sent.</param>
/// <param name="Problem">Why the body is not recorded; null where it is.</param>
internal sealed record RecordedEntity(
    IReadOnlyList<KeyValuePair<string, string>> Headers, ReadOnlyMemory<byte> Body, long Size, string? Problem);
