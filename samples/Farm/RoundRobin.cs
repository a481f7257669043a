using System.Collections.Concurrent;

namespace Farm;

/// <summary>
/// A load balancer in the client: each request goes to the next process. One that cannot be connected to has got nothing of the request, so
/// the next one gets it. A connection that breaks later is another matter: the process may have carried the request out, and the caller has
/// to know whether it may be repeated. The secured message itself must not go to another process then, which would take it for a replay.
/// </summary>
internal sealed class RoundRobin(params Uri[] processes) : DelegatingHandler(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false })
{
    private int _turn;

    /// <summary>The processes in turn. One alone: all requests go there.</summary>
    public IReadOnlyList<Uri> Processes { get; set; } = processes;

    /// <summary>How many requests have failed at a process after it was connected to.</summary>
    public ConcurrentDictionary<Uri, int> Failed { get; } = new();

    /// <summary>How many requests went to the next process, since one could not be connected to.</summary>
    public int PassedOn => _passedOn;

    private int _passedOn;

    /// <summary>The octets of the last request.</summary>
    public byte[] LastRequest { get; private set; } = [];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
        LastRequest = body;
        var (processes, turn) = (Processes, (uint)Interlocked.Increment(ref _turn));
        for (var attempt = 0; ; attempt++)
        {
            var process = processes[(int)((turn + attempt) % processes.Count)];
            request.Headers.Host = OrderService.Address.Host;
            request.RequestUri = new Uri(process, OrderService.Address.AbsolutePath);
            try
            {
                return await base.SendAsync(request, cancellationToken);
            }
            catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConnectionError && attempt + 1 < processes.Count)
            {
                Interlocked.Increment(ref _passedOn);
            }
            catch (HttpRequestException)
            {
                Failed.AddOrUpdate(process, 1, (_, failed) => failed + 1);
                throw;
            }
        }
    }
}
