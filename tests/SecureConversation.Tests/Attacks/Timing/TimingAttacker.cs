namespace SecureConversation.Tests.Attacks;

/// <summary>
/// Somebody who recorded a message and wants to know of ciphertext whether it decrypts to something in order: with that answer, asked often
/// enough, he decrypts all of it (Vaudenay 2002; Jager and Somorovsky 2011). He learns on ciphertext that he knows the answer of.
/// </summary>
internal sealed class TimingAttacker(TimingService service, Func<byte[], byte[]> query, int connections)
{
    private const int Repetitions = 2;

    /// <summary>How many queries were sent.</summary>
    public int Queries { get; private set; }

    /// <summary>Learns the best threshold, then guesses.</summary>
    /// <param name="inOrder">The recorded ciphertext.</param>
    /// <param name="lessons">How many he learns from, of each kind.</param>
    /// <param name="guesses">How many he guesses afterwards.</param>
    /// <returns>How many guesses were right.</returns>
    public async Task<int> GuessAsync(byte[] inOrder, int lessons, int guesses)
    {
        var random = new Random(17);
        var truths = Enumerable.Range(0, 2 * lessons).Select(i => i % 2 == 0).Concat(Enumerable.Range(0, guesses).Select(_ => random.Next(2) == 0)).ToArray();
        random.Shuffle(truths.AsSpan(0, 2 * lessons));
        var times = new double[truths.Length];
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            using var connection = await service.ConnectAsync();
            while (Interlocked.Increment(ref next) is var i && i < truths.Length)
            {
                // What is in order takes long always; what is not can be delayed by other things, so the least time of several counts.
                var least = double.MaxValue;
                for (var n = 0; n < Repetitions; n++)
                {
                    least = Math.Min(least, await connection.TimeAsync(query(truths[i] ? inOrder : Spoiled(inOrder, i + n))));
                    Assert.Contains("InvalidSecurity", connection.Answer, StringComparison.Ordinal);
                }

                times[i] = least;
            }
        })));
        Queries += Repetitions * truths.Length;
        var (threshold, isLongInOrder) = Learn(times[..(2 * lessons)], truths[..(2 * lessons)]);
        return Enumerable.Range(2 * lessons, guesses).Count(i => (times[i] > threshold == isLongInOrder) == truths[i]);
    }

    /// <summary>The last block is what the attacker asks about; with another block before it, its padding is wrong almost always.</summary>
    private static byte[] Spoiled(byte[] cipher, int seed)
    {
        var changed = (byte[])cipher.Clone();
        new Random(seed).NextBytes(changed.AsSpan(cipher.Length - 32, 16));
        return changed;
    }

    /// <summary>The threshold that tells most of the lessons apart.</summary>
    private static (double Threshold, bool IsLongInOrder) Learn(double[] times, bool[] truths)
    {
        var best = (Threshold: 0.0, IsLong: true, Right: 0);
        foreach (var threshold in times)
        {
            var right = times.Zip(truths).Count(t => (t.First > threshold) == t.Second);
            best = right > best.Right ? (threshold, true, right) : times.Length - right > best.Right ? (threshold, false, times.Length - right) : best;
        }

        return (best.Threshold, best.IsLong);
    }
}
