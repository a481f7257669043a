using System.Collections.Concurrent;
using System.ServiceModel;
using System.ServiceModel.Channels;
using System.ServiceModel.Description;
using System.ServiceModel.Dispatcher;
using Microsoft.Extensions.Logging;
using SecureConversation.ServiceModel.Tests.Support;

namespace SecureConversation.ServiceModel.Tests;

/// <summary>
/// Synchronous clients, each on a thread of its own, as old programs have them. The stack opens and closes channels that are not its own on
/// threads of the pool, which the replies need as well: none of ours may wait there.
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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Channel_OpensCallsAndClosesOnTheThreadOfItsCaller(bool explicitOpen)
    {
        await using var service = await TestService.StartAsync(Bootstraps.Service("MutualCertificate", true));
        var binding = Clients.Binding(Bootstraps.Client("MutualCertificate", true));
        var openers = new ConcurrentQueue<int>();
        binding.Elements.Find<MessageSecurityBindingElement>().LoggerFactory = new Openers(openers);
        using var factory = Clients.Factory(binding, service.Address);
        var senders = new ConcurrentQueue<int>();
        factory.Endpoint.EndpointBehaviors.Add(new Senders(senders));
        var caller = await Task.Factory.StartNew(
            () =>
            {
                var proxy = factory.CreateChannel();
                if (explicitOpen)
                {
                    ((IClientChannel)proxy).Open();
                    Assert.Equal(CommunicationState.Opened, ((IClientChannel)proxy).State);
                }

                Assert.Equal(3, proxy.Add(1, 2));
                ((IClientChannel)proxy).Close();
                return Environment.CurrentManagedThreadId;
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        Assert.Equal([caller], openers);
        // The handshake goes on wherever the channel of the transport was opened; the call and the cancel are sent where they start.
        Assert.Equal([caller, caller], senders.Skip(1));
    }

    /// <summary>Notes on which thread each channel starts to open.</summary>
    private sealed class Openers(ConcurrentQueue<int> threads) : ILoggerFactory, ILogger
    {
        private const int Opening = 500;

        public ILogger CreateLogger(string categoryName) => this;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id == Opening)
            {
                threads.Enqueue(Environment.CurrentManagedThreadId);
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public void Dispose()
        {
        }
    }

    /// <summary>Notes on which thread each request leaves.</summary>
    private sealed class Senders(ConcurrentQueue<int> threads) : IEndpointBehavior
    {
        public void AddBindingParameters(ServiceEndpoint endpoint, BindingParameterCollection bindingParameters) =>
            bindingParameters.Add(new Func<HttpClientHandler, HttpMessageHandler>(inner => new Noting(threads) { InnerHandler = inner }));

        public void ApplyClientBehavior(ServiceEndpoint endpoint, ClientRuntime clientRuntime)
        {
        }

        public void ApplyDispatchBehavior(ServiceEndpoint endpoint, EndpointDispatcher endpointDispatcher)
        {
        }

        public void Validate(ServiceEndpoint endpoint)
        {
        }

        private sealed class Noting(ConcurrentQueue<int> threads) : DelegatingHandler
        {
            protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            {
                threads.Enqueue(Environment.CurrentManagedThreadId);
                return base.SendAsync(request, cancellationToken);
            }
        }
    }
}
