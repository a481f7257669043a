using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Engine.Telemetry;

namespace SecureConversation.Engine.Replay;

/// <summary>
/// The replay memories of a process. Endpoints that hold the same private key can read the same messages, so they share a memory: what one
/// has accepted is a replay at the other. A memory lives as long as an endpoint that uses it.
/// </summary>
internal static class ProcessReplayMemory
{
    // Timestamps of different clocks cannot be compared, so there is a memory for each clock.
    private static readonly ConditionalWeakTable<TimeProvider, Dictionary<string, WeakReference<InMemoryReplayCache>>> Memories = [];

    static ProcessReplayMemory() => EngineMetrics.ObserveReplayEntries(() => Count);

    /// <summary>The memory of all endpoints with this key and this clock.</summary>
    /// <param name="certificate">The certificate of the service. Certificates of the same key share a memory.</param>
    /// <param name="clock">Source of time.</param>
    /// <param name="retention">How long the endpoint wants entries to be remembered.</param>
    /// <param name="capacity">How many entries the endpoint wants; the largest number among the endpoints holds.</param>
    public static InMemoryReplayCache Of(X509Certificate2 certificate, TimeProvider clock, TimeSpan retention, int capacity) =>
        Of([certificate], null, clock, retention, capacity)[0];

    /// <summary>
    /// The memory of each certificate of an endpoint. A key that no endpoint has used yet shares the memory that the endpoint has, so that
    /// mostly all its certificates, those it had before included, have one.
    /// </summary>
    /// <param name="certificates">The certificates of the service.</param>
    /// <param name="own">The memory that the endpoint has already; null when it has none.</param>
    /// <param name="clock">Source of time.</param>
    /// <param name="retention">How long the endpoint wants entries to be remembered.</param>
    /// <param name="capacity">How many entries the endpoint wants; the largest number among the endpoints holds.</param>
    public static IReadOnlyList<InMemoryReplayCache> Of(IReadOnlyList<X509Certificate2> certificates, InMemoryReplayCache? own,
        TimeProvider clock, TimeSpan retention, int capacity)
    {
        var keys = certificates.Select(KeyOf).ToList();
        var memories = Memories.GetValue(clock, static _ => []);
        var found = new List<InMemoryReplayCache>();
        lock (memories)
        {
            foreach (var (name, _) in memories.Where(m => !m.Value.TryGetTarget(out _)).ToArray())
            {
                memories.Remove(name);
            }

            own ??= keys.Select(Find).FirstOrDefault(memory => memory is not null)
                ?? new InMemoryReplayCache(capacity, clock, InMemoryReplayCache.MaxShards);
            foreach (var key in keys)
            {
                if (Find(key) is not { } memory)
                {
                    memory = own;
                    memories[key] = new WeakReference<InMemoryReplayCache>(own);
                }

                found.Add(memory);
            }
        }

        foreach (var memory in found)
        {
            memory.Require(retention, capacity);
        }

        return found;

        InMemoryReplayCache? Find(string key) =>
            memories.TryGetValue(key, out var known) && known.TryGetTarget(out var memory) ? memory : null;
    }

    private static string KeyOf(X509Certificate2 certificate) =>
        Convert.ToHexString(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));

    /// <summary>How many entries all memories hold.</summary>
    public static long Count
    {
        get
        {
            var count = 0L;
            foreach (var (_, memories) in Memories)
            {
                lock (memories)
                {
                    // Certificates of one endpoint have one memory.
                    count += memories.Values.Select(memory => memory.TryGetTarget(out var target) ? target : null).Distinct()
                        .Sum(memory => memory?.Count ?? 0);
                }
            }

            return count;
        }
    }
}
