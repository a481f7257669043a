using SecureConversation.Testing;
using SecureConversation.Tests.Roles;
using SecureConversation.Tests.Surface;
using static SecureConversation.Tests.Roles.Renewals;

namespace SecureConversation.Tests.State;

/// <summary>Sessions that are renewed at one instance of a service and used at others, over a store.</summary>
public sealed class StoredRenewalTests : IDisposable
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Rollover = TimeSpan.FromMinutes(2);

    private readonly ManualTimeProvider _clock = Observation.Today;
    private readonly OctetStore _store = new();
    private readonly Loopback _first;
    private readonly Loopback _second;

    public StoredRenewalTests()
    {
        var binding = With(Bindings.Create("mutualcert//session"), Life, Rollover);
        (_first, _second) = (Create(), Create());
        Loopback Create() => new(binding, _clock, new MessageSecurityServiceOptions
        {
            TimeProvider = _clock,
            FailureAnswers = Loopback.AtOnce,
            SessionStore = _store,
            EndpointName = "shop",
            ReplayCache = new InMemoryReplayCache(10_000, _clock),
        });
    }

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
    }

    [Fact]
    public async Task Session_OpenedHere_IsRenewedThereAndUsedAndCancelledHere()
    {
        using var session = await _first.OpenAsync();
        await CallAsync(_first, session);
        for (var i = 0; i < 3; i++)
        {
            await RenewAsync(_first, session, _second.Service);
            Assert.Equal(session.Keys.Current.Instance, (await CallAsync(_first, session)).Keys.Current.Instance);
            Assert.Equal(session.Keys.Current.Instance, (await CallAsync(_first, session, _second.Service)).Keys.Current.Instance);
        }

        using (var state = SessionState.FromBytes(_store.States[session.Id]))
        {
            Assert.Equal((7, 2), (state.Version, state.Keys.Count));
        }

        using var cancel = session.StartCancel();
        using var result = await _second.Service.ReceiveAsync(cancel.Envelope);
        cancel.Complete(((ServiceResult.Respond)result).Envelope);
        Assert.Empty(_store.States);
    }

    /// <summary>A message under the old key, at an instance that did not see the switch, is answered under the new key.</summary>
    [Fact]
    public async Task Switch_AtOneInstance_IsSeenByTheOther()
    {
        using var session = await _first.OpenAsync();
        var here = await CallAsync(_first, session);
        await CallAsync(_first, session, _second.Service);
        using var within = session.Secure(Loopback.Request(_first.Binding.MessageVersion));
        using var after = session.Secure(Loopback.Request(_first.Binding.MessageVersion));
        await RenewAsync(_first, session);
        await CallAsync(_first, session, _second.Service);
        Assert.Same(here, await ReplyAsync(_first, within));
        Assert.Equal(session.Keys.Current.Instance, here.Keys.Current.Instance);
        _clock.Advance(Rollover);
        Assert.Equal(FailureCode.KeyInstanceUnknown, await CodeAsync(_first, after.Envelope));
    }

    /// <summary>Both instances get the first message under the new key at once: one switch, and both messages come through.</summary>
    [Fact]
    public async Task Switch_AtBothInstancesAtOnce_IsOne()
    {
        using var session = await _first.OpenAsync();
        await CallAsync(_first, session);
        await CallAsync(_first, session, _second.Service);
        await RenewAsync(_first, session);
        var both = new Barrier(_store, 2);
        await Task.WhenAll(
            Task.Run(() => CallAsync(_first, session)), Task.Run(() => CallAsync(_first, session, _second.Service)));
        Assert.Equal(2, both.Arrived);
        using var state = SessionState.FromBytes(_store.States[session.Id]);
        Assert.Equal((3, session.Keys.Current.Instance), (state.Version, state.Keys.Single(k => k.Role == SessionKeyRole.Current).Instance));
    }

    /// <summary>Two renewals at once, at two instances: both keys are pending, and the first that is used counts.</summary>
    [Fact]
    public async Task Renewals_AtBothInstancesAtOnce_LoseNoKey()
    {
        using var session = await _first.OpenAsync();
        await CallAsync(_first, session);
        using var one = session.StartRenewal();
        using var two = session.StartRenewal();
        var both = new Barrier(_store, 2);
        var answers = await Task.WhenAll(
            Task.Run(async () => await _first.Service.ReceiveAsync(one.Envelope)), Task.Run(async () => await _second.Service.ReceiveAsync(two.Envelope)));
        Assert.Equal(2, both.Arrived);
        Assert.All(answers, a => Assert.Equal(FailureCode.None, ((ServiceResult.Respond)a).Code));
        using (var state = SessionState.FromBytes(_store.States[session.Id]))
        {
            Assert.Equal((3, 2), (state.Version, state.Keys.Count(k => k.Role == SessionKeyRole.Pending)));
        }

        two.Complete(((ServiceResult.Respond)answers[1]).Envelope);
        var served = await CallAsync(_first, session);
        Assert.Equal(session.Keys.Current.Instance, served.Keys.Current.Instance);
        Assert.Empty(served.Keys.Pending);
    }

    /// <summary>The session is cancelled elsewhere while its first message under the new key is on its way.</summary>
    [Fact]
    public async Task Switch_OfASessionThatEnded_BringsItNotBack()
    {
        using var session = await _first.OpenAsync();
        await CallAsync(_first, session);
        await RenewAsync(_first, session);
        using var request = session.Secure(Loopback.Request(_first.Binding.MessageVersion));
        _store.OnReplace = () =>
        {
            _store.States.Clear();
            return Task.CompletedTask;
        };
        Assert.Equal(FailureCode.UnknownContext, await CodeAsync(_first, request.Envelope));
        Assert.Empty(_store.States);
    }

    [Fact]
    public async Task Renewal_WhileTheStoreIsAway_FailsAndChangesNothing()
    {
        using var session = await _first.OpenAsync();
        await CallAsync(_first, session);
        using (var renewal = session.StartRenewal())
        {
            _store.OnReplace = () => throw new IOException("The store does not answer.");
            using var result = await _first.Service.ReceiveAsync(renewal.Envelope);
            Assert.Throws<SecureConversationException>(() => renewal.Receive(((ServiceResult.Respond)result).Envelope));
        }

        _store.OnReplace = () => Task.CompletedTask;
        await CallAsync(_first, session);
        await RenewAsync(_first, session);
        await CallAsync(_first, session);
    }

    /// <summary>A process that was restarted knows the session from the store alone, with all of its keys.</summary>
    [Fact]
    public async Task Renewal_OfASessionThatOnlyTheStoreHas_IsTaken()
    {
        using var session = await _first.OpenAsync();
        await RenewAsync(_first, session, _second.Service);
        Assert.Equal(0, _second.Service.SessionCount);
        using var old = session.Secure(Loopback.Request(_first.Binding.MessageVersion));
        await CallAsync(_first, session, _second.Service);
        _second.Dispose();
        Assert.Equal(session.Keys.Current.Instance, (await CallAsync(_first, session)).Keys.Current.Instance);
        await ReplyAsync(_first, old);
    }

    /// <summary>Holds the first writers of changed states until as many have come, so that they collide.</summary>
    private sealed class Barrier
    {
        private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _arrived;

        public Barrier(OctetStore store, int count) => store.OnReplace = () =>
        {
            var arrived = Interlocked.Increment(ref _arrived);
            if (arrived == count)
            {
                _all.SetResult();
            }

            return arrived > count ? Task.CompletedTask : _all.Task;
        };

        public int Arrived => Math.Min(2, _arrived);
    }
}
