namespace SecureConversation.Credentials;

/// <summary>A token that a client keeps for several messages.</summary>
internal interface IKeptToken<out T> : IDisposable
{
    /// <summary>From when on it is valid, UTC.</summary>
    DateTimeOffset ValidFrom { get; }

    /// <summary>Until when it is valid, UTC.</summary>
    DateTimeOffset ValidTo { get; }

    /// <summary>The same token for somebody who disposes of it as well.</summary>
    T Share();
}
