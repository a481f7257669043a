namespace SecureConversation.Http;

/// <summary>Keys into <see cref="HttpRequestMessage.Options"/>.</summary>
public static class SecureConversationRequestOptions
{
    /// <summary>Set it to true for a request that gets no reply: any success is returned as an empty 202.</summary>
    public static HttpRequestOptionsKey<bool> OneWay { get; } = new("SecureConversation.OneWay");

    /// <summary>
    /// Set it to true for a request that may be executed twice with the result of once. It is then sent once more, in a new session, when
    /// the service answers that it has forgotten the session. That answer comes without security: somebody between client and service can
    /// let a request pass, replace its reply by it and have the request executed twice, so no other request is repeated. Either way the
    /// next request opens a new session.
    /// </summary>
    public static HttpRequestOptionsKey<bool> Idempotent { get; } = new("SecureConversation.Idempotent");

    /// <summary>
    /// Set by <see cref="SecureConversationHandler"/> on the request of a response: the verified reply, with the account
    /// of its protection. Valid until the response is disposed of.
    /// </summary>
    public static HttpRequestOptionsKey<VerifiedMessage> VerifiedReply { get; } = new("SecureConversation.VerifiedReply");
}
