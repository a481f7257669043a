using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace SecureConversation.Benchmarks.Soak;

/// <summary>A message that was on the wire and has been delivered.</summary>
/// <param name="Url">Where to.</param>
/// <param name="Kind">The kind of the endpoint.</param>
/// <param name="Request">The entity body of the request.</param>
/// <param name="Reply">That of its reply.</param>
internal sealed record Captured(Uri Url, string Kind, byte[] Request, byte[] Reply);

/// <summary>The network: everybody sends through it, and the attacker listens.</summary>
internal sealed class SoakTap : IDisposable
{
    private const int MaxCaptured = 512;
    private const int CapturedOneIn = 4;

    private readonly ConcurrentQueue<Captured> _captured = new();
    private readonly SocketsHttpHandler _sockets = new() { AllowAutoRedirect = false, MaxConnectionsPerServer = 256 };
    private readonly HttpMessageInvoker _invoker;
    private int _sent;

    public SoakTap() => _invoker = new HttpMessageInvoker(_sockets);

    /// <summary>One of the messages of the last seconds; null before there are any.</summary>
    public Captured? Any() => _captured.ToArray() is { Length: > 0 } captured ? captured[Random.Shared.Next(captured.Length)] : null;

    /// <summary>A handler for one client; its disposal leaves the connections to the others.</summary>
    /// <param name="kind">The kind of the endpoint.</param>
    /// <param name="balance">Chooses the host for a message; null where the address of the client is that of a host.</param>
    public HttpMessageHandler Handler(string kind, Func<Uri>? balance) => new Line(this, kind, balance);

    /// <summary>A client with a source address of its own, since refusals are counted by address.</summary>
    public static HttpClient From(int number) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                socket.Bind(new IPEndPoint(new IPAddress([127, 1, (byte)(number >> 8), (byte)(number + 1)]), 0));
                await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    });

    public void Dispose()
    {
        _invoker.Dispose();
        _sockets.Dispose();
    }

    private sealed class Line(SoakTap tap, string kind, Func<Uri>? balance) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (balance is not null)
            {
                request.RequestUri = balance();
            }

            if (Interlocked.Increment(ref tap._sent) % CapturedOneIn != 0)
            {
                return await tap._invoker.SendAsync(request, cancellationToken);
            }

            var sent = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
            var response = await tap._invoker.SendAsync(request, cancellationToken);
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                // Captured once it is answered: before that its delivery would not be a replay.
                tap._captured.Enqueue(new Captured(request.RequestUri!, kind, sent, await response.Content.ReadAsByteArrayAsync(cancellationToken)));
                while (tap._captured.Count > MaxCaptured)
                {
                    tap._captured.TryDequeue(out _);
                }
            }

            return response;
        }
    }
}
