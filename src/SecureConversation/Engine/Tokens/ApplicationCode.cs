using SecureConversation.Credentials;
using SecureConversation.Engine.Failures;

namespace SecureConversation.Engine.Tokens;

/// <summary>Calls validators and authenticators of the application. What they throw is theirs, and refuses the message.</summary>
internal static class ApplicationCode
{
    /// <param name="setting">The setting that holds the code.</param>
    /// <param name="ask">Calls it.</param>
    /// <param name="cancellationToken">What the code was given: a cancellation by anything else is an exception like others.</param>
    /// <exception cref="SecurityFailureException">The code threw.</exception>
    /// <exception cref="AuthenticationFaultException">The code answers with a fault.</exception>
    public static async ValueTask<T> AskAsync<T>(string setting, Func<ValueTask<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            return await ask().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not (SecurityFailureException or AuthenticationFaultException or OutOfMemoryException)
            && !(e is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            throw new SecurityFailureException(FailureCode.ValidatorFailed, setting) { Thrown = e };
        }
    }
}
