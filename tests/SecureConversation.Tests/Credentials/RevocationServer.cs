using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SecureConversation.Tests.Credentials;

/// <summary>A server for revocation lists that answers when it is told to.</summary>
internal sealed class RevocationServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<byte[]> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _serving;
    private int _questions;

    public RevocationServer()
    {
        _listener.Start();
        _serving = ServeAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    /// <summary>How often somebody asked.</summary>
    public int Questions => _questions;

    /// <summary>Done when somebody asked.</summary>
    public Task Asked => _asked.Task;

    /// <summary>What those who asked, and all later ones, get.</summary>
    public void Answer(byte[] list) => _answer.TrySetResult(list);

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        _answer.TrySetResult([]);
        await _serving;
    }

    private async Task ServeAsync()
    {
        var running = new List<Task>();
        try
        {
            while (true)
            {
                running.Add(AnswerAsync(await _listener.AcceptTcpClientAsync()));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The test is over.
        }

        await Task.WhenAll(running);
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using var _ = client;
        var stream = client.GetStream();
        try
        {
            var read = await stream.ReadAsync(new byte[4096]);
            if (read == 0)
            {
                return;
            }

            Interlocked.Increment(ref _questions);
            _asked.TrySetResult();
            var list = await _answer.Task;
            var head = $"HTTP/1.1 200 OK\r\nContent-Type: application/pkix-crl\r\nContent-Length: {list.Length}\r\nConnection: close\r\n\r\n";
            await stream.WriteAsync(Encoding.ASCII.GetBytes(head));
            await stream.WriteAsync(list);
        }
        catch (IOException)
        {
            // The one who asked has hung up.
        }
    }
}
