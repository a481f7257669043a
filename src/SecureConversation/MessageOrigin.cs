using System.Net;

namespace SecureConversation;

/// <summary>
/// What the transport knows about a received message. Nothing in it is authenticated: it selects limits and the address that a:To is
/// compared with, never a key.
/// </summary>
public sealed record MessageOrigin
{
    /// <summary>Nothing is known.</summary>
    public static MessageOrigin Unknown { get; } = new();

    /// <summary>The address of the sender, or of the proxy in front of the service; null when it is not known.</summary>
    public IPAddress? RemoteAddress { get; init; }

    /// <summary>
    /// The absolute URI at which the message arrived, as the sender wrote it; null when it is not known. Then, and without
    /// <see cref="MessageSecurityServiceOptions.Address"/>, a:To is compared with nothing.
    /// </summary>
    public Uri? LocalAddress { get; init; }
}
