using System.Net;
using System.Net.Sockets;
using System.ServiceModel;
using System.ServiceModel.Channels;
using SecureConversation.Testing;
using CoreElement = SecureConversation.CoreWCF.MessageSecurityBindingElement;

namespace SecureConversation.Contract.Wcf.NetTcp;

/// <summary>Sessions and the connections on which their messages come.</summary>
public sealed class ConnectionTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    // Kestrel and the stack log connections that end so.
    public ConnectionTests() => RecordedLog.Current.AllowErrors(entry => !entry.IsOfTheLibrary);

    [Fact]
    public async Task IdleConnections_OfOneAddress_ShutOutNobodyElse()
    {
        const int Most = 8, Share = 6;
        var element = Session();
        element.LocalServiceSettings.MaxPendingSessions = Most;
        await using var host = await TalkHost.StartAsync(TalkClient.ServiceBinding(element));
        var idle = new List<TcpClient>();
        for (var i = 0; i < 2 * Most; i++)
        {
            idle.Add(await ConnectAsync(host, IPAddress.Parse("127.0.0.9")));
        }

        var ended = idle.ConvertAll(EndAsync);
        await UntilAsync(() => ended.Count(end => end.IsCompleted) == (2 * Most) - Share);
        using (var client = TalkClient.Create(host))
        {
            Assert.StartsWith("1: hello", await client.Talk.SayAsync("hello"), StringComparison.Ordinal);
            await client.CloseAsync();
        }

        // Those that end make room again.
        idle.ForEach(connection => connection.Dispose());
        await Task.WhenAll(ended);
        using var next = await ConnectAsync(host, IPAddress.Parse("127.0.0.9"));
        using var served = TalkClient.Create(host);
        Assert.StartsWith("1: hello", await served.Talk.SayAsync("hello"), StringComparison.Ordinal);
        await served.CloseAsync();
    }

    [Fact]
    public async Task Cancel_OnAnotherConnection_EndsTheSessionInOrder()
    {
        await using var host = await TalkHost.StartAsync(TalkClient.ServiceBinding());
        using var client = new HandMadeClient(host);
        await Task.Run(() =>
        {
            using var session = client.OpenSession();
            var own = client.Connect();
            Assert.Contains("1: hello", client.Call(session, own, "hello"), StringComparison.Ordinal);
            var other = client.Connect();
            using (var cancel = session.StartCancel())
            {
                HandMadeClient.Send(other, cancel.Envelope);
            }

            using var received = session.Receive(HandMadeClient.Receive(own)!);
            Assert.Equal(ReceivedInSessionKind.Cancelled, received.Kind);
            own.Close();
        });
        await UntilAsync(() => host.Probe.Ended == 1);
    }

    /// <summary>Whichever comes first, the client hears that the session is over, and the service keeps nothing of it.</summary>
    [Fact]
    public async Task Cancel_OnAnotherConnectionBesideTheFirstMessage_IsConfirmed()
    {
        await using var host = await TalkHost.StartAsync(TalkClient.ServiceBinding());
        using var client = new HandMadeClient(host);
        await Task.Run(async () =>
        {
            for (var i = 0; i < 20; i++)
            {
                using var session = client.OpenSession();
                var (own, other) = (client.Connect(), client.Connect());
                using var request = session.SecureMessage(client.Request("hello"));
                using var cancel = session.StartCancel();
                Parallel.Invoke(() => HandMadeClient.Send(own, request.Envelope), () => HandMadeClient.Send(other, cancel.Envelope));

                // On its own where the first message came first, which may wait in silence where it did not.
                Task<bool>[] reads = [Task.Run(() => IsCancelled(session, own)), Task.Run(() => IsCancelled(session, other))];
                var first = await Task.WhenAny(reads);
                var isConfirmed = await first || await reads[first == reads[0] ? 1 : 0];
                own.Abort();
                other.Abort();
                Assert.True(isConfirmed);
                await Task.WhenAll(reads);
            }
        });
        await UntilAsync(() => host.Probe.Ended == host.Probe.Begun);
    }

    [Fact]
    public async Task Message_OnAnotherConnection_EndsThatConnectionOnly()
    {
        await using var host = await TalkHost.StartAsync(TalkClient.ServiceBinding());
        using var client = new HandMadeClient(host);
        await Task.Run(() =>
        {
            using var session = client.OpenSession();
            var own = client.Connect();
            Assert.Contains("1: hello", client.Call(session, own, "hello"), StringComparison.Ordinal);
            var other = client.Connect();
            using (var request = session.SecureMessage(client.Request("elsewhere")))
            {
                HandMadeClient.Send(other, request.Envelope);
            }

            Assert.ThrowsAny<CommunicationException>(() => HandMadeClient.Receive(other));
            Assert.Contains("2: still", client.Call(session, own, "still"), StringComparison.Ordinal);
        });
        Assert.Equal(0, host.Probe.Ended);
    }

    [Fact]
    public async Task Connection_OfASessionThatIsOver_IsClosedAfterNegotiationTimeout()
    {
        var element = Session();
        element.LocalServiceSettings.NegotiationTimeout = TimeSpan.FromSeconds(2);
        await using var host = await TalkHost.StartAsync(TalkClient.ServiceBinding(element));
        using var client = new HandMadeClient(host);
        await Task.Run(() =>
        {
            using var session = client.OpenSession();
            var connection = client.Connect();
            Assert.Contains("1: hello", client.Call(session, connection, "hello"), StringComparison.Ordinal);
            using (var cancel = session.StartCancel())
            {
                HandMadeClient.Send(connection, cancel.Envelope);
            }

            using var received = session.Receive(HandMadeClient.Receive(connection)!);
            Assert.Equal(ReceivedInSessionKind.Cancelled, received.Kind);

            // This client does not close it.
            Assert.ThrowsAny<CommunicationException>(() => HandMadeClient.Receive(connection));
        });
        await UntilAsync(() => host.Probe.Ended == 1);
    }

    [Fact]
    public async Task HostWithoutCertificate_DoesNotStart()
    {
        var refused = await Assert.ThrowsAnyAsync<InvalidOperationException>(() => TalkHost.StartAsync(TalkClient.ServiceBinding(), hasCertificate: false));
        Assert.Contains("certificate", refused.Message, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Whether the end of a session is confirmed on a connection, after whatever else comes on it.</summary>
    private static bool IsCancelled(ClientSession session, IDuplexSessionChannel connection)
    {
        try
        {
            while (HandMadeClient.Receive(connection) is { } envelope)
            {
                using var received = session.Receive(envelope);
                if (received.Kind == ReceivedInSessionKind.Cancelled)
                {
                    return true;
                }
            }
        }
        catch (Exception e) when (e is CommunicationException or SecureConversationException or TimeoutException or ObjectDisposedException)
        {
            // The connection ended, or the session did before this came.
        }

        return false;
    }

    private static CoreElement Session() =>
        CoreElement.CreateSecureConversationBindingElement(CoreElement.CreateMutualCertificateBindingElement());

    private static async Task<TcpClient> ConnectAsync(TalkHost host, IPAddress from)
    {
        var connection = new TcpClient(new IPEndPoint(from, 0));
        await connection.ConnectAsync(IPAddress.Loopback, host.Address.Port);
        await connection.GetStream().WriteAsync(Relay.Preamble(host.Address));
        return connection;
    }

    private static async Task EndAsync(TcpClient connection)
    {
        try
        {
            while (await connection.GetStream().ReadAsync(new byte[16]) > 0)
            {
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Reset, which is as good as closed.
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!condition())
        {
            await Task.Delay(10, patience.Token);
        }
    }
}
