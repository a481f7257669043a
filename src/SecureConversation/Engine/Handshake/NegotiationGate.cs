using SecureConversation.Binding;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Quota;
using SecureConversation.Engine.Roles;

namespace SecureConversation.Engine.Handshake;

/// <summary>
/// Limits the number (MaxStatefulNegotiations) and the duration (NegotiationTimeout) of concurrent handshakes, because anybody can make the
/// service do private key operations by starting one. The places are shared fairly by address, and not all processors work on them at once,
/// so that sessions go on while strangers knock. Those that have not had their turn yet have cost nothing; many more of them may wait for a
/// place, so that a burst of clients that start together finds room.
/// </summary>
internal sealed class NegotiationGate(LocalServiceSecuritySettings settings, TimeProvider clock)
{
    // What waits holds the octets of its message, and nothing that was made of them.
    private const int WaitingForEachPlace = 16;

    private readonly PrivateKeyTurns _turns = new(
        (int)Math.Min(int.MaxValue, (long)settings.MaxStatefulNegotiations * WaitingForEachPlace),
        $"handshakes that wait, {WaitingForEachPlace} for each of {nameof(settings.MaxStatefulNegotiations)}",
        clock);

    private readonly FairPlaces _places = new(settings.MaxStatefulNegotiations, nameof(settings.MaxStatefulNegotiations));

    /// <summary>How many handshakes have a place: they wait for their turn, or have had it and go on.</summary>
    public int Working => _places.Taken;

    /// <param name="owner">Who starts the handshake, by his address: nothing else is known yet.</param>
    /// <param name="negotiate">
    /// The handshake. What it does before it first waits is done in turn. It ends the turn that it gets once the private key was used.
    /// </param>
    /// <param name="cancellationToken">Cancels the handshake.</param>
    /// <param name="beforeWaiting">Called if the handshake has to wait for its turn; null for nothing.</param>
    /// <exception cref="SecurityFailureException">Too many handshakes wait, or this one took too long, or got no place in time.</exception>
    public async ValueTask<T> RunAsync<T>(
        Owner owner, Func<IDisposable?, CancellationToken, ValueTask<T>> negotiate, CancellationToken cancellationToken,
        Action? beforeWaiting = null)
    {
        using var timeout = new CancellationTokenSource(settings.NegotiationTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var hasPlace = false;
        try
        {
            // The place comes first: whoever waits for one, and so for the validators of others, holds no turn.
            var entering = _turns.EnterAsync(owner, either.Token, TakeAsync);
            if (!entering.IsCompleted)
            {
                beforeWaiting?.Invoke();
            }

            using var turn = await entering.ConfigureAwait(false);
            var negotiation = negotiate(turn, either.Token);

            // While one waits for something others may work.
            turn.Dispose();
            return await negotiation.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // A cancellation of neither is an exception like others, of whoever was called.
            return Fail.With<T>(FailureCode.ServiceTooBusy, "NegotiationTimeout");
        }
        finally
        {
            if (hasPlace)
            {
                _places.Release(owner);
            }
        }

        async ValueTask TakeAsync(Owner o, CancellationToken stop)
        {
            await _places.TakeAsync(o, stop).ConfigureAwait(false);
            hasPlace = true;
        }
    }
}
