using System.Net;
using SecureConversation.Binding;

namespace SecureConversation;

/// <summary>
/// What the transport knows about a received message. Nothing in it is authenticated: it selects limits and the address that a:To is
/// compared with, and says whether the transport protects it, never a key.
/// </summary>
public sealed record MessageOrigin
{
    /// <summary>
    /// Nothing is known, and the transport has no addresses: see <see cref="HasNoAddress"/>. What the overload of
    /// <see cref="MessageSecurityService.ReceiveAsync(ReadOnlyMemory{byte}, CancellationToken)"/> without an origin means.
    /// </summary>
    public static MessageOrigin Unknown { get; } = new() { HasNoAddress = true };

    /// <summary>The address of the sender, or of the proxy in front of the service; null when it is not known.</summary>
    public IPAddress? RemoteAddress { get; init; }

    /// <summary>
    /// The absolute URI at which the message arrived, as the sender wrote it; null when it is not known. Then, and without
    /// <see cref="MessageSecurityServiceOptions.Address"/>, a filter that compares a:To with the address of the endpoint refuses the
    /// message, unless <see cref="HasNoAddress"/> says otherwise.
    /// </summary>
    public Uri? LocalAddress { get; init; }

    /// <summary>
    /// What the transport says the action of the message is (SOAPAction); null when it says nothing. It is signed by nobody, and looked at
    /// only without WS-Addressing, where WCF goes by it as well: it chooses whether the body has to be encrypted. Set it where the host
    /// dispatches by it.
    /// </summary>
    public string? Action { get; init; }

    /// <summary>
    /// Whether the message came over a transport that protects it (TLS): to this host, or to a proxy in front of it whose word is taken.
    /// Default false. Where the transport has to protect messages (<see cref="MessageSecurityBinding.RequiresSecureTransport"/>,
    /// <see cref="MessageSecurityServiceOptions.RequireSecureTransport"/>), others are refused.
    /// </summary>
    public bool IsSecureTransport { get; init; }

    /// <summary>
    /// Whether the transport carries messages both ways (net.tcp): the client may send replies to callbacks, which need not have the
    /// address of the service, and Cancel closes the direction of the client only (<see cref="ServiceResult.Closing"/>). The host answers
    /// by <see cref="MessageSecurityService.Secure(ServiceSession, ReadOnlyMemory{byte})"/>. Default false.
    /// </summary>
    public bool IsDuplex { get; init; }

    /// <summary>
    /// The services of the scope of this message, for <see cref="Credentials.IUserNameAuthenticator"/> and
    /// <see cref="Credentials.ICertificateAuthenticator"/>; null when the host has none.
    /// </summary>
    public IServiceProvider? Services { get; init; }

    /// <summary>
    /// Whether the transport has no addresses at all, such as a call within a process: without
    /// <see cref="MessageSecurityServiceOptions.Address"/> the host answers for it that a message is for this service, and a:To is compared
    /// with no address of the endpoint. Default false. Never set it because an address could not be read: its sender writes it.
    /// </summary>
    public bool HasNoAddress { get; init; }
}
