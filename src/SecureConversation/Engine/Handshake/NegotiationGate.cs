using SecureConversation.Binding;
using SecureConversation.Engine.Failures;

namespace SecureConversation.Engine.Handshake;

/// <summary>
/// Limits the number (MaxStatefulNegotiations) and the duration (NegotiationTimeout) of concurrent handshakes, because anybody can make the
/// service do private key operations by starting one.
/// </summary>
internal sealed class NegotiationGate(LocalServiceSecuritySettings settings, TimeProvider clock)
{
    private int _running;

    /// <exception cref="SecurityFailureException">Too many handshakes run at once, or this one took too long.</exception>
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
