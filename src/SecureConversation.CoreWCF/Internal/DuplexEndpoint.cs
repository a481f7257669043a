using System.Collections.Concurrent;
using System.Xml;
using Microsoft.Extensions.Logging;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>What the connections of an endpoint have in common, over a transport whose messages go both ways.</summary>
internal sealed class DuplexEndpoint(
    MessageSecurityService security, IServiceDispatcher service, XmlDictionaryReaderQuotas quotas, string validator, TimeProvider clock,
    ILogger logger, TimeSpan patience, int mostPending, long mostOctets)
{
    private readonly ConcurrentDictionary<ServiceSession, DuplexSecurityChannel> _channels = new();

    public MessageSecurityService Security => security;

    /// <summary>The version of its messages.</summary>
    public MessageVersion Version => service.Binding.MessageVersion;

    public XmlDictionaryReaderQuotas Quotas => quotas;
    public TimeProvider Clock => clock;
    public ILogger Logger => logger;

    /// <summary>The most octets that a message may take as text.</summary>
    public long MostOctets => mostOctets;

    /// <summary>
    /// How long a connection may be open before a message on it is of a session, and after its session is over: NegotiationTimeout.
    /// </summary>
    public TimeSpan Patience => patience;

    /// <summary>The connections on which nobody has proved anything yet.</summary>
    public PendingConnections Pending { get; } = new(mostPending, logger);

    /// <summary>Logs where nobody could take what a log throws.</summary>
    public void Quietly(Action<ILogger> entry)
    {
        try
        {
            entry(logger);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
        }
    }

    /// <summary>The channel of a session, on whatever connection; null when it has none.</summary>
    public DuplexSecurityChannel? Find(ServiceSession session) => _channels.GetValueOrDefault(session);

    /// <summary>Opens the channel of a session; null when it has one, on another connection, or has ended.</summary>
    public async Task<DuplexSecurityChannel?> OpenAsync(ServiceSession session, IDuplexSessionChannel transport)
    {
        var channel = new DuplexSecurityChannel(this, transport, session);
        channel.Closed += (_, _) => _channels.TryRemove(new(session, channel));
        // First of all: from here on a Cancel on another connection finds it, and waits for the first message.
        if (!_channels.TryAdd(session, channel))
        {
            return null;
        }

        try
        {
            channel.Caller = await CallerIdentity.CreateAsync(session, validator, clock).ConfigureAwait(false);
            channel.ChannelDispatcher = await service.CreateServiceChannelDispatcherAsync(channel).ConfigureAwait(false);
        }
        catch
        {
            _channels.TryRemove(session, out _);
            await security.AbortAsync(session).ConfigureAwait(false);
            channel.Abort();
            throw;
        }

        if (session.CloseReason != SessionCloseReason.None)
        {
            // The session ended meanwhile, perhaps before End could find its channel.
            _channels.TryRemove(session, out _);
            _ = Task.Run(channel.Lose);
            return null;
        }

        return channel;
    }

    /// <summary>
    /// A session has ended. So has its channel, unless its sides have agreed about that: then the service finishes with what was sent, and
    /// closes it.
    /// </summary>
    public void End(ServiceSession session)
    {
        if (session.CloseReason != SessionCloseReason.Cancelled && _channels.TryRemove(session, out var channel))
        {
            // On a thread of its own: the caller may be answering a client.
            _ = Task.Run(channel.Lose);
        }
    }
}
