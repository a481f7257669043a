using System.ServiceModel;

namespace SecureConversation.Contract.Wcf.NetTcp;

/// <summary>Sessions over net.tcp between the two stacks: calls, callbacks, and how they end.</summary>
public sealed class CallbackTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Calls_GoBothWays()
    {
        await using var host = await TalkHost.StartAsync(TalkClient.ServiceBinding());
        using var client = TalkClient.Create(host);
        Assert.StartsWith("1: hello", await client.Talk.SayAsync("hello"), StringComparison.Ordinal);
        Assert.Equal("answer to why", await client.Talk.AskBackAsync("why"));
        await client.Talk.TellAsync("news");
        Assert.True(await host.Probe.ToldSignal.WaitAsync(Patience));
        await client.Talk.LaterAsync("late");
        Assert.True(await client.Back.Signal.WaitAsync(Patience));
        Assert.Equal("late", Assert.Single(client.Back.News));
        Assert.Equal("It failed.", (await Assert.ThrowsAsync<FaultException>(client.Talk.FailAsync)).Message);
        Assert.Equal(client.Channel.SessionId, await client.Talk.SessionAsync());
        var large = new string('x', 1 << 20);
        Assert.Equal($"answer to {large}", await client.Talk.AskBackAsync(large));

        await client.CloseAsync();
        Assert.Equal(CommunicationState.Closed, client.Channel.State);
    }

    [Fact]
    public async Task Clients_HaveSessionsOfTheirOwn()
    {
        await using var host = await TalkHost.StartAsync(TalkClient.ServiceBinding());
        using var one = TalkClient.Create(host);
        using var other = TalkClient.Create(host);
        var calls = Enumerable.Range(0, 20).SelectMany(i => new[] { one.Talk.AskBackAsync($"one {i}"), other.Talk.AskBackAsync($"other {i}") });
        var answers = await Task.WhenAll(calls);
        Assert.Equal(20, answers.Count(answer => answer.StartsWith("answer to one", StringComparison.Ordinal)));
        Assert.NotEqual(await one.Talk.SessionAsync(), await other.Talk.SessionAsync());
        await one.Talk.LaterAsync("for one");
        Assert.True(await one.Back.Signal.WaitAsync(Patience));
        Assert.Empty(other.Back.News);
        await one.CloseAsync();
        Assert.StartsWith("1: still", await other.Talk.SayAsync("still"), StringComparison.Ordinal);
        await other.CloseAsync();
    }

    [Fact]
    public async Task Close_OfTheClient_EndsTheInstanceOfTheService()
    {
        await using var host = await TalkHost.StartAsync(TalkClient.ServiceBinding());
        using var client = TalkClient.Create(host);
        await client.Talk.SayAsync("hello");
        await client.CloseAsync();
        await UntilAsync(() => host.Probe.Ended == 1);
    }

    [Fact]
    public async Task Abort_OfTheService_FaultsTheChannelOfTheClientOnly()
    {
        await using var host = await TalkHost.StartAsync(TalkClient.ServiceBinding());
        using var client = TalkClient.Create(host);
        using var other = TalkClient.Create(host);
        await other.Talk.SayAsync("hello");
        await client.Talk.SayAsync("hello");
        await Assert.ThrowsAnyAsync<CommunicationException>(client.Talk.AbortAsync);
        await UntilAsync(() => client.Channel.State == CommunicationState.Faulted);
        Assert.StartsWith("2: still", await other.Talk.SayAsync("still"), StringComparison.Ordinal);
        await other.CloseAsync();
    }

    /// <summary>The fault comes before the end of the connection, which says nothing.</summary>
    [Fact]
    public async Task Abort_OfTheService_IsToldToTheClient()
    {
        await using var host = await TalkHost.StartAsync(TalkClient.ServiceBinding());
        using var client = TalkClient.Create(host);
        using var raw = client.CreateRaw();
        await Task.Run(() =>
        {
            raw.Channel.Open();
            raw.Channel.Send(RawTalk.Abort());
            var failure = Assert.Throws<CommunicationException>(() => raw.Channel.Receive());
            Assert.Contains("The service gave the session up", failure.Message, StringComparison.Ordinal);
            Assert.Equal(CommunicationState.Faulted, raw.Channel.State);
        });
        await UntilAsync(() => host.Probe.Ended == 1);
    }

    [Fact]
    public async Task Abort_OfTheClient_EndsTheInstanceOfTheService()
    {
        await using var host = await TalkHost.StartAsync(TalkClient.ServiceBinding());
        using (var client = TalkClient.Create(host))
        {
            await client.Talk.SayAsync("hello");
        }

        await UntilAsync(() => host.Probe.Ended == 1);
    }

    [Theory]
    [InlineData("Certificate")]
    [InlineData("UserName")]
    [InlineData("None")]
    public async Task NetTcpBinding_WithMessageSecurity_IsADropIn(string credential)
    {
        var ours = new SecureConversation.CoreWCF.NetTcpBinding(global::CoreWCF.SecurityMode.Message);
        ours.Security.Message.ClientCredentialType = Enum.Parse<global::CoreWCF.MessageCredentialType>(credential);
        await using var host = await TalkHost.StartAsync(ours);
        var binding = new SecureConversation.ServiceModel.NetTcpBinding(SecurityMode.Message);
        binding.Security.Message.ClientCredentialType = Enum.Parse<MessageCredentialType>(credential);
        using var client = TalkClient.Create(host, binding);
        Assert.StartsWith("1: hello", await client.Talk.SayAsync("hello"), StringComparison.Ordinal);
        Assert.Equal("answer to why", await client.Talk.AskBackAsync("why"));
        await client.CloseAsync();
    }

    [Fact]
    public async Task Renewal_GoesOnInTheMiddleOfCalls()
    {
        var service = SecureConversation.CoreWCF.MessageSecurityBindingElement.CreateSecureConversationBindingElement(
            SecureConversation.CoreWCF.MessageSecurityBindingElement.CreateMutualCertificateBindingElement());
        service.LocalServiceSettings.SessionKeyRolloverInterval = TimeSpan.FromSeconds(8);
        service.LocalServiceSettings.SessionKeyRenewalInterval = TimeSpan.FromSeconds(10);
        await using var host = await TalkHost.StartAsync(TalkClient.ServiceBinding(service));
        using var client = TalkClient.Create(host);
        var session = await client.Talk.SessionAsync();
        var until = Environment.TickCount64 + 25_000;
        var calls = 0;
        while (Environment.TickCount64 < until)
        {
            Assert.Equal($"answer to {++calls}", await client.Talk.AskBackAsync($"{calls}"));
            await Task.Delay(50);
        }

        Assert.Equal(session, await client.Talk.SessionAsync());
        await client.CloseAsync();
    }

    [Fact]
    public async Task OutputOfTheClient_ThatIsClosed_EndsTheSessionInOrder()
    {
        await using var host = await TalkHost.StartAsync(TalkClient.ServiceBinding());
        using var client = TalkClient.Create(host);
        using var raw = client.CreateRaw();
        await Task.Run(() =>
        {
            raw.Channel.Open();
            raw.Channel.Send(RawTalk.Say("hello"));
            using (var reply = raw.Channel.Receive())
            {
                Assert.False(reply.IsFault);
                Assert.Equal("urn:talk/ITalk/SayResponse", reply.Headers.Action);
            }

            raw.Channel.Session.CloseOutputSession();
            Assert.Throws<InvalidOperationException>(() => raw.Channel.Send(RawTalk.Say("more")));
            Assert.Null(raw.Channel.Receive());
            raw.Channel.Close();
        });
        await UntilAsync(() => host.Probe.Ended == 1);
    }

    [Fact]
    public async Task Close_OfTheService_IsConfirmedByTheClient()
    {
        await using var host = await TalkHost.StartAsync(TalkClient.ServiceBinding());
        using var client = TalkClient.Create(host);
        await client.Talk.SayAsync("hello");
        await client.Talk.LeaveAsync();
        await UntilAsync(() => host.Probe.Ended == 1);
        await UntilAsync(() => client.Channel.State != CommunicationState.Opened);
        Assert.NotEqual(CommunicationState.Faulted, client.Channel.State);
    }

    [Fact]
    public async Task SessionWithoutMessages_IsClosed()
    {
        await using var host = await TalkHost.StartAsync(TalkClient.ServiceBinding());
        using var client = TalkClient.Create(host);
        using var raw = client.CreateRaw();
        await Task.Run(() =>
        {
            raw.Channel.Open();
            raw.Channel.Close();
        });
        Assert.Equal(CommunicationState.Closed, raw.Channel.State);
        Assert.Equal(0, host.Probe.Ended);
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
