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
        catch (Exception e) when (e is not AuthenticationFaultException && IsItsOwn(e, cancellationToken))
        {
            throw new SecurityFailureException(FailureCode.ValidatorFailed, setting) { Thrown = e };
        }
    }

    /// <summary>Whether the code is to blame for an exception: not for a refusal, nor for the end of whoever waits for it.</summary>
    public static bool IsItsOwn(Exception e, CancellationToken cancellationToken) =>
        e is not (SecurityFailureException or OutOfMemoryException)
        && !(e is OperationCanceledException && cancellationToken.IsCancellationRequested);
}
