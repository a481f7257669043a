namespace SecureConversation.Engine.Failures;

/// <summary>Tells what a session store or replay cache of the application throws from what ends the call.</summary>
internal static class StoreFailures
{
    /// <summary>Whether an exception is the failure of a store, and not the end of what asks it.</summary>
    /// <param name="e">What the store threw.</param>
    /// <param name="cancellationToken">What the store was given: a cancellation by anything else is an exception like others.</param>
    public static bool IsOfStore(Exception e, CancellationToken cancellationToken) =>
        e is not (SecurityFailureException or OutOfMemoryException)
        && !(e is OperationCanceledException && cancellationToken.IsCancellationRequested);
}
