using System.Net;
using System.Net.Sockets;
using System.ServiceModel;
using System.ServiceModel.Channels;
using SecureConversation.Testing;
using CoreElement = SecureConversation.CoreWCF.MessageSecurityBindingElement;

namespace SecureConversation.Contract.Wcf.NetTcp;

/// <summary>What strangers do to connections, and somebody on the way to those of others.</summary>
public sealed class HostileTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    // Kestrel and the stack log connections that end so.
    public HostileTests() => RecordedLog.Current.AllowErrors(entry => !entry.IsOfTheLibrary);

    [Fact]
    public async Task Connection_ThatIsCut_EndsTheSessionOnBothSides()
    {
        await using var host = await TalkHost.StartAsync(TalkClient.ServiceBinding());
        await using var relay = new Relay(host.Address);
        using var client = TalkClient.Create(host, address: host.Address, via: relay.Port);
        await client.Talk.SayAsync("hello");
        relay.Cut();
        await UntilAsync(() => client.Channel.State == CommunicationState.Faulted);
        await UntilAsync(() => host.Probe.Ended == 1);
        await Assert.ThrowsAnyAsync<CommunicationException>(() => client.Talk.SayAsync("again"));
    }

    [Fact]
    public async Task Connections_ThatAreReplayed_ExecuteNothing()
    {
        await using var host = await TalkHost.StartAsync(TalkClient.ServiceBinding());
        await using var relay = new Relay(host.Address);
        using var client = TalkClient.Create(host, address: host.Address, via: relay.Port);
        await client.Talk.SayAsync("hello");
        await client.Talk.TellAsync("once");
        Assert.True(await host.Probe.ToldSignal.WaitAsync(Patience));
        foreach (var sent in relay.Sent.Select(stream => stream.ToArray()).ToList())
        {
            await Relay.IsClosedAsync(host.Address, sent, TimeSpan.FromSeconds(3));
        }

        Assert.Equal("once", Assert.Single(host.Probe.Told));
        Assert.StartsWith("2: still", await client.Talk.SayAsync("still"), StringComparison.Ordinal);
        await client.CloseAsync();
    }

    [Fact]
    public async Task Octets_ThatAreNoMessage_EndTheirConnectionOnly()
    {
        var element = Session();
        element.LocalServiceSettings.NegotiationTimeout = TimeSpan.FromSeconds(5);
        await using var host = await TalkHost.StartAsync(TalkClient.ServiceBinding(element));
        using var client = TalkClient.Create(host);
        await client.Talk.SayAsync("hello");
        byte[] garbage = [.. Relay.Preamble(host.Address), 6, 4, 0xFF, 0xFF, 0xFF, 0xFF];
        Assert.True(await Relay.IsClosedAsync(host.Address, garbage, Patience));
        byte[] endless = [.. Relay.Preamble(host.Address), 6, 0xFF, 0xFF, 0xFF, 0xFF, 7];
        Assert.True(await Relay.IsClosedAsync(host.Address, endless, Patience));
        Assert.StartsWith("2: still", await client.Talk.SayAsync("still"), StringComparison.Ordinal);
        await client.CloseAsync();
    }

    [Fact]
    public async Task Connection_OnWhichNobodyProvesAnything_IsClosedAfterNegotiationTimeout()
    {
        var element = Session();
        element.LocalServiceSettings.NegotiationTimeout = TimeSpan.FromSeconds(2);
        await using var host = await TalkHost.StartAsync(TalkClient.ServiceBinding(element));
        Assert.True(await Relay.IsClosedAsync(host.Address, Relay.Preamble(host.Address), Patience));
        using var client = TalkClient.Create(host);
        await client.Talk.SayAsync("hello");
        await client.CloseAsync();
    }

    [Fact]
    public async Task Connections_OnWhichNobodyProvesAnything_AreLimited()
    {
        var element = Session();
        element.LocalServiceSettings.MaxPendingSessions = 2;
        await using var host = await TalkHost.StartAsync(TalkClient.ServiceBinding(element));
        var waiting = new List<TcpClient>();
        for (var i = 0; i < 4; i++)
        {
            waiting.Add(await ConnectAsync(host));
        }

        // Which of them came too late is not said: the service counts them after it has taken the preamble.
        var ended = waiting.ConvertAll(EndAsync);
        await Task.WhenAny(ended).WaitAsync(TimeSpan.FromSeconds(40));
        waiting.ForEach(connection => connection.Dispose());
        await Task.WhenAll(ended);
    }

    [Fact]
    public async Task Client_WithoutSecurity_IsRefused()
    {
        await using var host = await TalkHost.StartAsync(TalkClient.ServiceBinding());
        using var client = TalkClient.Create(host, new CustomBinding(new BinaryMessageEncodingBindingElement(), new TcpTransportBindingElement()));
        for (var i = 0; i < 10; i++)
        {
            await Assert.ThrowsAnyAsync<CommunicationException>(() => client.Talk.SayAsync("hello"));
        }

        await UntilAsync(() => client.Channel.State != CommunicationState.Opened);
        Assert.Empty(host.Probe.Told);
        Assert.Equal(0, host.Probe.Ended);
    }

    private static CoreElement Session() =>
        CoreElement.CreateSecureConversationBindingElement(CoreElement.CreateMutualCertificateBindingElement());

    private static async Task<TcpClient> ConnectAsync(TalkHost host)
    {
        var connection = new TcpClient();
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
