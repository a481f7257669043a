using System.Net;
using System.Reflection;
using CoreWCF.Channels.Framing;
using Microsoft.Extensions.Logging;
using SecureConversation.Engine.Quota;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>
/// The connections of an endpoint on which nobody has proved anything yet. They are limited as sessions are that nobody has used, by the
/// same setting, and shared by the same rule: whoever holds many shuts out himself, and who comes new finds room.
/// </summary>
/// <param name="most">MaxPendingSessions of LocalServiceSettings.</param>
/// <param name="logger">Is told when connections show no address.</param>
internal sealed class PendingConnections(int most, ILogger logger)
{
    // CoreWCF shows the address with the first message, and connections are counted before one comes.
    private static readonly Type[] NoIndex = [];

    private int _isToldOf;
    private readonly FairQuota _places = new(most, nameof(LocalServiceSecuritySettings.MaxPendingSessions));

    /// <summary>Counts a connection in; null when there are too many, in all or of its address.</summary>
    public Place? TryEnter(IDuplexSessionChannel transport)
    {
        var address = AddressOf(transport);
        if (address is null && Interlocked.Exchange(ref _isToldOf, 1) == 0)
        {
            CoreWcfLog.ConnectionWithoutAddress(logger, transport.GetType().Name);
        }

        var owner = Owner.OfStranger(address);
        return _places.TryTake(owner) is null ? new Place(_places, owner) : null;
    }

    /// <summary>The address at the other end; null where the transport has none, or does not say it.</summary>
    private static IPAddress? AddressOf(IDuplexSessionChannel transport) =>
        (transport.GetType().GetProperty("Connection", BindingFlags.Instance | BindingFlags.NonPublic, null, typeof(FramingConnection),
            NoIndex, null)?.GetValue(transport) as FramingConnection)?.RemoteEndpoint?.Address;

    /// <summary>What a connection takes until it is that of a session, or ends.</summary>
    internal sealed class Place(FairQuota places, Owner owner)
    {
        private int _isLeft;

        public void Leave()
        {
            if (Interlocked.Exchange(ref _isLeft, 1) == 0)
            {
                places.Release(owner);
            }
        }
    }
}
