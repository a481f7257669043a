using System.Security.Cryptography;
using Microsoft.Extensions.Caching.Memory;

namespace SecureConversation.Redis.Internal;

/// <summary>
/// Copies of the states that this process uses, for a limited time and of a limited number. They hold keys in clear, as the open sessions
/// of the process do, and are zeroed when they are dropped.
/// </summary>
internal sealed class LocalStates : IDisposable
{
    // Changes of sessions are counted in so many groups, a power of two.
    private const int Groups = 1024;

    private readonly MemoryCache _copies;
    private readonly long[] _changes = new long[Groups];
    private readonly TimeSpan _lifetime;
    private readonly TimeProvider _clock;
    private bool _isDisposed;

    public LocalStates(TimeSpan lifetime, int most, TimeProvider clock)
    {
        (_lifetime, _clock) = (lifetime, clock);
        _copies = new MemoryCache(new MemoryCacheOptions { SizeLimit = most, ExpirationScanFrequency = TimeSpan.FromSeconds(1) });
    }

    /// <summary>How many copies there are.</summary>
    public int Count => _copies.Count;

    /// <summary>What a state that is read from now on needs to be kept: nothing it misses may have changed it.</summary>
    public long Moment(string id) => Volatile.Read(ref _changes[GroupOf(id)]);

    /// <summary>The state of a session; null where there is no copy that is young enough. The caller disposes of it.</summary>
    public SessionState? Find(string id) =>
        _copies.TryGetValue(id, out Copy? copy) && _clock.GetElapsedTime(copy!.Since) < _lifetime ? copy.Read() : null;

    /// <summary>Keeps a copy of a state, unless the session has changed since the moment before the state was asked for.</summary>
    public void Keep(string id, byte[] plain, string version, long moment)
    {
        if (_lifetime == TimeSpan.Zero || Volatile.Read(ref _isDisposed))
        {
            return;
        }

        var copy = new Copy([.. plain], version, _clock.GetTimestamp());
        using (var entry = _copies.CreateEntry(id))
        {
            entry.Size = 1;
            entry.AbsoluteExpirationRelativeToNow = _lifetime;
            entry.Value = copy;
            entry.RegisterPostEvictionCallback(static (_, value, _, _) => ((Copy)value!).Zero());
        }

        if (Moment(id) != moment || Volatile.Read(ref _isDisposed))
        {
            _copies.Remove(id);
        }
    }

    /// <summary>A session has changed or ended.</summary>
    public void Drop(string id)
    {
        Interlocked.Increment(ref _changes[GroupOf(id)]);
        _copies.Remove(id);
    }

    /// <summary>Drops the copy of a state that has another version in Redis.</summary>
    public void Compare(string id, string version)
    {
        if (_copies.TryGetValue(id, out Copy? copy) && copy!.Version != version)
        {
            Drop(id);
        }
    }

    /// <summary>Drops all copies: any session may have changed.</summary>
    public void Clear()
    {
        for (var i = 0; i < Groups; i++)
        {
            Interlocked.Increment(ref _changes[i]);
        }

        _copies.Clear();
    }

    public void Dispose()
    {
        Volatile.Write(ref _isDisposed, true);
        _copies.Clear();
    }

    private static int GroupOf(string id) => string.GetHashCode(id, StringComparison.Ordinal) & (Groups - 1);

    private sealed class Copy(byte[] plain, string version, long since)
    {
        private readonly Lock _lock = new();
        private bool _isZeroed;

        public string Version { get; } = version;

        public long Since { get; } = since;

        public SessionState? Read()
        {
            lock (_lock)
            {
                return _isZeroed ? null : SessionState.FromBytes(plain);
            }
        }

        public void Zero()
        {
            lock (_lock)
            {
                _isZeroed = true;
                CryptographicOperations.ZeroMemory(plain);
            }
        }
    }
}
