using SecureConversation.Binding;
using SecureConversation.Engine.Failures;

namespace SecureConversation.Engine.Handshake;

/// <summary>
/// Bounds handshakes, which cost operations with private keys before anybody is known: so many at once
/// (MaxStatefulNegotiations), each for so long (NegotiationTimeout).
/// </summary>
internal sealed class NegotiationGate(LocalServiceSecuritySettings settings, TimeProvider clock)
{
    private int _running;

    /// <exception cref="SecurityFailureException">Too many at once, or it took too long.</exception>
    public async ValueTask<T> RunAsync<T>(Func<CancellationToken, ValueTask<T>> negotiate, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _running) > settings.MaxStatefulNegotiations)
        {
            Interlocked.Decrement(ref _running);
            return Fail.With<T>(FailureCode.ServiceTooBusy);
        }

        try
        {
            using var timeout = new CancellationTokenSource(settings.NegotiationTimeout, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
            return await negotiate(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Fail.With<T>(FailureCode.ServiceTooBusy, "NegotiationTimeout");
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }
}
