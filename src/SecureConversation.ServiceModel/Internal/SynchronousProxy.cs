using System.Runtime.CompilerServices;

namespace SecureConversation.ServiceModel.Internal;

/// <summary>
/// Keeps synchronous proxies off the pool. The stack opens and closes channels that are not its own on a thread of the pool each while the
/// thread of the caller waits as well; many clients at once then hold all threads that the replies to their handshakes need, and the pool
/// adds four in a second. Here the channel of the proxy takes its asynchronous way, which holds no thread, and its caller waits for it as
/// before. Whether the way is synchronous stands in fields of the stack that have no public name. Where a later version has them no more,
/// all works as the stack has it.
/// </summary>
internal static class SynchronousProxy
{
    private static bool IsUnknown { get; set; }

    /// <param name="owner">Who asks for an event of our channel. Others than channels of proxies are left alone.</param>
    public static void Attend(object? owner)
    {
        if (owner is CommunicationObject proxy and IClientChannel && owner.GetType().Assembly == typeof(CommunicationObject).Assembly)
        {
            // Raised on the thread of the caller, before the way is chosen.
            proxy.Opening += (_, _) => Try(proxy, static it => OpensSynchronously(it) = false);
            proxy.Closing += (_, _) => Try(proxy, static it => ClosesSynchronously(it) = false);
        }
    }

    private static void Try(CommunicationObject proxy, Action<CommunicationObject> choose)
    {
        if (IsUnknown)
        {
            return;
        }

        try
        {
            choose(proxy);
        }
        catch (MissingFieldException)
        {
            IsUnknown = true;
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_isSynchronousOpen")]
    private static extern ref bool OpensSynchronously(CommunicationObject proxy);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_isSynchronousClose")]
    private static extern ref bool ClosesSynchronously(CommunicationObject proxy);
}
