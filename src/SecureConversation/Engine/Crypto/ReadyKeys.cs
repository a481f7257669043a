using System.Runtime.CompilerServices;

namespace SecureConversation.Engine.Crypto;

/// <summary>
/// The keys of the process that are ready for their next message. Their number is fixed, so that a session that waits costs no memory for
/// it. A key gets its place when it comes several times in a row: among more keys than places each is keyed for each use, which is what
/// that would cost anyway.
/// </summary>
internal static class ReadyKeys
{
    /// <summary>A power of two.</summary>
    public const int Places = 512;

    private const int UsesForPlace = 5;
    private static readonly Place[] All = new Place[Places];

    /// <summary>The ready key, which the caller has alone and gives back; null when the key has no place.</summary>
    public static ReadyKey? Take(SymmetricKey key)
    {
        ref var place = ref PlaceOf(key, out var hash);
        var found = Interlocked.Exchange(ref place.Ready, null);
        if (found is not null && ReferenceEquals(found.Key, key))
        {
            return found;
        }

        // Two threads may count wrongly here: then a key gets its place a use earlier or later. The count ends where it is enough: a key
        // that many threads use at once comes here for as long as it lives.
        (place.Hash, place.Uses) = place.Hash == hash ? (hash, Math.Min(place.Uses + 1, UsesForPlace)) : (hash, 1);
        if (place.Uses < UsesForPlace)
        {
            if (found is not null)
            {
                Return(found);
            }

            return null;
        }

        found?.Dispose();
        return new ReadyKey(key);
    }

    /// <summary>Takes back a ready key for the next message; one that is broken is zeroed.</summary>
    public static void Return(ReadyKey ready)
    {
        if (ready.IsBroken)
        {
            ready.Dispose();
            return;
        }

        ref var place = ref PlaceOf(ready.Key, out _);
        Interlocked.Exchange(ref place.Ready, ready)?.Dispose();
        if (ready.Key.IsDisposed)
        {
            Drop(ready.Key);
        }
    }

    /// <summary>Forgets a key that was disposed of, and zeroes what was ready.</summary>
    public static void Drop(SymmetricKey key)
    {
        ref var place = ref PlaceOf(key, out _);
        if (Volatile.Read(ref place.Ready) is { } ready && ReferenceEquals(ready.Key, key)
            && ReferenceEquals(Interlocked.CompareExchange(ref place.Ready, null, ready), ready))
        {
            ready.Dispose();
        }
    }

    private static ref Place PlaceOf(SymmetricKey key, out int hash)
    {
        hash = RuntimeHelpers.GetHashCode(key);
        return ref All[hash & (Places - 1)];
    }

    private struct Place
    {
        public ReadyKey? Ready;
        public int Hash;
        public int Uses;
    }
}
