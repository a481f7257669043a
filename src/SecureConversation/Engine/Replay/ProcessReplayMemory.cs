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
    public static InMemoryReplayCache Of(X509Certificate2 certificate, TimeProvider clock, TimeSpan retention, int capacity)
    {
        var key = Convert.ToHexString(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));
        var memories = Memories.GetValue(clock, static _ => []);
        InMemoryReplayCache? memory;
        lock (memories)
        {
            foreach (var (name, _) in memories.Where(m => !m.Value.TryGetTarget(out _)).ToArray())
            {
                memories.Remove(name);
            }

            if (!memories.TryGetValue(key, out var known) || !known.TryGetTarget(out memory))
            {
                memory = new InMemoryReplayCache(capacity, clock, InMemoryReplayCache.MaxShards);
                memories[key] = new WeakReference<InMemoryReplayCache>(memory);
            }
        }

        memory.Require(retention, capacity);
        return memory;
    }

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
                    foreach (var memory in memories.Values)
                    {
                        count += memory.TryGetTarget(out var target) ? target.Count : 0;
                    }
                }
            }

            return count;
        }
    }
}
