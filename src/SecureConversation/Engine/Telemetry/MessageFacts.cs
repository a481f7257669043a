namespace SecureConversation.Engine.Telemetry;

/// <summary>What a role knows of a message that is logged. What is null is not known.</summary>
internal readonly record struct MessageFacts
{
    public string? Action { get; init; }
    public string? MessageId { get; init; }
    public string? RelatesTo { get; init; }
    public string? SessionId { get; init; }
    public System.Net.IPAddress? RemoteAddress { get; init; }
    public FailureCode Failure { get; init; }
}
