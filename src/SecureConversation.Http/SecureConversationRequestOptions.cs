namespace SecureConversation.Http;

/// <summary>Keys into <see cref="HttpRequestMessage.Options"/>.</summary>
public static class SecureConversationRequestOptions
{
    /// <summary>Set it to true for a request that gets no reply: any success is returned as an empty 202.</summary>
    public static HttpRequestOptionsKey<bool> OneWay { get; } = new("SecureConversation.OneWay");

    /// <summary>
    /// Set by <see cref="SecureConversationHandler"/> on the request of a response: the verified reply, with the account
    /// of its protection. Valid until the response is disposed of.
    /// </summary>
    public static HttpRequestOptionsKey<VerifiedMessage> VerifiedReply { get; } = new("SecureConversation.VerifiedReply");
}
