using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>The channels of the open sessions of an endpoint, made with the first message of each.</summary>
internal sealed class SessionChannels(
    IServiceDispatcher service, IChannel transport, TerminatingOperations terminating, string validator, TimeProvider clock, ILogger logger)
{
    private readonly ConcurrentDictionary<ServiceSession, Lazy<Task<Entry>>> _channels = new();
    private readonly Dictionary<Task, Lazy<Task<Entry>>> _ending = [];

    /// <summary>Null when the session has ended.</summary>
    /// <param name="security">Whose session it is.</param>
    /// <param name="session">The session.</param>
    /// <param name="sequence">Its sequence, by which WCF calls a reliable session; null for none.</param>
    public async ValueTask<Entry?> FindAsync(MessageSecurityService security, ServiceSession session, string? sequence)
    {
        if (session.CloseReason != SessionCloseReason.None)
        {
            return null;
        }

        var entry = _channels.GetOrAdd(session, s => new Lazy<Task<Entry>>(() => OpenAsync(security, s, sequence)));
        try
        {
            var channel = await entry.Value.ConfigureAwait(false);
            if (session.CloseReason != SessionCloseReason.None)
            {
                // The session ended meanwhile, perhaps before End could find its channel.
                End(session);
                return null;
            }

            return channel;
        }
        catch
        {
            _channels.TryRemove(session, out _);
            await security.AbortAsync(session).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Ends the channel of a session that has ended, on a thread of its own: the caller may be answering the client.</summary>
    public void End(ServiceSession session)
    {
        lock (_ending)
        {
            if (_channels.TryRemove(session, out var entry))
            {
                var ending = Task.Run(() => EndAsync(session, entry));
                _ending.Add(ending, entry);
                _ = ending.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
        }
    }

    /// <summary>
    /// The host stops, and has no more requests but those that the server gave up: ends all sessions, and completes when CoreWCF has let
    /// go of their service instances.
    /// </summary>
    public async Task EndAllAsync(MessageSecurityService security)
    {
        foreach (var session in _channels.Keys)
        {
            await security.AbortAsync(session).ConfigureAwait(false);
            End(session);
        }

        KeyValuePair<Task, Lazy<Task<Entry>>>[] ending;
        lock (_ending)
        {
            ending = [.. _ending];
        }

        await Task.WhenAll(ending.Select(pair => AbortWithClientsAsync(pair.Value))).ConfigureAwait(false);
        await Task.WhenAll(ending.Select(pair => pair.Key)).ConfigureAwait(false);
    }

    private static async Task AbortWithClientsAsync(Lazy<Task<Entry>> entry)
    {
        try
        {
            (await entry.Value.ConfigureAwait(false)).Channel.AbortWithClients();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // It did not open, or an exchange could not be given up: EndAsync says so, or waits for it.
        }
    }

    private void Forget(Task ended)
    {
        lock (_ending)
        {
            _ending.Remove(ended);
        }
    }

    private async Task<Entry> OpenAsync(MessageSecurityService security, ServiceSession session, string? sequence)
    {
        var channel = new SecuritySessionChannel(transport, security, session, sequence ?? session.Id, terminating, clock);
        channel.ChannelDispatcher = await service.CreateServiceChannelDispatcherAsync(channel).ConfigureAwait(false);
        return new Entry(channel, await CallerIdentity.CreateAsync(session, validator, clock).ConfigureAwait(false));
    }

    private async Task EndAsync(ServiceSession session, Lazy<Task<Entry>> entry)
    {
        try
        {
            await (await entry.Value.ConfigureAwait(false)).Channel.EndAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            CoreWcfLog.SessionNotEnded(logger, session.Id, e);
        }
    }

    /// <param name="Channel">The channel of the session.</param>
    /// <param name="Caller">Who opened it.</param>
    internal sealed record Entry(SecuritySessionChannel Channel, CallerIdentity Caller);
}
