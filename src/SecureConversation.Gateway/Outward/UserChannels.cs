using System.Security.Cryptography;
using System.Text;

namespace SecureConversation.Gateway.Outward;

/// <summary>What a service said of a user.</summary>
internal enum UserOutcome
{
    /// <summary>Nothing.</summary>
    Unknown,

    /// <summary>It answered the message.</summary>
    Accepted,

    /// <summary>It does not know the user, or not with this password.</summary>
    Refused,
}

/// <summary>
/// A channel for each user. Two passwords of one name are two channels: what is right is for the service to say, and a wrong password must
/// not get into the session of a right one. Channels whose user the service has not accepted yet are few, and end each other only: whoever
/// guesses passwords ends nobody's session.
/// </summary>
internal sealed class UserChannels(int most, TimeSpan idle, TimeProvider clock, Func<BasicCredential, SecureChannel> create)
    : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly int _mostUnproven = Math.Max(1, most / 10);
    private bool _isDisposed;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>The channel of a user; null when there are too many users. Give it back.</summary>
    public Entry? Rent(BasicCredential user)
    {
        var key = KeyOf(user);
        lock (_gate)
        {
            if (_isDisposed)
            {
                return null;
            }

            if (!_entries.TryGetValue(key, out var entry))
            {
                // They may have what nobody uses, and a tenth more.
                if (!HasRoom(isProven: false, Math.Max(_mostUnproven, most - _entries.Values.Count(e => e.IsProven))))
                {
                    return null;
                }

                entry = _entries[key] = new Entry(key, create(user));
            }

            entry.Uses++;
            return entry;
        }
    }

    /// <param name="entry">What was rented.</param>
    /// <param name="outcome">What the service said of the user. Of one that it does not know nothing is kept.</param>
    public void Return(Entry entry, UserOutcome outcome)
    {
        lock (_gate)
        {
            entry.Uses--;
            entry.LastUse = clock.GetTimestamp();
            var isKept = _entries.TryGetValue(entry.Key, out var kept) && ReferenceEquals(kept, entry);
            if (outcome == UserOutcome.Accepted && isKept && !entry.IsProven)
            {
                // Where there is no room, it stays among the others.
                entry.IsProven = HasRoom(isProven: true, most);
            }

            if (outcome == UserOutcome.Refused && isKept)
            {
                _entries.Remove(entry.Key);
                entry.IsOver = true;
            }

            if (entry.IsOver && entry.Uses == 0)
            {
                End(entry);
            }
        }
    }

    /// <summary>Ends channels that were idle for long, or all of them.</summary>
    public void Sweep(bool all = false)
    {
        lock (_gate)
        {
            foreach (var entry in _entries.Values.Where(e => all || (e.Uses == 0 && clock.GetElapsedTime(e.LastUse) >= idle)).ToList())
            {
                _entries.Remove(entry.Key);
                entry.IsOver = true;
                if (entry.Uses == 0)
                {
                    End(entry);
                }
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        List<Entry> entries;
        lock (_gate)
        {
            _isDisposed = true;
            entries = [.. _entries.Values];
            _entries.Clear();
        }

        await Task.WhenAll(entries.Select(entry => entry.Channel.DisposeAsync().AsTask())).ConfigureAwait(false);
    }

    /// <summary>Whether there is room for one more of a kind; makes it by ending the one of that kind that was idle longest.</summary>
    private bool HasRoom(bool isProven, int limit)
    {
        var same = _entries.Values.Where(entry => entry.IsProven == isProven).ToList();
        if (same.Count < limit)
        {
            return true;
        }

        if (same.Where(e => e.Uses == 0).MinBy(e => e.LastUse) is not { } oldest)
        {
            return false;
        }

        _entries.Remove(oldest.Key);
        End(oldest);
        return true;
    }

    // The cancel of its session takes a while, for which nobody waits.
    private static void End(Entry entry) => _ = Task.Run(() => entry.Channel.DisposeAsync().AsTask());

    private string KeyOf(BasicCredential user) =>
        Convert.ToHexString(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{user.UserName}\0{user.Password}")));

    /// <summary>A channel and who uses it.</summary>
    internal sealed class Entry(string key, SecureChannel channel)
    {
        public string Key => key;

        public SecureChannel Channel => channel;

        public int Uses { get; set; }

        public long LastUse { get; set; }

        /// <summary>Whether the service has accepted the user.</summary>
        public bool IsProven { get; set; }

        public bool IsOver { get; set; }
    }
}
