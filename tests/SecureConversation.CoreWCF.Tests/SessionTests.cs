using System.Collections.ObjectModel;
using CoreWCF;
using CoreWCF.Channels;
using CoreWCF.Description;
using CoreWCF.Dispatcher;
using CoreWCF.IdentityModel.Policy;
using SecureConversation.CoreWCF.Tests.Support;

namespace SecureConversation.CoreWCF.Tests;

public sealed class SessionTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task EachSession_HasAnInstanceAndAnId()
    {
        var element = Bindings.Session();
        await using var host = await EchoHost.StartAsync<ISessionEcho>(Bindings.Text(element));
        await using var first = Client.For(host, element);
        await using var second = Client.For(host, element);

        Assert.Equal(["1", "2", "3"], [await first.AskAsync("Count"), await first.AskAsync("Count"), await first.AskAsync("Count")]);
        Assert.Equal("1", await second.AskAsync("Count"));
        Assert.Equal(2, host.Probe.Created);

        var ids = new[] { await SessionIdAsync(first), await SessionIdAsync(first), await SessionIdAsync(second) };
        Assert.StartsWith("urn:uuid:", ids[0]);
        Assert.Equal(ids[0], ids[1]);
        Assert.NotEqual(ids[0], ids[2]);
    }

    [Fact]
    public async Task Cancel_EndsTheInstance()
    {
        var element = Bindings.Session();
        await using var host = await EchoHost.StartAsync<ISessionEcho>(Bindings.Text(element));
        await using var client = Client.For(host, element);
        await client.AskAsync("Count");
        Assert.Equal(0, host.Probe.Disposed);

        await client.CloseAsync();

        Assert.True(await host.Probe.DisposedSignal.WaitAsync(Patience));
        Assert.Equal("1", await client.AskAsync("Count"));
        Assert.Equal(2, host.Probe.Created);
    }

    [Fact]
    public async Task IdleTimeout_EndsTheInstanceAndTheSession()
    {
        var element = Bindings.Session();
        var binding = Bindings.Text(element);
        binding.ReceiveTimeout = TimeSpan.FromSeconds(1);
        await using var host = await EchoHost.StartAsync<ISessionEcho>(binding);
        await using var client = Client.For(host, element);
        await client.AskAsync("Count");

        Assert.True(await host.Probe.DisposedSignal.WaitAsync(Patience));
        var e = await Assert.ThrowsAsync<SecureConversationException>(() => client.AskAsync("Count"));
        Assert.Equal(SecureConversationFailure.BadContextToken, e.Failure);
    }

    /// <summary>The operation has its instance, and its client the answer, however long it takes.</summary>
    [Theory]
    [InlineData("Wait")]
    [InlineData("LeaveLater")]
    [InlineData("WaitSilently")]
    public async Task IdleTimeout_WhileAnOperationRuns_EndsTheInstanceAfterIt(string operation)
    {
        var element = Bindings.Session();
        var binding = Bindings.Text(element);
        binding.ReceiveTimeout = TimeSpan.FromSeconds(1);
        await using var host = await EchoHost.StartAsync<ISessionEcho>(binding);
        using var session = await RawSession.OpenAsync(host.Address, element.Settings);
        var call = operation == "WaitSilently" ? SilentlyAsync() : session.CallAsync(operation);
        Assert.True(await host.Probe.WaitingSignal.WaitAsync(Patience));
        using (var other = await RawSession.OpenAsync(host.Address, element.Settings))
        {
            // Another session of the same age is idle, and has ended.
            await other.CallAsync("Count");
            Assert.True(await host.Probe.DisposedSignal.WaitAsync(Patience));
        }

        await Task.Delay(TimeSpan.FromSeconds(3));
        Assert.False(call.IsCompleted);
        host.Probe.Release();

        var answer = await call.WaitAsync(Patience);
        Assert.True(operation == "WaitSilently" || answer.Contains("waited", StringComparison.Ordinal), answer);
        Assert.True(await host.Probe.DisposedSignal.WaitAsync(Patience));
        await host.IdleAsync().WaitAsync(Patience);

        async Task<string> SilentlyAsync()
        {
            await session.NotifyAsync(operation);
            return "";
        }
    }

    [Fact]
    public async Task UnhandledException_EndsTheSession_AndTheNextCallOpensAnother()
    {
        var element = Bindings.Session();
        await using var host = await EchoHost.StartAsync<ISessionEcho>(Bindings.Text(element));
        await using var client = Client.For(host, element);
        await client.AskAsync("Count");
        await client.AskAsync("Count");
        await Assert.ThrowsAsync<SecureConversationException>(() => client.EchoAsync("x", "Fail"));

        Assert.True(await host.Probe.DisposedSignal.WaitAsync(Patience));
        Assert.Equal("1", await client.AskAsync("Count"));
    }

    [Fact]
    public async Task RestartedService_DoesNotKnowTheSession()
    {
        var element = Bindings.Session();
        var before = await EchoHost.StartAsync<ISessionEcho>(Bindings.Text(element));
        await using var client = Client.For(before, element);
        await client.AskAsync("Count");
        await before.DisposeAsync();
        await using var after = await EchoHost.StartAsync<ISessionEcho>(Bindings.Text(element), port: before.Address.Port);

        var e = await Assert.ThrowsAsync<SecureConversationException>(() => client.AskAsync("Count"));

        Assert.Equal(SecureConversationFailure.BadContextToken, e.Failure);
        Assert.Equal("1", await client.AskAsync("Count"));
    }

    [Fact]
    public async Task StoppingTheHost_EndsTheInstances()
    {
        var element = Bindings.Session();
        var host = await EchoHost.StartAsync<ISessionEcho>(Bindings.Text(element));
        await using var client = Client.For(host, element);
        await client.AskAsync("Count");
        await host.DisposeAsync();

        Assert.True(await host.Probe.DisposedSignal.WaitAsync(Patience));
    }

    [Fact]
    public async Task ManySessions_AreServedAtOnce()
    {
        const int Sessions = 64, Calls = 10;
        var element = Bindings.Session();
        await using var host = await EchoHost.StartAsync<ISessionEcho>(Bindings.Text(element));

        await Parallel.ForEachAsync(Enumerable.Range(0, Sessions), new ParallelOptions { MaxDegreeOfParallelism = Sessions }, async (number, _) =>
        {
            await using var client = Client.For(host, element);
            var answers = await Task.WhenAll(Enumerable.Range(0, Calls).Select(call => client.EchoAsync($"{number}/{call}", "EchoAsync", "EchoLater")));
            Assert.Equal(Enumerable.Range(0, Calls).Select(call => $"{number}/{call}"), answers);
            Assert.Equal("1", await client.AskAsync("Count"));
        });

        Assert.Equal(Sessions, host.Probe.Created);
        for (var i = 0; i < Sessions; i++)
        {
            Assert.True(await host.Probe.DisposedSignal.WaitAsync(Patience));
        }
    }

    [Fact]
    public async Task CallsThatComeFirstAtOnce_ShareTheInstance()
    {
        var element = Bindings.Session();
        await using var host = await EchoHost.StartAsync<ISessionEcho>(Bindings.Text(element), host => host.Description.Behaviors.Add(new Slow()));
        await using var client = Client.For(host, element);

        var counts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => client.AskAsync("Count")));

        Assert.Equal(["1", "2", "3", "4"], counts.Order());
        Assert.Equal(1, host.Probe.Created);
    }

    [Fact]
    public async Task PendingSessions_AreBounded()
    {
        var element = Bindings.Session();
        element.LocalServiceSettings.MaxPendingSessions = 1;
        await using var host = await EchoHost.StartAsync<ISessionEcho>(Bindings.Text(element));
        await using var first = Client.For(host, element);
        await using var second = Client.For(host, element);
        await first.OpenAsync();

        await Assert.ThrowsAsync<SecureConversationException>(() => second.OpenAsync());
    }

    private static async Task<string> SessionIdAsync(Http.SecureConversationClient client) => (await client.AskAsync("WhoAmI")).Split('|')[2];

    /// <summary>Gives calls the time to overtake each other before there is an instance.</summary>
    private sealed class Slow : ServiceAuthenticationManager, IServiceBehavior
    {
        public override async ValueTask<(ReadOnlyCollection<IAuthorizationPolicy> policies, Message message)> AuthenticateAsync(
            ReadOnlyCollection<IAuthorizationPolicy> authPolicy, Uri listenUri, Message message)
        {
            await Task.Delay(100);
            return (authPolicy, message);
        }

        public void AddBindingParameters(ServiceDescription serviceDescription, ServiceHostBase serviceHostBase, Collection<ServiceEndpoint> endpoints,
            BindingParameterCollection bindingParameters)
        {
        }

        public void ApplyDispatchBehavior(ServiceDescription serviceDescription, ServiceHostBase serviceHostBase)
        {
            foreach (var endpoint in serviceHostBase.ChannelDispatchers.OfType<ChannelDispatcher>().SelectMany(dispatcher => dispatcher.Endpoints))
            {
                endpoint.DispatchRuntime.ServiceAuthenticationManager = this;
            }
        }

        public void Validate(ServiceDescription serviceDescription, ServiceHostBase serviceHostBase)
        {
        }
    }
}
