using SecureConversation.Binding;

namespace SecureConversation.Engine.Requirements;

/// <summary>Which place a message has in its exchange.</summary>
internal enum ExchangePart
{
    /// <summary>A message that asks, whether an answer is expected or not.</summary>
    Request,
    /// <summary>A message that answers a request.</summary>
    Reply,
}

/// <summary>
/// Who sent a message, and which place it has in its exchange. The two are apart: the sender decides whose tokens protect a message, its
/// place decides what it owes to an earlier one. Over request and reply only two of the four combinations occur.
/// </summary>
/// <param name="Sender">Who sent it.</param>
/// <param name="Part">Its place in the exchange.</param>
internal readonly record struct MessageRole(MessageDirection Sender, ExchangePart Part)
{
    /// <summary>A request of a client.</summary>
    public static readonly MessageRole Request = new(MessageDirection.ClientToService, ExchangePart.Request);

    /// <summary>A reply of a service.</summary>
    public static readonly MessageRole Reply = new(MessageDirection.ServiceToClient, ExchangePart.Reply);

    public bool IsFromClient => Sender == MessageDirection.ClientToService;

    public bool IsRequest => Part == ExchangePart.Request;

    /// <summary>The role over a transport of requests and replies, where the direction says all.</summary>
    public static MessageRole Of(MessageDirection direction) => direction == MessageDirection.ClientToService ? Request : Reply;
}
