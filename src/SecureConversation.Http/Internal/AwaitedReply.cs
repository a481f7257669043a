namespace SecureConversation.Http.Internal;

/// <summary>What a reply answers, which says what it means that none came.</summary>
internal enum AwaitedReply
{
    /// <summary>A request that stands for itself.</summary>
    OfRequest,

    /// <summary>A request in a session.</summary>
    InSession,

    /// <summary>A message that opens a session.</summary>
    OfHandshake,

    /// <summary>The message that ends a session.</summary>
    OfCancel,
}
