using System.Runtime.CompilerServices;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Quota;

namespace SecureConversation.Engine.Roles;

/// <summary>
/// Gives turns to messages for which the private key of the service is used, because anybody can send some: a few are worked on at once,
/// the others wait in a line whose places are shared fairly by address, and come in turn by address. So one address that sends many
/// messages waits for itself and not before others. All endpoints of the process share the turns, or each more would take processors from
/// the others.
/// </summary>
/// <param name="line">How many may wait.</param>
/// <param name="setting">The setting that says how many may wait, for the log.</param>
/// <param name="clock">Source of time.</param>
internal sealed class PrivateKeyTurns(int line, string setting, TimeProvider clock)
{
    /// <summary>
    /// How many are worked on at once: a processor of four is left for all else. Without one, sessions and refusals would stand still while
    /// strangers send.
    /// </summary>
    public static readonly int AtOnce = Math.Max(1, Environment.ProcessorCount * 3 / 4);

    private static readonly ConditionalWeakTable<TimeProvider, FairTurns> OfProcess = [];

    // A private key operation and the rest of a message take a few milliseconds. What takes longer waits for a validator.
    private static readonly TimeSpan LongestTurn = TimeSpan.FromMilliseconds(50);

    private readonly FairQuota _line = new(line, setting);
    private readonly FairTurns _turns = OfProcess.GetValue(clock, static c => new FairTurns(AtOnce, LongestTurn, c));

    /// <summary>Waits for a turn, which ends when the result is disposed of, or when it has lasted too long.</summary>
    /// <param name="owner">Who sent the message, by his address: nothing else is known yet.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <param name="first">What to wait for in the same line, before a turn is held; null for nothing.</param>
    /// <exception cref="SecurityFailureException">The line is full, or the share of the sender.</exception>
    public async ValueTask<FairTurns.Turn> EnterAsync(
        Owner owner, CancellationToken cancellationToken, Func<Owner, CancellationToken, ValueTask>? first = null)
    {
        if (_line.TryTake(owner) is { } limit)
        {
            Fail.With(FailureCode.ServiceTooBusy, limit);
        }

        try
        {
            if (first is not null)
            {
                await first(owner, cancellationToken).ConfigureAwait(false);
            }

            return await _turns.EnterAsync(owner, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _line.Release(owner);
        }
    }
}
