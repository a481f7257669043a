namespace SecureConversation.ServiceModel.Internal;

/// <summary>A call as the application made it, read so that it can be protected more than once.</summary>
/// <param name="Message">The message, which is consumed; its properties are those of each request.</param>
/// <param name="Entity">The envelope, in UTF-8.</param>
/// <param name="Action">Its action.</param>
/// <param name="To">Its address; null for none.</param>
/// <param name="ExpectsReply">Whether the application waits for a reply.</param>
/// <param name="Deadline">When the call has to be over, repetition included.</param>
internal sealed record PlainCall(Message Message, PooledBuffer Entity, string? Action, Uri? To, bool ExpectsReply, Deadline Deadline)
    : IDisposable
{
    /// <summary>The envelope, in UTF-8.</summary>
    public ReadOnlyMemory<byte> Envelope => Entity.Written;

    /// <summary>Whether the call is made for the second time. There is no third.</summary>
    public bool IsRepeated { get; set; }

    /// <summary>When the key expires that the service did not take for this call; null for none.</summary>
    public DateTimeOffset? ExpiredKey { get; set; }

    public void Dispose() => Entity.Dispose();
}

/// <summary>A protected request.</summary>
/// <param name="Request">The request.</param>
/// <param name="Session">The session that protects it; null outside sessions.</param>
/// <param name="KeyExpires">When the key of the session expires that protects it.</param>
internal readonly record struct ProtectedCall(SecuredRequest Request, ClientSession? Session, DateTimeOffset KeyExpires = default)
    : IDisposable
{
    public void Dispose() => Request.Dispose();
}
