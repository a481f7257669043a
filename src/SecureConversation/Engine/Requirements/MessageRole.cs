using SecureConversation.Binding;

namespace SecureConversation.Engine.Requirements;

/// <summary>The place of a message in its exchange.</summary>
internal enum ExchangePart
{
    /// <summary>A message that asks, whether an answer is expected or not.</summary>
    Request,

    /// <summary>A message that answers a request.</summary>
    Reply,
}

/// <summary>
/// The sender of a message and its place in the exchange. The sender decides whose tokens protect the message; the place
/// decides whether it confirms or relates to an earlier one. In a request/reply exchange only two of the four combinations occur.
/// </summary>
/// <param name="Sender">The side that sent the message.</param>
/// <param name="Part">The place of the message in the exchange.</param>
internal readonly record struct MessageRole(MessageDirection Sender, ExchangePart Part)
{
    /// <summary>A request of a client.</summary>
    public static readonly MessageRole Request = new(MessageDirection.ClientToService, ExchangePart.Request);

    /// <summary>A reply of a service.</summary>
    public static readonly MessageRole Reply = new(MessageDirection.ServiceToClient, ExchangePart.Reply);

    public bool IsFromClient => Sender == MessageDirection.ClientToService;

    public bool IsRequest => Part == ExchangePart.Request;

    /// <summary>The role over a transport of requests and replies, where it follows from the direction.</summary>
    public static MessageRole Of(MessageDirection direction) =>
        direction == MessageDirection.ClientToService ? Request : Reply;
}
