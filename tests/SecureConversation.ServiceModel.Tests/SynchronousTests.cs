using System.ServiceModel;
using SecureConversation.ServiceModel.Tests.Support;

namespace SecureConversation.ServiceModel.Tests;

/// <summary>
/// Many synchronous clients at once, each on a thread of its own, as old programs have them. The stack opens and closes their channels on
/// threads of the pool, which the replies need as well: none may wait until its time is over.
/// </summary>
public sealed class SynchronousTests
{
    [Theory]
    [InlineData("MutualCertificate", true)]
    [InlineData("UserName", true)]
    [InlineData("MutualCertificate", false)]
    public async Task ManyClients_OpenCallAndClose(string bootstrap, bool session)
    {
        await using var service = await TestService.StartAsync(Bootstraps.Service(bootstrap, session));
        using var factory = Clients.Factory(Clients.Binding(Bootstraps.Client(bootstrap, session)), service.Address);
        var sums = await Task.WhenAll(Enumerable.Range(0, 50).Select(client => Task.Factory.StartNew(
            () =>
            {
                var proxy = factory.CreateChannel();
                ((IClientChannel)proxy).Open();
                var sum = Enumerable.Range(0, 3).Sum(i => proxy.Add(client, i));
                ((IClientChannel)proxy).Close();
                return sum;
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        Assert.Equal(Enumerable.Range(0, 50).Select(client => (3.0 * client) + 3), sums);
        Assert.Equal(0, service.OpenSessions);
    }
}
