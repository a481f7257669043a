using System.Collections.Concurrent;
using SecureConversation.Http.Internal;

namespace SecureConversation.Http;

/// <summary>
/// The sessions of one client, one for each address (scheme, host, port and path). With IHttpClientFactory there is one
/// of these for each client name, a keyed singleton, so that sessions outlive the handlers that the factory makes anew
/// every few minutes; they are cancelled when the service provider is disposed of. Safe for concurrent use.
/// </summary>
public sealed class SecureConversationSessions : IAsyncDisposable, IDisposable
{
    private readonly ConcurrentDictionary<Uri, SessionSlot> _slots = new();
    private readonly Func<HttpSend> _connect;
    private readonly CancellationTokenSource _stopping = new();
    private int _isDisposed;

    internal SecureConversationSessions(Endpoint endpoint, Func<HttpSend> connect)
    {
        Endpoint = endpoint;
        _connect = connect;
    }

    internal Endpoint Endpoint { get; }

    /// <summary>Opens the session with an address, unless it is open; the first request would do so otherwise.</summary>
    /// <exception cref="InvalidOperationException">
    /// The address is no https address, and the binding leaves the protection of messages to the transport.
    /// </exception>
    /// <exception cref="SecureConversationException">The service is not trusted, or refused, or its answer was refused.</exception>
    /// <exception cref="HttpRequestException">The service cannot be reached, or did not answer in time.</exception>
    public async Task OpenAsync(Uri address, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (Endpoint.Client.Binding.EstablishesSession)
        {
            (await Slot(address).EnterAsync(cancellationToken).ConfigureAwait(false)).Leave();
        }
    }

    /// <summary>
    /// Cancels all sessions at their services, once the calls in them are over. A later request opens a new session.
    /// </summary>
    /// <exception cref="SecureConversationException">
    /// A service refused, or its answer was refused. The session is closed here all the same.
    /// </exception>
    /// <exception cref="HttpRequestException">
    /// A service cannot be reached, or did not answer in time. The session is closed here all the same.
    /// </exception>
    public Task CloseAsync(CancellationToken cancellationToken = default) =>
        Task.WhenAll(_slots.Values.Select(slot => slot.CloseAsync(cancellationToken)));

    /// <summary>As <see cref="CloseAsync"/>, for no longer than CloseTimeout and without exceptions: failures are logged.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
        {
            return;
        }

        try
        {
            await CloseAsync().WaitAsync(Endpoint.CloseTimeout).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            HttpLog.CloseAbandoned(Endpoint.Log, e);
        }

        await Endpoint.Issuers.DisposeAsync().ConfigureAwait(false);
        await _stopping.CancelAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    /// <summary>As <see cref="DisposeAsync"/>; blocks for no longer than CloseTimeout.</summary>
    public void Dispose()
    {
        // After DisposeAsync nothing is left to wait for, and many callers who wait at once would use up the threads that they wait for.
        if (Volatile.Read(ref _isDisposed) == 0)
        {
            Task.Run(() => DisposeAsync().AsTask()).GetAwaiter().GetResult();
        }
    }

    internal SessionSlot Slot(Uri address)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) == 1, this);
        Endpoint.RequireSecureTransport(address);
        var endpoint = new Uri(address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped));
        return _slots.GetOrAdd(endpoint, key => new SessionSlot(Endpoint, key, _connect, _stopping.Token));
    }
}
