namespace SecureConversation.CoreWCF.Internal;

/// <summary>
/// The operations of an endpoint that end the session (IsTerminating). Where an operation selector of the application takes another
/// name than the action, they are not known here, and a session that was left ends when it was idle for ReceiveTimeout.
/// </summary>
internal sealed class TerminatingOperations
{
    private readonly HashSet<string> _actions;

    private TerminatingOperations(HashSet<string> actions, TimeSpan closeTimeout)
    {
        _actions = actions;
        CloseTimeout = closeTimeout;
    }

    /// <summary>How long clients may take after such an operation to close their session.</summary>
    public TimeSpan CloseTimeout { get; }

    public static TerminatingOperations Of(ServiceHostBase host, Uri listenAddress, TimeSpan closeTimeout) => new(
        [.. host.Description.Endpoints.Where(e => e.ListenUri == listenAddress).SelectMany(e => e.Contract.Operations)
            .Where(o => o.IsTerminating).Select(o => o.Messages[0].Action)],
        closeTimeout);

    public bool Contains(string? action) => action is not null && _actions.Contains(action);
}
