using Microsoft.AspNetCore.Http;

namespace SecureConversation.AspNetCore.Internal;

/// <summary>What an application answered: an envelope to protect, or a bare HTTP status when it wrote none.</summary>
internal sealed class PlainReply : IDisposable
{
    private readonly IDisposable? _owner;

    private PlainReply(ReadOnlyMemory<byte> envelope, int statusCode, IDisposable? owner)
    {
        Envelope = envelope;
        StatusCode = statusCode;
        _owner = owner;
    }

    /// <summary>The acknowledgement of a one-way message.</summary>
    public static PlainReply Accepted { get; } = Bare(StatusCodes.Status202Accepted);

    public ReadOnlyMemory<byte> Envelope { get; }

    /// <summary>The status when there is no envelope; the status of an envelope follows from whether it is a fault.</summary>
    public int StatusCode { get; }

    public static PlainReply Bare(int statusCode) => new(default, statusCode, null);

    public static PlainReply Owned(PooledBuffer buffer) => new(buffer.Written, StatusCodes.Status200OK, buffer);

    /// <summary>An envelope in another encoding than the buffer it came in.</summary>
    public static PlainReply Owned(ReadOnlyMemory<byte> envelope, PooledBuffer buffer) => new(envelope, StatusCodes.Status200OK, buffer);

    public static PlainReply Borrowed(ReadOnlyMemory<byte> envelope) =>
        envelope.IsEmpty ? Accepted : new(envelope, StatusCodes.Status200OK, null);

    public void Dispose() => _owner?.Dispose();
}
