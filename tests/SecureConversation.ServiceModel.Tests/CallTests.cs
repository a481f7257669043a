using System.ServiceModel;
using SecureConversation.ServiceModel.Tests.Support;

namespace SecureConversation.ServiceModel.Tests;

/// <summary>Calls as proxies make them, for every bootstrap, in sessions and outside.</summary>
public sealed class CallTests
{
    public static TheoryData<string, bool> Bindings
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (var name in Bootstraps.Names)
            {
                data.Add(name, true);
                data.Add(name, false);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Bindings))]
    public async Task SynchronousTaskAndApmCalls_AreAnswered(string bootstrap, bool session)
    {
        await using var service = await TestService.StartAsync(Bootstraps.Service(bootstrap, session));
        var binding = Clients.Binding(Bootstraps.Client(bootstrap, session));
        using var factory = Clients.Factory(binding, service.Address);
        var proxy = factory.CreateChannel();

        Assert.Equal(3, proxy.Add(1, 2));
        Assert.Equal(7, await proxy.AddAsync(3, 4));
        ((IClientChannel)proxy).Close();

        using var apmFactory = Clients.Factory<ICalculatorApm>(binding, new EndpointAddress(service.Address));
        var apm = apmFactory.CreateChannel();
        var called = new TaskCompletionSource<IAsyncResult>();
        apm.BeginAdd(5, 6, called.SetResult, "state");
        var result = await called.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("state", result.AsyncState);
        Assert.Equal(11, apm.EndAdd(result));
        ((IClientChannel)apm).Close();

        Assert.Equal(0, service.OpenSessions);
        var user = bootstrap switch { "Anonymous" => null, "UserName" => "alice", _ => "Test client" };
        Assert.All(service.Users, name => Assert.Equal(user, name));
    }
}
