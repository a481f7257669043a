using System.Collections.Concurrent;
using System.Globalization;
using CoreWCF;

namespace SecureConversation.CoreWCF.Tests.Support;

/// <summary>One instance per session, where there are sessions. What happens to instances is told to the probe of the test.</summary>
[ServiceBehavior(InstanceContextMode = InstanceContextMode.PerSession, ConcurrencyMode = ConcurrencyMode.Multiple)]
public sealed class EchoService : ISessionEcho, ISinglesEcho, IHeaderEcho, IDuplexEcho, IDisposable
{
    private readonly EchoProbe _probe;
    private int _calls;

    public EchoService(EchoProbe probe)
    {
        _probe = probe;
        probe.OnCreated();
    }

    public string Echo(string text) => text;

    public async Task<string> EchoLaterAsync(string text)
    {
        await Task.Delay(1);
        return text;
    }

    public int Count() => Interlocked.Increment(ref _calls);

    public int Leave() => Interlocked.Increment(ref _calls);

    public void LeaveSilently() => Interlocked.Increment(ref _calls);

    public int AbortChannel()
    {
        OperationContext.Current!.GetCallbackChannel<IContextChannel>().Abort();
        return Interlocked.Increment(ref _calls);
    }

    public string Surroundings() => SynchronizationContext.Current?.GetType().Name ?? "none";

    public async Task<string> WaitAsync()
    {
        _probe.WaitingSignal.Release();
        await _probe.Released;
        return "waited";
    }

    public Task WaitSilentlyAsync() => WaitAsync();

    public Task<string> LeaveLaterAsync() => WaitAsync();

    public string WhoAmI()
    {
        var security = ServiceSecurityContext.Current;
        var sets = security.AuthorizationContext.ClaimSets.Select(set => set.GetType().Name + ":" + set.Count.ToString(CultureInfo.InvariantCulture));
        return string.Join('|', security.IsAnonymous, security.PrimaryIdentity.Name, OperationContext.Current!.SessionId,
            string.Join('+', OperationContext.Current.IncomingMessageProperties.Security.IncomingSupportingTokens.Select(token => token.SecurityToken.GetType().Name)),
            string.Join(',', sets));
    }

    public void Notify(string text)
    {
        _probe.Notified.Add(text);
        _probe.NotifiedSignal.Release();
    }

    public string FailTyped(string text) => throw new FaultException<string>(text, new FaultReason("typed"), new FaultCode("Because"), "urn:e/TypedFault");

    public string Fail(string text) => throw new InvalidOperationException("secret of the service: " + text);

    public string Signed(string text) => text;

    public HeaderMessage Header(HeaderMessage message) => message;

    public string NotXml() => "a\u0001b";

    public string Abort()
    {
        OperationContext.Current!.RequestContext.Abort();
        return "never sent";
    }

    public void Dispose()
    {
        _probe.OnDisposed();
    }
}

public sealed class EchoProbe
{
    private int _created;
    private int _disposed;
    private int _running;
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Created => Volatile.Read(ref _created);

    public int Disposed => Volatile.Read(ref _disposed);

    public int Running => Volatile.Read(ref _running);

    public ConcurrentBag<string> Notified { get; } = [];

    public SemaphoreSlim NotifiedSignal { get; } = new(0);

    public SemaphoreSlim DisposedSignal { get; } = new(0);

    /// <summary>A release for each operation that waits.</summary>
    public SemaphoreSlim WaitingSignal { get; } = new(0);

    /// <summary>What operations wait for.</summary>
    public Task Released => _released.Task;

    public void Release() => _released.TrySetResult();

    public void OnStarted() => Interlocked.Increment(ref _running);

    public void OnEnded() => Interlocked.Decrement(ref _running);

    public void OnCreated() => Interlocked.Increment(ref _created);

    public void OnDisposed()
    {
        Interlocked.Increment(ref _disposed);
        DisposedSignal.Release();
    }
}
