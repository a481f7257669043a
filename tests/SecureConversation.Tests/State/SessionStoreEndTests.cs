using SecureConversation.Binding;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.State;

/// <summary>With a store, a session that was cancelled has ended for good and holds no place at any instance.</summary>
public sealed class SessionStoreEndTests : IDisposable
{
    private const int Places = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly OctetStore _store = new();
    private readonly MessageSecurityBinding _binding;
    private readonly Loopback _first;
    private readonly Loopback _second;

    public SessionStoreEndTests()
    {
        _binding = MessageSecurityBinding.Create(
            Bindings.Create("mutualcert//session").Element with { LocalServiceSettings = new() { MaxPendingSessions = Places } });
        _first = new Loopback(_binding, options: new MessageSecurityServiceOptions { SessionStore = _store, EndpointName = "test" });
        _second = new Loopback(_binding, options: new MessageSecurityServiceOptions { SessionStore = _store, EndpointName = "test" });
    }

    [Fact]
    public async Task Cancel_OfAClientThatHangsUp_EndsTheSession()
    {
        using var session = await _first.OpenAsync();
        using var late = session.Secure(Loopback.Request(_binding.MessageVersion));
        using var cancel = session.StartCancel();
        using var hangUp = new CancellationTokenSource();
        _store.OnRemove = hangUp.CancelAsync;

        // Whether the service still answers does not matter: nobody is there to hear it.
        await Record.ExceptionAsync(async () =>
        {
            using var result = await _first.Service.ReceiveAsync(cancel.Envelope, hangUp.Token);
        });
        Assert.True(hangUp.IsCancellationRequested);
        await NoContextAsync(late);
    }

    [Fact]
    public async Task Cancel_WhileAMessageReadsTheSession_EndsTheSession()
    {
        using var session = await _first.OpenAsync();
        using (var request = session.Secure(Loopback.Request(_binding.MessageVersion)))
        using (var used = await _first.Service.ReceiveAsync(request.Envelope))
        {
            Assert.IsType<ServiceResult.Dispatch>(used);
        }

        // The instance has forgotten the session already, and the store still has it.
        using var late = session.Secure(Loopback.Request(_binding.MessageVersion));
        using var cancel = session.StartCancel();
        var removing = new Halt();
        _store.OnRemove = removing.StopAsync;
        var cancelling = _first.Service.ReceiveAsync(cancel.Envelope).AsTask();
        await removing.Reached.WaitAsync(Patience);

        // The late message reads the state, the cancellation is confirmed, and only then does the message go on.
        var found = new Halt();
        _store.OnFound = found.StopAsync;
        var receiving = _first.Service.ReceiveAsync(late.Envelope).AsTask();
        await found.Reached.WaitAsync(Patience);
        removing.Continue();
        using (var cancelled = await cancelling.WaitAsync(Patience))
        {
            cancel.Complete(Assert.IsType<ServiceResult.Respond>(cancelled).Envelope);
        }

        found.Continue();
        using var refused = await receiving.WaitAsync(Patience);
        Assert.Equal(FailureCode.UnknownContext, Assert.IsType<ServiceResult.Respond>(refused).Code);
        Assert.Equal((0, 0), (_first.Service.SessionCount, _store.States.Count));
    }

    [Fact]
    public async Task Cancel_AtTheOtherInstance_FreesThePlaceWhereTheSessionWasOpened()
    {
        for (var i = 0; i < 3 * Places; i++)
        {
            // OpenAsync fails where the service answers that it is too busy.
            using var session = await _first.OpenAsync();
            using (var request = session.Secure(Loopback.Request(_binding.MessageVersion)))
            using (var used = await _second.Service.ReceiveAsync(request.Envelope))
            {
                Assert.IsType<ServiceResult.Dispatch>(used);
            }

            using var cancel = session.StartCancel();
            using var cancelled = await _second.Service.ReceiveAsync(cancel.Envelope);
            cancel.Complete(Assert.IsType<ServiceResult.Respond>(cancelled).Envelope);
        }

        Assert.Equal((0, 0, 0), (_first.Service.SessionCount, _second.Service.SessionCount, _store.States.Count));
    }

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
    }

    private async Task NoContextAsync(SecuredRequest late)
    {
        foreach (var instance in new[] { _first, _second })
        {
            using var refused = await instance.Service.ReceiveAsync(late.Envelope);
            Assert.Equal(FailureCode.UnknownContext, Assert.IsType<ServiceResult.Respond>(refused).Code);
            Assert.Equal(0, instance.Service.SessionCount);
        }

        Assert.Empty(_store.States);
    }

    /// <summary>A place where a call waits until the test lets it go on.</summary>
    private sealed class Halt
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _continue = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Reached => _reached.Task;

        public Task StopAsync()
        {
            _reached.TrySetResult();
            return _continue.Task;
        }

        public void Continue() => _continue.SetResult();
    }
}
